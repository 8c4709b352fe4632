//! A proxy in front that strips a path prefix.

use std::net::SocketAddr;

use actix_consent::{Consent, ConsentMiddleware, csp::Csp, error::ConfigError, markup::Markup};
use actix_web::{
    App, HttpResponse,
    dev::Service as _,
    http::{Method, header},
    test, web,
};

use crate::helpers::{Answer, COOKIE, Visitor, builder, keys, listen, logged, policy_with, send};

const EMBED: &str = "[[embed]]\nservice = \"example-video\"\nframe = [\"https://video.example\"]\n";

async fn page(_: Consent) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body("<!doctype html><html><body><iframe src=\"https://video.example/1\"></iframe></body></html>")
}

fn consent(external: &str, proxies: &[&str]) -> ConsentMiddleware {
    ConsentMiddleware::builder(policy_with(EMBED), keys())
        .markup(Markup::new().script(actix_consent::markup::PageScript::Reload))
        .csp(Csp::new().reports(true))
        .external_prefix(external)
        .trusted_proxies(proxies.iter().copied())
        .build()
        .unwrap()
}

macro_rules! app {
    ($consent:expr) => {
        test::init_service(App::new().route("/{tail:.*}", web::to(page)).wrap($consent)).await
    };
}

/// Every address in attributes, headers and data of the script that names a page of the library.
fn own_addresses(answer: &Answer) -> Vec<String> {
    let mut all = answer.text().to_owned();
    for (name, value) in &answer.headers {
        if name != header::SET_COOKIE {
            all.push_str(&format!("\n\"{}\"", value.to_str().unwrap()));
        }
    }
    let ends = |letter: char| "\"<> ;'".contains(letter);
    let mut found: Vec<String> = all
        .split(ends)
        .filter(|part| part.contains("/privacy") && !part.starts_with("https://video.example"))
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    found
}

#[actix_web::test]
async fn every_address_starts_with_the_external_prefix() {
    let app = app!(consent("/app", &[]));
    for path in ["/shop?a=b", "/privacy", "/privacy/choices"] {
        let answer = Visitor::new().get(&app, path).await;
        assert_eq!(answer.status, 200, "{path}");
        let addresses = own_addresses(&answer);
        assert!(addresses.len() > 1, "{path}: {addresses:?}");
        for address in &addresses {
            assert!(address.starts_with("/app/privacy"), "{path}: {address}");
        }
    }
    let answer = Visitor::new().get(&app, "/shop?a=b").await;
    assert!(
        answer
            .text()
            .contains("name=\"return_to\" value=\"/app/shop?a=b\"")
    );
    for expected in [
        "/app/privacy/choices",
        "/app/privacy/state.json",
        "/app/privacy/reports",
    ] {
        assert!(
            own_addresses(&answer).iter().any(|it| it == expected),
            "{expected}"
        );
    }
    // The proxy strips the prefix of what the browser asks for then.
    let script = own_addresses(&answer);
    let script = script.iter().find(|it| it.ends_with(".js")).unwrap();
    let script = script.strip_prefix("/app").unwrap();
    assert_eq!(Visitor::new().get(&app, script).await.status, 200);

    let control = Visitor::new()
        .get(&app!(consent("", &[])), "/shop?a=b")
        .await;
    assert!(
        own_addresses(&control)
            .iter()
            .all(|it| it.starts_with("/privacy"))
    );
}

#[actix_web::test]
async fn a_choice_leads_back_behind_the_prefix() {
    let app = app!(consent("/app", &[]));
    for (way, referer, back) in [
        (Some("/app/shop"), None, "/app/shop"),
        (None, Some("https://news.example/app/shop?x"), "/app/shop?x"),
        (
            None,
            Some("https://news.example/app/privacy/choices"),
            "/app/",
        ),
        (Some("//elsewhere.example"), None, "/app/"),
        (None, None, "/app/"),
    ] {
        let mut request = Visitor::new()
            .request(Method::POST, "/privacy/choices")
            .insert_header(("Sec-Fetch-Site", "same-origin"));
        if let Some(referer) = referer {
            request = request.insert_header((header::REFERER, referer));
        }
        let mut form = vec![("action", "reject")];
        form.extend(way.map(|way| ("return_to", way)));
        let answer = send(&app, request.set_form(form)).await;
        assert_eq!(answer.header("location"), back, "{way:?} {referer:?}");
        let kept = answer.set_cookies_named(COOKIE);
        assert!(kept[0].contains("Path=/;"), "{kept:?}");
    }
}

#[actix_web::test]
async fn what_a_form_showed_is_the_same_under_every_prefix() {
    let asked = |answer: &Answer| {
        let (_, from) = answer.text().split_once("name=\"asked\" value=\"").unwrap();
        from.split('"').next().unwrap().to_owned()
    };
    let (plain, prefixed) = (app!(consent("", &[])), app!(consent("/app", &[])));
    for path in ["/shop", "/privacy/choices"] {
        let one = asked(&Visitor::new().get(&plain, path).await);
        assert_eq!(
            asked(&Visitor::new().get(&prefixed, path).await),
            one,
            "{path}"
        );
    }
}

