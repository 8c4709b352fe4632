//! What is no page of HTML is left alone.

use actix_consent::markup::Markup;
use actix_web::{
    HttpResponse,
    http::{Method, StatusCode},
};

use super::consent;
use crate::helpers::{Answer, Visitor, answering, send};

const PAGE: &str = r#"<body><img src="https://video.example/xq1"></body>"#;

async fn answered(status: u16, headers: &'static [(&'static str, &'static str)]) -> Answer {
    let handler = move || async move {
        let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap());
        for header in headers {
            response.append_header(*header);
        }
        response.body(PAGE)
    };
    let app = answering(consent(Markup::new()), handler).await;
    send(&app, Visitor::new().request(Method::GET, "/")).await
}

#[actix_web::test]
async fn responses_that_are_no_html_page_leave_as_they_are() {
    for (status, headers) in [
        (200, &[("Content-Type", "application/json")][..]),
        (200, &[("Content-Type", "text/plain")]),
        (200, &[("Content-Type", "application/xhtml+xml")]),
        (200, &[]),
        (
            200,
            &[
                ("Content-Type", "text/html"),
                ("Content-Disposition", "Attachment; filename=a.html"),
            ],
        ),
        (
            206,
            &[
                ("Content-Type", "text/html"),
                ("Content-Range", "bytes 0-9/10"),
            ],
        ),
    ] {
        let answer = answered(status, headers).await;
        assert_eq!(answer.text(), PAGE, "{headers:?}");
        assert_eq!(answer.header("vary"), "", "{headers:?}");
    }
    let page = answered(200, &[("Content-Type", "text/html")]).await;
    assert!(!page.text().contains("xq1"), "a page is");
    let inline = [
        ("Content-Type", "text/html"),
        ("Content-Disposition", "inline"),
    ];
    let inline: &'static [_] = Box::leak(Box::new(inline));
    assert!(
        !answered(200, inline).await.text().contains("xq1"),
        "and so is one to be shown"
    );
}

#[actix_web::test]
async fn responses_without_a_body_stay_without() {
    for status in [204, 304] {
        let handler = move || async move {
            HttpResponse::build(StatusCode::from_u16(status).unwrap())
                .content_type("text/html")
                .finish()
        };
        let app = answering(consent(Markup::new()), handler).await;
        let answer = send(&app, Visitor::new().request(Method::GET, "/")).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (status, ""));
    }
}

#[actix_web::test]
async fn head_says_what_get_says_and_names_no_length() {
    let handler = || async {
        HttpResponse::Ok()
            .content_type("text/html")
            .insert_header(("ETag", "\"1\""))
            .body(PAGE)
    };
    let app = answering(consent(Markup::new()), handler).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "reject").await;
    visitor.get(&app, "/").await;
    let get = visitor.get(&app, "/").await;
    let head = send(&app, visitor.request(Method::HEAD, "/")).await;
    assert_eq!(head.text(), "");
    for name in [
        "vary",
        "cache-control",
        "etag",
        "content-type",
        "content-length",
    ] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
}

#[actix_web::test]
async fn link_headers_to_gated_origins_are_held_back_on_any_response() {
    let handler = || async {
        HttpResponse::Ok()
            .append_header((
                "Link",
                "</own.css>; rel=preload, <https://VIDEO.example/xq1>; rel=\"preconnect\"",
            ))
            .append_header(("Link", "<//a.pixels.example/xq1>; rel=dns-prefetch"))
            .append_header((
                "Link",
                "<https://other.example/>; title=\"<https://video.example/>, a\"",
            ))
            .body("x")
    };
    let app = answering(consent(Markup::new()), handler).await;
    let mut visitor = Visitor::new();
    let links = |answer: &Answer| -> Vec<String> {
        let all = answer.headers.get_all("link");
        all.map(|value| value.to_str().unwrap().to_owned())
            .collect()
    };
    let held = visitor.get(&app, "/").await;
    assert_eq!(
        links(&held),
        [
            "</own.css>; rel=preload",
            "<https://other.example/>; title=\"<https://video.example/>, a\""
        ]
    );
    assert_eq!(held.header("vary"), "Cookie, Sec-GPC");
    visitor.press(&app, "accept").await;
    assert_eq!(links(&visitor.get(&app, "/").await).len(), 3);
}

#[actix_web::test]
async fn what_has_no_type_is_not_to_be_taken_for_html() {
    let untyped = answered(200, &[]).await;
    assert_eq!(untyped.header("x-content-type-options"), "nosniff");
    let json = answered(200, &[("Content-Type", "application/json")]).await;
    assert_eq!(
        json.header("x-content-type-options"),
        "",
        "what has one is left alone"
    );
}

#[actix_web::test]
async fn rules_that_load_pages_ahead_from_gated_origins_are_held_back() {
    let handler = || async {
        HttpResponse::Ok()
            .append_header((
                "Speculation-Rules",
                "\"/own.json\", \"//video.example/xq1\"",
            ))
            .body("x")
    };
    let app = answering(consent(Markup::new()), handler).await;
    let mut visitor = Visitor::new();
    assert_eq!(visitor.get(&app, "/").await.header("speculation-rules"), "");
    visitor.press(&app, "accept").await;
    assert!(
        visitor
            .get(&app, "/")
            .await
            .header("speculation-rules")
            .contains("xq1")
    );
}
