//! A site with a gated frame on its report, and visitors who keep cookies.

use std::{
    collections::BTreeMap,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use actix_consent::{
    ConsentMiddleware, Policy, SigningKeys,
    markup::{CacheMode, Markup},
};
use actix_web::{
    App, HttpResponse, HttpServer,
    dev::{ConnectionInfo, ServerHandle},
    rt::System,
    web,
};

use crate::{cache::Tls, http::Request};

/// It serves on a port of its own until it is dropped.
pub struct Site {
    pub port: u16,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Site {
    pub fn start(mode: CacheMode) -> Self {
        let policy = concat!(
            include_str!("../integration/consent.toml"),
            "\n[[embed]]\nservice = \"example-video\"\nframe = [\"https://video.example\"]\n"
        )
        .replace("partitioned = true", "");
        let consent =
            ConsentMiddleware::builder(Policy::parse(&policy).unwrap(), SigningKeys::generate())
                .plain_http()
                .markup(Markup::new().caches(mode))
                .build()
                .unwrap();
        Self::serve(consent)
    }

    pub fn serve(consent: ConsentMiddleware) -> Self {
        let (started, starting) = mpsc::channel();
        let thread = thread::spawn(move || {
            System::new().block_on(async move {
                let app = move || {
                    App::new()
                        .route("/plain", web::get().to(plain))
                        .route("/report", web::get().to(report))
                        .route("/big/{bytes}", web::get().to(big))
                        .route("/origin", web::get().to(origin))
                        .wrap(consent.clone())
                };
                let server = HttpServer::new(app).workers(1).bind("127.0.0.1:0").unwrap();
                let port = server.addrs()[0].port();
                let server = server.disable_signals().run();
                started.send((port, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (port, handle) = starting.recv().unwrap();
        Self {
            port,
            handle,
            thread: Some(thread),
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let handle = self.handle.clone();
        System::new().block_on(async move { handle.stop(false).await });
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn plain() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("Cache-Control", "public, max-age=60"))
        .body("plain")
}

/// A head with a header of this many bytes.
async fn big(bytes: web::Path<usize>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("X-Large", "x".repeat(*bytes)))
        .body("big")
}

/// The origin of the visitor's address, as Actix reads it from what the proxy sends.
async fn origin(connection: ConnectionInfo) -> String {
    format!("{}://{}", connection.scheme(), connection.host())
}

async fn report() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html")
        .insert_header(("Cache-Control", "public, max-age=60"))
        .body("<body><iframe src=\"https://video.example/xq1\" width=\"9\" height=\"9\"></iframe></body>")
}

/// A browser: it keeps cookies by name.
#[derive(Clone, Debug)]
pub struct Visitor {
    socket: PathBuf,
    /// Over TLS if given, else over plain http.
    tls: Option<Tls>,
    cookies: BTreeMap<String, String>,
    pub gpc: bool,
}

/// A response as a visitor sees it.
#[derive(Debug)]
pub struct Seen {
    pub text: String,
    /// True if it came from the cache.
    pub hit: bool,
}

impl Visitor {
    pub fn new(socket: &Path) -> Self {
        Self {
            socket: socket.to_owned(),
            tls: None,
            cookies: BTreeMap::new(),
            gpc: false,
        }
    }

    /// The same over TLS.
    pub fn over(self, tls: Tls) -> Self {
        Self {
            tls: Some(tls),
            ..self
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.cookies.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn get(&mut self, path: &str) -> Seen {
        let answer = self.fetch(path);
        let hit = answer
            .headers
            .iter()
            .any(|(name, value)| name.eq_ignore_ascii_case("X-Cache") && value == "HIT");
        Seen {
            text: String::from_utf8(answer.body).unwrap(),
            hit,
        }
    }

    /// Presses a button of the banner; the status of the answer.
    pub fn choose(&mut self, action: &str) -> u16 {
        self.post("/privacy/choices", &[("action", action)]).status
    }

    pub fn post(&mut self, path: &str, form: &[(&str, &str)]) -> crate::http::Answer {
        self.send(Request::new("POST", "news.localhost", path).form(form))
    }

    pub fn fetch(&mut self, path: &str) -> crate::http::Answer {
        let request = Request::new("GET", "news.localhost", path)
            .header("Sec-Fetch-Dest", "document")
            .header("Accept", "text/html");
        self.send(request)
    }

    pub fn holds(&self, start: &str) -> bool {
        self.cookies.keys().any(|name| name.starts_with(start))
    }

    /// Returns whether a browser stores a cookie of this name (RFC 6265bis, section 4.1.3.2).
    fn keeps(&self, name: &str, line: &str) -> bool {
        let has = |attribute: &str| {
            let mut all = line.split(';').skip(1);
            all.any(|found| found.trim().eq_ignore_ascii_case(attribute))
        };
        let domain = line.to_ascii_lowercase().contains("domain=");
        !name.starts_with("__Host-")
            || (self.tls.is_some() && has("Secure") && has("Path=/") && !domain)
    }

    pub fn send(&mut self, mut request: Request) -> crate::http::Answer {
        if !self.cookies.is_empty() {
            let pairs = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            request = request.header("Cookie", &pairs.collect::<Vec<_>>().join("; "));
        }
        if self.gpc {
            request = request.header("Sec-GPC", "1");
        }
        let answer = match &self.tls {
            Some(tls) => request.exchange(tls.connect()).unwrap(),
            None => {
                let stream = UnixStream::connect(&self.socket).unwrap();
                let patience = Some(Duration::from_secs(60));
                stream.set_read_timeout(patience).unwrap();
                request.exchange(stream).unwrap()
            }
        };
        for (name, value) in &answer.headers {
            if name.eq_ignore_ascii_case("Set-Cookie") {
                let (name, kept) = value.split(';').next().unwrap().split_once('=').unwrap();
                if !self.keeps(name, value) {
                    continue;
                }
                match value.contains("Max-Age=0") {
                    true => self.cookies.remove(name),
                    false => self.cookies.insert(name.to_owned(), kept.to_owned()),
                };
            }
        }
        answer
    }
}