/// A page as a proxy at `peer` asks for it.
async fn forwarded<S, B>(app: &S, peer: Option<&str>, prefixes: &[&str]) -> Answer
where
    S: actix_web::dev::Service<
            actix_http::Request,
            Response = actix_web::dev::ServiceResponse<B>,
            Error = actix_web::Error,
        >,
    B: actix_web::body::MessageBody,
{
    let mut request = Visitor::new()
        .request(Method::GET, "/shop")
        .insert_header(("Sec-Fetch-Dest", "document"));
    for prefix in prefixes {
        request = request.append_header(("X-Forwarded-Prefix", *prefix));
    }
    if let Some(peer) = peer {
        request = request.peer_addr(peer.parse::<SocketAddr>().unwrap());
    }
    send(app, request).await
}

#[actix_web::test]
async fn reads_the_prefix_of_trusted_proxies_only() {
    let app = app!(consent("", &["10.0.0.0/8", "::1"]));
    for (peer, prefix, base) in [
        (Some("10.1.2.3:9"), "/app", "/app/privacy"),
        (Some("[::1]:9"), "/app/", "/app/privacy"),
        (Some("[::ffff:10.1.2.3]:9"), "/other", "/other/privacy"),
        (Some("10.1.2.3:9"), "/", "/privacy"),
        (Some("11.1.2.3:9"), "/app", "/privacy"),
        (None, "/app", "/privacy"),
    ] {
        let answer = forwarded(&app, peer, &[prefix]).await;
        let addresses = own_addresses(&answer);
        let fits = addresses.iter().all(|address| address.starts_with(base));
        assert!(fits, "{peer:?} {prefix}: {addresses:?}");
        assert!(
            answer
                .header("vary")
                .to_ascii_lowercase()
                .contains("x-forwarded-prefix")
        );
    }
    let unix = app!(consent("/static", &["unix"]));
    let answer = forwarded(&unix, None, &["/app"]).await;
    assert!(
        own_addresses(&answer)
            .iter()
            .all(|it| it.starts_with("/app/privacy"))
    );
    let answer = forwarded(&unix, None, &[]).await;
    assert!(
        own_addresses(&answer)
            .iter()
            .all(|it| it.starts_with("/static/privacy"))
    );
}

#[actix_web::test]
async fn ignores_a_forwarded_prefix_that_is_no_plain_path() {
    listen();
    let long = format!("/{}", "a".repeat(300));
    for prefixes in [
        &["//elsewhere.example"][..],
        &["https://elsewhere.example"],
        &["/a\"><script>"],
        &["/a/../b"],
        &["/app, /other"],
        &["/app", "/other"],
        &["app"],
        &["/a b"],
        &[&*long],
    ] {
        let app = app!(consent("", &["10.0.0.0/8"]));
        logged();
        for round in 0..2 {
            let answer = forwarded(&app, Some("10.1.2.3:9"), prefixes).await;
            let addresses = own_addresses(&answer);
            let fits = addresses
                .iter()
                .all(|address| address.starts_with("/privacy"));
            assert!(fits, "{prefixes:?}: {addresses:?}");
            let told = logged().join("\n").contains("X-Forwarded-Prefix");
            assert_eq!(told, round == 0, "{prefixes:?}");
        }
    }
}

#[actix_web::test]
async fn refuses_prefixes_and_proxies_that_cannot_be_used() {
    for prefix in ["app", "/app/", "//app", "/a b", "https://x.example"] {
        let error = builder().external_prefix(prefix).build().unwrap_err();
        assert!(matches!(error, ConfigError::ExternalPrefix(_)), "{prefix}");
        assert!(error.to_string().contains("/app"), "{error}");
    }
    for proxy in ["", "localhost", "10.0.0.0/33", "1.2.3"] {
        let error = builder().trusted_proxies([proxy]).build().unwrap_err();
        assert!(matches!(error, ConfigError::Proxy(_)), "{proxy}");
    }
    assert!(
        builder()
            .external_prefix("")
            .trusted_proxies(["::1"])
            .build()
            .is_ok()
    );
}

#[actix_web::test]
async fn the_prefix_stands_before_the_path_of_a_scope() {
    let app = test::init_service(
        App::new().service(
            web::scope("/blog")
                .wrap(consent("/app", &[]))
                .route("/post", web::get().to(page)),
        ),
    )
    .await;
    let answer = Visitor::new().get(&app, "/blog/post").await;
    let addresses = own_addresses(&answer);
    assert!(
        addresses
            .iter()
            .all(|it| it.starts_with("/app/blog/privacy")),
        "{addresses:?}"
    );
    assert!(answer.text().contains("value=\"/app/blog/post\""));
    let request = Visitor::new().request(Method::GET, "/blog/privacy/choices");
    assert_eq!(app.call(request.to_request()).await.unwrap().status(), 200);
}
