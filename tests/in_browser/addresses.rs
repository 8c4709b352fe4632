//! Spellings of addresses in every attribute that fetches, as Chromium reads them.
//!
//! The control is the same site without a gate: what Chromium requests there of the gated origin
//! must neither leave the gate nor be requested through it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, mpsc},
    thread,
};

use actix_consent::{ConsentMiddleware, Policy, SigningKeys, markup::Markup};
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, middleware::Condition,
    rt::System, web,
};

use crate::{
    driver::Browser,
    support::{http::Request, until},
};

mod spellings;

use spellings::{Case, cases};

/// Number of cases per page, and of documents in frames per page.
const BATCH: usize = 240;
const FRAMES: usize = 60;

/// The gated origin, and the site twice: without a gate, and with one.
struct Sites {
    bare: u16,
    gated: u16,
    hits: Arc<Mutex<BTreeSet<String>>>,
    handles: Vec<ServerHandle>,
}

impl Sites {
    fn start() -> (Self, Arc<Vec<Case>>) {
        let (started, starting) = mpsc::channel();
        thread::spawn(move || System::new().block_on(serve(started)));
        starting.recv().unwrap()
    }

    /// Lets the browser load all cases, and returns the ids that the gated origin was asked for.
    fn load(&self, browser: &Browser, port: u16, cases: &[Case]) -> BTreeSet<usize> {
        self.hits.lock().unwrap().clear();
        for page in 0..pages(cases).len() {
            browser.open(&format!("http://127.0.0.1:{port}/page/{page}"));
            let last = format!("/last/{page}/");
            until("the last request of a page", || {
                let hits = self.hits.lock().unwrap();
                hits.iter().any(|hit| hit.contains(&last)).then_some(())
            });
        }
        let hits = self.hits.lock().unwrap();
        hits.iter().filter_map(|hit| id_in(hit)).collect()
    }
}

impl Drop for Sites {
    fn drop(&mut self) {
        let handles = std::mem::take(&mut self.handles);
        System::new().block_on(async move {
            for handle in handles {
                handle.stop(false).await;
            }
        });
    }
}

/// The number between `k` and `z` in a path.
fn id_in(path: &str) -> Option<usize> {
    let (_, rest) = path.split_once("/k")?;
    rest.split_once('z')?.0.parse().ok()
}

/// The cases of each page: many elements in one document, or documents in frames.
fn pages(cases: &[Case]) -> Vec<&[Case]> {
    let framed = cases.partition_point(|case| !case.document);
    let (inline, documents) = cases.split_at(framed);
    inline
        .chunks(BATCH)
        .chain(documents.chunks(FRAMES))
        .collect()
}

/// A page of a batch; the last thing in it is asked of a host that no policy names.
fn page(cases: &[Case], number: usize, partner: u16) -> String {
    let last = format!("http://free.localhost:{partner}/last/{number}/");
    let mut html = String::from("<!doctype html><meta charset=utf-8><title>x</title><body>");
    for case in pages(cases)[number] {
        match case.document {
            true => html += &format!("<iframe src=/case/{}></iframe>", case.id),
            false => html += &format!("<div>{}</div>", case.html),
        }
    }
    match pages(cases)[number][0].document {
        true => html + &format!("<iframe src='/late?{last}'></iframe>"),
        false => html + &format!("<img src='{last}'><link rel=prefetch href='{last}late'>"),
    }
}

