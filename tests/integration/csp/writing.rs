//! What is sent where the application sends nothing.

use actix_consent::csp::Csp;

use super::{NAME, policies, site, sources};
use crate::helpers::{Visitor, visitors};

#[actix_web::test]
async fn origins_of_granted_services_are_let_in_and_no_others() {
    let app = site(Csp::new(), &[]).await;
    let [mut silent, mut no, mut yes] = visitors(&app).await;
    for visitor in [&mut silent, &mut no] {
        let answer = visitor.get(&app, "/").await;
        let policy = answer.header(NAME);
        assert!(!policy.contains(".example"), "{policy}");
        assert_eq!(sources(policy, "default-src"), Some(vec!["'self'"]));
    }
    let answer = yes.get(&app, "/").await;
    let policy = answer.header(NAME);
    for (directive, expected) in [
        ("frame-src", &["'self'", "https://video.example"][..]),
        (
            "img-src",
            &[
                "'self'",
                "https://*.video.example",
                "https://shared.example",
            ],
        ),
        ("media-src", &["'self'", "https://video.example:8443"]),
        ("script-src", &["'self'", "https://stats.example"]),
        ("connect-src", &["'self'", "https://stats.example"]),
        ("font-src", &["'self'", "https://stats.example"]),
    ] {
        assert_eq!(
            sources(policy, directive).as_deref(),
            Some(expected),
            "{policy}"
        );
    }
    let styles = sources(policy, "style-src").expect("styles are restricted");
    assert!(styles.contains(&"https://stats.example"), "{policy}");
}

#[actix_web::test]
async fn an_origin_of_two_services_is_let_in_by_either() {
    let app = site(Csp::new(), &[]).await;
    let mut visitor = Visitor::new();
    visitor
        .choose(&app, &[("action", "save"), ("svc.counter", "1")])
        .await;
    let answer = visitor.get(&app, "/").await;
    let images = sources(answer.header(NAME), "img-src").expect("images are restricted");
    assert_eq!(images, ["'self'", "https://shared.example"]);
}

#[actix_web::test]
async fn allows_banner_and_placeholder_styles_by_hash() {
    let app = site(Csp::new(), &[]).await;
    let answer = Visitor::new().get(&app, "/").await;
    let styles = sources(answer.header(NAME), "style-src").expect("styles are restricted");
    let hashes = styles
        .iter()
        .filter(|source| source.starts_with("'sha256-"))
        .count();
    assert_eq!((styles[0], hashes), ("'self'", 2), "{styles:?}");
}

#[actix_web::test]
async fn directives_can_be_set_and_taken_out() {
    let csp = Csp::new()
        .directive("IMG-SRC", "'self' data:")
        .directive("frame-ancestors", "");
    let app = site(csp, &[]).await;
    let answer = Visitor::new().get(&app, "/").await;
    let policy = answer.header(NAME);
    assert_eq!(sources(policy, "img-src"), Some(vec!["'self'", "data:"]));
    assert_eq!(sources(policy, "frame-ancestors"), None);
    assert_eq!(sources(policy, "object-src"), Some(vec!["'none'"]));
}

#[actix_web::test]
async fn it_is_for_html_alone_and_told_apart_by_caches() {
    let app = site(Csp::new(), &[]).await;
    let mut visitor = Visitor::new();
    let json = visitor.get(&app, "/json").await;
    assert_eq!((json.header(NAME), json.header("vary")), ("", ""));
    let page = visitor.get(&app, "/").await;
    assert_eq!(page.header("vary"), "Cookie, Sec-GPC");
    let own = visitor.get(&app, "/privacy").await;
    assert_eq!(policies(&own).len(), 1, "our own pages keep their own");
    assert!(own.header(NAME).starts_with("default-src 'none'"));
}

#[actix_web::test]
async fn allows_a_requested_nonce_that_differs_per_response() {
    let app = site(Csp::new(), &[]).await;
    let mut visitor = Visitor::new();
    let first = visitor.get(&app, "/nonce").await;
    let second = visitor.get(&app, "/nonce").await;
    assert_ne!(first.text(), second.text());
    let source = format!("'nonce-{}'", first.text());
    for directive in ["script-src", "style-src"] {
        let sources = sources(first.header(NAME), directive).expect("it is restricted");
        assert!(sources.contains(&&*source), "{directive}");
    }
    assert_eq!(first.header("cache-control"), "private, no-store");
    assert_eq!(first.header("etag"), "");
    assert!(
        !visitor.get(&app, "/").await.header(NAME).contains("nonce"),
        "else there is none"
    );
}

#[actix_web::test]
async fn without_a_policy_nothing_is_sent_and_there_is_no_nonce() {
    let app = actix_web::App::new()
        .route(
            "/",
            actix_web::web::get().to(|consent: actix_consent::Consent| async move {
                assert_eq!(consent.csp_nonce(), None);
                actix_web::HttpResponse::Ok()
                    .content_type("text/html")
                    .body("x")
            }),
        )
        .wrap(crate::helpers::consent());
    let app = actix_web::test::init_service(app).await;
    assert_eq!(Visitor::new().get(&app, "/").await.header(NAME), "");
}
