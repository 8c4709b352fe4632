//! A value that the site has not signed is no choice.

use actix_consent::ConsentMiddleware;
use actix_web::http::{Method, header};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use super::text;
use crate::{
    helpers::{COOKIE, NOTE, Visitor, consent, policy, send},
    site::{ALL, sent, site},
};

#[actix_web::test]
async fn verifies_with_old_keys_and_signs_with_the_newest() {
    use actix_consent::{SigningKey, SigningKeys};
    let key = |byte: u8| SigningKey::from_bytes(&[byte; 64]).expect("long enough");
    let with = |keys: Vec<SigningKey>| {
        ConsentMiddleware::new(policy(), SigningKeys::new(keys).expect("a key")).expect("valid")
    };
    let old = site(with(vec![key(1)])).await;
    let both = site(with(vec![key(2), key(1)])).await;
    let new = site(with(vec![key(2)])).await;
    let mut visitor = Visitor::new();
    visitor.press(&old, "accept").await;
    assert_eq!(visitor.on(&both).await, ALL);
    assert_eq!(visitor.on(&new).await, "", "the wrong key: no choice");
    visitor.press(&both, "accept").await;
    assert_eq!(visitor.on(&new).await, ALL);
    assert_eq!(visitor.on(&old).await, "");
}

#[actix_web::test]
async fn every_change_of_one_byte_of_a_choice_makes_it_none() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let value = visitor.cookies[COOKIE].clone().into_bytes();
    // Only characters that can stand in a cookie's value, or the request would not arrive.
    let octets = (0x21..=0x7e).filter(|byte| !b"\",;\\".contains(byte));
    let octets: Vec<u8> = octets.collect();
    for at in 0..value.len() {
        for other in octets.iter().filter(|other| **other != value[at]) {
            let mut changed = value.clone();
            changed[at] = *other;
            let changed = String::from_utf8(changed).expect("ASCII");
            let forged = Visitor::new().with(COOKIE, &changed);
            assert_eq!(forged.on(&app).await, "", "{changed}");
        }
    }
    for length in 0..value.len() {
        let cut = std::str::from_utf8(&value[..length]).expect("ASCII");
        assert_eq!(Visitor::new().with(COOKIE, cut).on(&app).await, "", "{cut}");
        let cut = std::str::from_utf8(&value[length + 1..]).expect("ASCII");
        assert_eq!(Visitor::new().with(COOKIE, cut).on(&app).await, "", "{cut}");
    }
    assert_eq!(visitor.on(&app).await, ALL);
}

#[actix_web::test]
async fn a_choice_that_was_not_signed_by_us_is_none() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let bare = text(&visitor);
    let note = visitor.cookies[NOTE].clone();
    for forged in [
        &*bare,
        "yes",
        "accept",
        "1",
        "",
        "{}",
        "%7B%7D",
        "9999.20000..",
        &note,
    ] {
        let forged = Visitor::new().with(COOKIE, forged);
        assert_eq!(forged.on(&app).await, "");
        assert_eq!(forged.state(&app).await["status"], "undecided");
    }
}

#[actix_web::test]
async fn no_bytes_in_our_cookies_make_a_request_fail() {
    let app = site(consent()).await;
    let bytes = prop::collection::vec(
        (0x20u8..=0xff).prop_filter("not in a header", |b| *b != 0x7f),
        0..300,
    );
    let mut runner = TestRunner::deterministic();
    for _ in 0..500 {
        let value = bytes.new_tree(&mut runner).expect("a value").current();
        for name in [COOKIE, NOTE] {
            let header = [name.as_bytes(), b"=", &value].concat();
            let header = header::HeaderValue::from_bytes(&header).expect("fits a header");
            let mut request = Visitor::new().request(Method::GET, "/");
            request = request.insert_header((header::COOKIE, header));
            let answer = send(&app, request).await;
            assert_eq!(answer.status, 200, "{value:?}");
            assert_eq!(sent(&answer), "", "{value:?}");
            assert!(answer.text().contains("data-consent-banner"), "{value:?}");
        }
    }
}
