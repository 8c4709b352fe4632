//! Documents that end in the middle of something: what the middleware adds does not complete it.

use actix_consent::markup::Markup;
use actix_web::{Error, HttpResponse, web::Bytes};

use super::consent;
use crate::helpers::{Visitor, answering};

const BEFORE: &str = "<!doctype html><html><head><title>t</title></head><body><p>x</p>";

/// The response to a visitor who has not chosen, whole and streamed.
async fn left(html: &str) -> [String; 2] {
    let mut left = Vec::new();
    for size in [usize::MAX, 5] {
        let html = html.to_owned();
        let handler = move || {
            let mut response = HttpResponse::Ok();
            response.insert_header(("Content-Type", "text/html; charset=utf-8"));
            let response = match size {
                usize::MAX => response.body(html.clone()),
                size => {
                    let pieces: Vec<Result<Bytes, Error>> = html
                        .as_bytes()
                        .chunks(size)
                        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
                        .collect();
                    response.streaming(futures_util::stream::iter(pieces))
                }
            };
            std::future::ready(response)
        };
        let app = answering(consent(Markup::new().banner(false)), handler).await;
        let answer = Visitor::new().get(&app, "/").await;
        assert_eq!(answer.status, 200, "{html}", html = answer.text());
        left.push(answer.text().to_owned());
    }
    left.try_into().expect("there are two")
}

#[actix_web::test]
async fn nothing_follows_a_tag_that_is_cut_off() {
    for end in [
        r#"<img src="https://video.example/a.png""#,
        r#"<img src="https://video.example/a.png" "#,
        "<img src=https://video.example/a.png",
        "<img src='https://video.example/a.png",
        r#"<script src="https://video.example/a.js""#,
        r#"<iframe src="https://video.example/""#,
        r#"<iframe srcdoc="<p>a"#,
        "<iframe srcdoc=<!--",
        r#"<noscript><img src="https://video.example/a.png""#,
        "<noscript><!-- <img src=https://video.example/a.png>",
        "<noscript><p title='",
        "<noscript><style>a",
        r#"<video poster="https://video.example/a.png""#,
        r#"<img alt="a > b"#,
        "<img src=//other.example/a.png onerror=",
        "<p",
        "</bo",
        "<axc-eof",
    ] {
        for left in left(&format!("{BEFORE}{end}")).await {
            let added = left.strip_prefix(BEFORE).expect("the start stays");
            assert!(end.starts_with(added), "{end}: {added}");
        }
        // The same tag, complete, is followed by the link.
        for left in left(&format!("{BEFORE}<p>{end}\"'>")).await {
            let swallowed = ["<script", "<iframe", "<noscript"]
                .iter()
                .any(|tag| end.contains(tag))
                || end.ends_with('=');
            assert!(
                swallowed || left.contains("/privacy/choices"),
                "{end}: {left}"
            );
        }
    }
}

#[actix_web::test]
async fn a_document_in_an_attribute_may_be_cut_off() {
    for end in [
        "<img src=https://video.example/a.png",
        "<!-- <img src=https://video.example/a.png>",
        "<title>a",
        "<textarea><p>a",
        "<script>a",
        "<noscript><img src=https://video.example/a.png",
    ] {
        let html = format!("{BEFORE}<iframe srcdoc=\"<p>b</p>{end}\"></iframe>");
        for left in left(&html).await {
            assert!(left.starts_with(&html), "{end}: {left}");
        }
    }
    // Complete, it is gated.
    let html = format!("{BEFORE}<iframe srcdoc=\"<img src=//video.example/a.png>\"></iframe>");
    for left in left(&html).await {
        assert!(!left.contains("video.example/a.png"), "{left}");
    }
}

#[actix_web::test]
async fn nothing_follows_text_that_is_no_markup() {
    for end in [
        "<!-- a",
        "<!-- a --",
        "<script>var a = '",
        "<style>a{",
        "<textarea>a",
        "<title>a",
        "<plaintext>a",
        "<svg><style>a",
        "<svg><path d='",
        "<noscript><p>a",
    ] {
        let html = format!("{BEFORE}{end}");
        for left in left(&html).await {
            assert_eq!(left, html);
        }
    }
}

#[actix_web::test]
async fn a_document_that_ends_in_text_gets_the_link() {
    for end in [
        "",
        "text",
        "a < b",
        "<p>open",
        "<b><i>open",
        "<axc-eof>",
        "<svg></svg>",
        "<!-- -->",
    ] {
        for left in left(&format!("{BEFORE}{end}")).await {
            assert!(left.contains("/privacy/choices"), "{end}: {left}");
            assert!(
                !left.contains("axc-eof") || end.contains("axc-eof"),
                "{left}"
            );
        }
    }
}

#[actix_web::test]
async fn a_body_end_inside_of_a_value_is_none() {
    let swallowed = format!("{BEFORE}<img src=//other.example/ alt=\"a > b</body></html>");
    for left in left(&swallowed).await {
        assert_eq!(left, swallowed);
    }
    for left in left(&format!("{BEFORE}<img alt=\"a > b\"></body></html>")).await {
        assert!(left.contains("/privacy/choices"), "{left}");
    }
}
