//! The page's script: how it is brought, what it is told, what it asks.

use actix_consent::{
    ConsentMiddleware,
    csp::Csp,
    error::ConfigError,
    markup::{CacheMode, Markup, PageScript},
};
use actix_web::http::Method;
use serde_json::{Value, json};

use super::{consent, policy, site};
use crate::helpers::{Answer, Visitor, answering, html, keys, policy_with, send, visitors};

const PAGE: &str = "<body>x <a href=\"/privacy/choices\">y</a></body>";

fn with(script: PageScript) -> Markup {
    Markup::new().script(script)
}

/// An attribute of the page's script tag.
fn told<'a>(answer: &'a Answer, attribute: &str) -> Option<&'a str> {
    let tag = answer.text().split("<script ").nth(1)?.split('>').next()?;
    let (_, rest) = tag.split_once(&format!("{attribute}=\""))?;
    rest.split('"').next()
}

#[actix_web::test]
async fn a_page_brings_it_where_the_site_asks_for_it() {
    let none = site(Markup::new().banner(false), PAGE).await;
    assert_eq!(Visitor::new().get(&none, "/").await.text(), PAGE);
    let app = site(with(PageScript::Reload), PAGE).await;
    let answer = Visitor::new().get(&app, "/").await;
    assert!(
        answer
            .text()
            .starts_with("<body><script src=\"/privacy/page.")
    );
    assert_eq!(answer.text().matches("<script").count(), 1);
    let api = site(with(PageScript::Reload).api(true), PAGE).await;
    let answer = Visitor::new().get(&api, "/").await;
    assert!(answer.text().contains("<script src=\"/privacy/api."));
}

#[actix_web::test]
async fn it_is_told_what_is_on_and_what_to_remove() {
    let policy = policy_with(
        r#"
        [[storage]]
        kind = "local"
        key = "reads ö*"
        category = "analytics"
        purpose = "Counts."
        duration = "persistent"
        [[storage]]
        kind = "session"
        key = "cart"
        category = "necessary"
        purpose = "Keeps."
        duration = "session"
        exemption = "user-input"
        "#,
    );
    let middleware = ConsentMiddleware::builder(policy, keys())
        .markup(with(PageScript::Reload))
        .build()
        .unwrap();
    let app = answering(middleware, html(PAGE)).await;
    let [mut silent, mut no, mut yes] = visitors(&app).await;
    let off = "local:reads%20%C3%B6* cookie:_ga cookie:_ga_*";
    for (visitor, state) in [(&mut silent, "unset"), (&mut no, "decided")] {
        let answer = visitor.get(&app, "/").await;
        assert_eq!(told(&answer, "data-consent"), Some(""));
        assert_eq!(told(&answer, "data-consent-state"), Some(state));
        assert_eq!(told(&answer, "data-off"), Some(off));
    }
    let answer = yes.get(&app, "/").await;
    assert_eq!(
        told(&answer, "data-consent"),
        Some("preferences analytics marketing example-video")
    );
    assert_eq!(told(&answer, "data-off"), None);
    assert_eq!(told(&answer, "data-settings"), Some("/privacy/choices"));
    assert_eq!(told(&answer, "data-status"), Some("/privacy/state.json"));
    assert_eq!(told(&answer, "data-mode"), Some("reload"));
}

#[actix_web::test]
async fn it_is_stored_for_good_under_the_name_of_its_content() {
    for (script, api) in [(PageScript::Reload, true), (PageScript::Live, true)] {
        let app = site(with(script).api(api), PAGE).await;
        let answer = Visitor::new().get(&app, "/").await;
        let sources: Vec<&str> = answer
            .text()
            .split("<script src=\"")
            .skip(1)
            .filter_map(|tag| tag.split('"').next())
            .collect();
        assert_eq!(sources.len(), 2);
        for source in sources {
            let asset = Visitor::new().get(&app, source).await;
            assert_eq!(
                asset.header("content-type"),
                "text/javascript; charset=utf-8"
            );
            assert_eq!(
                asset.header("cache-control"),
                "public, max-age=31536000, immutable"
            );
            assert_eq!((asset.header("vary"), asset.header("link")), ("", ""));
            let name = source.rsplit('/').next().unwrap().to_owned();
            for word in [
                "cookie", "consent", "gdpr", "cmp", "banner", "policy", "choices",
            ] {
                assert!(!name.contains(word), "{name}");
            }
            let other = source.replace(".js", "0.js");
            let other = Visitor::new().get(&app, &other).await;
            assert_eq!(
                other.header("content-type"),
                "text/html; charset=utf-8",
                "no asset"
            );
        }
    }
}

