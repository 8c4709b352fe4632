//! What becomes of the application's own policy.

use actix_consent::csp::Csp;

use super::{NAME, policies, site, sources};
use crate::helpers::{Visitor, answering, visitors};

/// What visitors get who have not chosen, and who have accepted.
async fn merged(own: &'static str) -> [String; 2] {
    let headers: &'static [_] = Box::leak(Box::new([("Content-Security-Policy", own)]));
    let app = site(Csp::new(), headers).await;
    let [mut silent, _, mut yes] = visitors(&app).await;
    let mut found = Vec::new();
    for visitor in [&mut silent, &mut yes] {
        let answer = visitor.get(&app, "/").await;
        let all = policies(&answer);
        assert_eq!(all.len(), 1, "{all:?}");
        found.extend(all);
    }
    found.try_into().expect("there are two")
}

#[actix_web::test]
async fn keeps_the_applications_policy_and_adds_granted_origins() {
    let [silent, yes] =
        merged("default-src 'self'; FRAME-SRC 'none'; img-src 'self' data:; sandbox; x-y z").await;
    for policy in [&silent, &yes] {
        assert_eq!(sources(policy, "default-src"), Some(vec!["'self'"]));
        assert_eq!(sources(policy, "sandbox"), Some(vec![]));
        assert_eq!(sources(policy, "x-y"), Some(vec!["z"]));
    }
    assert_eq!(sources(&silent, "frame-src"), Some(vec!["'none'"]));
    assert_eq!(sources(&silent, "img-src"), Some(vec!["'self'", "data:"]));
    assert_eq!(
        sources(&yes, "frame-src"),
        Some(vec!["https://video.example"])
    );
    let images = [
        "'self'",
        "data:",
        "https://*.video.example",
        "https://shared.example",
    ];
    assert_eq!(sources(&yes, "img-src").as_deref(), Some(&images[..]));
    assert_eq!(
        sources(&yes, "connect-src"),
        Some(vec!["'self'", "https://stats.example"]),
        "where it fell back to default-src"
    );
}

#[actix_web::test]
async fn origins_of_services_that_are_off_are_taken_out() {
    let [silent, yes] = merged(
        "frame-src 'self' https://VIDEO.example video.example https://maps.example; img-src *.video.example",
    )
    .await;
    assert_eq!(
        sources(&silent, "frame-src"),
        Some(vec!["'self'", "https://maps.example"])
    );
    assert_eq!(sources(&silent, "img-src"), Some(vec![]));
    let frames = sources(&yes, "frame-src").expect("frames are restricted");
    assert!(frames.contains(&"https://VIDEO.example") && frames.contains(&"https://maps.example"));
}

#[actix_web::test]
async fn a_declared_origin_is_taken_out_however_it_is_written() {
    for source in [
        "https://video.example/embed/",
        "https://video.example:443",
        "http://video.example:80",
        "video.example:*",
        "*://video.example",
        "cdn.video.example",
        "*.cdn.video.example:443",
        "https://video.example:8443/x",
    ] {
        let own = Box::leak(format!("frame-src 'self' {source}").into_boxed_str());
        let [silent, yes] = merged(own).await;
        assert_eq!(
            sources(&silent, "frame-src"),
            Some(vec!["'self'"]),
            "{source}"
        );
        assert!(sources(&yes, "frame-src").is_some_and(|all| all.contains(&source)));
    }
}

#[actix_web::test]
async fn what_is_wider_than_what_is_declared_or_something_else_stays() {
    let own = "frame-src * https: *.example video.example:9999 notvideo.example 'self' blob:; \
               report-uri https://video.example/reports";
    let [silent, _] = merged(own).await;
    assert_eq!(silent.split("; style-src").next(), Some(own));
}

#[actix_web::test]
async fn what_is_not_restricted_stays_unrestricted() {
    let [_, yes] = merged("object-src 'none'").await;
    assert_eq!(yes, "object-src 'none'");
}

#[actix_web::test]
async fn allows_styles_by_hash_unless_unsafe_inline_is_used() {
    let [silent, _] = merged("style-src 'self'").await;
    assert!(silent.contains("'sha256-"), "{silent}");
    let [silent, _] = merged("style-src 'self' 'unsafe-inline'").await;
    assert_eq!(silent, "style-src 'self' 'unsafe-inline'");
    let [silent, _] = merged("style-src 'unsafe-inline' 'nonce-abc'").await;
    assert!(
        silent.contains("'sha256-"),
        "a nonce has undone it already: {silent}"
    );
    let [silent, _] = merged("style-src 'none'; style-src-elem 'self'").await;
    let parts = sources(&silent, "style-src-elem").expect("it is there");
    assert!(
        parts.iter().any(|source| source.starts_with("'sha256-")),
        "{silent}"
    );
}

#[actix_web::test]
async fn allows_scripts_under_script_src_elem() {
    let [_, yes] = merged("script-src 'self'; script-src-elem 'self'").await;
    for directive in ["script-src", "script-src-elem"] {
        assert_eq!(
            sources(&yes, directive),
            Some(vec!["'self'", "https://stats.example"])
        );
    }
}

#[actix_web::test]
async fn of_several_policies_each_is_completed() {
    let app = site(
        Csp::new(),
        &[
            (
                "Content-Security-Policy",
                "frame-src 'self', frame-src 'self' https:",
            ),
            ("Content-Security-Policy", "frame-src 'none'"),
        ],
    )
    .await;
    let [.., mut yes] = visitors(&app).await;
    let all = policies(&yes.get(&app, "/").await);
    assert_eq!(all.len(), 3);
    for policy in all {
        let frames = sources(&policy, "frame-src").expect("frames are restricted");
        assert!(frames.contains(&"https://video.example"), "{policy}");
    }
}

#[actix_web::test]
async fn report_only_keeps_the_applications_policy() {
    let app = site(
        Csp::new().report_only(true),
        &[("Content-Security-Policy", "frame-src https://video.example")],
    )
    .await;
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(answer.header(NAME), "frame-src https://video.example");
    assert_eq!(
        answer.header("content-security-policy-report-only"),
        "frame-src"
    );
}

#[actix_web::test]
async fn keeps_an_unreadable_policy_in_force() {
    let page = || async {
        let mut response = actix_web::HttpResponse::Ok()
            .content_type("text/html")
            .body("x");
        let value = b"frame-src 'none'; x-y \xe9".as_slice();
        response.headers_mut().insert(
            actix_web::http::header::CONTENT_SECURITY_POLICY,
            actix_web::http::header::HeaderValue::from_bytes(value).unwrap(),
        );
        response
    };
    let app = answering(super::consent(Csp::new()), page).await;
    let answer = Visitor::new().get(&app, "/").await;
    let all: Vec<_> = answer
        .headers
        .get_all(NAME)
        .map(|value| value.as_bytes())
        .collect();
    assert!(
        all.contains(&b"frame-src 'none'; x-y \xe9".as_slice()),
        "{all:?}"
    );
}
