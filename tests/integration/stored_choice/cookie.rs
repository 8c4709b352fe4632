//! The cookie that holds it.

use actix_consent::Consent;
use actix_web::{App, test, web};

use super::{BOUND, plain, site, state};
use crate::helpers::{Visitor, consent};

#[actix_web::test]
async fn stores_the_choice_in_a_host_bound_http_only_cookie() {
    let app = site!(consent());
    for action in ["accept", "reject"] {
        let answer = Visitor::new().press(&app, action).await;
        let [cookie] = &answer.set_cookies_named(BOUND)[..] else {
            panic!("{:?}", answer.set_cookies());
        };
        let attributes: Vec<_> = cookie.split("; ").skip(1).collect();
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Secure"] {
            assert!(attributes.contains(&attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        let max_age = attributes
            .iter()
            .find_map(|attribute| attribute.strip_prefix("Max-Age="));
        let max_age: u64 = max_age.unwrap().parse().unwrap();
        assert!((180 * 86_400..=400 * 86_400).contains(&max_age), "{cookie}");
        let octets =
            |byte: u8| matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e);
        let value = cookie.split(';').next().unwrap().split_once('=').unwrap().1;
        assert!(value.bytes().all(octets) && value.len() <= 200, "{cookie}");
    }
    let plain = site!(plain());
    let answer = Visitor::new().press(&plain, "accept").await;
    let cookie = &answer.set_cookies_named("consent")[0];
    assert!(
        !cookie.contains("Secure") && cookie.contains("HttpOnly"),
        "{cookie}"
    );
    assert!(!answer.sets(BOUND));
}

#[actix_web::test]
async fn granting_what_is_already_granted_sends_nothing() {
    let handler = async |consent: Consent| consent.accept(["analytics"]).await.map(|()| "done");
    let app = test::init_service(
        App::new()
            .route("/", web::post().to(handler))
            .wrap(consent()),
    )
    .await;
    let mut visitor = Visitor::new();
    assert!(visitor.post(&app, "/").await.sets(BOUND));
    let before = visitor.cookies[BOUND].clone();
    let again = visitor.post(&app, "/").await;
    assert!(
        !again.sets(BOUND) || visitor.cookies[BOUND] == before,
        "{:?}",
        again.set_cookies()
    );
}
