//! A choice counts in its own response.

use actix_consent::{Consent, ConsentExt};
use actix_web::{
    App, HttpResponse,
    dev::Service as _,
    http::{Method, StatusCode, header},
    test, web,
};

use super::{Failure, VISITS, with_visits};
use crate::helpers::{Visitor, consent, send, setting, visitors};

/// Routes that set cookies before and after they write a choice.
macro_rules! choosing {
    () => {
        App::new()
            .route(
                "/accept",
                web::to(async |consent: Consent| {
                    let outcome = consent.accept(["analytics"]).await;
                    assert_eq!(outcome.is_ok(), consent.allows("analytics"));
                    outcome.map(|()| setting(&[VISITS, "display=1", "id=1"]))
                }),
            )
            .route(
                "/withdraw",
                web::to(async |consent: Consent| {
                    let response = setting(&[VISITS, "display=1", "id=1"]);
                    consent.withdraw(["analytics"]);
                    assert!(!consent.allows("analytics"));
                    response
                }),
            )
            .route(
                "/reject",
                web::to(async |consent: Consent| {
                    consent.reject();
                    setting(&[VISITS, "display=1", "id=1"])
                }),
            )
            .route(
                "/",
                web::to(async || setting(&[VISITS, "display=1", "id=1"])),
            )
    };
}

#[actix_web::test]
async fn an_acceptance_counts_in_its_own_response() {
    let app = test::init_service(choosing!().wrap(consent())).await;
    let mut visitor = Visitor::new();
    assert!(!visitor.get(&app, "/").await.sets("visits"));
    let answer = visitor.post(&app, "/accept").await;
    assert!(answer.sets("visits") && answer.sets("id") && answer.sets("__Host-consent"));
    assert!(!answer.sets("display"));
    assert!(visitor.get(&app, "/").await.sets("visits"));
}

#[actix_web::test]
async fn an_acceptance_needs_a_post_from_the_site_itself() {
    let app = test::init_service(choosing!().wrap(consent())).await;
    for (method, site, status) in [
        (Method::GET, "same-origin", 405),
        (Method::HEAD, "same-origin", 405),
        (Method::POST, "cross-site", 403),
        (Method::POST, "same-site", 403),
        (Method::POST, "same-origin", 200),
    ] {
        let request = Visitor::new().request(method.clone(), "/accept");
        let answer = send(&app, request.insert_header(("Sec-Fetch-Site", site))).await;
        assert_eq!(answer.status, status, "{method} {site}");
        assert_eq!(
            answer.sets("__Host-consent"),
            status == 200,
            "{method} {site}"
        );
        assert_eq!(answer.sets("visits"), status == 200, "{method} {site}");
    }
    let answer = send(&app, Visitor::new().request(Method::POST, "/accept")).await;
    assert_eq!(answer.status, 403, "no proof at all");
}

#[actix_web::test]
async fn a_withdrawal_filters_cookies_set_earlier_in_its_response() {
    let app = test::init_service(choosing!().wrap(consent())).await;
    for path in ["/withdraw", "/reject"] {
        let [_, _, mut yes] = visitors(&app).await;
        assert!(yes.get(&app, "/").await.sets("visits"), "the control");
        let answer = yes.post(&app, path).await;
        assert!(!answer.sets("visits"), "{path}");
        assert!(answer.removes("visits"), "{path}");
        assert_eq!(answer.sets("display"), path == "/withdraw", "{path}");
        assert!(answer.sets("id"), "{path}");
        assert!(!yes.get(&app, "/").await.sets("visits"), "{path}");
    }
}

#[actix_web::test]
async fn a_get_may_write_a_choice_that_grants_nothing() {
    let app = test::init_service(choosing!().wrap(consent())).await;
    let [_, _, mut yes] = visitors(&app).await;
    assert!(yes.get(&app, "/").await.sets("visits"), "the control");
    assert!(yes.get(&app, "/reject").await.sets("__Host-consent"));
    assert!(!yes.get(&app, "/").await.sets("visits"));
}

#[actix_web::test]
async fn a_choice_in_an_answer_that_fails_counts_as_well() {
    async fn fails(consent: Consent) -> Result<HttpResponse, Failure> {
        consent.withdraw(["analytics"]);
        Err(Failure(StatusCode::INTERNAL_SERVER_ERROR))
    }
    let app = test::init_service(
        App::new()
            .route("/fails", web::post().to(fails))
            .wrap(consent()),
    )
    .await;
    let [_, _, mut yes] = visitors(&app).await;
    let answer = yes.post(&app, "/fails").await;
    assert_eq!(answer.status, 500);
    assert!(answer.removes("visits") && !answer.sets("visits") && answer.sets("__Host-consent"));
}

#[actix_web::test]
async fn a_choice_after_the_headers_is_no_error_and_changes_no_header() {
    async fn late(consent: Consent) -> HttpResponse {
        let parts = futures_util::stream::once(async move {
            consent.reject();
            Ok::<_, actix_web::Error>(web::Bytes::from(consent.allows("analytics").to_string()))
        });
        with_visits(HttpResponse::Ok().streaming(Box::pin(parts)))
    }
    let app = test::init_service(App::new().route("/", web::get().to(late)).wrap(consent())).await;
    let [_, _, mut yes] = visitors(&app).await;
    let answer = yes.get(&app, "/").await;
    assert_eq!(answer.text(), "false");
    assert_eq!(answer.set_cookies(), [VISITS]);
}

#[actix_web::test]
async fn filters_an_error_rendered_twice_without_duplicates() {
    let app = test::init_service(
        App::new()
            .service(
                web::resource("/")
                    .route(web::get().to(async || "page"))
                    .wrap_fn(|request, _| {
                        request.consent().unwrap().withdraw(["analytics"]);
                        async {
                            Err::<actix_web::dev::ServiceResponse, _>(
                                Failure(StatusCode::UNAUTHORIZED).into(),
                            )
                        }
                    }),
            )
            .wrap(consent()),
    )
    .await;
    let [_, _, yes] = visitors(&app).await;
    let request = yes.request(Method::GET, "/").to_request();
    let error = app
        .call(request)
        .await
        .expect_err("the error of a middleware stays one");
    let cookies = |response: HttpResponse| -> Vec<String> {
        let headers = response.headers().get_all(header::SET_COOKIE);
        headers
            .map(|value| value.to_str().unwrap().to_owned())
            .collect()
    };
    let (once, twice) = (
        cookies(error.error_response()),
        cookies(error.error_response()),
    );
    assert!(
        once.iter()
            .any(|cookie| cookie.starts_with("__Host-consent=")),
        "{once:?}"
    );
    assert!(
        once.iter().any(|cookie| cookie.starts_with("visits=;")),
        "{once:?}"
    );
    assert!(!once.contains(&VISITS.to_owned()), "{once:?}");
    assert_eq!(once, twice);
    let distinct: std::collections::BTreeSet<_> = once.iter().collect();
    assert_eq!(distinct.len(), once.len(), "{once:?}");
}
