//! Mistakes: no middleware, a second one, the wrong order.

use actix_consent::{Consent, error::MountError};
use actix_session::Session;
use actix_web::{
    App, HttpResponse, ResponseError,
    dev::Service as _,
    http::{Method, header},
    test, web,
};

use super::is_opaque;
use crate::helpers::{COOKIE, Visitor, consent, listen, logged, send, session, setting, visitors};

async fn counts(session: Session) -> actix_web::Result<HttpResponse> {
    session.insert("a", 1)?;
    Ok(setting(&["visits=1", "id2=1"]))
}

#[actix_web::test]
async fn asking_for_consent_without_the_middleware_is_a_named_error() {
    listen();
    let app =
        test::init_service(App::new().route("/", web::get().to(async |_: Consent| "page"))).await;
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(answer.status, 500);
    is_opaque(&answer);
    let log = logged().join("\n");
    assert!(
        log.contains("ERROR") && log.contains("ConsentMiddleware") && log.contains(".wrap("),
        "{log}"
    );
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(async |_: Consent| "page"))
            .wrap(consent()),
    )
    .await;
    assert_eq!(Visitor::new().get(&app, "/").await.status, 200);
}

/// An application whose session middleware reads cookies before they are judged.
macro_rules! wrong {
    () => {
        test::init_service(
            App::new()
                .route("/", web::get().to(counts))
                .wrap(consent())
                .wrap(session()),
        )
        .await
    };
}

#[actix_web::test]
async fn logs_a_wrong_order_at_the_first_request_and_once() {
    listen();
    let right = test::init_service(
        App::new()
            .route("/", web::get().to(counts))
            .wrap(session())
            .wrap(consent()),
    )
    .await;
    for line in [None, Some("id=1"), Some("basket=1")] {
        let wrong = wrong!();
        logged();
        for round in 0..3 {
            let mut request = Visitor::new().request(Method::GET, "/");
            if let Some(line) = line {
                request = request.insert_header((header::COOKIE, line));
            }
            assert_ne!(send(&wrong, request).await.status, 500, "{line:?}");
            let log = logged().join("\n");
            assert_eq!(log.contains("ERROR"), round == 0, "{line:?}: {log}");
            let names_order = log.contains(".wrap(session).wrap(consent");
            assert_eq!(names_order, round == 0, "{line:?}: {log}");
        }
        let mut request = Visitor::new().request(Method::GET, "/");
        if let Some(line) = line {
            request = request.insert_header((header::COOKIE, line));
        }
        assert_eq!(send(&right, request).await.status, 200, "{line:?}");
        assert!(logged().iter().all(|line| !line.starts_with("ERROR")));
    }
}

#[actix_web::test]
async fn logs_a_wrong_order_that_shows_on_one_path() {
    listen();
    let app = test::init_service(
        App::new()
            .route("/{tail:.*}", web::get().to(async || "page"))
            .wrap(consent())
            .wrap_fn(|request, service| {
                if request.path() == "/account" {
                    let _ = request.cookie("basket");
                }
                service.call(request)
            }),
    )
    .await;
    logged();
    let mut visitor = Visitor::new().with("basket", "1");
    for mut other in [Visitor::new(), visitor.clone(), visitor.clone()] {
        assert_eq!(other.get(&app, "/").await.status, 200);
        assert!(logged().iter().all(|line| !line.starts_with("ERROR")));
    }
    assert_eq!(visitor.get(&app, "/account").await.status, 200);
    let log = logged().join("\n");
    assert!(log.contains("ERROR"), "{log}");
}

#[actix_web::test]
async fn looking_for_a_wrong_order_leaves_the_cookies_readable() {
    let handler = async |request: actix_web::HttpRequest| {
        let raw = request.headers().get_all(header::COOKIE);
        let raw: Vec<_> = raw.map(|value| value.to_str().unwrap()).collect();
        let parsed = request
            .cookie("basket")
            .map(|cookie| cookie.value().to_owned());
        format!("{raw:?} {parsed:?}")
    };
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(handler))
            .wrap(consent()),
    )
    .await;
    for (line, expected) in [
        (Some("basket=1;  x"), "[\"basket=1;  x\"] Some(\"1\")"),
        (None, "[] None"),
    ] {
        let mut request = Visitor::new().request(Method::GET, "/");
        if let Some(line) = line {
            request = request.insert_header((header::COOKIE, line));
        }
        assert_eq!(send(&app, request).await.text(), expected);
    }
}