/// The size of a file as browsers get it, in bytes.
fn brotli(content: &[u8]) -> usize {
    let mut out = Vec::new();
    let params = brotli::enc::BrotliEncoderParams::default();
    brotli::BrotliCompress(&mut &content[..], &mut out, &params).unwrap();
    out.len()
}

#[actix_web::test]
async fn it_weighs_at_most_one_and_a_half_kilobytes() {
    for (script, at_most) in [(PageScript::Reload, 1500), (PageScript::Live, 2500)] {
        let app = site(with(script), PAGE).await;
        let answer = Visitor::new().get(&app, "/").await;
        let source = answer
            .text()
            .split("src=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let asset = Visitor::new().get(&app, source).await;
        let size = brotli(&asset.body);
        assert!(size <= at_most && size > 500, "{script:?}: {size}");
    }
}

#[actix_web::test]
async fn a_page_that_answers_a_post_does_not_bring_it() {
    let app = site(with(PageScript::Reload), PAGE).await;
    let answer = Visitor::new().post(&app, "/form").await;
    assert!(!answer.text().contains("<script"));
}

/// What the script posts.
async fn scripted(
    app: &impl actix_web::dev::Service<
        actix_http::Request,
        Response = actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody>,
        Error = actix_web::Error,
    >,
    visitor: &mut Visitor,
    body: Value,
) -> Value {
    let request = visitor
        .request(Method::POST, "/privacy/choices")
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .set_json(body);
    let answer = send(app, request).await;
    assert_eq!(answer.status, 200);
    visitor.keep(&answer);
    serde_json::from_slice(&answer.body).unwrap()
}

#[actix_web::test]
async fn a_scripted_post_returns_confirmation_and_removals() {
    let app = site(with(PageScript::Reload), PAGE).await;
    let mut visitor = Visitor::new();
    let said = json!({ "action": "reject", "page": true, "return_to": "/report?a" });
    let answer = scripted(&app, &mut visitor, said).await;
    let html = answer["html"].as_str().unwrap();
    assert!(html.starts_with("<section class=\"axc\" role=\"status\" tabindex=\"-1\""));
    assert!(html.contains("href=\"/report?a\">Hide</a>"));
    assert_eq!(answer["sweep"], json!(["cookie:_ga", "cookie:_ga_*"]));
    assert_eq!(answer["services"]["example-video"]["category"], "marketing");
    assert!(
        !visitor
            .get(&app, "/")
            .await
            .text()
            .contains("role=\"status\""),
        "it is not shown twice"
    );
    let plain = scripted(&app, &mut visitor, json!({ "action": "accept" })).await;
    assert_eq!(
        (plain.get("html"), plain.get("sweep")),
        (None, None),
        "a program gets neither"
    );
    let accepted = scripted(
        &app,
        &mut visitor,
        json!({ "action": "accept", "page": true, "return_to": "/" }),
    )
    .await;
    assert_eq!(accepted["sweep"], json!([]));
}

#[actix_web::test]
async fn inert_markup_contains_nothing_that_a_browser_fetches() {
    let page = r#"<body><script src="https://video.example/a.js"></script><script type="module" data-category="analytics" src="/b.js"></script><img src="https://a.pixels.example/p" width="1" height="1" srcset="//video.example/q 2x"><iframe src="https://video.example/1" width="5" height="4"></iframe><template data-category="analytics">t</template><link rel="preload" href="https://video.example/x">"#;
    let app = site(with(PageScript::Live).banner(false), page).await;
    let [mut silent, _, mut yes] = visitors(&app).await;
    let answer = silent.get(&app, "/").await;
    let text = answer.text();
    for part in [
        r#"<script type="text/plain" data-src="https://video.example/a.js" data-consent-service="example-video"></script>"#,
        r#"<script type="text/plain" data-category="analytics" data-type="module" data-src="/b.js"></script>"#,
        r#"<img width="1" height="1" data-src="https://a.pixels.example/p" data-srcset="//video.example/q 2x" data-consent-service="example-video">"#,
        r#"<div data-consent-placeholder><div class="axc-held" data-consent-held id="axc-held-1""#,
        r#"<template data-consent-service="example-video"><iframe src="https://video.example/1" width="5" height="4"></iframe></template></div>"#,
        r#"<template data-category="analytics">t</template>"#,
        r#"<link rel="preload" data-href="https://video.example/x" data-consent-service="example-video">"#,
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let live = yes.get(&app, "/").await;
    assert!(live.text().contains(
        r#"<script src="https://video.example/a.js"></script><script type="module" src="/b.js">"#
    ));
    assert!(!live.text().contains("<template"));
}

#[actix_web::test]
async fn settings_that_contradict_each_other_stop_the_start() {
    let build = |markup: Markup, csp: bool| {
        let builder = ConsentMiddleware::builder(policy(), keys()).markup(markup);
        let builder = if csp {
            builder.csp(Csp::new())
        } else {
            builder
        };
        builder.build().err()
    };
    for markup in [
        with(PageScript::Live),
        Markup::new().caches(CacheMode::Shell),
    ] {
        assert!(matches!(
            build(markup.clone(), true),
            Some(ConfigError::Markup(_))
        ));
        assert_eq!(build(markup, false), None);
    }
    assert_eq!(build(with(PageScript::Reload), true), None);
    let necessary = policy_with(
        "[[storage]]\nkey = \"cart\"\ncategory = \"necessary\"\npurpose = \"x\"\nduration = \"session\"\nexemption = \"user-input\"",
    );
    let error = ConsentMiddleware::builder(necessary, keys())
        .markup(Markup::new().clear_storage(true))
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("clear_storage"), "{error}");
}

#[actix_web::test]
async fn withdrawal_clears_storage_if_configured_but_never_cookies() {
    for (clear, expected) in [(true, "\"storage\""), (false, "")] {
        let app = site(Markup::new().clear_storage(clear), PAGE).await;
        let mut visitor = Visitor::new();
        let first = visitor.press(&app, "reject").await;
        assert_eq!(first.header("clear-site-data"), "", "nothing was withdrawn");
        visitor.press(&app, "accept").await;
        let withdrawn = visitor.press(&app, "reject").await;
        assert_eq!(withdrawn.header("clear-site-data"), expected);
        assert!(withdrawn.sets(crate::helpers::COOKIE));
    }
}

#[actix_web::test]
async fn the_policy_of_the_page_lets_it_in() {
    let middleware = ConsentMiddleware::builder(policy(), keys())
        .markup(with(PageScript::Reload))
        .csp(Csp::new())
        .build()
        .unwrap();
    let page = || async {
        actix_web::HttpResponse::Ok()
            .content_type("text/html")
            .insert_header(("Content-Security-Policy", "default-src 'none'"))
            .body(PAGE)
    };
    let app = answering(middleware, page).await;
    let answer = Visitor::new().get(&app, "/").await;
    let policy = answer.header("content-security-policy");
    assert!(
        policy.contains("script-src 'self'") && policy.contains("connect-src 'self'"),
        "{policy}"
    );
    let _ = consent(Markup::new());
}

#[actix_web::test]
async fn storage_that_a_withdrawal_leaves_is_logged() {
    const STORAGE: &str = "[[storage]]\nkey = \"seen\"\ncategory = \"analytics\"\npurpose = \"P.\"\n\
         duration = \"30 days\"\n";
    for (more, markup, expected) in [
        (STORAGE, Markup::new(), 1),
        (STORAGE, Markup::new().clear_storage(true), 0),
        (STORAGE, with(PageScript::Reload), 0),
        ("", Markup::new(), 0),
    ] {
        crate::helpers::listen();
        ConsentMiddleware::builder(crate::helpers::policy_with(more), keys())
            .markup(markup)
            .build()
            .unwrap();
        let log = crate::helpers::logged();
        let said = log
            .iter()
            .filter(|line| line.contains("`seen` of `[[storage]]`"));
        assert_eq!(said.count(), expected, "{log:?}");
    }
}
