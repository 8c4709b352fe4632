//! What is going on to another page, and what is implied by it.

use actix_web::{
    http::{Method, header},
    test::TestRequest,
};

use super::{has_notice, implied, shown};
use crate::{
    helpers::{COOKIE, NOTE, Visitor, send},
    site::{ALL, sent, site},
};

#[actix_web::test]
async fn on_the_first_page_everything_optional_is_off() {
    let app = site(implied()).await;
    let mut visitor = Visitor::new();
    let page = visitor.get(&app, "/").await;
    assert!(has_notice(&page));
    assert_eq!(sent(&page), "");
    assert!(page.sets(NOTE), "it was shown");
    assert!(!page.sets(COOKIE), "it is not an answer");
    assert_eq!(visitor.state(&app).await["status"], "undecided");
}

#[actix_web::test]
async fn records_implied_consent_on_the_next_page() {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    let page = visitor.get(&app, "/page/2").await;
    assert_eq!(sent(&page), ALL);
    assert!(
        page.sets(NOTE) && !page.sets(COOKIE),
        "a GET writes no grant"
    );
    let state = visitor.state(&app).await;
    assert_eq!(state["status"], "implied");
    assert_eq!(state["model"], "implied");
    assert_eq!(state["day"], serde_json::Value::Null, "nobody answered");
    for category in ["preferences", "analytics", "marketing"] {
        assert_eq!(
            state["categories"][category]["basis"], "implied",
            "{category}"
        );
    }
    assert_eq!(state["categories"]["necessary"]["basis"], "necessary");
    // From then on it holds, for every kind of request.
    assert_eq!(visitor.on(&app).await, ALL);
}

#[actix_web::test]
async fn going_on_to_the_same_page_again_counts_as_well() {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    assert_eq!(sent(&visitor.get(&app, "/").await), ALL);
}

#[actix_web::test]
async fn a_page_without_the_notice_implies_nothing() {
    let app = site(implied()).await;
    let mut visitor = Visitor::new();
    for _ in 0..3 {
        let page = visitor.get(&app, "/plain").await;
        assert_eq!(sent(&page), "");
        assert!(page.set_cookies_named(NOTE).is_empty());
    }
    visitor.get(&app, "/").await;
    assert_eq!(sent(&visitor.get(&app, "/plain").await), ALL);
}

/// A request of a browser that has been shown the notice.
async fn goes_on(path: &str, method: Method, headers: &[(&str, &str)]) -> bool {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    let mut request = TestRequest::with_uri(path)
        .method(method)
        .insert_header((header::HOST, "news.example"))
        .insert_header((header::COOKIE, format!("{NOTE}={}", visitor.cookies[NOTE])));
    for header in headers {
        request = request.insert_header(*header);
    }
    let answer = send(&app, request).await;
    visitor.keep(&answer);
    let state = visitor.state(&app).await;
    let implied = state["status"] == "implied";
    if ["/", "/plain", "/page/2"].contains(&path) {
        assert_eq!(!sent(&answer).is_empty(), implied, "{path} {headers:?}");
    }
    implied
}

#[actix_web::test]
async fn only_a_navigation_is_going_on() {
    const HTML: (&str, &str) = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    const DOCUMENT: (&str, &str) = ("Sec-Fetch-Dest", "document");
    const OWN: (&str, &str) = ("Sec-Fetch-Site", "same-origin");
    for (headers, expected) in [
        (&[DOCUMENT, OWN][..], true),
        (&[DOCUMENT, HTML, OWN], true),
        (&[HTML, OWN], true),
        (&[OWN], false),
        (&[("Sec-Fetch-Dest", "image"), HTML, OWN], false),
        (&[DOCUMENT, OWN, ("Sec-Purpose", "prefetch")], false),
        (&[], false),
        (&[("Accept", "*/*")], false),
        (&[("Accept", "application/json")], false),
        (&[("Accept", "image/avif,image/webp,*/*")], false),
        (&[("Sec-Fetch-Dest", "image"), HTML], false),
        (&[("Sec-Fetch-Dest", "empty"), HTML], false),
        (&[("Sec-Fetch-Dest", "script")], false),
        (&[("Sec-Fetch-Dest", "style")], false),
        (&[("Sec-Fetch-Dest", "iframe"), HTML], false),
        (&[("Sec-Fetch-Dest", "")], false),
        (&[("Sec-Fetch-Dest", ""), HTML], false),
        (&[DOCUMENT, ("Sec-Purpose", "prefetch")], false),
        (&[DOCUMENT, ("Sec-Purpose", "prefetch;prerender")], false),
        (&[HTML, ("Sec-Purpose", "prefetch")], false),
    ] {
        assert_eq!(
            goes_on("/plain", Method::GET, headers).await,
            expected,
            "{headers:?}"
        );
    }
    for method in [Method::HEAD, Method::POST, Method::OPTIONS] {
        assert!(
            !goes_on("/plain", method.clone(), &[DOCUMENT, OWN]).await,
            "{method}"
        );
    }
}

