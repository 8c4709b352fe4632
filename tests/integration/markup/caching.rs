//! The three ways in which HTML goes along with shared caches.

use actix_consent::markup::{CacheMode, Markup};
use actix_web::{App, HttpResponse, http::Method, test, web};

use super::consent;
use crate::helpers::{Answer, Visitor, answering, send};

const PAGE: &str = r#"<body><iframe width="9" height="9" src="https://video.example/xq1"></iframe><script type=text/plain data-category=analytics>count()</script></body>"#;

macro_rules! app {
    ($mode:expr, $cache_control:expr) => {{
        let page = || async {
            HttpResponse::Ok()
                .content_type("text/html")
                .insert_header(("Cache-Control", $cache_control))
                .insert_header(("ETag", "\"1\""))
                .body(PAGE)
        };
        let app = App::new()
            .default_service(web::to(page))
            .wrap(consent(Markup::new().caches($mode)));
        test::init_service(app).await
    }};
}

/// A page through a cache that sends the key on, as the snippets do.
macro_rules! through {
    ($app:expr, $visitor:expr) => {{
        let key = $visitor.cookies.get("axc_key").cloned().unwrap_or_default();
        let gpc = if $visitor.gpc { "1" } else { "" };
        let request = $visitor
            .request(Method::GET, "/report")
            .insert_header(("Sec-Fetch-Dest", "document"))
            .insert_header(("X-Consent-Key", format!("{key}{gpc}")));
        let answer = send(&$app, request).await;
        $visitor.keep(&answer);
        answer
    }};
}

fn is_shared(answer: &Answer) -> bool {
    answer.header("cache-control") == "public, max-age=0, must-revalidate, s-maxage=60"
        && answer.header("vary") == "X-Consent-Key"
        && answer.set_cookies().is_empty()
}

#[actix_web::test]
async fn a_key_stands_for_the_answers_and_for_nobody() {
    let app = app!(CacheMode::Key, "public, max-age=60");
    let (mut one, mut other, mut no) = (Visitor::new(), Visitor::new(), Visitor::new());
    for visitor in [&mut one, &mut other] {
        visitor.press(&app, "accept").await;
        assert_eq!(
            visitor.cookies["axc_key"], "new",
            "until the confirmation is shown"
        );
        through!(app, visitor);
    }
    no.press(&app, "reject").await;
    let rejected = through!(app, no);
    let key = rejected.set_cookies_named("axc_key");
    assert!(
        key[0].contains("; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=15552000"),
        "{key:?}"
    );
    assert_eq!(one.cookies["axc_key"], other.cookies["axc_key"]);
    assert_ne!(one.cookies["axc_key"], no.cookies["axc_key"]);
    assert_eq!(one.cookies["axc_key"].len(), 22, "128 bits");
}

#[actix_web::test]
async fn shares_a_page_under_its_key_as_the_application_says() {
    let app = app!(CacheMode::Key, "public, max-age=60");
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    through!(app, visitor);
    let answer = through!(app, visitor);
    assert!(is_shared(&answer), "{:?}", answer.headers);
    assert!(answer.text().contains("xq1"));
    assert!(answer.header("etag").starts_with("\"1~axc"));
    let private = app!(CacheMode::Key, "private, max-age=60");
    let answer = through!(private, visitor);
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert_eq!(answer.header("vary"), "Cookie, Sec-GPC");
}

#[actix_web::test]
async fn under_any_other_key_it_is_not_shared() {
    let app = app!(CacheMode::Key, "public, max-age=60");
    let mut yes = Visitor::new();
    yes.press(&app, "accept").await;
    through!(app, yes);
    // Somebody makes up the cookie, or keeps an old one.
    let mut liar = Visitor::new().with("axc_key", &yes.cookies["axc_key"]);
    let answer = through!(app, liar);
    assert!(!is_shared(&answer) && !answer.text().contains("xq1"));
    assert!(answer.removes("axc_key"), "and is corrected");
    // No cache, or one that is not set up.
    let direct = yes.get(&app, "/report").await;
    assert_eq!(direct.header("cache-control"), "private, no-cache");
}

