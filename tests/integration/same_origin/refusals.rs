//! Effects of a refused request, in handlers as well, and its response.

use actix_consent::ConsentMiddleware;
use actix_web::http::Method;

use super::{CROSS, OWN, SAME};
use crate::{
    helpers::{COOKIE, Visitor, consent, keys, policy, send},
    site::site,
};

#[actix_web::test]
async fn a_foreign_rejection_is_not_stored_either() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    for action in ["accept", "reject", "save", "dismiss"] {
        let request = visitor
            .request(Method::POST, "/privacy/choices")
            .insert_header(CROSS)
            .set_form([("action", action)]);
        let answer = send(&app, request).await;
        assert_eq!(answer.status, 403, "{action}");
        assert!(answer.set_cookies().is_empty(), "{action}: {answer:?}");
    }
}

#[actix_web::test]
async fn in_handlers_no_safe_method_accepts_however_it_is_sent() {
    let app = site(consent()).await;
    for (method, status) in [
        (Method::GET, 405),
        (Method::HEAD, 405),
        (Method::OPTIONS, 405),
        (Method::POST, 200),
        (Method::PUT, 200),
    ] {
        let request = Visitor::new()
            .request(method.clone(), "/accept/analytics")
            .insert_header(SAME)
            .insert_header(OWN);
        let answer = send(&app, request).await;
        assert_eq!(answer.status, status, "{method}");
        assert_eq!(answer.sets(COOKIE), status == 200, "{method}");
    }
}

#[actix_web::test]
async fn ignoring_the_error_accepts_nothing() {
    use actix_consent::{AcceptError, Consent};
    use actix_web::{App, HttpResponse, test, web};
    async fn careless(consent: Consent) -> HttpResponse {
        let before = consent.status();
        let outcome = consent.accept(["analytics"]).await;
        assert_eq!(outcome, Err(AcceptError::CrossSite));
        assert!(!consent.allows("analytics"));
        assert_eq!(consent.status(), before);
        HttpResponse::Ok()
            .insert_header(("Set-Cookie", "visits=1"))
            .finish()
    }
    let consent = ConsentMiddleware::new(policy(), keys()).expect("valid");
    let app = App::new()
        .route("/", web::post().to(careless))
        .wrap(consent);
    let app = test::init_service(app).await;
    let request = Visitor::new()
        .request(Method::POST, "/")
        .insert_header(CROSS);
    let answer = send(&app, request).await;
    assert_eq!(answer.status, 200);
    assert!(answer.set_cookies().is_empty(), "{answer:?}");
}

#[actix_web::test]
async fn a_refused_post_explains_itself_and_links_the_settings() {
    let app = site(consent()).await;
    let request = Visitor::new()
        .request(Method::POST, "/privacy/choices")
        .insert_header(CROSS)
        .set_form([("action", "accept")]);
    let answer = send(&app, request).await;
    let text = answer.text();
    assert!(text.contains(
        "This choice did not come from this site, so it was not stored. Nothing has changed."
    ));
    assert!(text.contains("href=\"/privacy/choices\""));
    assert!(
        !text.contains("Sec-Fetch"),
        "a visitor learns nothing internal"
    );
    assert_eq!(answer.header("Cache-Control"), "no-store");
    assert!(
        answer
            .header("Content-Security-Policy")
            .contains("default-src 'none'")
    );
}
