//! Documents are gated, or cannot load anything.

use actix_consent::{ConsentMiddleware, csp::Csp, markup::Markup};
use actix_web::{
    HttpResponse,
    http::{Method, StatusCode},
};

use super::{bare, consent, policy};
use crate::helpers::{Answer, Visitor, answering, keys, listen, logged, send, visitors};

const PAGE: &str = "<body><img width=1 src='https://video.example/xq1'/></body>";

/// An answer with these headers to a request for this destination.
async fn answer(
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    destination: &'static str,
) -> Answer {
    let handler = move || async move {
        let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap());
        for header in headers {
            response.append_header(*header);
        }
        response.body(PAGE)
    };
    let app = answering(consent(bare()), handler).await;
    let request = Visitor::new().request(Method::GET, "/");
    send(&app, request.insert_header(("Sec-Fetch-Dest", destination))).await
}

fn is_gated(answer: &Answer) -> bool {
    !answer.text().contains("xq1")
}

fn is_sealed(answer: &Answer) -> bool {
    let policy = answer.header("content-security-policy");
    let nosniff = answer.header("x-content-type-options") == "nosniff";
    nosniff && policy.starts_with("default-src 'none'") && policy.contains("sandbox")
}

#[actix_web::test]
async fn html_is_recognised_as_browsers_do() {
    for headers in [
        &[("Content-Type", " text/html")][..],
        &[("Content-Type", "\ttext/html")],
        &[("Content-Type", "text/plain, text/html")],
        &[
            ("Content-Type", "text/plain"),
            ("Content-Type", "text/html"),
        ],
        &[
            ("Content-Type", "text/html"),
            ("Content-Range", "bytes 0-9/10"),
        ],
        &[
            ("Content-Type", "text/html"),
            ("Content-Disposition", "attachment filename=x.html"),
        ],
        &[
            ("Content-Type", "text/html"),
            ("Content-Disposition", "attachment=x"),
        ],
        &[
            ("Content-Type", "text/html"),
            ("Content-Disposition", "attachment"),
            ("Content-Disposition", "inline"),
        ],
    ] {
        assert!(
            is_gated(&answer(200, headers, "document").await),
            "{headers:?}"
        );
    }
    for headers in [
        &[("Content-Type", "text/html, text/plain")][..],
        &[
            ("Content-Type", "text/html"),
            ("Content-Disposition", " Attachment ; filename=x.html"),
        ],
    ] {
        assert!(
            !is_gated(&answer(200, headers, "document").await),
            "{headers:?}"
        );
    }
}

#[actix_web::test]
async fn types_that_browsers_sniff_get_nosniff() {
    for kind in [
        "",
        "html",
        "text",
        "utf-8",
        "charset=utf-8",
        ";text/html",
        "(x)text/html",
        "*/*",
        "text/",
        "text/plain, ;text/html",
    ] {
        let headers: &'static [_] = Box::leak(Box::new([("Content-Type", kind)]));
        for destination in ["document", "iframe", "object", "empty"] {
            let answer = answer(200, headers, destination).await;
            let nosniff = answer.header("x-content-type-options");
            assert_eq!(nosniff, "nosniff", "{kind:?} for {destination}");
        }
    }
    let plain = answer(200, &[("Content-Type", "text/plain")], "document").await;
    assert_eq!(plain.header("x-content-type-options"), "");
}

#[actix_web::test]
async fn scripts_and_styles_without_a_type_are_left_alone() {
    for destination in [
        "script", "style", "image", "font", "video", "worker", "manifest",
    ] {
        let answer = answer(200, &[], destination).await;
        assert_eq!(answer.header("x-content-type-options"), "", "{destination}");
    }
    let handler = || async { HttpResponse::Ok().body("document.title='ran'") };
    let app = answering(consent(bare()), handler).await;
    for (accept, nosniff) in [
        ("*/*", ""),
        ("text/css,*/*;q=0.1", ""),
        ("image/avif,image/webp,*/*;q=0.8", ""),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "nosniff"),
    ] {
        let request = Visitor::new().request(Method::GET, "/");
        let answer = send(&app, request.insert_header(("Accept", accept))).await;
        assert_eq!(answer.header("x-content-type-options"), nosniff, "{accept}");
    }
}