#[actix_web::test]
async fn another_site_cannot_make_a_visitor_go_on() {
    const USER: (&str, &str) = ("Sec-Fetch-User", "?1");
    let site = |from| ("Sec-Fetch-Site", from);
    let referer = |page| ("Referer", page);
    for (headers, expected) in [
        (&[site("same-origin")][..], true),
        (&[site("none")], true),
        (&[site("cross-site")], false),
        (&[site("same-site")], false),
        (&[site("cross-site"), USER], true),
        (&[site("same-site"), USER], true),
        (&[site("cross-site"), ("Sec-Fetch-User", "?0")], false),
        (
            &[site("cross-site"), referer("https://news.example/")],
            false,
        ),
        // Without the header, as over plain http: the page before has to be one of the site.
        (&[], false),
        (&[referer("https://news.example/page/1")], true),
        (&[referer("http://news.example/")], true),
        (&[referer("https://other.example/")], false),
        (&[referer("https://news.example.other.example/")], false),
    ] {
        let mut all = vec![("Sec-Fetch-Dest", "document")];
        all.extend(headers);
        let goes = goes_on("/plain", Method::GET, &all).await;
        assert_eq!(goes, expected, "{headers:?}");
    }
}

#[actix_web::test]
async fn reading_about_it_is_not_going_on() {
    for (path, expected) in [
        ("/page/2", true),
        ("/privacy", false),
        ("/privacy/choices", false),
        ("/privacy/versions/2", false),
        ("/privacy/versions/9", false),
        ("/privacy/state.json", false),
        ("/.well-known/gpc.json", false),
    ] {
        let document = [
            ("Sec-Fetch-Dest", "document"),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        assert_eq!(
            goes_on(path, Method::GET, &document).await,
            expected,
            "{path}"
        );
    }
}

#[actix_web::test]
async fn a_prefetched_page_has_been_shown_to_nobody() {
    let app = site(implied()).await;
    for headers in [
        &[("Sec-Purpose", "prefetch"), ("Sec-Fetch-Dest", "document")][..],
        &[
            ("Sec-Purpose", "prefetch;prerender"),
            ("Sec-Fetch-Dest", "document"),
        ],
        // A fragment that a script fetched may never be put into the page.
        &[("Sec-Fetch-Dest", "empty")],
    ] {
        let mut visitor = Visitor::new();
        let mut request = visitor.request(Method::GET, "/");
        for header in headers {
            request = request.insert_header(*header);
        }
        let answer = send(&app, request).await;
        visitor.keep(&answer);
        let first_seen = visitor.get(&app, "/page/1").await;
        assert_eq!(
            sent(&first_seen),
            "",
            "{headers:?}: the first page that was seen"
        );
        assert_eq!(
            sent(&visitor.get(&app, "/page/2").await),
            ALL,
            "{headers:?}"
        );
    }
}

#[actix_web::test]
async fn a_page_that_implies_is_not_kept_by_shared_caches() {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    let page = visitor.get(&app, "/page/2").await;
    assert!(
        page.header("Cache-Control").contains("no-store"),
        "{page:?}"
    );
    let plain = visitor.get(&app, "/plain").await;
    assert!(
        plain.header("Cache-Control").contains("private"),
        "{plain:?}"
    );
}
