//! What is no choice.

use actix_consent::{ConsentMiddleware, SigningKeys};
use actix_web::{
    App,
    http::{Method, header},
    test, web,
};

use super::{ALL, BOUND, NO_CHOICE, NONE, PlainHttp, other_key, read, site, state, value};
use crate::helpers::{Visitor, builder, consent, policy, send};

#[actix_web::test]
async fn a_choice_with_any_byte_changed_is_no_choice() {
    let app = site!(consent());
    for (action, read_as) in [("accept", ALL), ("reject", NONE)] {
        let value = value(consent(), action).await;
        assert_eq!(
            read(&app, &format!("{BOUND}={value}")).await.text(),
            read_as,
            "the control"
        );
        for at in 0..value.len() {
            for other in ["A", "B", "0", "_", "-", ".", "=", "%", " "] {
                if &value[at..=at] == other {
                    continue;
                }
                let changed = format!("{}{other}{}", &value[..at], &value[at + 1..]);
                let answer = read(&app, &format!("{BOUND}={changed}")).await;
                assert_eq!(answer.text(), NO_CHOICE, "{at}: {changed} for {value}");
            }
        }
    }
}

#[actix_web::test]
async fn a_truncated_or_lengthened_choice_is_no_choice() {
    let app = site!(consent());
    let value = value(consent(), "accept").await;
    for end in 0..value.len() {
        assert_eq!(
            read(&app, &format!("{BOUND}={}", &value[..end]))
                .await
                .text(),
            NO_CHOICE,
            "{end}"
        );
        assert_eq!(
            read(&app, &format!("{BOUND}={}", &value[end + 1..]))
                .await
                .text(),
            NO_CHOICE,
            "{end}"
        );
    }
    for changed in [
        format!("{value}A"),
        format!("A{value}"),
        format!("{value}{value}"),
        format!("\"{value}\"x"),
    ] {
        assert_eq!(
            read(&app, &format!("{BOUND}={changed}")).await.text(),
            NO_CHOICE,
            "{changed}"
        );
    }
}

#[actix_web::test]
async fn nonsense_is_no_choice_and_no_error() {
    let app = site!(consent());
    let long = "x".repeat(8000);
    for nonsense in [
        "",
        "1",
        "%",
        "%00",
        "\"",
        "null",
        "{\"analytics\":true}",
        "v9999.zzz",
        "=====",
        &long,
    ] {
        assert_eq!(
            read(&app, &format!("{BOUND}={nonsense}")).await.text(),
            NO_CHOICE,
            "{nonsense}"
        );
    }
    let request = Visitor::new().request(Method::GET, "/");
    let bytes = header::HeaderValue::from_bytes(b"__Host-consent=\xff\xfe\x80").unwrap();
    let answer = send(&app, request.insert_header((header::COOKIE, bytes))).await;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, NO_CHOICE));
}

#[actix_web::test]
async fn no_cookie_and_unrelated_cookies_are_no_choice() {
    let app = site!(consent());
    let value = value(consent(), "accept").await;
    for cookie in ["", "id=1", "consent=1"] {
        assert_eq!(read(&app, cookie).await.text(), NO_CHOICE, "{cookie}");
    }
    // Another name, another case, another site's name: the value counts under its own name alone.
    for name in [
        "consent",
        "__host-consent",
        "__Host-Consent",
        "__Host-consent-note",
        "__Host-consent2",
        "x__Host-consent",
    ] {
        assert_eq!(
            read(&app, &format!("{name}={value}")).await.text(),
            NO_CHOICE,
            "{name}"
        );
    }
    assert_eq!(
        read(&app, &format!("{BOUND}={value}")).await.text(),
        ALL,
        "the control"
    );
}

#[actix_web::test]
async fn a_value_signed_for_another_cookie_is_no_choice() {
    let app = site!(consent());
    // The same key, but the value of the unprefixed cookie of a plain-http site.
    let plain = value(builder().plain_http_for_tests(), "accept").await;
    assert_eq!(
        read(&app, &format!("{BOUND}={plain}")).await.text(),
        NO_CHOICE
    );
    let control = site!(builder().plain_http_for_tests());
    assert_eq!(
        read(&control, &format!("consent={plain}")).await.text(),
        ALL
    );
    // And the value of our own other cookie.
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let note = visitor.cookies["__Host-consent-note"].clone();
    assert_eq!(
        read(&app, &format!("{BOUND}={note}")).await.text(),
        NO_CHOICE
    );
}

#[actix_web::test]
async fn a_choice_signed_with_another_key_is_no_choice() {
    let strange =
        || ConsentMiddleware::new(policy(), SigningKeys::new([other_key()]).unwrap()).unwrap();
    let strangers = value(strange(), "accept").await;
    assert_eq!(
        read(&site!(consent()), &format!("{BOUND}={strangers}"))
            .await
            .text(),
        NO_CHOICE
    );
    assert_eq!(
        read(&site!(strange()), &format!("{BOUND}={strangers}"))
            .await
            .text(),
        ALL
    );
}