#[actix_web::test]
async fn xml_that_names_a_gated_origin_loads_and_runs_nothing() {
    for kind in [
        "text/xml",
        "application/xml",
        "text/xsl",
        "image/svg+xml",
        "application/xhtml+xml",
    ] {
        let headers: &'static [_] = Box::leak(Box::new([("Content-Type", kind)]));
        listen();
        for destination in ["document", "iframe", "object"] {
            let answer = answer(200, headers, destination).await;
            assert!(is_sealed(&answer), "{kind} for {destination}");
            assert_eq!(answer.text(), PAGE);
        }
        let log = logged();
        assert!(
            log.iter().any(|line| line.contains("send it as text/html")),
            "{log:?}"
        );
        let image = answer(200, headers, "image").await;
        assert_eq!(image.header("content-security-policy"), "");
    }
    for (xml, sealed) in [
        (
            "<?xml-stylesheet type='text/xsl' href='/own.xsl'?><a/>",
            true,
        ),
        ("<?xml-stylesheet href='/own'?><a/>", true),
        (
            "<?xml-stylesheet type='&#116;ext/xsl' href='/own'?><a/>",
            true,
        ),
        (
            "<?xml-stylesheet type='text/css' href='/own.css'?><a/>",
            false,
        ),
        ("<a>xml-stylesheet</a>", false),
    ] {
        let handler = move || async move { HttpResponse::Ok().content_type("text/xml").body(xml) };
        let app = answering(consent(bare()), handler).await;
        let answer = Visitor::new().get(&app, "/").await;
        assert_eq!(is_sealed(&answer), sealed, "{xml}");
    }
    let handler = || async {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg'><image href='/own.png'/></svg>";
        HttpResponse::Ok().content_type("image/svg+xml").body(svg)
    };
    let app = answering(consent(bare()), handler).await;
    let plain = Visitor::new().get(&app, "/").await;
    assert_eq!(
        plain.header("content-security-policy"),
        "",
        "nothing is gated in it"
    );
}

#[actix_web::test]
async fn a_part_of_html_loads_and_runs_nothing() {
    let headers = &[
        ("Content-Type", "text/html"),
        ("Content-Range", "bytes 0-9/99"),
    ];
    let part = answer(206, headers, "document").await;
    assert!(is_sealed(&part));
    assert_eq!(part.text(), PAGE, "a download goes on where it stopped");
    let other = answer(206, &[("Content-Type", "video/mp4")], "video").await;
    assert_eq!(other.header("content-security-policy"), "");
}

#[actix_web::test]
async fn csp_covers_xml_and_forbids_sniffing_without_the_gate() {
    let handler = |kind: &'static str| {
        move || async move {
            let mut response = HttpResponse::Ok();
            response.insert_header(("Content-Type", kind)).body(PAGE)
        }
    };
    let consent = || {
        ConsentMiddleware::builder(policy(), keys())
            .csp(Csp::new())
            .build()
            .expect("the settings can be used")
    };
    let app = answering(consent(), handler("image/svg+xml")).await;
    // The policy is the same for everyone, so the drawing stays cacheable.
    for mut visitor in visitors(&app).await {
        let answer = visitor.get(&app, "/").await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'self'"), "{policy}");
        assert!(!policy.contains("video.example"), "{policy}");
        assert_eq!(answer.header("cache-control"), "");
    }
    // The control: HTML follows consent.
    let app = answering(consent(), handler("text/html")).await;
    let [_, _, mut yes] = visitors(&app).await;
    let answer = yes.get(&app, "/").await;
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("video.example"), "{policy}");
    let app = answering(consent(), handler("html")).await;
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

