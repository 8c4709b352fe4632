//! A site with one page, and a partner on another host that counts what it is asked for.

use std::{
    sync::{Arc, Mutex, mpsc},
    thread::{self, JoinHandle},
};

use actix_consent::{ConsentMiddleware, Policy, SigningKeys, csp::Csp, markup::Markup};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, rt::System, web};
use serde_json::json;

use crate::{driver::Browser, encodings, frames, hostile, support::until, swaps};

/// Both serve until this is dropped.
pub struct Site {
    port: u16,
    partner: String,
    asked: Arc<Mutex<Vec<String>>>,
    handles: Vec<ServerHandle>,
    thread: Option<JoinHandle<()>>,
}

const POLICY: &str = include_str!("../integration/consent.toml");

/// What the page holds: `PARTNER` is where the partner serves.
const PAGE: &str = r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Report</title></head>
<body><main><h1>Report</h1>
<iframe src="PARTNER/film" width="320" height="180" frameborder="0" title="A film"></iframe>
<img src="PARTNER/pixel" width="1" height="1" alt="">
<script type="text/plain" data-category="analytics" data-src="/first.js"></script>
<script type="text/plain" data-category="analytics" data-src="/second.js"></script>
<template data-category="marketing"><p id="promo">One <b>two</b> three</p></template>
<p style="height:3000px">Long</p>
<a href="/privacy/choices">Cookie settings</a></main></body></html>"#;

/// The film far down, twice.
const LONG: &str = r#"<!doctype html><html lang="en"><title>Long</title><body><h1>Long</h1>
<p style="height:3000px">Long</p><iframe src="PARTNER/film" width="320" height="180" title="A film"></iframe>
<p style="height:3000px">Long</p><iframe src="PARTNER/film" width="320" height="180" title="A film"></iframe>
<p style="height:3000px">Long</p></body></html>"#;

/// A page whose base leads to another host.
const BASED: &str = r#"<!doctype html><html lang="en"><head><title>Based</title><base href="CDN/site/"></head>
<body><a id="own" href="/other">x</a><iframe src="PARTNER/film" width="320" height="180"></iframe></body></html>"#;

