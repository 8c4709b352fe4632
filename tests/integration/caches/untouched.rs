//! What does not depend on consent, and is left alone.

use actix_consent::Undeclared;
use actix_web::{
    App, HttpResponse,
    http::{Method, header},
    test, web,
};

use super::{asking, plain, public_page};
use crate::helpers::{Visitor, builder, consent, send, setting, visitors};

#[actix_web::test]
async fn every_other_answer_stays_untouched() {
    fn app() -> App<
        impl actix_web::dev::ServiceFactory<
            actix_web::dev::ServiceRequest,
            Config = (),
            Response = actix_web::dev::ServiceResponse,
            Error = actix_web::Error,
            InitError = (),
        >,
    > {
        App::new()
            .route("/public", web::to(async || public_page("x")))
            .route(
                "/json",
                web::to(async || {
                    HttpResponse::Ok()
                        .insert_header((header::VARY, "Accept"))
                        .append_header(("X-Twice", "1"))
                        .append_header(("X-Twice", "2"))
                        .json([1, 2])
                }),
            )
            .route(
                "/session",
                web::to(async || setting(&["id=1", "id=2; Path=/x"])),
            )
            .route("/removal", web::to(async || setting(&["id=; Max-Age=0"])))
            .route(
                "/asset",
                web::to(async || {
                    HttpResponse::Ok()
                        .insert_header((
                            header::CACHE_CONTROL,
                            "public, max-age=31536000, immutable",
                        ))
                        .body("body{}")
                }),
            )
            .route(
                "/html",
                web::to(async || HttpResponse::Ok().content_type("text/html").body("<p>x")),
            )
            .route(
                "/crash",
                web::to(async || {
                    Err::<HttpResponse, _>(actix_web::error::ErrorInternalServerError("x"))
                }),
            )
            .route(
                "/same",
                web::to(async || {
                    HttpResponse::NotModified()
                        .insert_header((header::ETAG, "W/\"v1\""))
                        .finish()
                }),
            )
    }
    let bare = test::init_service(app()).await;
    let wrapped = test::init_service(app().wrap(consent())).await;
    let undeclared =
        test::init_service(app().wrap(builder().undeclared(Undeclared::Report).build().unwrap()))
            .await;
    for visitor in visitors(&wrapped).await {
        let visitor = visitor.with("id", "1").with("basket", "1");
        for path in [
            "/public", "/json", "/session", "/removal", "/asset", "/html", "/crash", "/same",
            "/none",
        ] {
            for method in [Method::GET, Method::HEAD, Method::POST] {
                let request = || {
                    let request = visitor.request(method.clone(), path);
                    request.insert_header((header::IF_NONE_MATCH, "\"v1-x\", W/\"v1\""))
                };
                let expected = send(&bare, request()).await;
                for answer in [
                    send(&wrapped, request()).await,
                    send(&undeclared, request()).await,
                ] {
                    assert_eq!(answer.status, expected.status, "{path}");
                    let mut headers = answer.headers.clone();
                    // The one thing that every page gets: where the policy is (RFC 6903).
                    let link = headers.remove(header::LINK).next();
                    assert_eq!(link.is_some(), path == "/html", "{method} {path}");
                    assert_eq!(plain(&headers), plain(&expected.headers), "{method} {path}");
                    assert_eq!(answer.body, expected.body, "{path}");
                    assert_eq!(answer.set_cookies(), expected.set_cookies(), "{path}");
                }
            }
        }
    }
}

#[actix_web::test]
async fn an_undeclared_cookie_makes_no_answer_depend_on_consent() {
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(async || setting(&["basket=1"])))
            .wrap(consent()),
    )
    .await;
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(answer.set_cookies(), [""; 0]);
    assert!(
        answer.headers.get(header::VARY).is_none()
            && answer.headers.get(header::CACHE_CONTROL).is_none()
    );
}

#[actix_web::test]
async fn an_answer_that_changes_nothing_sets_no_cookie() {
    let app =
        test::init_service(App::new().route("/", web::get().to(asking)).wrap(consent())).await;
    for mut visitor in visitors(&app).await {
        for _ in 0..2 {
            assert_eq!(visitor.get(&app, "/").await.set_cookies(), [""; 0]);
        }
    }
}