/// The value of a header of an answer, before and after a choice for everything.
async fn header_before_and_after(name: &'static str, value: &'static str) -> [String; 2] {
    let handler = move || async move { HttpResponse::Ok().append_header((name, value)).body("x") };
    let app = answering(consent(Markup::new()), handler).await;
    let [silent, _, yes] = visitors(&app).await;
    let mut values = Vec::new();
    for mut visitor in [silent, yes] {
        let answer = visitor.get(&app, "/").await;
        assert!(answer.header("vary").contains("Cookie"), "{name}: {value}");
        values.push(answer.header(name).to_owned());
    }
    values.try_into().expect("there are two")
}

#[actix_web::test]
async fn headers_that_lead_to_a_gated_origin_are_held_back() {
    for (name, value, held) in [
        ("refresh", "0;url=https://video.example/xq1", ""),
        ("refresh", "0; //video.example/xq1", ""),
        (
            "link",
            "</a>; rel=preload; as=image; imagesrcset=https://video.example/xq1",
            "",
        ),
        (
            "content-security-policy-report-only",
            "img-src 'none'; report-uri https://video.example/xq1 /own",
            "img-src 'none';report-uri /own",
        ),
        (
            "content-security-policy",
            "img-src 'none'; REPORT-URI //video.example/xq1, font-src 'none'",
            "img-src 'none', font-src 'none'",
        ),
        (
            "reporting-endpoints",
            "own=\"/own\", other=\"https://video.example/xq1\"",
            "own=\"/own\"",
        ),
        (
            "report-to",
            r#"{"group":"a","max_age":9,"endpoints":[{"url":"https://video.example/xq1"}]}"#,
            "",
        ),
    ] {
        let [before, after] = header_before_and_after(name, value).await;
        assert_eq!((&*before, &*after), (held, value), "{name}");
    }
    let handler = || async {
        HttpResponse::Ok()
            .append_header(("refresh", "0;url=/own"))
            .append_header(("content-security-policy", "img-src 'self'; report-uri /own"))
            .body("x")
    };
    let app = answering(consent(Markup::new()), handler).await;
    let own = Visitor::new().get(&app, "/").await;
    assert_eq!(own.header("refresh"), "0;url=/own");
    assert_eq!(
        own.header("content-security-policy"),
        "img-src 'self'; report-uri /own"
    );
    assert_eq!(own.header("vary"), "", "nothing of it is gated");
}

#[actix_web::test]
async fn speculation_rules_lose_what_leads_to_a_gated_origin() {
    let rules = |rules: &'static str, streams: bool| {
        move || async move {
            let mut response = HttpResponse::Ok();
            response.content_type("application/speculationrules+json");
            match streams {
                false => response.body(rules),
                true => {
                    response.streaming(futures_util::stream::iter([Ok::<_, actix_web::Error>(
                        rules.into(),
                    )]))
                }
            }
        }
    };
    let file = r#"{"prefetch":[{"urls":["/own","https://video.example/xq1"]},{"urls":["/own"]},{"where":{"selector_matches":"a"}},{"where":{"href_matches":"/*"}}]}"#;
    let held = r#"{"prefetch":[{"urls":["/own"]},{"where":{"href_matches":"/*"}}]}"#;
    for (file, streams, held) in [
        (file, false, held),
        (file, true, "{}"),
        ("// no JSON\n{}", false, "{}"),
    ] {
        let app = answering(consent(bare()), rules(file, streams)).await;
        let [silent, no, yes] = visitors(&app).await;
        for (mut visitor, left) in [(silent, held), (no, held), (yes, file)] {
            let answer = visitor.get(&app, "/rules.json").await;
            assert_eq!(answer.text(), left);
            assert!(answer.header("vary").contains("Cookie"));
        }
    }
}
