//! requirements.md 4.8 with DESIGN's rule 6: a form counts only when it comes from the site. The
//! same table for `POST /privacy/choices` and for `Consent::accept` in a handler.

use actix_consent::ConsentMiddleware;
use actix_web::http::{Method, header};

use crate::{
    helpers::{Visitor, builder, consent, keys, policy, send},
    site::site,
};

const COOKIE: &str = "__Host-consent";

/// Whether the request may accept: by the form, and in a handler. Both have to agree.
async fn may(consent: ConsentMiddleware, headers: &[(&str, &str)]) -> bool {
    let app = site(consent).await;
    let mut judged = Vec::new();
    for path in ["/privacy/choices", "/accept/analytics"] {
        let mut request = Visitor::new().request(Method::POST, path);
        if headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("host"))
        {
            // `request` names a host of its own.
            request = actix_web::test::TestRequest::with_uri(path).method(Method::POST);
        }
        for header in headers {
            request = request.append_header(*header);
        }
        let answer = send(&app, request.set_form([("action", "accept")])).await;
        let accepted = answer.sets(COOKIE);
        match (path, accepted) {
            ("/privacy/choices", true) => assert_eq!(answer.status, 303, "{headers:?}"),
            (_, true) => assert_eq!(answer.status, 200, "{headers:?}"),
            (_, false) => {
                assert_eq!(answer.status, 403, "{headers:?}");
                assert!(answer.set_cookies().is_empty(), "{headers:?}: {answer:?}");
            }
        }
        judged.push(accepted);
    }
    assert_eq!(
        judged[0], judged[1],
        "the form and the handler disagree on {headers:?}"
    );
    judged[0]
}

const OWN: (&str, &str) = ("Origin", "https://news.example");
const FOREIGN: (&str, &str) = ("Origin", "https://elsewhere.example");
const NULL: (&str, &str) = ("Origin", "null");
const OWN_PAGE: (&str, &str) = ("Referer", "https://news.example/reports/1");
const FOREIGN_PAGE: (&str, &str) = ("Referer", "https://elsewhere.example/");
const SAME: (&str, &str) = ("Sec-Fetch-Site", "same-origin");
const NONE: (&str, &str) = ("Sec-Fetch-Site", "none");
const SAME_SITE: (&str, &str) = ("Sec-Fetch-Site", "same-site");
const CROSS: (&str, &str) = ("Sec-Fetch-Site", "cross-site");

#[actix_web::test]
async fn a_valid_sec_fetch_site_decides_alone() {
    for (headers, expected) in [
        (&[SAME][..], true),
        (&[SAME, OWN], true),
        (&[SAME, FOREIGN], true),
        (&[SAME, NULL], true),
        (&[SAME, FOREIGN_PAGE], true),
        (&[NONE], true),
        (&[NONE, OWN], true),
        (&[NONE, FOREIGN], false),
        (&[NONE, NULL], false),
        (&[SAME_SITE], false),
        (&[SAME_SITE, OWN], false),
        (&[CROSS], false),
        (&[CROSS, OWN], false),
        (&[CROSS, OWN, OWN_PAGE], false),
    ] {
        assert_eq!(may(consent(), headers).await, expected, "{headers:?}");
    }
}

#[actix_web::test]
async fn an_invalid_sec_fetch_site_is_as_none() {
    for value in [
        "",
        "Same-Origin",
        "same_origin",
        "same-origin, same-origin",
        "future-value",
        "1",
    ] {
        let header = ("Sec-Fetch-Site", value);
        assert!(!may(consent(), &[header]).await, "{value}");
        assert!(may(consent(), &[header, OWN]).await, "{value}");
        assert!(!may(consent(), &[header, FOREIGN]).await, "{value}");
        assert!(may(consent(), &[header, OWN_PAGE]).await, "{value}");
    }
}

#[actix_web::test]
async fn without_it_the_origin_has_to_be_the_sites() {
    for (headers, expected) in [
        (&[OWN][..], true),
        (&[OWN, FOREIGN_PAGE], true),
        (&[FOREIGN], false),
        (&[FOREIGN, OWN_PAGE], false),
        (&[NULL], false),
        (&[NULL, OWN_PAGE], false),
        (&[("Origin", "")], false),
        (&[("Origin", ""), OWN_PAGE], false),
        (&[("Origin", "news.example")], false),
        (
            &[("Origin", "https://news.example.elsewhere.example")],
            false,
        ),
        (
            &[("Origin", "https://elsewhere.example#news.example")],
            false,
        ),
        (
            &[("Origin", "https://news.example@elsewhere.example")],
            false,
        ),
        (
            &[("Origin", "https://elsewhere.example/https://news.example")],
            false,
        ),
        (&[("Origin", "https://sub.news.example")], false),
        (&[("Origin", "https://xnews.example")], false),
        (&[("Origin", "https://news.example:8443")], false),
        (
            &[("Origin", "https://news.example https://elsewhere.example")],
            false,
        ),
        (&[("Origin", "chrome-extension://news.example")], false),
        (&[("Origin", "ftp://news.example")], false),
    ] {
        assert_eq!(may(consent(), headers).await, expected, "{headers:?}");
    }
}

