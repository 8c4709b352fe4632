//! `Clear-Site-Data` of the application, which would delete the choice.

use actix_consent::{ConsentMiddleware, markup::Markup};
use actix_web::{
    HttpResponse,
    http::{Method, header::HeaderValue},
};

use crate::helpers::{
    Answer, COOKIE, Visitor, answering, builder, consent, keys, listen, logged, policy,
    policy_with, send, setting, visitors,
};

/// The answer to a visitor whose application sends these values at a logout.
async fn logout(
    consent: ConsentMiddleware,
    visitor: &Visitor,
    host: &str,
    values: &[&'static str],
) -> Answer {
    let values = values.to_vec();
    let app = answering(consent, move || {
        let mut response = HttpResponse::SeeOther();
        response.insert_header(("Location", "/"));
        response.append_header(("Set-Cookie", "flash=bye"));
        for value in &values {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            response.append_header(("Clear-Site-Data", value));
        }
        std::future::ready(response.finish())
    })
    .await;
    let request = visitor.request(Method::GET, "/logout");
    send(&app, request.insert_header(("Host", host))).await
}

fn cleared(answer: &Answer) -> Vec<&str> {
    let values = answer.headers.get_all("clear-site-data");
    let values = values.map(|value| std::str::from_utf8(value.as_bytes()));
    values.map(|value| value.expect("it is text")).collect()
}

const FLASH: &str = r#"
[[cookie]]
name = "flash"
category = "necessary"
exemption = "user-input"
purpose = "One message."
duration = "session"
"#;

fn declared() -> ConsentMiddleware {
    ConsentMiddleware::new(policy_with(FLASH), keys()).unwrap()
}

#[actix_web::test]
async fn clearing_cookies_becomes_removals_and_keeps_the_choice() {
    let outside = answering(consent(), async || setting(&[""; 0])).await;
    for visitor in visitors(&outside).await {
        let visitor = visitor
            .with("id", "1")
            .with("visits", "1")
            .with("basket", "1");
        for (values, kept) in [
            (&["\"cookies\""][..], &[][..]),
            (&["\"cache\", \"cookies\""], &["\"cache\""]),
            (
                &["\"cache\"", "\"Cookies\" , \"storage\""],
                &["\"cache\", \"storage\""],
            ),
            (&["\"cookies\", \"\u{e9}\""], &["\"\u{e9}\""]),
            (
                &["\"*\""],
                &[
                    "\"cache\", \"storage\", \"executionContexts\", \"clientHints\", \
                   \"prefetchCache\", \"prerenderCache\"",
                ],
            ),
        ] {
            let answer = logout(declared(), &visitor, "news.example", values).await;
            assert_eq!(cleared(&answer), kept, "{values:?}");
            assert_eq!(answer.header("location"), "/");
            for name in ["id", "visits", "basket"] {
                assert!(answer.removes(name), "{name}: {:?}", answer.set_cookies());
            }
            // What the same response sets stays.
            assert!(answer.sets("flash") && !answer.removes("flash"));
            assert!(!answer.removes(COOKIE), "{:?}", answer.set_cookies());
            let basket = answer.set_cookies_named("basket");
            assert!(
                basket.iter().any(|it| it.contains("Domain=news.example")),
                "{basket:?}"
            );
        }
    }
}

#[actix_web::test]
async fn other_directives_pass_byte_for_byte() {
    for value in [
        "\"cache\"",
        "\"storage\",\"cache\"",
        "cookies",
        "\"cookies:x\"",
    ] {
        let answer = logout(declared(), &Visitor::new(), "news.example", &[value]).await;
        assert_eq!(cleared(&answer), [value]);
        assert!(!answer.removes("id"));
    }
}

#[actix_web::test]
async fn a_header_that_browsers_ignore_is_left_alone() {
    let plain = || {
        ConsentMiddleware::builder(policy_plain(), keys())
            .plain_http()
            .build()
            .unwrap()
    };
    let value = "\"cookies\"";
    for (host, replaced) in [
        ("news.example", false),
        ("192.0.2.7:8080", false),
        ("localhost:8080", true),
        ("127.0.0.1:8080", true),
        ("[::1]:8080", true),
    ] {
        let answer = logout(plain(), &Visitor::new().with("id", "1"), host, &[value]).await;
        assert_eq!(cleared(&answer).is_empty(), replaced, "{host}");
        assert_eq!(answer.removes("id"), replaced, "{host}");
    }
}

fn policy_plain() -> actix_consent::Policy {
    let text = include_str!("../consent.toml").replace("partitioned = true", "");
    actix_consent::Policy::parse(&text).unwrap()
}

#[actix_web::test]
async fn a_session_is_deleted_even_if_the_removals_do_not_fit() {
    listen();
    let mut visitor = Visitor::new().with("id", "1");
    for number in 0..80 {
        visitor = visitor.with(&format!("own_{number}_{}", "x".repeat(40)), "1");
    }
    logged();
    let answer = logout(declared(), &visitor, "news.example", &["\"cookies\""]).await;
    assert_eq!(cleared(&answer), ["\"cookies\""]);
    let log = logged().join("\n");
    assert!(log.contains("ERROR") && log.contains("/logout"), "{log}");
    let control = Visitor::new().with("id", "1");
    let answer = logout(declared(), &control, "news.example", &["\"cookies\""]).await;
    assert!(cleared(&answer).is_empty() && answer.removes("id"));
    assert!(logged().is_empty());
}

#[actix_web::test]
async fn storage_that_a_withdrawal_clears_is_added_to_the_header() {
    let consent = builder()
        .markup(Markup::new().clear_storage(true))
        .build()
        .unwrap();
    let app = answering(consent, async |consent: actix_consent::Consent| {
        consent.reject();
        HttpResponse::Ok()
            .insert_header(("Clear-Site-Data", "\"cache\""))
            .finish()
    })
    .await;
    let outside = answering(
        ConsentMiddleware::new(policy(), keys()).unwrap(),
        async || setting(&[""; 0]),
    )
    .await;
    let [_, _, mut yes] = visitors(&outside).await;
    let answer = yes.post(&app, "/").await;
    assert_eq!(cleared(&answer), ["\"cache\"", "\"storage\""]);
}
