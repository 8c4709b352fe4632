//! Choices that handlers write, and by which methods.

use actix_consent::{ConsentMiddleware, Policy};
use actix_web::http::{Method, header};

use crate::{
    helpers::{COOKIE, Visitor, builder, consent, keys, listen, logged, send},
    site::{ALL, sent, site},
};

#[actix_web::test]
async fn no_get_and_no_head_writes_a_grant() {
    let app = site(consent()).await;
    for method in [Method::GET, Method::HEAD] {
        for path in [
            "/privacy/choices?action=accept",
            "/privacy/choices?action=save&cat.analytics=1",
            "/?action=accept&cat.analytics=1",
            "/accept/analytics",
        ] {
            let mut visitor = Visitor::new();
            let request = visitor
                .request(method.clone(), path)
                .insert_header(("Sec-Fetch-Site", "same-origin"))
                .set_form([("action", "accept")]);
            let answer = send(&app, request).await;
            assert!(!answer.sets(COOKIE), "{method} {path}");
            visitor.keep(&answer);
            assert_eq!(visitor.on(&app).await, "", "{method} {path}");
        }
    }
    // The controls.
    let mut visitor = Visitor::new();
    let request = visitor
        .request(Method::POST, "/accept/analytics")
        .insert_header(("Sec-Fetch-Site", "same-origin"));
    visitor.keep(&send(&app, request).await);
    assert_eq!(visitor.on(&app).await, "visits");
}

/// A slow GET that began before a withdrawal must not bring back what it saw.
#[actix_web::test]
async fn a_withdrawal_in_a_get_writes_no_other_grants() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    for method in [Method::GET, Method::HEAD] {
        let request = visitor.request(method.clone(), "/withdraw/analytics");
        let answer = send(&app, request).await;
        assert!(
            !sent(&answer).contains("visits"),
            "the withdrawal counts at once"
        );
        let mut late = Visitor::new();
        late.keep(&answer);
        assert_eq!(late.on(&app).await, "", "{method} wrote a grant");
    }
    // The control: a POST may, and keeps what was not withdrawn.
    let request = visitor
        .request(Method::POST, "/withdraw/analytics")
        .insert_header(("Sec-Fetch-Site", "same-origin"));
    visitor.keep(&send(&app, request).await);
    assert_eq!(visitor.on(&app).await, "display __Host-campaign video_pref");
}

#[actix_web::test]
async fn a_get_with_two_choices_does_not_write_their_grants() {
    let http = || builder().plain_http().build();
    let without = Policy::parse(&include_str!("../consent.toml").replace("partitioned = true", ""));
    let without = without.expect("valid");
    let app = site(
        ConsentMiddleware::builder(without, keys())
            .plain_http()
            .build()
            .expect("valid"),
    )
    .await;
    assert!(http().is_err(), "partitioned needs https");
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let value = visitor.cookies["consent"].clone();
    for (method, writes) in [
        (Method::GET, false),
        (Method::HEAD, false),
        (Method::POST, true),
    ] {
        let request = Visitor::new()
            .request(method, "/plain")
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .insert_header((header::COOKIE, format!("consent={value}; consent={value}")));
        let answer = send(&app, request).await;
        assert_eq!(sent(&answer), ALL, "both verify, so they count");
        assert_eq!(answer.sets("consent"), writes, "{:?}", answer.set_cookies());
    }
}

#[actix_web::test]
async fn a_get_may_reject() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.on(&app).await, ALL);
    let answer = visitor.get(&app, "/reject").await;
    assert_eq!(sent(&answer), "");
    assert_eq!(visitor.on(&app).await, "");
    assert_eq!(visitor.state(&app).await["status"], "decided");
}

#[actix_web::test]
async fn handlers_accept_units_of_the_policy_alone() {
    let app = site(consent()).await;
    for (unit, status, expected) in [
        ("analytics", 200, "visits"),
        ("marketing", 200, "__Host-campaign video_pref"),
        ("example-video", 200, "video_pref"),
        ("necessary", 200, ""),
        ("gone", 500, ""),
    ] {
        let mut visitor = Visitor::new();
        let request = visitor
            .request(Method::POST, &format!("/accept/{unit}"))
            .insert_header(("Sec-Fetch-Site", "same-origin"));
        let answer = send(&app, request).await;
        assert_eq!(answer.status, status, "{unit}");
        assert!(
            !answer.text().contains(unit),
            "{unit}: a visitor learns nothing internal"
        );
        visitor.keep(&answer);
        assert_eq!(visitor.on(&app).await, expected, "{unit}");
    }
}

/// R33: the library asks for no age; an application that knows it says so.
#[actix_web::test]
async fn for_a_minor_everything_optional_is_off_whatever_was_accepted() {
    let consent = builder().is_minor(|head| head.headers().contains_key("X-Minor"));
    let app = site(consent.build().expect("valid")).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.on(&app).await, ALL);
    let request = visitor
        .request(Method::GET, "/plain")
        .insert_header(("X-Minor", "1"));
    assert_eq!(sent(&send(&app, request).await), "");
}

#[actix_web::test]
async fn an_acceptance_in_a_handler_counts_in_its_own_response() {
    let app = site(consent()).await;
    let request = Visitor::new()
        .request(Method::POST, "/accept/analytics")
        .insert_header(("Sec-Fetch-Site", "same-origin"));
    assert_eq!(sent(&send(&app, request).await), "visits");
}

#[actix_web::test]
async fn logs_the_withdrawal_of_an_unknown_unit() {
    let app = site(consent()).await;
    listen();
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    logged();
    let long = format!("analitics%0AERROR%20forged{}", "x".repeat(200));
    for (unit, shown) in [("analitics", "analitics"), (&long, "analitics\\n")] {
        let answer = visitor.post(&app, &format!("/withdraw/{unit}")).await;
        assert!(!answer.sets(COOKIE), "there is nothing to store");
        let log = logged();
        assert_eq!(log.len(), 1, "{log:?}");
        assert!(log[0].starts_with("ERROR"), "{log:?}");
        assert!(log[0].contains(shown), "{log:?}");
        assert!(
            !log[0].contains('\n') && log[0].len() < 200,
            "a visitor can write it: {log:?}"
        );
    }
    assert_eq!(visitor.on(&app).await, ALL);
    logged();
    // The control: a unit that does exist.
    visitor.post(&app, "/withdraw/analytics").await;
    assert_eq!(logged(), [""; 0]);
    assert_eq!(visitor.on(&app).await, "display __Host-campaign video_pref");
}
