//! Choices of programs.

use actix_web::http::{Method, header};

use crate::{
    helpers::{COOKIE, Visitor, consent, send},
    site::{ALL, site},
};

#[actix_web::test]
async fn a_program_chooses_by_json_and_is_told_the_state() {
    let app = site(consent()).await;
    for (body, expected) in [
        (r#"{"action":"accept"}"#, ALL),
        (r#"{"action":"reject"}"#, ""),
        (
            r#"{"action":"save","categories":{"analytics":true},"services":{}}"#,
            "visits",
        ),
        (
            r#"{"action":"save","categories":{"analytics":false,"preferences":true}}"#,
            "display",
        ),
        (r#"{"action":"save"}"#, ""),
        (
            r#"{"action":"save","categories":{"marketing":true}}"#,
            "__Host-campaign video_pref",
        ),
        (
            r#"{"action":"save","categories":{"marketing":true},"services":{"example-video":false}}"#,
            "__Host-campaign",
        ),
        (
            r#"{"action":"save","services":{"example-video":true}}"#,
            "video_pref",
        ),
        (
            r#"{"action":"save","categories":{"gone":true,"analytics":true}}"#,
            "visits",
        ),
    ] {
        let mut visitor = Visitor::new();
        let answer = visitor.post_json(&app, body).await;
        assert_eq!(answer.status, 200, "{body}");
        assert!(
            answer
                .header("Content-Type")
                .starts_with("application/json"),
            "{body}"
        );
        assert_eq!(answer.header("Cache-Control"), "no-store", "{body}");
        assert_eq!(answer.header("Location"), "", "{body}");
        assert_eq!(visitor.on(&app).await, expected, "{body}");
        let state = visitor.state(&app).await;
        assert_eq!(answer.json(), state, "{body}");
        assert_eq!(state["status"], "decided", "{body}");
    }
}

#[actix_web::test]
async fn invalid_json_is_a_named_error_and_changes_nothing() {
    let app = site(consent()).await;
    for body in [
        "",
        "action=accept",
        "{}",
        r#"{"action":"refuse"}"#,
        r#"{"action":["accept"]}"#,
        r#"{"action":"accept","action":"reject"}"#,
        r#"{"action":"save","categories":{"analytics":1}}"#,
        r#"{"action":"save","categories":{"analytics":"1"}}"#,
        r#"{"action":"save","categories":["analytics"]}"#,
        r#"{"action":"accept","asked":"x"}"#,
        r#"{"action":"accept"} {"action":"reject"}"#,
        "{\"action\":\"accept\",\"return_to\":\"\u{0}\"}",
    ] {
        let mut visitor = Visitor::new();
        let answer = visitor.post_json(&app, body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.json()["error"], "malformed", "{body}");
        assert!(
            answer.json()["message"]
                .as_str()
                .is_some_and(|text| text.len() > 10),
            "{body}"
        );
        assert!(answer.set_cookies().is_empty(), "{body}");
    }
}

#[actix_web::test]
async fn a_category_that_a_program_posts_twice_is_not_turned_on() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    let body = r#"{"action":"save","categories":{"analytics":false,"analytics":true}}"#;
    visitor.post_json(&app, body).await;
    assert_eq!(visitor.on(&app).await, "");
}

#[actix_web::test]
async fn a_foreign_json_post_is_a_named_403() {
    let app = site(consent()).await;
    for (site, status) in [("cross-site", 403), ("same-origin", 200)] {
        let request = Visitor::new()
            .request(Method::POST, "/privacy/choices")
            .insert_header(("Sec-Fetch-Site", site))
            .insert_header(header::ContentType::json())
            .set_payload(r#"{"action":"accept"}"#);
        let answer = send(&app, request).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.sets(COOKIE), status == 200);
        if status == 403 {
            assert_eq!(answer.json()["error"], "cross_site");
            assert!(
                answer
                    .header("Content-Type")
                    .starts_with("application/json")
            );
        }
    }
}
