//! What every page of the library has in common: headers and markup.

use actix_consent::pages::style_source;
use actix_web::http::{Method, header};

use super::{frozen, own_pages};
use crate::{
    helpers::{Visitor, consent, send},
    site::site,
};

#[actix_web::test]
async fn every_page_keeps_foreign_things_out_and_is_kept_by_no_cache() {
    for (name, page) in own_pages(consent()).await {
        assert_eq!(
            page.header("Content-Type"),
            "text/html; charset=utf-8",
            "{name}"
        );
        assert_eq!(page.header("Cache-Control"), "no-store", "{name}");
        assert_eq!(page.header("X-Content-Type-Options"), "nosniff", "{name}");
        assert_eq!(page.header("Referrer-Policy"), "same-origin", "{name}");
        assert_eq!(
            page.header("Link"),
            "</privacy>; rel=\"privacy-policy\"",
            "{name}"
        );
        assert!(page.set_cookies().is_empty(), "{name}: R63");
        let text = page.text();
        let styles: Vec<_> = text
            .split("<style>")
            .skip(1)
            .map(|rest| rest.split("</style>").next().expect("closed"))
            .collect();
        assert_eq!(styles.len(), 1, "{name}");
        assert_eq!(
            page.header("Content-Security-Policy"),
            format!(
                "default-src 'none'; style-src 'self' {}; font-src 'self'; img-src 'self'; form-action \
                 'self'; base-uri 'none'; frame-ancestors 'none'",
                style_source(styles[0])
            ),
            "{name}"
        );
        assert_eq!(
            page.headers.get_all("Content-Security-Policy").count(),
            1,
            "{name}"
        );
        for forbidden in [
            "<script",
            " style=\"",
            "<iframe",
            "<img",
            "<base",
            "javascript:",
            "@import",
            "url(",
            "src=\"",
        ] {
            assert!(!text.contains(forbidden), "{name}: {forbidden}");
        }
        assert!(
            !text.contains(" onclick") && !text.contains(" onload"),
            "{name}"
        );
        assert!(
            text.starts_with("<!doctype html>\n<html lang=\"en\">"),
            "{name}"
        );
        assert_eq!(text.matches("<h1").count(), 1, "{name}");
        assert_eq!(text.matches("<main").count(), 1, "{name}");
        assert!(
            text.contains("href=\"/privacy/choices\"") && text.contains("href=\"/privacy\""),
            "{name}: R34"
        );
    }
}

#[actix_web::test]
async fn application_pages_get_a_policy_link_and_no_security_headers() {
    let app = site(consent()).await;
    let page = Visitor::new().get(&app, "/").await;
    assert_eq!(page.header("Link"), "</privacy>; rel=\"privacy-policy\"");
    assert_eq!(page.header("Content-Security-Policy"), "");
    assert_eq!(page.header("Referrer-Policy"), "");
    let plain = Visitor::new().get(&app, "/plain").await;
    assert_eq!(plain.header("Link"), "", "it is not HTML");
}

/// No word that ad blockers hide stands in an id or class that has to stay visible (c-6).
#[actix_web::test]
async fn no_id_or_class_of_the_pages_is_one_that_ad_blockers_hide() {
    let mut pages: Vec<_> = own_pages(consent())
        .await
        .into_iter()
        .map(|(_, page)| page)
        .collect();
    let app = site(consent()).await;
    pages.push(Visitor::new().get(&app, "/").await);
    for page in pages {
        for attribute in [" id=\"", " class=\""] {
            for value in page
                .text()
                .split(attribute)
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
            {
                for word in ["cookie", "consent", "gdpr", "privacy", "banner", "cmp"] {
                    assert!(!value.to_lowercase().contains(word), "{attribute}{value}");
                }
            }
        }
    }
}

#[actix_web::test]
async fn the_pages_answer_head_as_get() {
    let app = site(frozen()).await;
    for path in [
        "/privacy",
        "/privacy/choices",
        "/privacy/state.json",
        "/.well-known/gpc.json",
    ] {
        let mut both = Vec::new();
        for method in [Method::GET, Method::HEAD] {
            let request = Visitor::new()
                .request(method, path)
                .insert_header((header::ACCEPT, "*/*"));
            let answer = send(&app, request).await;
            let mut headers: Vec<_> = answer
                .headers
                .iter()
                .map(|(name, value)| format!("{name}: {value:?}"))
                .collect();
            headers.sort();
            both.push((answer.status, headers));
        }
        assert_eq!(both[0], both[1], "{path}");
    }
}
