//! The way back after a choice.

use actix_web::http::{Method, header};

use crate::{
    helpers::{COOKIE, Visitor, consent, send},
    site::site,
};

#[actix_web::test]
async fn a_way_back_on_this_site_is_kept_and_no_other() {
    for (return_to, expected) in [
        ("/reports/1", "/reports/1"),
        ("/search?q=a&page=2", "/search?q=a&page=2"),
        (
            "/go?to=https://elsewhere.example/",
            "/go?to=https://elsewhere.example/",
        ),
        ("/%2F%2Felsewhere.example", "/%2F%2Felsewhere.example"),
        ("/a//b", "/a//b"),
        ("https://elsewhere.example/", "/"),
        ("https://news.example/a", "/"),
        ("//elsewhere.example/", "/"),
        ("///elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("\\\\elsewhere.example", "/"),
        ("/\t/elsewhere.example", "/"),
        ("/\n/elsewhere.example", "/"),
        ("\t//elsewhere.example", "/"),
        (" //elsewhere.example", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("/a\0", "/"),
        ("/\u{7f}", "/"),
        ("/stra\u{df}e", "/"),
        ("reports/1", "/"),
        ("javascript:alert(1)", "/"),
        ("?q=a", "/"),
        ("", "/"),
        ("/..//elsewhere.example", "/"),
    ] {
        let app = site(consent()).await;
        let mut visitor = Visitor::new();
        let answer = visitor
            .choose(&app, &[("action", "reject"), ("return_to", return_to)])
            .await;
        assert_eq!(answer.status, 303, "{return_to:?}");
        assert_eq!(answer.header("Location"), expected, "{return_to:?}");
        assert!(
            answer.sets(COOKIE),
            "{return_to:?}: the choice counts all the same"
        );
    }
}

#[actix_web::test]
async fn without_a_way_back_the_referring_page_is_gone_back_to_by_path_and_query() {
    for (referer, expected) in [
        ("https://news.example/reports/1?a=b", "/reports/1?a=b"),
        ("https://elsewhere.example/x?y", "/x?y"),
        ("https://elsewhere.example", "/"),
        ("https://news.example//elsewhere.example", "/"),
        ("https://news.example/\\elsewhere.example", "/"),
        ("data:text/html,x", "/"),
    ] {
        let app = site(consent()).await;
        for way in [None, Some("//elsewhere.example")] {
            let mut form = vec![("action", "reject")];
            form.extend(way.map(|way| ("return_to", way)));
            let request = Visitor::new()
                .request(Method::POST, "/privacy/choices")
                .insert_header(("Sec-Fetch-Site", "same-origin"))
                .insert_header((header::REFERER, referer))
                .set_form(form);
            let answer = send(&app, request).await;
            assert_eq!(answer.header("Location"), expected, "{referer} {way:?}");
        }
    }
}