async fn serve(started: mpsc::Sender<(Sites, Arc<Vec<Case>>)>) {
    let hits = Arc::new(Mutex::new(BTreeSet::new()));
    let counter = hits.clone();
    let partner = move || {
        let counter = counter.clone();
        App::new().default_service(web::to(move |request: HttpRequest| {
            counter.lock().unwrap().insert(request.uri().to_string());
            let gone = HttpResponse::NoContent()
                .insert_header(("access-control-allow-origin", "*"))
                .finish();
            std::future::ready(gone)
        }))
    };
    let partner = HttpServer::new(partner).workers(1);
    let partner = partner.bind("127.0.0.1:0").unwrap();
    let port = partner.addrs()[0].port();
    let partner = partner.disable_signals().run();

    let policy = format!(
        "{}\n[[embed]]\nservice = \"example-video\"\nframe = [\"http://gated.localhost:{port}\"]\n\
         img = [\"http://127.0.0.1:{port}\"]\n",
        include_str!("../integration/consent.toml").replace("partitioned = true", "")
    );
    let consent =
        ConsentMiddleware::builder(Policy::parse(&policy).unwrap(), SigningKeys::generate())
            .plain_http()
            .markup(Markup::new())
            .build()
            .unwrap();
    let all = Arc::new(cases(port));
    let served = all.clone();
    let site = move |gated: bool| {
        let (consent, all) = (consent.clone(), served.clone());
        HttpServer::new(move || {
            let (one, many) = (all.clone(), all.clone());
            App::new()
                .route(
                    "/case/{id}",
                    web::get()
                        .to(move |id: web::Path<usize>| std::future::ready(document(&one[*id]))),
                )
                .route(
                    "/page/{number}",
                    web::get().to(move |number: web::Path<usize>| {
                        std::future::ready(html(page(&many, *number, port)))
                    }),
                )
                .route(
                    "/late",
                    web::get().to(|request: HttpRequest| {
                        let target = request.query_string().to_owned();
                        std::future::ready(html(format!(
                            "<!doctype html><meta http-equiv=refresh content='0;url={target}'>"
                        )))
                    }),
                )
                .wrap(Condition::new(gated, consent.clone()))
        })
        .workers(1)
        .bind("127.0.0.1:0")
        .unwrap()
    };
    let (bare, gated) = (site(false), site(true));
    let sites = |handles| Sites {
        bare: bare.addrs()[0].port(),
        gated: gated.addrs()[0].port(),
        hits,
        handles,
    };
    let mut sites = sites(vec![partner.handle()]);
    let (bare, gated) = (bare.disable_signals().run(), gated.disable_signals().run());
    sites.handles.extend([bare.handle(), gated.handle()]);
    started.send((sites, all)).unwrap();
    let ended = futures_util::future::join3(partner, bare, gated).await;
    ended.0.and(ended.1).and(ended.2).unwrap();
}

fn html(body: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(body)
}

/// A document with nothing but the case in it.
fn document(case: &Case) -> HttpResponse {
    let mut response = html(match case.document {
        true => format!("<!doctype html><meta charset=utf-8>{}", case.html),
        false => format!("<!doctype html><meta charset=utf-8><body>{}", case.html),
    });
    if let Some(link) = &case.link
        && let Ok(link) = link.parse()
    {
        let name = actix_web::http::header::LINK;
        response.headers_mut().insert(name, link);
    }
    response
}

#[test]
#[ignore = "needs Chromium"]
fn chromium_requests_no_spelling_of_a_gated_origin() {
    let (sites, cases) = Sites::start();
    assert!(cases.len() >= 4_000, "{} spellings", cases.len());
    let browser = Browser::start();
    let requested = sites.load(&browser, sites.bare, &cases);
    eprintln!(
        "{} of {} cases fetch without a gate",
        requested.len(),
        cases.len()
    );
    let kinds: BTreeSet<_> = requested.iter().map(|id| cases[*id].kind).collect();
    assert!(requested.len() >= 3_000, "{} fetch", requested.len());
    assert!(kinds.len() >= 30, "of kinds {kinds:?}");

    let leaks = sites.load(&browser, sites.gated, &cases);
    let told: Vec<_> = leaks.iter().take(20).map(|id| &cases[*id]).collect();
    assert!(leaks.is_empty(), "{} leaks: {told:#?}", leaks.len());

    // Each spelling by itself, since a page with many is never one that passes at a glance.
    // Documents were by themselves before.
    let host = format!("127.0.0.1:{}", sites.gated);
    let alone = requested.iter().filter(|id| cases[**id].kind == "img src");
    let mut asked = 0;
    for id in alone {
        let answer = Request::new("GET", &host, &format!("/case/{id}")).send(sites.gated);
        let body = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, 200, "{:?}", cases[*id]);
        assert!(!body.contains(&format!("/k{id}z")), "{:?}", cases[*id]);
        asked += 1;
    }
    assert!(asked >= 100, "{asked} spellings alone");
}
