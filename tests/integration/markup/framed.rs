//! A page that is shown inside of another: nobody chooses there, and each way leads out.

use actix_web::http::Method;

use super::{bare, site};
use crate::helpers::{Answer, Visitor, send};

const PAGE: &str = r#"<!doctype html><body><iframe src="https://video.example/1"></iframe></body>"#;
const FRAMES: [&str; 5] = ["iframe", "frame", "embed", "object", "fencedframe"];

async fn shown(dest: &str, method: Method, path: &str) -> Answer {
    let app = site(bare(), PAGE).await;
    let request = Visitor::new().request(method.clone(), path);
    let request = request
        .insert_header(("Sec-Fetch-Dest", dest))
        .insert_header(("Sec-Fetch-Site", "same-origin"));
    let request = match method {
        Method::POST => request.set_form([("action", "accept")]),
        _ => request,
    };
    send(&app, request).await
}

#[actix_web::test]
async fn a_placeholder_in_a_frame_is_a_way_out() {
    const OUT: &str = r#"<a href="/report?a=1&#38;b=2" target="_blank" rel="noopener">Open this page in a new tab to allow it</a>"#;
    for dest in FRAMES {
        let answer = shown(dest, Method::GET, "/report?a=1&b=2").await;
        let text = answer.text();
        assert!(text.contains(OUT), "{dest}: {text}");
        assert!(
            !text.contains("<form") && !text.contains("<button"),
            "{text}"
        );
        let provider = r#"href="https://video.example/privacy" target="_blank""#;
        assert!(text.contains(provider), "{text}");
    }
    let page = shown("document", Method::GET, "/report?a=1&b=2").await;
    let page = page.text();
    assert!(page.contains("<form") && !page.contains("_blank"), "{page}");
}

#[actix_web::test]
async fn the_way_out_leads_to_no_other_host() {
    let answer = shown("iframe", Method::GET, "//evil.example/").await;
    let text = answer.text();
    assert!(text.contains(r#"<a href="/" target="_blank""#), "{text}");
}

#[actix_web::test]
async fn our_pages_in_a_frame_are_a_way_out_and_nothing_else() {
    for path in ["/privacy", "/privacy/choices", "/privacy/versions/2"] {
        for dest in FRAMES {
            let answer = shown(dest, Method::GET, path).await;
            assert_eq!(answer.status, 200);
            let text = answer.text();
            let out = format!(r#"<a href="{path}" target="_blank" rel="noopener">"#);
            assert!(text.contains(&out), "{text}");
            assert!(
                !text.contains("<form") && !text.contains("<button"),
                "{text}"
            );
            assert!(
                !answer
                    .header("content-security-policy")
                    .contains("frame-ancestors")
            );
        }
        let page = shown("document", Method::GET, path).await;
        assert!(!page.text().contains("_blank"), "the control");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    }
}

#[actix_web::test]
async fn a_choice_in_a_frame_is_refused_readably() {
    for dest in FRAMES {
        let answer = shown(dest, Method::POST, "/privacy/choices").await;
        assert_eq!(answer.status, 403, "{dest}");
        assert_eq!(answer.set_cookies(), [""; 0], "{dest}");
        let text = answer.text();
        let out = r#"<a href="/privacy/choices" target="_blank" rel="noopener">"#;
        assert!(text.contains(out) && !text.contains("<form"), "{text}");
        assert!(
            !answer
                .header("content-security-policy")
                .contains("frame-ancestors")
        );
    }
    let taken = shown("document", Method::POST, "/privacy/choices").await;
    assert_eq!(taken.status, 303, "the control");
}
