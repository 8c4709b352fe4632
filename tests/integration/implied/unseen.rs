//! A notice that nobody has seen is no notice.

use actix_consent::Consent;
use actix_web::{
    App, HttpResponse,
    http::header::{self, ContentType},
    test, web,
};

use super::{has_notice, implied};
use crate::{
    helpers::{NOTE, Visitor, builder, setting},
    site::{ALL, sent, site},
};

/// Draws the banner, and answers with something else than a page.
async fn redirect(consent: Consent) -> HttpResponse {
    let banner = consent.banner().to_string();
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/plain"))
        .content_type(ContentType::html())
        .body(banner)
}

async fn json(consent: Consent) -> HttpResponse {
    HttpResponse::Ok().json(consent.banner().to_string())
}

async fn unchanged(consent: Consent) -> HttpResponse {
    let _ = consent.banner();
    HttpResponse::NotModified().finish()
}

async fn page(consent: Consent) -> HttpResponse {
    let banner = consent.banner().to_string();
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .body(banner)
}

#[actix_web::test]
async fn a_notice_that_was_drawn_for_no_page_was_shown_to_nobody() {
    let app = test::init_service(
        App::new()
            .route("/redirect", web::get().to(redirect))
            .route("/json", web::get().to(json))
            .route("/unchanged", web::get().to(unchanged))
            .route("/page", web::get().to(page))
            .route("/plain", web::get().to(async || setting(&["visits=1"])))
            .wrap(implied()),
    )
    .await;
    for path in ["/redirect", "/json", "/unchanged", "/page"] {
        let shown = path == "/page";
        let mut visitor = Visitor::new();
        let answer = visitor.get(&app, path).await;
        assert_eq!(answer.sets(NOTE), shown, "{path}: {answer:?}");
        let next = visitor.get(&app, "/plain").await;
        assert_eq!(
            next.sets("visits"),
            shown,
            "{path}: after it, the first page"
        );
        // From the first page on that does show it, it counts.
        assert!(has_notice(&visitor.get(&app, "/page").await), "{path}");
        assert!(visitor.get(&app, "/plain").await.sets("visits"), "{path}");
    }
}

#[actix_web::test]
async fn a_notice_counts_as_shown_when_a_redirect_renders_it_again() {
    let app = test::init_service(
        App::new()
            .route("/redirect", web::get().to(redirect))
            .route("/page", web::get().to(page))
            .route("/plain", web::get().to(async || setting(&["visits=1"])))
            .wrap(implied()),
    )
    .await;
    let mut visitor = Visitor::new();
    assert!(
        !visitor.get(&app, "/plain").await.sets("visits"),
        "the control"
    );
    visitor.get(&app, "/page").await;
    visitor.get(&app, "/redirect").await;
    assert!(visitor.get(&app, "/plain").await.sets("visits"));
}

#[actix_web::test]
async fn closing_a_notice_where_none_is_shown_closes_none_elsewhere() {
    let opt_in = site(builder().build().expect("valid")).await;
    let app = site(implied()).await;
    let mut visitor = Visitor::new();
    let answer = visitor.press(&opt_in, "dismiss").await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.set_cookies(), [""; 0]);
    let first = visitor.get(&app, "/").await;
    assert_eq!(sent(&first), "", "it is the first page that was seen here");
    assert!(has_notice(&first));
    // The control: closed where it is shown, it stays closed, and going on counts.
    assert!(visitor.press(&app, "dismiss").await.sets(NOTE));
    let next = visitor.get(&app, "/page/2").await;
    assert!(!has_notice(&next));
    assert_eq!(sent(&next), ALL);
}
