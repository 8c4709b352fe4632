//! Records without a choice: once a day, and by navigations only.

use actix_consent::{Consent, ConsentModel, ledger::Event};
use actix_web::{App, HttpResponse, http::Method, test, web};

use super::{Notebook, recording};
use crate::{
    helpers::{NOTE, Visitor, builder, send},
    site::{ALL, sent, site},
};

#[actix_web::test]
async fn a_replayed_note_writes_no_second_record() {
    let notebook = Notebook::default();
    let (recording, _outbox) = notebook.recording();
    let consent = builder().model(ConsentModel::Implied).ledger(recording);
    let app = site(consent.build().expect("it can be used")).await;
    let mut visitor = Visitor::new();
    visitor.get(&app, "/").await;
    let note = visitor.cookies[NOTE].clone();
    for _ in 0..20 {
        let mut replay = Visitor::new().with(NOTE, &note);
        assert_eq!(sent(&replay.get(&app, "/page").await), ALL, "it counts");
    }
    // Another page of another site, with the same note.
    let request = Visitor::new()
        .with(NOTE, &note)
        .request(Method::GET, "/page")
        .insert_header(("Sec-Fetch-Dest", "document"))
        .insert_header(("Sec-Fetch-Site", "cross-site"));
    assert_eq!(sent(&send(&app, request).await), "");
    // The control: what waits arrives in its order, so whatever came before is there with this.
    Visitor::new().press(&app, "reject").await;
    let events: Vec<_> = notebook.records(2).iter().map(|one| one.event).collect();
    assert_eq!(events, [Event::Implied, Event::Rejected]);
}

/// Answers without asking for consent.
async fn unaware() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html").body("<p>page")
}

#[actix_web::test]
async fn an_opt_out_is_recorded_where_nothing_asks() {
    let notebook = Notebook::default();
    let (consent, _outbox) = recording(&notebook);
    let app = App::new().default_service(web::to(unaware)).wrap(consent);
    let app = test::init_service(app).await;
    let mut visitor = Visitor::new();
    // The control: without the signal, and on what is no navigation, nothing is recorded.
    visitor.get(&app, "/page").await;
    visitor.gpc = true;
    let picture = visitor.request(Method::GET, "/picture");
    send(&app, picture.insert_header(("Sec-Fetch-Dest", "image"))).await;
    Visitor::new().press(&app, "reject").await;
    assert_eq!(notebook.records(1)[0].event, Event::Rejected);
    let page = visitor.get(&app, "/page").await;
    assert_eq!(page.set_cookies(), [""; 0]);
    assert_eq!(page.header("vary"), "", "the page depends on nothing");
    visitor.get(&app, "/other").await;
    visitor.get(&app, "/privacy").await;
    Visitor::new().press(&app, "reject").await;
    let events: Vec<_> = notebook.records(3).iter().map(|one| one.event).collect();
    assert_eq!(events, [Event::Rejected, Event::OptedOut, Event::Rejected]);
}

#[actix_web::test]
async fn an_opt_out_of_a_subject_is_recorded_where_nothing_asks() {
    let notebook = Notebook::default();
    let (consent, _outbox) = recording(&notebook);
    let app = App::new().default_service(web::to(unaware)).wrap(consent);
    let app = test::init_service(app).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    visitor.gpc = true;
    for _ in 0..3 {
        visitor.get(&app, "/page").await;
    }
    let records = notebook.records(2);
    assert_eq!(records[1].event, Event::OptedOut);
    assert_eq!(records[1].subject, records[0].subject);
}

#[actix_web::test]
async fn printing_a_consent_has_no_effect() {
    let print = async |request: actix_web::HttpRequest| {
        use actix_consent::ConsentExt as _;
        let printed = format!("{:?}", request.consent());
        HttpResponse::Ok().content_type("text/html").body(printed)
    };
    let unaware = web::get().to(unaware);
    let asking = async |consent: Consent| consent.allows("analytics").to_string();
    let notebook = Notebook::default();
    let (consent, _outbox) = recording(&notebook);
    let app = App::new()
        .route("/print", web::get().to(print))
        .route("/unaware", unaware)
        .route("/ask", web::get().to(asking))
        .wrap(consent);
    let app = test::init_service(app).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    // The confirmation is not due on pages without a banner.
    visitor.cookies.remove(NOTE);
    visitor.gpc = true;
    let cookie = visitor.cookies[crate::helpers::COOKIE].clone();
    // No navigation: the signal is not recorded, and printing does not change that.
    let get = async |path: &str| {
        let request = visitor.request(Method::GET, path);
        send(&app, request.insert_header(("Sec-Fetch-Dest", "empty"))).await
    };
    let (printed, control, asked) = (
        get("/print").await,
        get("/unaware").await,
        get("/ask").await,
    );
    for name in ["vary", "cache-control", "etag"] {
        assert_eq!(printed.header(name), control.header(name), "{name}");
    }
    assert_ne!(asked.header("vary"), control.header("vary"));
    assert_eq!(printed.set_cookies(), control.set_cookies());
    let text = printed.text();
    assert!(
        text.contains("Decided") && text.contains("\"analytics\""),
        "{text}"
    );
    assert!(
        !text.contains("\"marketing\""),
        "the signal denies it: {text}"
    );
    let id = cookie.rsplit('.').next().expect("an id");
    assert!(!text.contains(id) && !text.contains(&cookie), "{text}");
    Visitor::new().press(&app, "reject").await;
    let events: Vec<_> = notebook.records(2).iter().map(|one| one.event).collect();
    assert_eq!(events, [Event::Accepted, Event::Rejected]);
}
