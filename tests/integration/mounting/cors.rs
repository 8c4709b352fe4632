//! `actix-cors` outside of the middleware, as `docs/hosting.md` shows it.

use actix_consent::{Consent, error::ConfigError};
use actix_cors::Cors;
use actix_web::{
    App, HttpResponse,
    http::{Method, header},
    test::{self, TestRequest},
    web,
};

use super::runs_what_is_shown;
use crate::helpers::{Answer, COOKIE, Visitor, builder, consent, listen, logged, send, setting};

const OWN: &str = "https://news.example";
const PARTNER: &str = "https://partner.example";
const STRANGER: &str = "https://stranger.example";

async fn orders(_: Consent) -> HttpResponse {
    setting(&["visits=1", "id=1"])
}

/// The application of the document.
macro_rules! shown {
    ($consent:expr) => {{
        let consent = $consent;
        let cors = Cors::default()
            .allowed_origin("https://partner.example")
            .allowed_methods(["GET", "POST"])
            .allowed_header(header::CONTENT_TYPE)
            .supports_credentials();
        let app = App::new()
            .route("/api/orders", web::post().to(orders))
            .wrap(consent)
            .wrap(cors);
        test::init_service(app).await
    }};
}

/// A request as a browser makes it for a page of this origin.
fn from(origin: &str, request: TestRequest) -> TestRequest {
    let site = match origin {
        OWN => "same-origin",
        _ => "cross-site",
    };
    request
        .insert_header((header::ORIGIN, origin))
        .insert_header(("Sec-Fetch-Site", site))
}

