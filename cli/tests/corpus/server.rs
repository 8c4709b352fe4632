//! Server for one case on a free local port.

use std::{
    convert::Infallible,
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::{StatusCode, header},
    rt,
    web::{self, Bytes},
};
use futures_util::stream;

use super::Case;

/// Response handler of a case.
pub(crate) type Handler = fn(&Ask) -> Answer;

/// A request to a case.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// The host without `.localhost` and port: `news`, `metrics.news`, `tracker`, `video`, `cdn`.
    pub(crate) host: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) cookies: Vec<(String, String)>,
    /// Fields of a submitted form.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) referer: Option<String>,
    /// `Sec-GPC: 1`
    pub(crate) gpc: bool,
}

/// A response. `:PORT` in its text and headers is replaced with the port.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    Text(String),
    Bytes(&'static [u8]),
    /// Endless, slow stream.
    Endless,
    /// This number of bytes.
    Large(usize),
    /// No response; the connection stays open.
    Silence,
}

/// A running server, stopped on drop.
#[derive(Debug)]
pub(crate) struct Server {
    port: u16,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(case: &Case) -> Self {
        let handler = case.handler;
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || {
            let served = rt::System::new().block_on(async move {
                let app = move || {
                    let answer = move |request, body| answer(handler, request, body);
                    App::new().default_service(web::to(answer))
                };
                let server = HttpServer::new(app)
                    .workers(1)
                    .disable_signals()
                    .shutdown_timeout(1)
                    .bind(("127.0.0.1", 0))?;
                let port = server.addrs().first().map_or(0, |address| address.port());
                let server = server.run();
                // The receiver is gone if the test has ended.
                let _ = sender.send((port, server.handle()));
                server.await
            });
            served.expect("the case can be served");
        });
        let (port, handle) = receiver.recv().expect("a port is free");
        Self {
            port,
            handle,
            thread: Some(thread),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Address of the first page.
    pub(crate) fn address(&self) -> String {
        format!("http://news.localhost:{}/", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Creating the future stops the server; open responses are cut off.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has printed its own message.
            let _ = thread.join();
        }
    }
}

async fn answer(handler: Handler, request: HttpRequest, body: Bytes) -> HttpResponse {
    let port = request.app_config().local_addr().port();
    let answer = handler(&ask(&request, &body));
    let with_port = |text: &str| text.replace(":PORT", &format!(":{port}"));
    let status = StatusCode::from_u16(answer.status).expect("a case answers with a real status");
    let mut response = HttpResponse::build(status);
    // A cached page would set no cookies.
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    for (name, value) in &answer.headers {
        response.append_header((*name, with_port(value)));
    }
    match answer.body {
        Body::Text(text) => response.body(with_port(&text)),
        Body::Bytes(bytes) => response.body(bytes),
        Body::Endless => response.streaming(stream::unfold((), |()| async {
            rt::time::sleep(Duration::from_millis(200)).await;
            Some((Ok::<_, Infallible>(Bytes::from_static(b"<p>More.\n")), ()))
        })),
        Body::Large(bytes) => response.streaming(stream::iter(pieces(bytes))),
        Body::Silence => std::future::pending().await,
    }
}

/// White space, which browsers read without displaying it.
fn pieces(bytes: usize) -> impl Iterator<Item = Result<Bytes, Infallible>> {
    static PIECE: [u8; 65_536] = [b' '; 65_536];
    let piece = Bytes::from_static(&PIECE);
    std::iter::repeat_n(piece, bytes / PIECE.len()).map(Ok)
}

fn ask(request: &HttpRequest, body: &Bytes) -> Ask {
    let header = |name: &str| {
        let value = request.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let host = header("host").unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let cookies = header("cookie").unwrap_or_default();
    let cookies = cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='));
    Ask {
        host: host.trim_end_matches(".localhost").to_owned(),
        method: request.method().to_string(),
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        cookies: cookies
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        fields: url::form_urlencoded::parse(body).into_owned().collect(),
        referer: header("referer"),
        gpc: header("sec-gpc").as_deref() == Some("1"),
    }
}

impl Ask {
    /// Host and path, for matching.
    pub(crate) fn place(&self) -> (&str, &str) {
        (&self.host, &self.path)
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let mut cookies = self.cookies.iter();
        let found = cookies.find(|(other, _)| other == name);
        found.map(|(_, value)| &**value)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let found = fields.find(|(other, _)| other == name);
        found.map(|(_, value)| &**value)
    }
}

impl Answer {
    pub(crate) fn new(status: u16, media_type: &str, body: Body) -> Self {
        Self {
            status,
            headers: vec![("Content-Type", media_type.to_owned())],
            body,
        }
    }

    pub(crate) fn html(text: impl Into<String>) -> Self {
        Self::new(200, "text/html; charset=utf-8", Body::Text(text.into()))
    }

    pub(crate) fn script(text: impl Into<String>) -> Self {
        Self::new(200, "text/javascript", Body::Text(text.into()))
    }

    pub(crate) fn style(text: impl Into<String>) -> Self {
        Self::new(200, "text/css", Body::Text(text.into()))
    }

    /// A transparent pixel.
    pub(crate) fn pixel() -> Self {
        const PIXEL: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0\
            !\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
        Self::new(200, "image/gif", Body::Bytes(PIXEL))
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Bytes(b""),
        }
    }

    /// A redirect with GET.
    pub(crate) fn redirect(to: impl Into<String>) -> Self {
        Self::empty(303).header("Location", to)
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn cookie(self, line: impl Into<String>) -> Self {
        self.header("Set-Cookie", line)
    }
}