#[actix_web::test]
async fn banners_and_confirmations_are_never_shared() {
    let app = app!(CacheMode::Key, "public, max-age=60");
    let mut visitor = Visitor::new();
    assert_eq!(
        through!(app, visitor).header("cache-control"),
        "private, no-store"
    );
    visitor.press(&app, "reject").await;
    assert_eq!(
        through!(app, visitor).header("cache-control"),
        "private, no-store"
    );
    assert!(is_shared(&through!(app, visitor)));
}

#[actix_web::test]
async fn the_signal_is_part_of_the_key() {
    let app = app!(CacheMode::Key, "public, s-maxage=60, max-age=5");
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    through!(app, visitor);
    assert!(through!(app, visitor).text().contains("xq1"));
    visitor.gpc = true;
    let answer = through!(app, visitor);
    assert!(
        is_shared(&answer) && !answer.text().contains("xq1"),
        "{:?}",
        answer.headers
    );
    let request = visitor
        .request(Method::GET, "/report")
        .insert_header(("X-Consent-Key", visitor.cookies["axc_key"].clone()));
    assert!(
        !is_shared(&send(&app, request).await),
        "without it the key is another's"
    );
}

#[actix_web::test]
async fn a_shell_is_the_same_for_everyone() {
    let app = app!(CacheMode::Shell, "public, max-age=60");
    let mut yes = Visitor::new();
    yes.press(&app, "accept").await;
    let mut signalling = Visitor::new();
    signalling.gpc = true;
    let first = Visitor::new().get(&app, "/report").await;
    for visitor in [&mut yes, &mut signalling] {
        let answer = visitor.get(&app, "/report").await;
        assert_eq!(answer.text(), first.text());
        assert_eq!(answer.set_cookies(), [""; 0]);
    }
    assert_eq!(first.header("cache-control"), "public, max-age=60");
    assert_eq!((first.header("vary"), first.header("etag")), ("", "\"1\""));
}

#[actix_web::test]
async fn a_shell_has_the_data_of_the_script_and_a_link_without_it() {
    let app = app!(CacheMode::Shell, "public, max-age=60");
    let answer = Visitor::new().get(&app, "/report").await;
    let text = answer.text();
    assert!(
        text.contains(r#"data-mode="shell" data-consent="">"#),
        "{text}"
    );
    assert!(
        text.contains("<template data-consent-shell><section class=\"axc\" data-consent-banner")
    );
    assert!(text.contains("<noscript><p lang=\"en\"><a href=\"/privacy/choices\">"));
    assert!(
        text.contains(r#"<script type="text/plain" data-category="analytics">count()"#)
            || text.contains("<script type=text/plain data-category=analytics>count()")
    );
    assert!(text.contains(r#"<template data-consent-service="example-video"><iframe"#));
    let state = Visitor::new().get(&app, "/privacy/state.json").await;
    let state: serde_json::Value = serde_json::from_str(state.text()).unwrap();
    assert_eq!(state["banner"], true);
}

#[actix_web::test]
async fn a_handler_that_asks_is_told_apart_in_a_shell_too() {
    let page = |consent: actix_consent::Consent| async move {
        HttpResponse::Ok()
            .content_type("text/html")
            .body(format!("<body>{}</body>", consent.allows("analytics")))
    };
    let app = answering(consent(Markup::new().caches(CacheMode::Shell)), page).await;
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(answer.header("vary"), "Cookie, Sec-GPC");
}

#[actix_web::test]
async fn the_key_stands_on_the_policy_page_where_there_is_one() {
    for (mode, listed) in [(CacheMode::Key, true), (CacheMode::Vary, false)] {
        let app = app!(mode, "no-cache");
        let policy = Visitor::new().get(&app, "/privacy").await;
        assert_eq!(policy.text().contains("Tells caches"), listed, "{mode:?}");
    }
}
