//! Pages whose `<base>` leads elsewhere: what is put in leads to the site all the same.

use actix_consent::{
    ConsentMiddleware,
    markup::{Markup, PageScript},
};
use actix_web::{Error, HttpResponse, http::Method, web::Bytes};

use super::{policy, site};
use crate::helpers::{Visitor, answering, html, keys, listen, logged, send};

const PAGE: &str = "<html><head><base href='https://cdn.example/site/'></head><body>\
    <iframe data-consent-service=example-video data-src=https://x.example/v></iframe></body></html>";

/// Addresses in what was put in that are relative.
fn relative(html: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for name in [
        " href=\"",
        " action=\"",
        " src=\"",
        " data-settings=\"",
        " data-status=\"",
    ] {
        let values = html
            .split(name)
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap());
        found.extend(values.filter(|value| value.starts_with('/')));
    }
    found
}

#[actix_web::test]
async fn forms_and_links_lead_to_the_host_of_the_request() {
    for script in [PageScript::None, PageScript::Reload, PageScript::Live] {
        let app = site(Markup::new().script(script), PAGE).await;
        let answer = Visitor::new().get(&app, "/report").await;
        let text = answer.text();
        assert_eq!(relative(text), [""; 0], "{text}");
        let action = "action=\"https://news.example/privacy/choices\"";
        assert_eq!(text.matches(action).count(), 2, "{text}");
    }
    // The control: without a base they are paths.
    let app = site(Markup::new(), PAGE.replace("base", "data")).await;
    let answer = Visitor::new().get(&app, "/report").await;
    assert!(answer.text().contains("action=\"/privacy/choices\""));
}

#[actix_web::test]
async fn a_base_on_the_same_origin_changes_nothing() {
    for base in ["/app/", "https://news.example/app/", "#x"] {
        let page = PAGE.replace("https://cdn.example/site/", base);
        let app = site(Markup::new(), page).await;
        let answer = Visitor::new().get(&app, "/report").await;
        assert!(
            answer.text().contains("action=\"/privacy/choices\""),
            "{base}"
        );
    }
}

#[actix_web::test]
async fn a_configured_origin_comes_before_the_host() {
    let consent = ConsentMiddleware::builder(policy(), keys())
        .origin("https://www.news.example:8443")
        .markup(Markup::new())
        .build()
        .unwrap();
    let app = answering(consent, html(PAGE)).await;
    let answer = Visitor::new().get(&app, "/report").await;
    let action = "action=\"https://www.news.example:8443/privacy/choices\"";
    assert!(answer.text().contains(action), "{}", answer.text());
}

#[actix_web::test]
async fn a_banner_of_the_handler_leads_to_the_site_too() {
    let consent = super::consent(Markup::new());
    let handler = |consent: actix_consent::Consent| async move {
        let page = format!(
            "<head><base href=//cdn.example></head><body>{}<a href='/own'>x</a>",
            consent.banner()
        );
        HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .body(page)
    };
    let app = answering(consent, handler).await;
    let answer = Visitor::new().get(&app, "/report").await;
    assert_eq!(relative(answer.text()), [""; 0], "{}", answer.text());
    assert!(
        answer.text().contains("<a href='/own'>"),
        "links of the page stay"
    );
}

/// The answer to a visitor who has not chosen, whole or in small pieces.
async fn answer(page: &str, streams: bool, forwarded: Option<&'static str>) -> String {
    let page = page.to_owned();
    let handler = move || {
        let mut response = HttpResponse::Ok();
        response.content_type("text/html; charset=utf-8");
        let response = match streams {
            false => response.body(page.clone()),
            true => {
                let pieces = page.as_bytes().chunks(9).map(Bytes::copy_from_slice);
                let pieces: Vec<Result<Bytes, Error>> = pieces.map(Ok).collect();
                response.streaming(futures_util::stream::iter(pieces))
            }
        };
        std::future::ready(response)
    };
    let app = answering(super::consent(Markup::new()), handler).await;
    let mut request = Visitor::new().request(Method::GET, "/report");
    if let Some(host) = forwarded {
        request = request.insert_header(("X-Forwarded-Host", host));
    }
    send(&app, request).await.text().to_owned()
}

