//! The cookie that holds the choice: its attributes, its size, and what is not in it.

use std::collections::BTreeSet;

use actix_consent::{ConsentMiddleware, Policy, choice::Choice};
use actix_web::http::{Method, header};

use super::{Day, text};
use crate::{
    helpers::{COOKIE, NOTE, Visitor, builder, consent, keys, send},
    site::{hidden, site, today},
};

/// Name, value and the attributes, sorted, in lower case but for values.
fn attributes(set_cookie: &str) -> BTreeSet<&str> {
    set_cookie.split("; ").skip(1).collect()
}

#[actix_web::test]
async fn neither_scripts_nor_other_hosts_can_read_the_choice() {
    let app = site(consent()).await;
    for action in ["accept", "reject"] {
        let answer = Visitor::new().press(&app, action).await;
        let cookies = answer.set_cookies_named(COOKIE);
        assert_eq!(cookies.len(), 1, "one header a name");
        let expected = [
            "HttpOnly",
            "Max-Age=15552000",
            "Path=/",
            "SameSite=Lax",
            "Secure",
        ];
        assert_eq!(
            attributes(&cookies[0]),
            BTreeSet::from(expected),
            "{action}: 180 days for each"
        );
        let value = cookies[0].split(';').next().expect("a pair");
        let octets =
            |byte: u8| matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e);
        assert!(value.bytes().all(octets), "{value} (R98)");
        for note in answer.set_cookies_named(NOTE) {
            let attributes = attributes(&note);
            assert!(
                attributes.is_superset(&BTreeSet::from([
                    "HttpOnly",
                    "Path=/",
                    "SameSite=Lax",
                    "Secure"
                ])),
                "{note}"
            );
        }
    }
}

#[actix_web::test]
async fn plain_http_has_a_cookie_without_prefix_and_without_secure() {
    let policy = include_str!("../consent.toml").replace("partitioned = true", "");
    let policy = Policy::parse(&policy).expect("valid");
    let with = |origin: Option<&str>| {
        let builder = ConsentMiddleware::builder(policy.clone(), keys());
        match origin {
            Some(origin) => builder.origin(origin).build(),
            None => builder.plain_http().build(),
        }
    };
    for origin in [None, Some("http://news.example")] {
        let app = site(with(origin).expect("valid")).await;
        let mut visitor = Visitor::new();
        let answer = visitor.press(&app, "accept").await;
        assert!(answer.set_cookies_named(COOKIE).is_empty());
        let expected = ["HttpOnly", "Max-Age=15552000", "Path=/", "SameSite=Lax"];
        assert_eq!(
            attributes(&answer.set_cookies_named("consent")[0]),
            BTreeSet::from(expected)
        );
        assert!(
            !answer
                .set_cookies()
                .iter()
                .any(|cookie| cookie.contains("Secure"))
        );
        // A choice made over https is not one here, nor the reverse: the name is signed too.
        let value = visitor.cookies["consent"].clone();
        let moved = Visitor::new().with(COOKIE, &value);
        assert_eq!(moved.on(&site(consent()).await).await, "");
    }
}

/// A policy with this many gated categories, each with one cookie.
fn wide(categories: usize) -> Result<Policy, actix_consent::policy::PolicyError> {
    let mut text =
        "version = 1\n[site]\nname = \"W\"\n[controller]\nname = \"W\"\nemail = \"w@w.example\"\n"
            .to_owned();
    for number in 0..categories {
        text += &format!(
            "[[category]]\nid = \"category-{number}\"\ntitle = \"T\"\nsummary = \"s\"\n\
             purposes = [\"usage-analytics\"]\n[[cookie]]\nname = \"c{number}\"\n\
             category = \"category-{number}\"\npurpose = \"P.\"\nduration = \"1 day\"\n"
        );
    }
    Policy::parse(&text)
}

#[actix_web::test]
async fn a_choice_about_ten_categories_takes_at_most_200_bytes() {
    let ten = wide(10).expect("valid");
    let app = site(ConsentMiddleware::new(ten, keys()).expect("valid")).await;
    for body in [
        "action=accept",
        "action=reject",
        "action=save&cat.category-0=1&cat.category-3=1&cat.category-9=1",
    ] {
        let mut visitor = Visitor::new();
        let request = visitor
            .request(Method::POST, "/privacy/choices")
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .insert_header(header::ContentType::form_url_encoded())
            .set_payload(body);
        visitor.keep(&send(&app, request).await);
        let bytes = COOKIE.len() + 1 + visitor.cookies[COOKIE].len();
        assert!(bytes <= 200, "{body}: {bytes} bytes");
        // The control: ten answers are in it.
        assert_eq!(
            text(&visitor)
                .parse::<Choice>()
                .expect("a choice")
                .answers()
                .count(),
            10
        );
    }
}

