//! The way back after a choice.

use actix_web::http::{Method, header};

use crate::{
    helpers::{COOKIE, Visitor, consent, send},
    site::{hidden, site},
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
        ("/search?q=C:\\temp", "/search?q=C:\\temp"),
        ("/a?b#c", "/a?b#c"),
        ("/a?b\r\nSet-Cookie: x=y", "/a"),
        ("/a?\\", "/a?\\"),
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
async fn returns_to_the_referring_page_by_path_and_query() {
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

#[actix_web::test]
async fn the_way_back_of_a_banner_is_kept_up_to_8_kib() {
    let app = site(consent()).await;
    for length in [60, 2_040, 4_000, 8_192] {
        let path = format!(
            "/page/authorize?client_id=a&SAMLRequest={}",
            "a".repeat(8_192)
        );
        let path = &path[..length];
        let page = Visitor::new().get(&app, path).await;
        let (_, field) = page
            .text()
            .split_once("name=\"return_to\" value=\"")
            .unwrap();
        let field = field.split('"').next().unwrap().replace("&#38;", "&");
        assert_eq!(field, path);
        let answer = Visitor::new()
            .choose(&app, &[("action", "reject"), ("return_to", &field)])
            .await;
        assert_eq!(answer.status, 303);
        assert_eq!(answer.header("Location"), path);
    }
    let long = format!("/page/a?{}", "a".repeat(9_000));
    let page = Visitor::new().get(&app, &long).await;
    assert!(page.text().contains("name=\"return_to\" value=\"/page/a\""));
}

/// A proxy with a small buffer for response heads would answer 502, and lose the refusal.
#[actix_web::test]
async fn behind_a_proxy_a_long_way_back_is_followed_by_a_page() {
    let app = site(consent()).await;
    let long = format!("/page?a=1&b={}", "b".repeat(8_000));
    for (name, value) in [
        ("X-Forwarded-For", "203.0.113.7"),
        ("X-Forwarded-Proto", "https"),
        ("Via", "1.1 proxy"),
        ("Connection", "close"),
    ] {
        for (way, status) in [("/page?a=1", 303), (&*long, 200)] {
            let request = Visitor::new()
                .request(Method::POST, "/privacy/choices")
                .insert_header(("Sec-Fetch-Site", "same-origin"))
                .insert_header((name, value))
                .set_form([("action", "reject"), ("return_to", way)]);
            let answer = send(&app, request).await;
            assert_eq!(answer.status, status, "{name}");
            assert!(answer.sets(COOKIE), "{name}");
            if status == 303 {
                assert_eq!(answer.header("Location"), way, "{name}");
                continue;
            }
            let leads = format!("content=\"0; url={}\"", way.replace('&', "&#38;"));
            assert!(answer.text().contains(&leads), "{name}: {}", answer.text());
            assert_eq!(answer.header("Cache-Control"), "no-store", "{name}");
        }
    }
}

#[actix_web::test]
async fn an_answer_to_a_post_leads_back_to_the_page_that_posted() {
    use actix_consent::Consent;
    use actix_web::{App, HttpResponse, test, web};
    let page = async |consent: Consent| {
        HttpResponse::Ok()
            .content_type("text/html")
            .body(format!("<body>{}", consent.banner()))
    };
    let routes = App::new().route("/search", web::post().to(page));
    let app = test::init_service(routes.wrap(consent())).await;
    for (referer, back) in [
        (
            Some("https://news.example/search-form?lang=en"),
            "/search-form?lang=en",
        ),
        (Some("https://news.example/search"), "/search"),
        // A page of another site, and one that hides its path.
        (Some("https://pay.example/done"), "/"),
        (Some("https://news.example/"), "/"),
        (None, "/"),
    ] {
        let mut request = Visitor::new()
            .request(Method::POST, "/search")
            .insert_header(("Sec-Fetch-Dest", "document"));
        if let Some(referer) = referer {
            request = request.insert_header((header::REFERER, referer));
        }
        let answer = send(&app, request).await;
        let field = format!("name=\"return_to\" value=\"{back}\"");
        assert!(
            answer.text().contains(&field),
            "{referer:?}: {}",
            answer.text()
        );
    }
}

#[actix_web::test]
async fn the_settings_lead_back_to_the_page_that_was_left() {
    let app = site(consent()).await;
    for (referer, expected) in [
        ("http://news.example/reports/1?a=b", "/reports/1?a=b"),
        ("https://news.example/", "/"),
        ("https://news.example/privacy", "/privacy"),
        // Nothing on this site was left for the settings, so they lead to themselves.
        ("https://news.example/privacy/choices", "/privacy/choices"),
        ("https://elsewhere.example/x?y", "/privacy/choices"),
        (
            "https://news.example//elsewhere.example",
            "/privacy/choices",
        ),
        ("", "/privacy/choices"),
    ] {
        let mut visitor = Visitor::new();
        let mut request = visitor
            .request(Method::GET, "/privacy/choices")
            .insert_header((header::HOST, "news.example"));
        if !referer.is_empty() {
            request = request.insert_header((header::REFERER, referer));
        }
        let page = send(&app, request).await;
        let back = hidden(page.text(), "return_to");
        assert_eq!(back, expected, "{referer}");
        let form = [("action", "reject"), ("return_to", &back)];
        let answer = visitor.choose(&app, &form).await;
        assert_eq!(answer.header("Location"), expected, "{referer}");
    }
}
