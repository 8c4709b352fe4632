//! What depends on consent, and says so.

use actix_consent::{Consent, ConsentExt, allows};
use actix_web::{App, HttpRequest, HttpResponse, dev::Service as _, http::header, test, web};

use super::{asking, cache_control, public_page, says_that_it_depends};
use crate::helpers::{Visitor, consent, setting, visitors};

#[actix_web::test]
async fn an_answer_of_a_handler_that_asked_depends_on_consent() {
    let app =
        test::init_service(App::new().route("/", web::get().to(asking)).wrap(consent())).await;
    for mut visitor in visitors(&app).await {
        says_that_it_depends(&visitor.get(&app, "/").await);
    }
}

#[actix_web::test]
async fn a_handler_reading_consent_makes_the_response_dependent() {
    let handler = async |request: HttpRequest| {
        let on = request
            .consent()
            .is_some_and(|consent| consent.allows("analytics"));
        HttpResponse::Ok().body(on.to_string())
    };
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(handler))
            .wrap(consent()),
    )
    .await;
    says_that_it_depends(&Visitor::new().get(&app, "/").await);
}

#[actix_web::test]
async fn a_middleware_reading_consent_makes_a_response_dependent() {
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(async || "page"))
            .wrap_fn(|request, service| {
                assert!(
                    request
                        .consent()
                        .is_some_and(|consent| !consent.allows("analytics"))
                );
                service.call(request)
            })
            .wrap(consent()),
    )
    .await;
    says_that_it_depends(&Visitor::new().get(&app, "/").await);
}

#[actix_web::test]
async fn both_sides_of_a_guard_depend_on_consent() {
    let app = test::init_service(
        App::new()
            .service(
                web::resource("/")
                    .route(web::get().guard(allows("analytics")).to(async || "counted"))
                    .route(web::get().to(async || "not counted")),
            )
            .wrap(consent()),
    )
    .await;
    let [mut nobody, _, mut yes] = visitors(&app).await;
    let (off, on) = (nobody.get(&app, "/").await, yes.get(&app, "/").await);
    assert_eq!((off.text(), on.text()), ("not counted", "counted"));
    says_that_it_depends(&off);
    says_that_it_depends(&on);
}

#[actix_web::test]
async fn an_answer_that_gated_a_cookie_depends_on_consent() {
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(async || setting(&["visits=1"])))
            .route(
                "/json",
                web::get().to(async || {
                    let mut response = setting(&["visits=1"]);
                    response
                        .headers_mut()
                        .insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
                    response
                }),
            )
            .wrap(consent()),
    )
    .await;
    for mut visitor in visitors(&app).await {
        says_that_it_depends(&visitor.get(&app, "/").await);
        says_that_it_depends(&visitor.get(&app, "/json").await);
    }
}

#[actix_web::test]
async fn an_answer_that_expired_a_cookie_depends_on_consent() {
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(async || "page"))
            .wrap(consent()),
    )
    .await;
    let answer = Visitor::new().with("visits", "1").get(&app, "/").await;
    assert!(answer.removes("visits"));
    says_that_it_depends(&answer);
}

#[actix_web::test]
async fn errors_and_redirects_that_depend_on_consent_say_so() {
    let app = test::init_service(
        App::new()
            .route(
                "/crash",
                web::get().to(async |_: Consent| {
                    Err::<HttpResponse, _>(actix_web::error::ErrorInternalServerError("x"))
                }),
            )
            .route(
                "/away",
                web::get().to(async |_: Consent| {
                    HttpResponse::MovedPermanently()
                        .insert_header(("location", "/"))
                        .finish()
                }),
            )
            .wrap(consent()),
    )
    .await;
    says_that_it_depends(&Visitor::new().get(&app, "/crash").await);
    says_that_it_depends(&Visitor::new().get(&app, "/away").await);
}

#[actix_web::test]
async fn an_answer_that_a_choice_was_written_into_is_not_kept() {
    let handler = async |consent: Consent| {
        consent
            .accept(["analytics"])
            .await
            .map(|()| public_page("x"))
    };
    let app = test::init_service(
        App::new()
            .route("/", web::post().to(handler))
            .wrap(consent()),
    )
    .await;
    let answer = Visitor::new().post(&app, "/").await;
    assert!(answer.sets("__Host-consent"));
    assert!(cache_control(&answer).contains(&"private".to_owned()));
    assert!(!cache_control(&answer).contains(&"public".to_owned()));
}