#[actix_web::test]
async fn a_base_that_comes_late_is_expected() {
    const LATE: &str = "<p>x</p><base href='https://cdn.example/'>";
    for before in [
        "<body>",
        "",
        "<head><template><base href=/own/></template></head><body>",
        "<body><svg><base href=/own/></svg>",
        "<head><noscript><base href=/own/></noscript></head><body>",
        "<head><base target=_self></head><body>",
        "<head><base href=https://video.example/></head><body>",
        "<head><base href='https://['></head><body>",
        "<select><base href=/own/></select>",
        "<title><base href=/own/></title>",
        "<!-- <base href=/own/> -->",
    ] {
        for streams in [false, true] {
            let text = answer(&format!("{before}{LATE}"), streams, None).await;
            assert!(text.contains("data-consent-banner"), "{before}: {text}");
            assert_eq!(relative(&text), [""; 0], "{before} {streams}: {text}");
        }
    }
    // The control: behind a base that counts, another one does not.
    for streams in [false, true] {
        let page = format!("<head><base href='/own/'></head><body>{LATE}");
        let page = page.replace("https://cdn.example", "");
        let text = answer(&page, streams, None).await;
        assert!(text.contains("action=\"/privacy/choices\""), "{text}");
    }
}

#[actix_web::test]
async fn a_stream_behind_another_host_keeps_paths() {
    let page = "<body><p>x</p></body>";
    let action = "action=\"/privacy/choices\"";
    let text = answer(page, true, Some("www.news.example")).await;
    assert!(text.contains(action), "{text}");
    let text = answer(page, true, Some("news.example")).await;
    assert!(!text.contains(action), "the control: {text}");
    listen();
    let late = format!("{page}<base href='https://cdn.example/'>");
    answer(&late, true, Some("www.news.example")).await;
    let log = logged();
    let told = log.iter().any(|line| line.contains("a <base> follows"));
    assert!(told, "{log:?}");
}

#[actix_web::test]
async fn documents_inside_of_the_page_start_from_its_base() {
    const FRAME: &str =
        "<iframe data-consent-service=example-video data-src=https://x.example/v></iframe>";
    let pages = |base: &str| {
        [
            format!("<head><base href='{base}'></head><body><iframe srcdoc='{FRAME}'></iframe>"),
            format!("<head><base href='{base}'></head><body><noscript>{FRAME}</noscript>"),
            format!("<head><noscript><base href='{base}'></noscript></head><body>{FRAME}"),
        ]
    };
    for streams in [false, true] {
        for page in pages("https://cdn.example/") {
            let text = answer(&page, streams, None).await.replace("&quot;", "\"");
            assert_eq!(relative(&text), [""; 0], "{text}");
            let action = "action=\"https://news.example/privacy/choices\"";
            assert_eq!(text.matches(action).count(), 2, "{text}");
        }
    }
    for page in &pages("/own/")[..2] {
        let text = answer(page, false, None).await.replace("&quot;", "\"");
        assert_eq!(
            text.matches("action=\"/privacy/choices\"").count(),
            2,
            "{text}"
        );
    }
}

#[actix_web::test]
async fn markup_without_a_csp_is_reported_when_it_is_built() {
    listen();
    let app = site(Markup::new(), "<p>x</p>").await;
    for _ in 0..2 {
        send(&app, Visitor::new().request(Method::GET, "/")).await;
    }
    let about = |log: &[String]| {
        log.iter()
            .filter(|line| line.contains("without a Content-Security-Policy"))
            .count()
    };
    assert_eq!(about(&logged()), 1);
    let builder = ConsentMiddleware::builder(policy(), keys()).markup(Markup::new());
    builder.csp(actix_consent::csp::Csp::new()).build().unwrap();
    assert_eq!(about(&logged()), 0, "with one nothing is");
}