impl Site {
    pub fn start(markup: Markup, csp: Option<Csp>) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (started, starting) = mpsc::channel();
        let counter = asked.clone();
        let thread =
            thread::spawn(move || System::new().block_on(serve(markup, csp, counter, started)));
        let (port, partner, handles) = starting.recv().unwrap();
        Self {
            port,
            partner,
            asked,
            handles,
            thread: Some(thread),
        }
    }

    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The origin of the partner.
    pub fn partner(&self) -> &str {
        &self.partner
    }

    /// The address of a path that the partner serves without the middleware, on the site's host.
    pub fn bare(&self, path: &str) -> String {
        let port = self.partner.rsplit(':').next().unwrap();
        format!("http://127.0.0.1:{port}{path}")
    }

    /// What the partner was asked for since this was last asked, in order.
    pub fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.sort();
        asked
    }

    /// Waits until the partner has been asked for a path.
    pub fn wait_for(&self, path: &str) {
        until("a request to the partner", || {
            self.asked
                .lock()
                .unwrap()
                .iter()
                .any(|asked| asked == path)
                .then_some(())
        });
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let handles = std::mem::take(&mut self.handles);
        System::new().block_on(async move {
            for handle in handles {
                handle.stop(false).await;
            }
        });
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(
    markup: Markup,
    csp: Option<Csp>,
    asked: Arc<Mutex<Vec<String>>>,
    started: mpsc::Sender<(u16, String, Vec<ServerHandle>)>,
) {
    let partner = move || {
        let asked = asked.clone();
        let hostile = |number: web::Path<usize>, request: HttpRequest| async move {
            hostile::page(*number, request.connection_info().host(), "control")
        };
        let cut_off = |path: web::Path<(String, String)>, request: HttpRequest| async move {
            let connection = request.connection_info();
            let (_, port) = connection.host().rsplit_once(':').unwrap();
            let partner = format!("partner.localhost:{port}");
            hostile::cut_off(&path.0, &path.1, &partner, "control")
        };
        App::new()
            .route("/cut/{kind}/{way}", web::get().to(cut_off))
            .route("/hostile/{number}", web::get().to(hostile))
            .route("/old", web::get().to(old))
            .route("/logout", web::get().to(logout))
            .route("/rules/{number}", web::get().to(hostile::rules))
            .route("/heads/{number}/{way}", web::get().to(head))
            .configure(frames::around)
            .default_service(web::to(move |request: HttpRequest| {
                asked.lock().unwrap().push(request.path().to_owned());
                let response = HttpResponse::Ok()
                    .insert_header(("Set-Cookie", "partner=1; Path=/; Secure; SameSite=None"))
                    .content_type("text/html")
                    .body("<!doctype html><title>Film</title><p>Film");
                std::future::ready(response)
            }))
    };
    let partner = HttpServer::new(partner)
        .workers(1)
        .bind("127.0.0.1:0")
        .unwrap();
    let origin = format!("http://partner.localhost:{}", partner.addrs()[0].port());
    let partner = partner.disable_signals().run();

    let policy = format!(
        "{}\n[[embed]]\nservice = \"example-video\"\nframe = [\"{origin}\"]\nimg = [\"{origin}\"]\n\
         [[storage]]\nkey = \"reads*\"\ncategory = \"analytics\"\npurpose = \"Counts.\"\nduration = \"persistent\"\n",
        POLICY.replace("partitioned = true", "")
    );
    let builder =
        ConsentMiddleware::builder(Policy::parse(&policy).unwrap(), SigningKeys::generate())
            .plain_http()
            .markup(markup);
    let consent = match csp {
        Some(csp) => builder.csp(csp),
        None => builder,
    }
    .build()
    .unwrap();
    let page = PAGE.replace("PARTNER", &origin);
    let host = origin.trim_start_matches("http://").to_owned();
    let long = LONG.replace("PARTNER", &origin);
    let cdn = origin.replace("partner.", "cdn.");
    let based = BASED.replace("PARTNER", &origin).replace("CDN", &cdn);
    let fixed = |html: String| {
        web::get().to(move || {
            let html = html.clone();
            async move {
                HttpResponse::Ok()
                    .content_type("text/html; charset=utf-8")
                    .body(html)
            }
        })
    };
    let partner_origin = origin.clone();
    let app = move || {
        let page = page.clone();
        let script = |text: &'static str| {
            web::get().to(move || async move {
                HttpResponse::Ok()
                    .content_type("text/javascript")
                    .body(text)
            })
        };
        let (host, partner) = (host.clone(), partner_origin.clone());
        let cut_host = host.clone();
        let cut_off = web::get().to(move |path: web::Path<(String, String)>| {
            let page = hostile::cut_off(&path.0, &path.1, &cut_host, "leak");
            std::future::ready(page)
        });
        let hostile = web::get().to(move |number: web::Path<usize>| {
            std::future::ready(hostile::page(*number, &host, "leak"))
        });
        let untyped = |text: &'static str| {
            web::get().to(move || async move { HttpResponse::Ok().body(text) })
        };
        App::new()
            .route("/first.js", script("window.order=['first'];localStorage.setItem('reads1','1');document.cookie='_ga=1;path=/'"))
            .route("/second.js", script("window.order.push('second')"))
            .route("/cut/{kind}/{way}", cut_off)
            .route("/hostile/{number}", hostile)
            .route("/old", web::get().to(old))
            .route("/logout", web::get().to(logout))
            .route("/long", fixed(long.clone()))
            .route("/based", fixed(based.clone()))
            .route("/rules/{number}", web::get().to(hostile::rules))
            .route("/heads/{number}/{way}", web::get().to(head))
            .route("/untyped/script", untyped("document.title='ran'"))
            .route("/untyped/style", untyped("p{width:77px}"))
            .route("/untyped", web::get().to(|| async {
                HttpResponse::Ok().content_type("text/html; charset=utf-8").body("<!doctype html><link rel=stylesheet href=/untyped/style><script src=/untyped/script></script><body><p>x")
            }))
            .configure(frames::around)
            .configure(|cfg| swaps::routes(cfg, &partner))
            .route("/other", web::get().to(|| async {
                HttpResponse::Ok().content_type("text/html").body("<!doctype html><title>Other</title><body><a id=other href=/>x</a>")
            }))
            .default_service(web::to(move || {
                std::future::ready(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page.clone()))
            }))
            .wrap(consent.clone())
    };
    let site = HttpServer::new(app).workers(1).bind("127.0.0.1:0").unwrap();
    let port = site.addrs()[0].port();
    let site = site.disable_signals().run();
    started
        .send((port, origin, vec![partner.handle(), site.handle()]))
        .unwrap();
    let (one, other) = futures_util::future::join(partner, site).await;
    one.and(other).unwrap();
}

/// A page that was written down years ago, headers and all.
async fn old() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html")
        .insert_header(("Date", "Sun, 01 Nov 2015 00:00:00 GMT"))
        .insert_header((
            "Set-Cookie",
            "visits=1; Path=/; Expires=Mon, 30 Nov 2015 00:00:00 GMT",
        ))
        .body("<!doctype html><title>Old</title><body>Old")
}

async fn logout() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html")
        .insert_header(("Clear-Site-Data", "\"cookies\""))
        .insert_header(("Set-Cookie", "late=1; Path=/"))
        .body("<!doctype html><title>Bye</title><body>Bye")
}

async fn head(path: web::Path<(usize, String)>) -> HttpResponse {
    encodings::answer(path.0, &path.1)
}

/// Puts a mark into the page that a new page does not have.
pub fn mark(browser: &Browser) {
    browser.run("window.marked = true", &[]);
}

/// Whether the page is still the one that was marked.
pub fn is_marked(browser: &Browser) -> bool {
    browser.run("return window.marked === true", &[]) == json!(true)
}

/// Waits until a function body returns something true in the page.
pub fn wait(browser: &Browser, what: &str, script: &str) {
    until(what, || {
        (browser.run(script, &[]) == json!(true)).then_some(())
    });
}

/// What the browser says that it stopped.
pub fn stopped(browser: &Browser) -> Vec<String> {
    let mut said = browser.console();
    said.retain(|line| line.contains("Content Security Policy"));
    said
}
