//! Which host a removal is for: behind a proxy, with a dot at its end, and out of all proportion.

use actix_consent::{ConsentMiddleware, Policy};
use actix_web::http::{Method, header};

use super::{NOTHING, places, rejecting_at};
use crate::helpers::{Answer, Visitor, builder, keys, send, site_setting, visitors};

fn names_the_domain(answer: &Answer) -> bool {
    let places = places(answer, "_ga");
    assert!(!places.is_empty(), "nothing is removed: {answer:?}");
    places.iter().any(|(_, domain)| domain == "news.example")
}

#[actix_web::test]
async fn removals_use_the_configured_origin_not_the_proxys_host() {
    for (origin, host, named) in [
        (true, "news.example", true),
        (true, "backend:8080", true),
        (true, "127.0.0.1:8080", true),
        (true, "[::1]:8080", true),
        (true, "evil.example", true),
        (false, "news.example.", true),
        (false, "news.example.:8443", true),
        (true, "news.example.", true),
        // The control: without an origin the host is all that is known.
        (false, "backend:8080", false),
        (false, "evil.example.", false),
        (false, ".", false),
    ] {
        let site = match origin {
            true => builder().origin("https://news.example"),
            false => builder(),
        };
        let app = site_setting(site.build().unwrap(), &NOTHING).await;
        let [nobody, _, yes] = visitors(&app).await;
        let answer = rejecting_at(&app, &yes, host).await;
        assert_eq!(names_the_domain(&answer), named, "{origin} {host}");
        // A sweep as a withdrawal.
        let request = nobody
            .with("_ga", "1")
            .request(Method::GET, "/")
            .insert_header((header::HOST, host));
        let answer = send(&app, request).await;
        assert_eq!(names_the_domain(&answer), named, "{origin} {host}");
    }
}

#[actix_web::test]
async fn sends_no_removal_for_a_domain_outside_the_origin() {
    for (origin, named) in [
        ("https://www.news.example", true),
        ("https://news.example:8443", true),
        ("https://evilnews.example", false),
    ] {
        let consent = builder().origin(origin).build().unwrap();
        let app = site_setting(consent, &NOTHING).await;
        let request = Visitor::new()
            .with("_ga", "1")
            .request(Method::GET, "/")
            .insert_header((header::HOST, "news.example"));
        let answer = send(&app, request).await;
        assert_eq!(names_the_domain(&answer), named, "{origin}");
    }
}

/// Over plain http, where a choice may have been set for a parent domain as well.
fn plain_http(origin: Option<&str>) -> ConsentMiddleware {
    let text = include_str!("../consent.toml").replace("partitioned = true", "");
    let site = ConsentMiddleware::builder(Policy::parse(&text).unwrap(), keys());
    match origin {
        Some(origin) => site.origin(origin).build().unwrap(),
        None => site.plain_http().build().unwrap(),
    }
}

/// The domains for which the answer to a request with two choices clears them.
async fn cleared(origin: Option<&str>, host: &str) -> Vec<String> {
    let app = site_setting(plain_http(origin), &["id=1"]).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "reject").await;
    let value = &visitor.cookies["consent"];
    let host = header::HeaderValue::from_bytes(host.as_bytes()).unwrap();
    let request = Visitor::new()
        .request(Method::GET, "/")
        .insert_header((header::HOST, host))
        .insert_header((header::COOKIE, format!("consent={value}; consent={value}")));
    let answer = send(&app, request).await;
    assert_eq!(answer.status, 200);
    assert!(answer.sets("consent") && answer.sets("id"), "{answer:?}");
    let mut domains = Vec::new();
    let last = answer.set_cookies_named("consent").pop().unwrap();
    assert!(
        last.contains(value.as_str()),
        "nothing comes after the choice"
    );
    for header in answer.set_cookies_named("consent") {
        if let Some((_, rest)) = header.split_once("Domain=") {
            domains.push(rest.split(';').next().unwrap().to_owned());
        }
    }
    domains
}

#[actix_web::test]
async fn two_choices_are_cleared_for_the_host_and_its_parents() {
    let cleared_at = async |host| cleared(None, host).await;
    let parents = ["a.www.news.example", "www.news.example", "news.example"];
    assert_eq!(cleared_at("a.www.news.example").await, parents);
    assert_eq!(cleared_at("news.example:8080").await, ["news.example"]);
    assert_eq!(cleared_at("news.example.").await, ["news.example"]);
    // Where there is no parent a browser takes the domain for the host, and so for the new choice.
    for host in [
        "localhost:8080",
        "127.0.0.1:8080",
        "192.168.1.5",
        "[::1]:8080",
    ] {
        assert_eq!(cleared_at(host).await, [""; 0], "{host}");
    }
    let own = cleared(Some("http://news.example"), "x.y.z").await;
    assert_eq!(own, ["news.example"], "an origin is what it says");
}

#[actix_web::test]
async fn a_host_of_a_thousand_labels_makes_no_thousand_headers() {
    for labels in [20, 130, 1_000, 15_000] {
        let host = "a.".repeat(labels) + "b";
        let domains = cleared(None, &host).await;
        assert!(domains.len() <= 16, "{labels}: {} headers", domains.len());
        let bytes: usize = domains.iter().map(String::len).sum();
        assert!(bytes <= 4096, "{labels}: {bytes} bytes");
    }
    let long = format!("{}.news.example", "a".repeat(30_000));
    assert!(cleared(None, &long).await.concat().len() <= 4096);
}

#[actix_web::test]
async fn what_a_host_says_that_is_no_name_stays_out_of_the_headers() {
    for host in [
        "a.b; Path=/x",
        "a.b, c=d.e",
        "a.b\tc",
        "a.b\u{e9}.c",
        "user@news.example",
        "<b>.news.example",
        "",
        ".",
        "..",
    ] {
        for domain in cleared(None, host).await {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
            assert!(domain.bytes().all(plain), "{host}: {domain}");
        }
    }
    assert_eq!(cleared(None, "news.example").await, ["news.example"]);
}