/// S 75: a choice that no browser keeps must not look as if it had been stored.
#[actix_web::test]
async fn a_choice_that_fits_no_cookie_is_refused_or_works() {
    for categories in [100, 257, 400] {
        let policy = wide(categories).ok();
        let consent = policy.and_then(|policy| ConsentMiddleware::new(policy, keys()).ok());
        let Some(consent) = consent else {
            assert!(categories > 100, "a hundred fit");
            continue;
        };
        let app = site(consent).await;
        let mut visitor = Visitor::new();
        visitor.press(&app, "accept").await;
        let bytes = COOKIE.len() + visitor.cookies[COOKIE].len();
        assert!(
            bytes <= 4096,
            "{categories} categories: {bytes} bytes, browsers drop it"
        );
        let state = visitor.state(&app).await;
        assert_eq!(state["status"], "decided", "{categories} categories");
    }
}

/// The fields of a form.
type Form = &'static [(&'static str, &'static str)];

#[actix_web::test]
async fn visitors_who_reject_on_one_day_get_the_same_cookie() {
    let app = site(builder().clock(today).build().expect("valid")).await;
    let then = site(builder().clock(|| Day(-40)).build().expect("valid")).await;
    let long_ago = site(builder().clock(|| Day(-400)).build().expect("valid")).await;
    let mut plain = Visitor::new();
    plain.press(&app, "reject").await;
    let expected = plain.cookies[COOKIE].clone();
    let histories: &[(&str, bool, Form)] = &[
        ("accepted", false, &[("action", "accept")]),
        ("accepted with the signal", true, &[("action", "accept")]),
        ("rejected", false, &[("action", "reject")]),
        (
            "saved one",
            false,
            &[("action", "save"), ("cat.analytics", "1")],
        ),
        (
            "saved a category without its service",
            false,
            &[
                ("action", "save"),
                ("cat.marketing", "1"),
                ("svc.example-video", "0"),
            ],
        ),
        (
            "saved a service alone",
            false,
            &[("action", "save"), ("svc.example-video", "1")],
        ),
        ("dismissed", false, &[("action", "dismiss")]),
    ];
    for (name, gpc, form) in histories {
        for (age, before) in [
            ("today", &app),
            ("forty days ago", &then),
            ("expired", &long_ago),
        ] {
            let mut visitor = Visitor {
                gpc: *gpc,
                ..Visitor::new()
            };
            // The form as the settings page shows it, so that the signal is acknowledged.
            let page = visitor.get(before, "/privacy/choices").await;
            let asked = hidden(page.text(), "asked");
            let mut form = form.to_vec();
            form.push(("asked", &asked));
            visitor.choose(before, &form).await;
            // And something in a handler.
            visitor.get(before, "/withdraw/preferences").await;
            for way in ["form", "handler", "empty selection"] {
                let mut visitor = visitor.clone();
                match way {
                    "form" => visitor.press(&app, "reject").await,
                    "handler" => visitor.get(&app, "/reject").await,
                    _ => visitor.press(&app, "save").await,
                };
                assert_eq!(visitor.cookies[COOKIE], expected, "{name} {age}, by {way}");
            }
        }
    }
    // The control: another day is another value.
    let mut later = Visitor::new();
    later.press(&then, "reject").await;
    assert_ne!(later.cookies[COOKIE], expected);
}

#[actix_web::test]
async fn the_choice_holds_a_day_and_no_time_and_no_identifier() {
    let app = site(consent()).await;
    for action in ["accept", "reject"] {
        let (mut one, mut other) = (Visitor::new(), Visitor::new());
        one.press(&app, action).await;
        other.press(&app, action).await;
        // On the wire nothing tells two visitors apart; midnight may lie between the two.
        if text(&one).split('.').nth(1) == text(&other).split('.').nth(1) {
            assert_eq!(one.cookies[COOKIE], other.cookies[COOKIE], "{action}");
        }
    }
}