#[actix_web::test]
async fn a_wrong_order_answers_500_once_and_removes_the_cookies() {
    listen();
    let wrong = wrong!();
    logged();
    let mut visitor = Visitor::new().with("visits", "1").with("_ga_X", "1");
    // An image asks for it, and not a person.
    let answer = send(&wrong, visitor.request(Method::GET, "/")).await;
    assert_eq!(answer.status, 500);
    assert!(!answer.text().contains("onsent") && !answer.text().contains("visits"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let log = logged().join("\n");
    assert!(log.contains("ERROR"), "{log}");
    assert!(answer.removes("visits") && answer.removes("_ga_X"));
    visitor.keep(&answer);
    assert_eq!(visitor.get(&wrong, "/").await.status, 200);
}

#[actix_web::test]
async fn the_built_in_pages_answer_in_a_wrong_order() {
    listen();
    let wrong = wrong!();
    let mut visitor = Visitor::new().with("visits", "1");
    for path in [
        "/privacy",
        "/privacy/choices",
        "/privacy/state.json",
        "/privacy/versions/2",
        "/.well-known/gpc.json",
    ] {
        let answer = send(&wrong, visitor.request(Method::GET, path)).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    assert!(logged().join("\n").contains("ERROR"));
    let control = send(&wrong, visitor.request(Method::GET, "/")).await;
    assert_eq!(control.status, 500);
    let answer = visitor.press(&wrong, "reject").await;
    assert_eq!(answer.status, 303);
    assert!(answer.sets(COOKIE) && answer.removes("visits"));
    assert_eq!(visitor.get(&wrong, "/").await.status, 200);
}

#[actix_web::test]
async fn reports_the_wrong_order_for_patterns_and_encoded_names() {
    let wrong = test::init_service(
        App::new()
            .route("/", web::get().to(counts))
            .wrap(consent())
            .wrap(session()),
    )
    .await;
    for pair in [
        "_ga_X=1",
        "%5Fga=1",
        "\u{a0}visits=1",
        "visits=\"1\"",
        "id=1; visits=1; id=2",
    ] {
        let value = header::HeaderValue::from_bytes(pair.as_bytes()).unwrap();
        let request = Visitor::new().request(Method::GET, "/");
        let answer = send(&wrong, request.insert_header((header::COOKIE, value))).await;
        assert_eq!(answer.status, 500, "{pair}");
    }
    let [_, _, yes] = visitors(&test::init_service(App::new().wrap(consent())).await).await;
    let answer = send(&wrong, yes.with("visits", "1").request(Method::GET, "/")).await;
    assert_eq!(answer.status, 200, "an accepted cookie is no sign");
}

#[actix_web::test]
async fn the_right_order_is_not_reported_whatever_the_visitor_carries() {
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(counts))
            .wrap(session())
            .wrap(consent()),
    )
    .await;
    for visitor in visitors(&app).await {
        let mut visitor = visitor
            .with("visits", "1")
            .with("%5Fga", "1")
            .with("basket", "1");
        for _ in 0..3 {
            assert_eq!(visitor.get(&app, "/").await.status, 200);
        }
    }
}

#[actix_web::test]
async fn a_second_instance_is_reported() {
    listen();
    let twice = test::init_service(
        App::new()
            .route("/", web::get().to(async || "page"))
            .wrap(consent())
            .wrap(consent()),
    )
    .await;
    let nested = test::init_service(
        App::new()
            .route("/", web::get().to(async || "page"))
            .service(
                web::scope("/in")
                    .wrap(consent())
                    .route("/page", web::get().to(async || "page")),
            )
            .wrap(consent()),
    )
    .await;
    logged();
    let answer = Visitor::new().get(&twice, "/").await;
    assert_eq!(answer.status, 500);
    is_opaque(&answer);
    let log = logged().join("\n");
    assert!(log.contains("ERROR") && log.contains("twice"), "{log}");
    assert_eq!(Visitor::new().get(&nested, "/in/page").await.status, 500);
    assert!(logged().join("\n").contains("twice"));
    assert_eq!(
        Visitor::new().get(&nested, "/").await.status,
        200,
        "once is right"
    );
}

#[actix_web::test]
async fn mount_errors_are_opaque_and_their_texts_are_not() {
    for error in [MountError::Missing, MountError::Twice, MountError::Order] {
        assert_eq!(error.status_code(), 500);
        assert!(
            error.to_string().contains("ConsentMiddleware") || error.to_string().contains("wrap")
        );
        let body = actix_web::body::to_bytes(error.error_response().into_body())
            .await
            .unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("ConsentMiddleware"));
    }
}
