//! Log lines about choices refused for lack of the right `Host`.

use actix_web::http::{Method, header};

use crate::{
    helpers::{Visitor, builder, listen, logged, send},
    site::site,
};

/// The log of three refusals in a row, sent with these headers.
async fn log_of(headers: &[(&'static str, &str)]) -> Vec<String> {
    let plain = include_str!("../consent.toml").replace("partitioned = true", "");
    let policy = actix_consent::Policy::parse(&plain).unwrap();
    let consent = actix_consent::ConsentMiddleware::builder(policy, crate::helpers::keys());
    let app = site(consent.plain_http().build().unwrap()).await;
    logged();
    for action in ["reject", "accept", "reject"] {
        let mut request = Visitor::new()
            .request(Method::POST, "/privacy/choices")
            .set_form([("action", action)]);
        for header in headers {
            request = request.insert_header(*header);
        }
        assert_eq!(send(&app, request).await.status, 403);
    }
    logged()
}

#[actix_web::test]
async fn a_refused_choice_is_logged_once_with_the_remedy() {
    listen();
    for (headers, words) in [
        (
            &[
                ("Host", "127.0.0.1:9000"),
                ("Origin", "http://intranet.example"),
            ][..],
            &[
                "127.0.0.1:9000",
                "http://intranet.example",
                "origin(\"http://intranet.example\")",
            ][..],
        ),
        (
            &[
                ("Host", "intranet.example"),
                ("Origin", "http://intranet.example:8080"),
            ],
            &[
                "intranet.example",
                "origin(\"http://intranet.example:8080\")",
                "$http_host",
            ],
        ),
        (
            &[("Host", "intranet.example"), ("Origin", "null")],
            &["intranet.example", "null", "Referrer-Policy", "origin("],
        ),
        (
            &[("Host", "intranet.example")],
            &["intranet.example", "none", "Referrer-Policy", "origin("],
        ),
        (
            &[
                ("Host", "intranet.example"),
                ("Origin", "http://other.example"),
                ("Sec-Fetch-Site", "cross-site"),
            ],
            &["intranet.example", "http://other.example", "no setting"],
        ),
        // Not a statement of another site: `origin` decides.
        (
            &[
                ("Host", "intranet.example"),
                ("Origin", "http://other.example"),
                ("Sec-Fetch-Site", "none"),
            ],
            &["intranet.example", "origin(\"http://other.example\")"],
        ),
    ] {
        let log = log_of(headers).await;
        assert_eq!(log.len(), 1, "{log:?}");
        for word in ["WARN", "403"].iter().chain(words) {
            assert!(log[0].contains(word), "{word}: {log:?}");
        }
    }
}

#[actix_web::test]
async fn hostile_header_values_do_not_break_the_log() {
    listen();
    let long = "x".repeat(5_000);
    for origin in [&*long, "http://a.example\u{1b}[31m", "\"; origin"] {
        let value = header::HeaderValue::from_bytes(origin.as_bytes());
        let Ok(_) = value else { continue };
        let log = log_of(&[("Host", "intranet.example"), ("Origin", origin)]).await;
        assert_eq!(log.len(), 1);
        assert!(log[0].len() < 700 && !log[0].contains('\u{1b}'), "{log:?}");
    }
}

#[actix_web::test]
async fn a_choice_of_this_site_logs_nothing() {
    listen();
    let app = site(builder().build().unwrap()).await;
    logged();
    assert_eq!(Visitor::new().press(&app, "reject").await.status, 303);
    // A program of the operator that posts elsewhere is no choice.
    let request = Visitor::new().request(Method::POST, "/plain");
    send(&app, request).await;
    assert_eq!(logged(), [""; 0]);
}

#[actix_web::test]
async fn a_removal_that_no_host_matches_is_logged_once() {
    listen();
    let more = "[[cookie]]\nname = \"far\"\ncategory = \"analytics\"\ndomains = [\"shop.example\"]\n\
                purpose = \"Counts.\"\nduration = \"1 day\"\n";
    for (origin, host, told) in [
        (None, "127.0.0.1:9000", true),
        (None, "news.example", true),
        (None, "shop.example", false),
        (None, "www.shop.example:8443", false),
        (Some("https://shop.example"), "127.0.0.1:9000", false),
    ] {
        let policy = crate::helpers::policy_with(more);
        let keys = crate::helpers::keys();
        let mut builder = actix_consent::ConsentMiddleware::builder(policy, keys);
        if let Some(origin) = origin {
            builder = builder.origin(origin);
        }
        let app = site(builder.build().unwrap()).await;
        logged();
        let mut log = Vec::new();
        for _ in 0..3 {
            let request = Visitor::new()
                .with("far", "1")
                .request(Method::GET, "/plain")
                .insert_header(("Sec-Fetch-Dest", "document"))
                .insert_header((header::HOST, host));
            let answer = send(&app, request).await;
            let reached = answer
                .set_cookies_named("far")
                .iter()
                .any(|it| it.contains("Domain=shop.example"));
            assert_eq!(reached, !told, "{host}");
            log.extend(logged().into_iter().filter(|line| line.contains("far")));
        }
        assert_eq!(log.len(), usize::from(told), "{host}: {log:?}");
        if told {
            for word in [
                "WARN",
                "shop.example",
                "Host",
                "origin(\"https://shop.example\")",
            ] {
                assert!(log[0].contains(word), "{word}: {log:?}");
            }
        }
    }
}
