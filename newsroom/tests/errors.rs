//! The page that a visitor gets when a handler fails.

use actix_consent::{ConsentModel, SigningKeys};
use actix_web::{
    App, HttpResponse,
    cookie::{Cookie, Key},
    error::{ErrorInternalServerError, InternalError},
    http::{StatusCode, header},
    test, web,
};
use newsroom::site::Site;

/// Fails with a secret in its error and a gated cookie in its response.
async fn fail() -> actix_web::Result<HttpResponse> {
    let mut answer = HttpResponse::InternalServerError().body("the password is swordfish");
    let visits = Cookie::build("visits", "9").path("/").finish();
    answer
        .add_cookie(&visits)
        .map_err(ErrorInternalServerError)?;
    Err(InternalError::from_response("the password is swordfish", answer).into())
}

#[actix_web::test]
async fn a_failing_handler_gets_an_error_page_without_details() {
    let site = Site::new(ConsentModel::OptIn, None, Key::generate());
    let consent = site.consent(SigningKeys::generate()).expect("it is valid");
    let app = App::new()
        .configure(|cfg| {
            site.routes_with(cfg, |cfg| {
                cfg.route("/fail", web::get().to(fail));
            })
        })
        .wrap(consent);
    let app = test::init_service(app).await;
    let request = test::TestRequest::get()
        .uri("/fail")
        .insert_header((header::HOST, "127.0.0.1:8080"))
        .insert_header((header::ACCEPT, "text/html"));
    let answer = test::call_service(&app, request.to_request()).await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let cookies = answer.headers().get_all(header::SET_COOKIE).count();
    assert_eq!(cookies, 0, "{:?}", answer.headers());
    let page = test::read_body(answer).await;
    let page = std::str::from_utf8(&page).expect("it is text");
    assert!(page.contains("<h1>Something went wrong</h1>"), "{page}");
    assert!(!page.contains("swordfish"), "{page}");
    // The frame of every page: masthead, banner, account, foot.
    for part in [
        "data-consent-banner",
        "Plenary",
        "Held back: analytics is off",
        "Cookie settings",
    ] {
        assert!(page.contains(part), "{part} is missing: {page}");
    }
}
