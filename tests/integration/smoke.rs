use actix_consent::Consent;
use actix_web::{App, HttpResponse, cookie::Cookie, test, web};

use crate::helpers::{Visitor, consent};

async fn page(consent: Consent) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html")
        .cookie(Cookie::new("visits", "1"))
        .cookie(Cookie::new("id", "session"))
        .body(format!("<body>{}", consent.banner()))
}

#[actix_web::test]
async fn a_gated_cookie_leaves_only_after_acceptance() {
    let app = test::init_service(App::new().route("/", web::get().to(page)).wrap(consent())).await;
    let mut visitor = Visitor::new();
    let first = visitor.get(&app, "/").await;
    assert!(!first.sets("visits"));
    assert!(first.sets("id"));
    assert!(first.text().contains("data-consent-banner"));
    let chosen = visitor.press(&app, "accept").await;
    assert_eq!(chosen.status, 303);
    assert!(chosen.sets("__Host-consent"), "{:?}", chosen.set_cookies());
    let second = visitor.get(&app, "/").await;
    assert!(second.sets("visits"), "{:?} {:?}", second, visitor);
    let third = visitor.get(&app, "/").await;
    assert!(!third.text().contains("data-consent-banner"));
    let gone = visitor.press(&app, "reject").await;
    assert!(gone.removes("visits"));
    assert!(!visitor.get(&app, "/").await.sets("visits"));
}
