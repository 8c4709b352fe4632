//! The site's own origin.

use actix_consent::ConsentMiddleware;
use actix_web::http::header;

use super::{FOREIGN, OWN, may};
use crate::{
    helpers::{COOKIE, builder, consent, keys, send},
    site::site,
};

#[actix_web::test]
async fn the_host_of_the_request_is_the_site_without_an_origin() {
    for (host, origin, expected) in [
        ("news.example", "https://news.example", true),
        ("NEWS.Example", "https://news.example", true),
        ("news.example:8080", "https://news.example:8080", true),
        ("news.example:8080", "https://news.example", false),
        ("news.example:8080", "https://news.example:8081", false),
        ("news.example", "https://news.example:8080", false),
        ("news.example:443", "https://news.example", true),
        ("news.example", "https://news.example:443", true),
        ("127.0.0.1:8080", "http://127.0.0.1:8080", true),
        ("127.0.0.1:8080", "http://localhost:8080", false),
        ("[::1]:8080", "http://[::1]:8080", true),
        ("[::1]:8080", "http://[::1]:8081", false),
        ("[::1]:8080", "http://[::2]:8080", false),
        ("[::1]", "https://[::1]", true),
        ("[::1]", "https://[::1]:1", false),
        ("", "https://", false),
        ("", "https://news.example", false),
    ] {
        let headers = [("Host", host), ("Origin", origin)];
        assert_eq!(may(consent(), &headers).await, expected, "{headers:?}");
        let page = format!("{origin}/page");
        let headers = [("Host", host), ("Referer", &*page)];
        assert_eq!(may(consent(), &headers).await, expected, "{headers:?}");
    }
}

#[actix_web::test]
async fn over_plain_http_the_port_80_is_the_default() {
    let policy = include_str!("../consent.toml").replace("partitioned = true", "");
    let policy = actix_consent::Policy::parse(&policy).expect("valid");
    let consent = ConsentMiddleware::builder(policy, keys())
        .plain_http()
        .build()
        .expect("valid");
    let app = site(consent).await;
    for (host, origin, expected) in [
        ("news.example", "http://news.example", true),
        ("news.example:80", "http://news.example", true),
        ("news.example", "http://news.example:80", true),
        ("news.example", "http://news.example:8080", false),
    ] {
        let request = actix_web::test::TestRequest::post()
            .uri("/privacy/choices")
            .insert_header((header::HOST, host))
            .insert_header((header::ORIGIN, origin))
            .set_form([("action", "accept")]);
        assert_eq!(
            send(&app, request).await.sets("consent"),
            expected,
            "{host} {origin}"
        );
    }
}

#[actix_web::test]
async fn the_configured_origin_is_the_site_whatever_the_host_says() {
    for (configured, host, origin, expected) in [
        (
            "https://news.example",
            "internal:8080",
            "https://news.example",
            true,
        ),
        (
            "https://news.example",
            "internal:8080",
            "http://internal:8080",
            false,
        ),
        (
            "https://news.example",
            "news.example",
            "http://news.example",
            false,
        ),
        (
            "https://news.example",
            "elsewhere.example",
            "https://elsewhere.example",
            false,
        ),
        (
            "https://news.example:8443",
            "news.example:8443",
            "https://news.example:8443",
            true,
        ),
        (
            "https://news.example:8443",
            "news.example:8443",
            "https://news.example",
            false,
        ),
        (
            "https://news.example:443",
            "news.example",
            "https://news.example",
            true,
        ),
        ("https://[2001:db8::1]", "x", "https://[2001:db8::1]", true),
        ("https://[2001:db8::1]", "x", "https://[2001:db8::2]", false),
    ] {
        let by_builder = builder().origin(configured).build().expect("valid");
        let text = include_str!("../consent.toml").replace(
            "name = \"Example News\"\nserves",
            &format!("name = \"Example News\"\norigin = \"{configured}\"\nserves"),
        );
        let with_origin = actix_consent::Policy::parse(&text).expect("valid");
        assert_eq!(with_origin.file().site.origin.as_deref(), Some(configured));
        let by_policy = ConsentMiddleware::new(with_origin, keys()).expect("valid");
        for consent in [by_builder, by_policy] {
            let headers = [("Host", host), ("Origin", origin)];
            assert_eq!(
                may(consent.clone(), &headers).await,
                expected,
                "{configured} {headers:?}"
            );
            let page = format!("{origin}/page");
            let headers = [("Host", host), ("Referer", &*page)];
            assert_eq!(
                may(consent, &headers).await,
                expected,
                "{configured} {headers:?}"
            );
        }
    }
}

#[actix_web::test]
async fn the_builders_origin_replaces_the_policys() {
    let text = include_str!("../consent.toml").replace(
        "serves = [\"EU\"]",
        "serves = [\"EU\"]\norigin = \"https://old.example\"",
    );
    let old = actix_consent::Policy::parse(&text).expect("valid");
    let consent = ConsentMiddleware::builder(old, keys()).origin("https://news.example");
    let consent = consent.build().expect("valid");
    assert!(may(consent.clone(), &[OWN]).await);
    assert!(!may(consent, &[("Origin", "https://old.example")]).await);
}

#[actix_web::test]
async fn forwarding_headers_are_not_read() {
    let forwarded = [
        ("X-Forwarded-Host", "elsewhere.example"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Port", "443"),
        ("Forwarded", "host=elsewhere.example;proto=https"),
    ];
    let mut headers = vec![FOREIGN];
    headers.extend(forwarded);
    assert!(!may(consent(), &headers).await);
    headers[0] = OWN;
    assert!(may(consent(), &headers).await);
}

#[actix_web::test]
async fn a_request_whose_target_names_the_host_is_judged_by_it() {
    // HTTP/2 has no `Host`: it is in the target.
    let app = site(consent()).await;
    for (origin, expected) in [
        ("https://news.example", true),
        ("https://elsewhere.example", false),
    ] {
        let request = actix_web::test::TestRequest::post()
            .uri("https://news.example/privacy/choices")
            .insert_header((header::ORIGIN, origin))
            .set_form([("action", "accept")]);
        assert_eq!(send(&app, request).await.sets(COOKIE), expected, "{origin}");
    }
}