#[actix_web::test]
async fn without_both_the_referring_page_has_to_be_the_sites() {
    for (headers, expected) in [
        (&[OWN_PAGE][..], true),
        (&[("Referer", "https://news.example")], true),
        (
            &[(
                "Referer",
                "https://news.example/?x=https://elsewhere.example",
            )],
            true,
        ),
        (&[FOREIGN_PAGE], false),
        (&[("Referer", "")], false),
        (&[("Referer", "/reports/1")], false),
        (&[("Referer", "about:blank")], false),
        (
            &[("Referer", "https://news.example.elsewhere.example/")],
            false,
        ),
        (
            &[("Referer", "https://news.example@elsewhere.example/")],
            false,
        ),
        (
            &[("Referer", "https://elsewhere.example/https://news.example/")],
            false,
        ),
        (
            &[("Referer", "https://elsewhere.example?https://news.example/")],
            false,
        ),
        (&[("Referer", "https://news.example:8443/")], false),
        (
            &[("Referer", "https://elsewhere.example\\@news.example/")],
            false,
        ),
    ] {
        assert_eq!(may(consent(), headers).await, expected, "{headers:?}");
    }
}

#[actix_web::test]
async fn without_all_three_nothing_shows_where_it_comes_from() {
    assert!(!may(consent(), &[]).await);
    assert!(!may(consent(), &[("X-Requested-With", "XMLHttpRequest")]).await);
    assert!(
        !may(
            consent(),
            &[("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-User", "?1")]
        )
        .await
    );
    assert!(may(consent(), &[SAME]).await);
}

#[actix_web::test]
async fn a_form_in_a_frame_does_not_count() {
    for (destination, expected) in [
        ("document", true),
        ("empty", true),
        ("iframe", false),
        ("frame", false),
        ("embed", false),
        ("object", false),
    ] {
        for proof in [SAME, OWN, OWN_PAGE, NONE] {
            let headers = [proof, ("Sec-Fetch-Dest", destination)];
            assert_eq!(may(consent(), &headers).await, expected, "{headers:?}");
        }
    }
}

#[actix_web::test]
async fn headers_that_come_twice_have_to_agree() {
    for headers in [
        [SAME, CROSS],
        [CROSS, SAME],
        [SAME, SAME_SITE],
        [OWN, FOREIGN],
        [FOREIGN, OWN],
        [OWN, NULL],
        [OWN_PAGE, FOREIGN_PAGE],
        [FOREIGN_PAGE, OWN_PAGE],
    ] {
        assert!(!may(consent(), &headers).await, "{headers:?}");
    }
    let document = ("Sec-Fetch-Dest", "document");
    let frame = ("Sec-Fetch-Dest", "iframe");
    assert!(!may(consent(), &[SAME, document, frame]).await);
    assert!(may(consent(), &[SAME, document]).await);
}

#[actix_web::test]
async fn the_site_is_the_host_that_the_request_names_where_no_origin_is_configured() {
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
    let policy = include_str!("consent.toml").replace("partitioned = true", "");
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
        let text = include_str!("consent.toml").replace(
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
    let text = include_str!("consent.toml").replace(
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

#[actix_web::test]
async fn a_foreign_rejection_is_not_stored_either() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    for action in ["accept", "reject", "save", "dismiss"] {
        let request = visitor
            .request(Method::POST, "/privacy/choices")
            .insert_header(CROSS)
            .set_form([("action", action)]);
        let answer = send(&app, request).await;
        assert_eq!(answer.status, 403, "{action}");
        assert!(answer.set_cookies().is_empty(), "{action}: {answer:?}");
    }
}

#[actix_web::test]
async fn in_handlers_no_safe_method_accepts_however_it_is_sent() {
    let app = site(consent()).await;
    for (method, status) in [
        (Method::GET, 405),
        (Method::HEAD, 405),
        (Method::OPTIONS, 405),
        (Method::POST, 200),
        (Method::PUT, 200),
    ] {
        let request = Visitor::new()
            .request(method.clone(), "/accept/analytics")
            .insert_header(SAME)
            .insert_header(OWN);
        let answer = send(&app, request).await;
        assert_eq!(answer.status, status, "{method}");
        assert_eq!(answer.sets(COOKIE), status == 200, "{method}");
    }
}

#[actix_web::test]
async fn a_handler_that_overlooks_the_error_has_still_accepted_nothing() {
    use actix_consent::{Consent, NotRecorded};
    use actix_web::{App, HttpResponse, test, web};
    async fn careless(consent: Consent) -> HttpResponse {
        let before = consent.status();
        let outcome = consent.accept(["analytics"]).await;
        assert_eq!(outcome, Err(NotRecorded::CrossSite));
        assert!(!consent.allows("analytics"));
        assert_eq!(consent.status(), before);
        HttpResponse::Ok()
            .insert_header(("Set-Cookie", "visits=1"))
            .finish()
    }
    let consent = ConsentMiddleware::new(policy(), keys()).expect("valid");
    let app = App::new()
        .route("/", web::post().to(careless))
        .wrap(consent);
    let app = test::init_service(app).await;
    let request = Visitor::new()
        .request(Method::POST, "/")
        .insert_header(CROSS);
    let answer = send(&app, request).await;
    assert_eq!(answer.status, 200);
    assert!(answer.set_cookies().is_empty(), "{answer:?}");
}

#[actix_web::test]
async fn who_is_refused_reads_what_happened_and_can_go_to_the_settings() {
    let app = site(consent()).await;
    let request = Visitor::new()
        .request(Method::POST, "/privacy/choices")
        .insert_header(CROSS)
        .set_form([("action", "accept")]);
    let answer = send(&app, request).await;
    let text = answer.text();
    assert!(text.contains(
        "This choice did not come from this site, so it was not stored. Nothing has changed."
    ));
    assert!(text.contains("href=\"/privacy/choices\""));
    assert!(
        !text.contains("Sec-Fetch"),
        "a visitor learns nothing internal"
    );
    assert_eq!(answer.header("Cache-Control"), "no-store");
    assert!(
        answer
            .header("Content-Security-Policy")
            .contains("default-src 'none'")
    );
}
