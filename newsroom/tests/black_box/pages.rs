//! Every address responds in the site's design.

use crate::{LIBRARY_PAGES, PAGES, site, visitor::Visitor};

/// Asserts the parts that every page of the site has, error pages included.
fn assert_site_look(path: &str, html: &str) {
    for part in [
        "<!doctype html>",
        r#"<html lang="en""#,
        r#"<link rel="stylesheet" href="/assets/site."#,
        r#"<p class="name"><a href="/">Plenary</a></p>"#,
        r##"<a class="skip" href="#main">"##,
        r#"<main"#,
        "What this page did",
        r#"<a href="/privacy/choices">Cookie settings</a>"#,
        r#"<a href="/privacy" rel="privacy-policy">Privacy policy</a>"#,
        "Plenary is a demonstration. It retells public reports in its own words and speaks for no organisation.",
    ] {
        assert!(html.contains(part), "{path} has no {part}");
    }
    assert_eq!(html.matches("<h1").count(), 1, "{path}");
    assert!(!html.contains("<script"), "{path}");
}

#[test]
fn every_page_answers_on_both_hosts_in_the_sites_look() {
    let site = site(&[]);
    for visitor in [Visitor::of(site.port), Visitor::of_implied(site.port)] {
        for path in PAGES.into_iter().chain(LIBRARY_PAGES) {
            let answer = visitor.request("GET", path).send(site.port);
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_site_look(path, answer.text());
        }
    }
}

#[test]
fn files_have_their_own_content_type() {
    let site = site(&[]);
    let mut visitor = Visitor::of(site.port);
    for (path, kind, start) in [
        (
            "/feed.xml",
            "application/rss+xml; charset=utf-8",
            "<?xml version=\"1.0\"",
        ),
        ("/robots.txt", "text/plain; charset=utf-8", "User-agent:"),
        ("/privacy/state.json", "application/json", "{"),
        ("/.well-known/gpc.json", "application/json", "{"),
    ] {
        let answer = visitor.open(path);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, kind),
            "{path}"
        );
        assert!(
            answer.text().starts_with(start),
            "{path}: {}",
            answer.text()
        );
    }
    let icon = visitor.open("/favicon.ico");
    assert_eq!(icon.status, 307);
    let icon = visitor.open(icon.header("location"));
    assert_eq!(
        (icon.status, icon.header("content-type")),
        (200, "image/svg+xml")
    );
}

#[test]
fn the_feed_names_both_reports_by_the_host_that_was_asked() {
    let site = site(&[]);
    let feed = Visitor::of_implied(site.port).open("/feed.xml");
    for path in &PAGES[1..3] {
        let link = format!("<link>http://implied.localhost:{}{path}</link>", site.port);
        assert!(feed.text().contains(&link), "{}", feed.text());
    }
    assert_eq!(feed.text().matches("<item>").count(), 2);
}

#[test]
fn an_address_without_a_page_is_a_404_in_the_sites_look() {
    let site = site(&[]);
    let mut visitor = Visitor::of(site.port);
    for path in [
        "/nothing",
        "/reports/nothing",
        "/assets/nothing.css",
        "/privacy/nothing",
        "/%ff",
    ] {
        let answer = visitor.open(path);
        assert_eq!(answer.status, 404, "{path}");
        assert_site_look(path, answer.text());
        assert!(answer.text().contains("There is no page at this address."));
        assert!(
            answer
                .text()
                .contains(r#"<a href="/">All reports are on the front page.</a>"#)
        );
    }
}

#[test]
fn an_unknown_policy_edition_is_a_404_in_the_sites_look() {
    let site = site(&[]);
    let answer = Visitor::of(site.port).open("/privacy/versions/99");
    assert_eq!(answer.status, 404);
    assert_site_look("/privacy/versions/99", answer.text());
}

#[test]
fn an_unknown_method_is_a_405_that_names_the_known_ones() {
    let site = site(&[]);
    let visitor = Visitor::of(site.port);
    for (path, allow) in [
        ("/", "GET, HEAD"),
        ("/about", "GET, HEAD"),
        ("/feed.xml", "GET, HEAD"),
        ("/reading-list", "GET, HEAD, POST"),
        ("/privacy", "GET, HEAD"),
        ("/privacy/choices", "GET, HEAD, POST"),
    ] {
        let answer = visitor.request("DELETE", path).send(site.port);
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, allow),
            "{path}"
        );
        if !path.starts_with("/privacy") {
            assert_site_look(path, answer.text());
        }
    }
}

#[test]
fn a_head_answer_is_the_get_answer_without_its_body() {
    let site = site(&[]);
    let visitor = Visitor::of(site.port);
    let others = [
        "/feed.xml",
        "/robots.txt",
        "/favicon.ico",
        "/nothing",
        "/privacy/state.json",
    ];
    for path in PAGES.into_iter().chain(LIBRARY_PAGES).chain(others) {
        for encoding in ["identity", "br"] {
            let [get, head] = ["GET", "HEAD"].map(|method| {
                let request = visitor.request(method, path);
                let mut answer = request.header("Accept-Encoding", encoding).send(site.port);
                // A body that is compressed on the way has no length beforehand.
                let measures = encoding == "identity"
                    // A page that the middleware completes has no length beforehand.
                    && !answer.header("content-type").starts_with("text/html");
                answer.headers.retain(|(name, _)| {
                    let length = ["content-length", "transfer-encoding"].contains(&name.as_str());
                    name != "date" && (measures || !length)
                });
                answer.headers.sort();
                answer
            });
            assert_eq!(
                (head.status, &head.headers),
                (get.status, &get.headers),
                "{path} {encoding}"
            );
            assert!(head.body.is_empty(), "{path} {encoding}");
            assert_eq!(get.body.is_empty(), path == "/favicon.ico", "{path}");
        }
    }
}

#[test]
fn the_empty_register_of_the_source_is_nowhere() {
    let site = site(&[]);
    let mut visitor = Visitor::of(site.port);
    for path in PAGES.into_iter().chain(["/feed.xml"]) {
        let page = visitor.open(path);
        for trace in ["register", "columns\":", "columns&", "[]", "{\"", "{&"] {
            assert!(!page.text().contains(trace), "{path}: {trace}");
        }
    }
}

#[test]
fn fonts_and_styles_are_cached_for_ever_for_everyone() {
    let site = site(&[]);
    let mut visitor = Visitor::after(site.port, "accept");
    let page = visitor.open("/").text().to_owned();
    let assets: Vec<_> = page
        .split('"')
        .filter(|part| part.starts_with("/assets/"))
        .collect();
    assert!(assets.len() >= 3, "{assets:?}");
    for path in assets {
        let answer = visitor.open(path);
        assert_eq!(answer.status, 200, "{path}");
        let kept = answer.header("cache-control");
        assert_eq!(kept, "public, max-age=31536000, immutable", "{path}");
        assert_eq!(answer.header("set-cookie"), "", "{path}");
        assert!(!answer.header("vary").contains("Cookie"), "{path}");
    }
}
