//! Pages whose `<base>` leads elsewhere: what is put in leads to the site all the same.

use actix_consent::{
    ConsentMiddleware,
    markup::{Markup, PageScript},
};
use actix_web::{HttpResponse, http::Method};

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

#[actix_web::test]
async fn a_base_that_comes_late_is_expected() {
    let page = "<body><p>x</p><base href='https://cdn.example/'></body>";
    let app = site(Markup::new(), page).await;
    let answer = Visitor::new().get(&app, "/report").await;
    assert_eq!(relative(answer.text()), [""; 0], "{}", answer.text());
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
