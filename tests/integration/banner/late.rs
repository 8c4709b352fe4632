//! Banners for which it is too early or too late.

use actix_consent::{AcceptError, Consent};
use actix_web::{App, Error, HttpResponse, http::header, test, web};
use futures_util::stream;

use super::banner;
use crate::helpers::{COOKIE, NOTE, Visitor, builder, consent, listen, logged, visitors};

/// Streams a page whose banner is asked for while the body is on its way, or before.
fn streamed(consent: Consent, before: bool) -> HttpResponse {
    let early = before.then(|| consent.banner().to_string());
    let body = stream::once(async move {
        let html = early.unwrap_or_else(|| consent.banner().to_string());
        Ok::<_, Error>(web::Bytes::from(format!("<body>{html}")))
    });
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::ETAG, "\"v1\""))
        .streaming(Box::pin(body))
}

#[actix_web::test]
async fn logs_a_banner_requested_after_the_head_was_sent() {
    for model in [
        actix_consent::ConsentModel::OptIn,
        actix_consent::ConsentModel::Implied,
    ] {
        let app = test::init_service(
            App::new()
                .route(
                    "/late",
                    web::get().to(async |consent: Consent| streamed(consent, false)),
                )
                .route(
                    "/early",
                    web::get().to(async |consent: Consent| streamed(consent, true)),
                )
                .wrap(builder().model(model).build().expect("valid")),
        )
        .await;
        listen();
        let late = Visitor::new().get(&app, "/late").await;
        assert_eq!(banner(&late), "", "it could be stored by a cache");
        let log = logged();
        assert_eq!(log.len(), 1, "{log:?}");
        assert!(log[0].starts_with("ERROR") && log[0].contains("banner"));
        assert!(late.set_cookies_named(NOTE).is_empty(), "nothing was shown");
        // The control: the same page, asked in time.
        let early = Visitor::new().get(&app, "/early").await;
        assert!(banner(&early).contains("data-consent-banner"));
        assert!(early.header("Cache-Control").contains("no-store"));
        assert!(!early.headers.contains_key("ETag"));
        assert_eq!(logged(), [""; 0]);
    }
}

#[actix_web::test]
async fn a_confirmation_requested_too_late_waits_for_the_next_page() {
    let app = test::init_service(
        App::new()
            .route(
                "/late",
                web::get().to(async |consent: Consent| streamed(consent, false)),
            )
            .route(
                "/early",
                web::get().to(async |consent: Consent| streamed(consent, true)),
            )
            .wrap(consent()),
    )
    .await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "reject").await;
    assert_eq!(banner(&visitor.get(&app, "/late").await), "");
    let page = visitor.get(&app, "/early").await;
    assert!(banner(&page).contains("role=\"status\""), "{page:?}");
}

#[actix_web::test]
async fn a_confirmation_rendered_for_no_page_waits_for_the_next() {
    let app = test::init_service(
        App::new()
            .route(
                "/redirect",
                web::get().to(async |consent: Consent| {
                    let banner = consent.banner().to_string();
                    HttpResponse::SeeOther()
                        .insert_header((header::LOCATION, "/early"))
                        .body(banner)
                }),
            )
            .route(
                "/json",
                web::get().to(async |consent: Consent| {
                    HttpResponse::Ok().json(consent.banner().to_string())
                }),
            )
            .route(
                "/early",
                web::get().to(async |consent: Consent| streamed(consent, true)),
            )
            .wrap(consent()),
    )
    .await;
    for path in ["/redirect", "/json"] {
        let mut visitor = Visitor::new();
        visitor.press(&app, "reject").await;
        visitor.get(&app, path).await;
        let page = visitor.get(&app, "/early").await;
        assert!(banner(&page).contains("role=\"status\""), "{path}");
        let next = visitor.get(&app, "/early").await;
        assert_eq!(banner(&next), "", "{path}: once it was seen");
    }
}

#[actix_web::test]
async fn logs_a_choice_made_after_the_head_was_sent() {
    async fn late(consent: Consent) -> HttpResponse {
        let body = stream::once(async move {
            consent.reject();
            Ok::<_, Error>(web::Bytes::new())
        });
        HttpResponse::Ok().streaming(Box::pin(body))
    }
    async fn early(consent: Consent) -> HttpResponse {
        consent.reject();
        HttpResponse::Ok().finish()
    }
    let app = test::init_service(
        App::new()
            .route("/late", web::post().to(late))
            .route("/early", web::post().to(early))
            .wrap(consent()),
    )
    .await;
    let [_, _, mut yes] = visitors(&app).await;
    listen();
    assert!(!yes.post(&app, "/late").await.sets(COOKIE));
    let log = logged();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].starts_with("ERROR") && log[0].contains("lost"));
    assert!(yes.post(&app, "/early").await.sets(COOKIE), "the control");
    assert_eq!(logged(), [""; 0]);
}

#[actix_web::test]
async fn acceptance_after_the_head_was_sent_is_an_error() {
    async fn answer(consent: Consent, late: bool) -> HttpResponse {
        let said = async move {
            let outcome = consent.accept(["analytics"]).await;
            let outcome = outcome == Err(AcceptError::TooLate);
            format!("too late {outcome}, on {}", consent.allows("analytics"))
        };
        match late {
            true => HttpResponse::Ok().streaming(Box::pin(stream::once(async move {
                Ok::<_, Error>(web::Bytes::from(said.await))
            }))),
            false => HttpResponse::Ok().body(said.await),
        }
    }
    let app = test::init_service(
        App::new()
            .route(
                "/late",
                web::post().to(async |consent: Consent| answer(consent, true).await),
            )
            .route(
                "/early",
                web::post().to(async |consent: Consent| answer(consent, false).await),
            )
            .wrap(consent()),
    )
    .await;
    let mut visitor = Visitor::new();
    let late = visitor.post(&app, "/late").await;
    assert_eq!(late.text(), "too late true, on false");
    assert!(!late.sets(COOKIE));
    let early = visitor.post(&app, "/early").await;
    assert_eq!(early.text(), "too late false, on true");
    assert!(early.sets(COOKIE));
}