/// The question that a browser asks before it sends JSON to another origin.
fn preflight(origin: &str, path: &str) -> TestRequest {
    from(origin, Visitor::new().request(Method::OPTIONS, path))
        .insert_header((header::ACCESS_CONTROL_REQUEST_METHOD, "POST"))
        .insert_header((header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type"))
}

fn choice(visitor: &Visitor) -> TestRequest {
    visitor.request(Method::POST, "/privacy/choices")
}

fn allowed_origin(answer: &Answer) -> &str {
    answer.header("access-control-allow-origin")
}

#[actix_web::test]
async fn cors_outside_answers_preflights_alone() {
    runs_what_is_shown("# CORS outside", include_str!("cors.rs"));
    listen();
    let app = shown!(consent());
    logged();
    for path in ["/api/orders", "/privacy/choices"] {
        let answer = send(&app, preflight(PARTNER, path)).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(allowed_origin(&answer), PARTNER);
        let methods = answer.header("access-control-allow-methods");
        assert!(methods.contains("POST"), "{methods}");
        assert_eq!(answer.set_cookies(), [""; 0]);
        let refused = send(&app, preflight(STRANGER, path)).await;
        assert_eq!(refused.status, 400, "{path}");
        assert_eq!(allowed_origin(&refused), "");
    }
    // No layer outside has read cookies.
    assert_eq!(logged(), [""; 0]);
    // The control: without CORS nobody answers.
    let bare = App::new().route("/api/orders", web::post().to(orders));
    let bare = test::init_service(bare.wrap(consent())).await;
    let answer = send(&bare, preflight(PARTNER, "/api/orders")).await;
    assert_eq!(allowed_origin(&answer), "");
    assert_ne!(answer.status, 200);
}

#[actix_web::test]
async fn cors_allows_no_choice_from_another_origin() -> Result<(), ConfigError> {
    let app = shown!(builder().origin(OWN).build()?);
    let any = App::new().route("/api/orders", web::post().to(orders));
    let any = any.wrap(builder().origin(OWN).build()?);
    let any = test::init_service(any.wrap(Cors::permissive())).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "reject").await;
    for origin in [PARTNER, STRANGER] {
        let json = serde_json::json!({ "action": "accept" });
        let without_fetch_headers = choice(&visitor).insert_header((header::ORIGIN, origin));
        for (request, again) in [
            (
                from(origin, choice(&visitor)).set_json(&json),
                from(origin, choice(&visitor)).set_json(&json),
            ),
            (
                from(origin, choice(&visitor)).set_form([("action", "accept")]),
                from(origin, choice(&visitor)).set_form([("action", "accept")]),
            ),
            (
                without_fetch_headers.set_json(&json),
                choice(&visitor)
                    .insert_header((header::ORIGIN, origin))
                    .set_form([("action", "accept")]),
            ),
        ] {
            let answer = send(&app, request).await;
            assert_eq!(answer.status, 403, "{origin}");
            assert_eq!(answer.set_cookies(), [""; 0], "{origin}");
            let shared = [PARTNER].contains(&origin);
            assert_eq!(allowed_origin(&answer) == origin, shared, "{origin}");
            let answer = send(&any, again).await;
            assert_eq!(answer.status, 403, "{origin}");
            assert_eq!(answer.set_cookies(), [""; 0], "{origin}");
            assert_ne!(allowed_origin(&answer), "", "{origin}");
        }
    }
    let state = visitor.get(&app, "/privacy/state.json").await;
    let state: serde_json::Value = serde_json::from_slice(&state.body).unwrap();
    assert_eq!(state["categories"]["analytics"]["granted"], false);
    // The control: a page of the site chooses.
    let accept = from(OWN, choice(&visitor)).set_form([("action", "accept")]);
    let answer = send(&app, accept).await;
    assert_eq!(answer.status, 303);
    assert!(answer.sets(COOKIE));
    Ok(())
}

#[actix_web::test]
async fn an_api_gets_cors_headers_beside_those_of_consent() {
    let app = shown!(consent());
    for (origin, allowed) in [(PARTNER, PARTNER), (STRANGER, "")] {
        let request = Visitor::new().request(Method::POST, "/api/orders");
        let answer = send(&app, from(origin, request)).await;
        assert_eq!(answer.status, 200, "{origin}");
        assert_eq!(allowed_origin(&answer), allowed);
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
        assert_eq!(answer.set_cookies(), ["id=1"], "{origin}");
        let cache = answer.header("cache-control");
        assert!(cache.contains("private"), "{cache}");
        let vary = answer.header("vary");
        for name in ["Cookie", "Sec-GPC", "Origin"] {
            assert!(
                vary.split(", ").any(|it| it.eq_ignore_ascii_case(name)),
                "{vary}"
            );
        }
    }
}

/// The headers of an answer that are not of CORS, without `Vary`.
fn of_consent(answer: &Answer) -> Vec<String> {
    let headers = answer.headers.iter();
    let ours = headers.filter(|(name, _)| {
        **name != header::VARY && !name.as_str().starts_with("access-control-")
    });
    let mut ours: Vec<String> = ours
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    ours.sort();
    ours
}

#[actix_web::test]
async fn cors_outside_leaves_headers_and_cookies_of_consent() {
    let app = shown!(consent());
    let bare = App::new().route("/api/orders", web::post().to(orders));
    let bare = test::init_service(bare.wrap(consent())).await;
    for path in ["/privacy", "/privacy/choices", "/privacy/state.json"] {
        let visitor = Visitor::new().with("visits", "1");
        let request = || from(OWN, visitor.request(Method::GET, path));
        let (with, without) = (send(&app, request()).await, send(&bare, request()).await);
        assert_eq!(of_consent(&with), of_consent(&without), "{path}");
        assert_eq!(with.body, without.body, "{path}");
        assert!(without.headers.contains_key("cache-control"), "{path}");
    }
    let reject = || from(OWN, choice(&Visitor::new())).set_form([("action", "reject")]);
    for answer in [send(&app, reject()).await, send(&bare, reject()).await] {
        assert_eq!(answer.status, 303);
        assert!(answer.sets(COOKIE));
        assert_eq!(allowed_origin(&answer), "");
    }
}
