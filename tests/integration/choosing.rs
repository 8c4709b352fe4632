//! `POST /privacy/choices`, and what it leaves in the browser: DESIGN, rules 1, 3, 4, 5 and 8.

use std::{collections::BTreeSet, pin::pin, time::Duration};

use actix_consent::{ConsentMiddleware, Policy, choice::Choice, policy::UnitTag};
use actix_http::Payload;
use actix_web::{
    dev::Service,
    error::PayloadError,
    http::{Method, header},
    web::Bytes,
};
use futures_util::stream;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::{
    helpers::{Answer, Visitor, builder, consent, keys, policy, send},
    site::{ALL, hidden, sent, site, today},
};

const COOKIE: &str = "__Host-consent";
const NOTE: &str = "__Host-consent-note";

/// Posts raw bytes as a form of the site.
async fn post(visitor: &mut Visitor, body: impl Into<Bytes>) -> Answer {
    let app = site(consent()).await;
    let request = visitor
        .request(Method::POST, "/privacy/choices")
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .insert_header(header::ContentType::form_url_encoded())
        .set_payload(body);
    let answer = send(&app, request).await;
    visitor.keep(&answer);
    answer
}

async fn on(visitor: &Visitor) -> String {
    visitor.on(&site(consent()).await).await
}

/// The text of a choice, without its signature.
fn text(visitor: &Visitor) -> String {
    let signed = &visitor.cookies[COOKIE];
    signed[signed.find("1.").expect("a choice")..].to_owned()
}

#[actix_web::test]
async fn before_a_choice_nothing_optional_is_on_and_no_cookie_of_ours_is_set() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    for path in [
        "/",
        "/plain",
        "/privacy",
        "/privacy/choices",
        "/privacy/state.json",
        "/nowhere",
    ] {
        let answer = visitor.get(&app, path).await;
        assert!(
            !answer.sets(COOKIE) && !answer.sets(NOTE),
            "{path}: {answer:?}"
        );
    }
    assert_eq!(visitor.on(&app).await, "");
    // The control: a choice does set one.
    assert!(visitor.press(&app, "reject").await.sets(COOKIE));
}

#[actix_web::test]
async fn accepting_turns_everything_on_and_answers_303() {
    let mut visitor = Visitor::new();
    let answer = post(&mut visitor, "action=accept").await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("Cache-Control"), "no-store");
    assert!(answer.body.is_empty());
    assert_eq!(on(&visitor).await, ALL);
}

#[actix_web::test]
async fn rejecting_turns_everything_off_again_and_is_remembered() {
    let mut visitor = Visitor::new();
    post(&mut visitor, "action=accept").await;
    assert_eq!(on(&visitor).await, ALL);
    let answer = post(&mut visitor, "action=reject").await;
    assert_eq!(answer.status, 303);
    assert_eq!(on(&visitor).await, "");
    let state = visitor.state(&site(consent()).await).await;
    assert_eq!(state["status"], "decided");
}

#[actix_web::test]
async fn saving_stores_exactly_what_was_ticked() {
    for (body, expected) in [
        ("action=save&cat.analytics=1", "visits"),
        (
            "cat.analytics=1&action=save&cat.preferences=1",
            "display visits",
        ),
        ("action=save&cat.analytics=1&cat.preferences=0", "visits"),
        (
            "action=save&cat.marketing=1&svc.example-video=1",
            "__Host-campaign video_pref",
        ),
        (
            "action=save&cat.marketing=1&svc.example-video=0",
            "__Host-campaign",
        ),
        // The buttons say what they do, whatever is ticked.
        ("action=reject&cat.analytics=1", ""),
        ("action=accept&cat.analytics=0", ALL),
    ] {
        let mut visitor = Visitor::new();
        assert_eq!(post(&mut visitor, body).await.status, 303, "{body}");
        assert_eq!(on(&visitor).await, expected, "{body}");
        let state = visitor.state(&site(consent()).await).await;
        assert_eq!(state["status"], "decided", "{body}");
    }
}

#[actix_web::test]
async fn a_category_counts_only_when_it_is_posted_once_and_as_1() {
    for (fields, yes) in [
        ("cat.analytics=1", true),
        ("cat.analytics=1&cat.analytics=1", false),
        ("cat.analytics=0&cat.analytics=1", false),
        ("cat.analytics=1&cat.analytics=0", false),
        ("cat.analytics=1&cat.analytics=1&cat.analytics=1", false),
        ("cat.analytics=on", false),
        ("cat.analytics=true", false),
        ("cat.analytics=01", false),
        ("cat.analytics=1.0", false),
        ("cat.analytics=+1", false),
        ("cat.analytics=1%20", false),
        ("cat.analytics=", false),
        ("cat.analytics", false),
        ("cat.Analytics=1", false),
        ("cat.analytics%20=1", false),
        ("cat.analytic=1", false),
        ("cat.analyticss=1", false),
        ("analytics=1", false),
        ("CAT.analytics=1", false),
        ("cat.cat.analytics=1", false),
    ] {
        let mut visitor = Visitor::new();
        let answer = post(&mut visitor, format!("action=save&{fields}")).await;
        assert_eq!(answer.status, 303, "{fields}");
        assert_eq!(
            on(&visitor).await,
            if yes { "visits" } else { "" },
            "{fields}"
        );
    }
}

#[actix_web::test]
async fn a_category_is_not_turned_on_by_the_field_of_a_service_nor_a_service_by_that_of_a_category()
{
    for (body, expected) in [
        ("action=save&svc.analytics=1", ""),
        (
            "action=save&cat.marketing=1&svc.marketing=0",
            "__Host-campaign video_pref",
        ),
        ("action=save&cat.example-video=1", ""),
        ("action=save&svc.example-video=1", "video_pref"),
    ] {
        let mut visitor = Visitor::new();
        post(&mut visitor, body).await;
        assert_eq!(on(&visitor).await, expected, "{body}");
    }
}

#[actix_web::test]
async fn unknown_categories_are_ignored_so_that_an_old_tab_can_still_reject() {
    let mut visitor = Visitor::new();
    let body = "action=save&cat.gone=1&svc.gone=1&cat.=1&svc.=1&nonsense=1&cat.analytics=1";
    assert_eq!(post(&mut visitor, body).await.status, 303);
    assert_eq!(on(&visitor).await, "visits");
    assert_eq!(
        post(&mut visitor, "action=reject&cat.gone=1").await.status,
        303
    );
    assert_eq!(on(&visitor).await, "");
}

#[actix_web::test]
async fn an_empty_selection_is_a_rejection_of_everything() {
    let (mut saved, mut rejected) = (Visitor::new(), Visitor::new());
    post(&mut saved, "action=save").await;
    post(&mut rejected, "action=reject").await;
    assert_eq!(saved.cookies[COOKIE], rejected.cookies[COOKIE]);
    assert_eq!(on(&saved).await, "");
    // The control: a selection that is not empty is stored differently.
    post(&mut saved, "action=save&cat.analytics=1").await;
    assert_ne!(saved.cookies[COOKIE], rejected.cookies[COOKIE]);
}

#[actix_web::test]
async fn necessary_cannot_be_unticked() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    for body in [
        "action=save&cat.necessary=0",
        "action=reject&cat.necessary=0&cat.necessary=1",
    ] {
        assert_eq!(post(&mut visitor, body).await.status, 303);
        // `on` panics when the necessary cookie does not leave.
        assert_eq!(visitor.on(&app).await, "");
        let state = visitor.state(&app).await;
        assert_eq!(state["categories"]["necessary"]["granted"], true);
        assert_eq!(state["categories"]["necessary"]["basis"], "necessary");
    }
    let request = visitor.request(Method::GET, "/withdraw/necessary");
    assert_eq!(sent(&send(&app, request).await), "");
}

#[actix_web::test]
async fn dismissing_answers_nothing_in_opt_in() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    let answer = visitor.press(&app, "dismiss").await;
    assert_eq!(answer.status, 303);
    assert!(!answer.sets(COOKIE));
    assert_eq!(visitor.on(&app).await, "");
    assert_eq!(visitor.state(&app).await["status"], "undecided");
    assert!(
        visitor
            .get(&app, "/")
            .await
            .text()
            .contains("data-consent-banner")
    );
    // Nor does it undo an answer.
    visitor.press(&app, "accept").await;
    assert!(!visitor.press(&app, "dismiss").await.sets(COOKIE));
    assert_eq!(visitor.on(&app).await, ALL);
}

#[actix_web::test]
async fn what_does_not_say_one_thing_is_a_400_and_changes_nothing() {
    for body in [
        &b""[..],
        b"cat.analytics=1",
        b"action=",
        b"action",
        b"action=refuse",
        b"action=ACCEPT",
        b"action=accept%20",
        b"Action=accept",
        b"action=accept&action=reject",
        b"action=accept&action=accept",
        b"action=reject&action=accept",
        b"action=once",
        b"action=accept&asked=%00",
        b"action=accept&asked=x",
        b"action=accept&asked=a.b.c",
        b"action=accept&asked=a..AAAAA",
        b"action=accept&\xff=1",
        b"action=accept&cat.analytics=\xc3\x28",
    ] {
        let mut visitor = Visitor::new();
        post(&mut visitor, "action=save&cat.analytics=1").await;
        let before = visitor.cookies.clone();
        let answer = post(&mut visitor, body).await;
        let shown = String::from_utf8_lossy(body).into_owned();
        assert_eq!(answer.status, 400, "{shown}");
        assert!(answer.set_cookies().is_empty(), "{shown}: {answer:?}");
        assert_eq!(visitor.cookies, before, "{shown}");
        assert!(
            answer.header("Content-Type").starts_with("text/html"),
            "{shown}"
        );
        assert_eq!(answer.header("Cache-Control"), "no-store", "{shown}");
    }
    assert_eq!(post(&mut Visitor::new(), "action=accept").await.status, 303);
}

#[actix_web::test]
async fn only_forms_and_json_are_read() {
    for (kind, status) in [
        (Some("application/x-www-form-urlencoded"), 303),
        (
            Some("application/x-www-form-urlencoded; charset=UTF-8"),
            303,
        ),
        (Some("Application/X-WWW-Form-URLencoded"), 303),
        (Some("multipart/form-data; boundary=x"), 415),
        (Some("text/plain"), 415),
        (Some("application/json5"), 415),
        (Some("application/x-www-form-urlencodedx"), 415),
        (Some(""), 415),
        (None, 415),
    ] {
        let app = site(consent()).await;
        let mut request = Visitor::new()
            .request(Method::POST, "/privacy/choices")
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .set_payload("action=accept");
        if let Some(kind) = kind {
            request = request.insert_header((header::CONTENT_TYPE, kind));
        }
        let answer = send(&app, request).await;
        assert_eq!(answer.status, status, "{kind:?}");
        assert_eq!(answer.sets(COOKIE), status == 303, "{kind:?}");
    }
}

#[actix_web::test]
async fn other_methods_are_told_which_are_allowed() {
    let app = site(consent()).await;
    let own = [
        ("/privacy/choices", "GET, HEAD, POST"),
        ("/privacy", "GET, HEAD"),
        ("/privacy/state.json", "GET, HEAD"),
        ("/privacy/versions/2", "GET, HEAD"),
        ("/.well-known/gpc.json", "GET, HEAD"),
    ];
    for (path, allow) in own {
        for method in [
            Method::PUT,
            Method::DELETE,
            Method::PATCH,
            Method::OPTIONS,
            Method::POST,
        ] {
            if method == Method::POST && allow.contains("POST") {
                continue;
            }
            let request = Visitor::new()
                .request(method.clone(), path)
                .insert_header(("Sec-Fetch-Site", "same-origin"))
                .set_form([("action", "accept")]);
            let answer = send(&app, request).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("Allow"), allow, "{method} {path}");
            assert!(answer.set_cookies().is_empty(), "{method} {path}");
        }
        for method in [Method::GET, Method::HEAD] {
            let answer = send(&app, Visitor::new().request(method.clone(), path)).await;
            assert_eq!(answer.status, 200, "{method} {path}");
        }
    }
}

#[actix_web::test]
async fn a_form_is_read_up_to_16_kib_whether_its_length_is_announced_or_not() {
    const LIMIT: usize = 16 * 1024;
    let form = |length: usize| {
        let start = "action=accept&x=";
        format!("{start}{}", "a".repeat(length - start.len()))
    };
    for (announced, length, status) in [
        (None, LIMIT, 303),
        (None, LIMIT + 1, 413),
        (None, LIMIT * 10, 413),
        (Some(LIMIT), LIMIT, 303),
        (Some(LIMIT + 1), LIMIT + 1, 413),
        // What is announced is refused without being read.
        (Some(LIMIT + 1), 20, 413),
        (Some(usize::MAX), 20, 413),
        // What is announced too small is still counted.
        (Some(20), LIMIT + 1, 413),
    ] {
        let app = site(consent()).await;
        let mut request = Visitor::new()
            .request(Method::POST, "/privacy/choices")
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .insert_header(header::ContentType::form_url_encoded())
            .set_payload(form(length));
        if let Some(announced) = announced {
            request = request.insert_header((header::CONTENT_LENGTH, announced.to_string()));
        }
        let answer = send(&app, request).await;
        assert_eq!(answer.status, status, "{announced:?} {length}");
        assert_eq!(answer.sets(COOKIE), status == 303, "{announced:?} {length}");
    }
}

#[actix_web::test]
async fn a_length_that_is_no_number_is_still_limited() {
    let app = site(consent()).await;
    for length in ["99999999999999999999999999", "-1", "x"] {
        let request = Visitor::new()
            .request(Method::POST, "/privacy/choices")
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .insert_header(header::ContentType::form_url_encoded())
            .insert_header((header::CONTENT_LENGTH, length))
            .set_payload(format!("action=accept&x={}", "a".repeat(16 * 1024)));
        assert_eq!(send(&app, request).await.status, 413, "{length}");
    }
}

/// A form whose body is this stream.
async fn stream_form(
    body: impl stream::Stream<Item = Result<Bytes, PayloadError>> + 'static,
) -> Answer {
    let app = site(consent()).await;
    let request = Visitor::new()
        .request(Method::POST, "/privacy/choices")
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .insert_header(header::ContentType::form_url_encoded())
        .to_request();
    let payload: Payload = Payload::Stream {
        payload: Box::pin(body),
    };
    let (request, _) = request.replace_payload(payload);
    let response = app.call(request).await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let body = actix_web::body::to_bytes(response.into_body()).await;
    let body = body.expect("the body ends").to_vec();
    Answer {
        status,
        headers,
        body,
    }
}

#[actix_web::test]
async fn a_form_that_does_not_arrive_is_a_408_and_changes_nothing() {
    // The clock stands still and jumps to the next deadline when nothing else can happen.
    tokio::time::pause();
    let first = stream::iter([Ok(Bytes::from_static(b"action=accept"))]);
    let answer = pin!(stream_form(stream::StreamExt::chain(
        first,
        stream::pending()
    )));
    let answer = tokio::time::timeout(Duration::from_secs(600), answer).await;
    let answer = answer.expect("there is a deadline");
    assert_eq!(answer.status, 408);
    assert!(answer.set_cookies().is_empty());
    // The control: the same form, whole.
    let whole = stream::iter([
        Ok(Bytes::from_static(b"action=")),
        Ok(Bytes::from_static(b"accept")),
    ]);
    assert_eq!(stream_form(whole).await.status, 303);
}

#[actix_web::test]
async fn a_form_that_breaks_off_changes_nothing() {
    let broken = stream::iter([
        Ok(Bytes::from_static(b"action=accept")),
        Err(PayloadError::Incomplete(None)),
    ]);
    let answer = stream_form(broken).await;
    assert_eq!(answer.status, 400);
    assert!(answer.set_cookies().is_empty());
}

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
async fn json_that_is_not_meant_so_is_a_named_error_and_changes_nothing() {
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

#[actix_web::test]
async fn no_get_and_no_head_writes_a_grant() {
    let app = site(consent()).await;
    for method in [Method::GET, Method::HEAD] {
        for path in [
            "/privacy/choices?action=accept",
            "/privacy/choices?action=save&cat.analytics=1",
            "/?action=accept&cat.analytics=1",
            "/accept/analytics",
        ] {
            let mut visitor = Visitor::new();
            let request = visitor
                .request(method.clone(), path)
                .insert_header(("Sec-Fetch-Site", "same-origin"))
                .set_form([("action", "accept")]);
            let answer = send(&app, request).await;
            assert!(!answer.sets(COOKIE), "{method} {path}");
            visitor.keep(&answer);
            assert_eq!(visitor.on(&app).await, "", "{method} {path}");
        }
    }
    // The controls.
    let mut visitor = Visitor::new();
    let request = visitor
        .request(Method::POST, "/accept/analytics")
        .insert_header(("Sec-Fetch-Site", "same-origin"));
    visitor.keep(&send(&app, request).await);
    assert_eq!(visitor.on(&app).await, "visits");
}

/// A slow GET that began before a withdrawal must not bring back what it saw.
#[actix_web::test]
async fn a_get_that_withdraws_one_thing_does_not_write_the_grants_of_the_others() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    for method in [Method::GET, Method::HEAD] {
        let request = visitor.request(method.clone(), "/withdraw/analytics");
        let answer = send(&app, request).await;
        assert!(
            !sent(&answer).contains("visits"),
            "the withdrawal counts at once"
        );
        let mut late = Visitor::new();
        late.keep(&answer);
        assert_eq!(late.on(&app).await, "", "{method} wrote a grant");
    }
    // The control: a POST may, and keeps what was not withdrawn.
    let request = visitor
        .request(Method::POST, "/withdraw/analytics")
        .insert_header(("Sec-Fetch-Site", "same-origin"));
    visitor.keep(&send(&app, request).await);
    assert_eq!(visitor.on(&app).await, "display __Host-campaign video_pref");
}

#[actix_web::test]
async fn a_get_with_two_choices_does_not_write_their_grants() {
    let http = || builder().plain_http().build();
    let without = Policy::parse(&include_str!("consent.toml").replace("partitioned = true", ""));
    let without = without.expect("valid");
    let app = site(
        ConsentMiddleware::builder(without, keys())
            .plain_http()
            .build()
            .expect("valid"),
    )
    .await;
    assert!(http().is_err(), "partitioned needs https");
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let value = visitor.cookies["consent"].clone();
    for (method, writes) in [(Method::GET, false), (Method::HEAD, false)] {
        let request = Visitor::new()
            .request(method, "/plain")
            .insert_header((header::COOKIE, format!("consent={value}; consent={value}")));
        let answer = send(&app, request).await;
        assert_eq!(sent(&answer), ALL, "both verify, so they count");
        assert_eq!(answer.sets("consent"), writes, "{:?}", answer.set_cookies());
    }
}

#[actix_web::test]
async fn a_get_may_reject() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.on(&app).await, ALL);
    let answer = visitor.get(&app, "/reject").await;
    assert_eq!(sent(&answer), "");
    assert_eq!(visitor.on(&app).await, "");
    assert_eq!(visitor.state(&app).await["status"], "decided");
}

#[actix_web::test]
async fn handlers_accept_units_of_the_policy_alone() {
    let app = site(consent()).await;
    for (unit, status, expected) in [
        ("analytics", 200, "visits"),
        ("marketing", 200, "__Host-campaign video_pref"),
        ("example-video", 200, "video_pref"),
        ("necessary", 200, ""),
        ("gone", 500, ""),
    ] {
        let mut visitor = Visitor::new();
        let request = visitor
            .request(Method::POST, &format!("/accept/{unit}"))
            .insert_header(("Sec-Fetch-Site", "same-origin"));
        let answer = send(&app, request).await;
        assert_eq!(answer.status, status, "{unit}");
        assert!(
            !answer.text().contains(unit),
            "{unit}: a visitor learns nothing internal"
        );
        visitor.keep(&answer);
        assert_eq!(visitor.on(&app).await, expected, "{unit}");
    }
}

/// R33: the library asks for no age; an application that knows it says so.
#[actix_web::test]
async fn for_a_minor_everything_optional_is_off_whatever_was_accepted() {
    let consent = builder().minor(|head| head.headers().contains_key("X-Minor"));
    let app = site(consent.build().expect("valid")).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.on(&app).await, ALL);
    let request = visitor
        .request(Method::GET, "/plain")
        .insert_header(("X-Minor", "1"));
    assert_eq!(sent(&send(&app, request).await), "");
}

#[actix_web::test]
async fn an_acceptance_in_a_handler_counts_in_its_own_response() {
    let app = site(consent()).await;
    let request = Visitor::new()
        .request(Method::POST, "/accept/analytics")
        .insert_header(("Sec-Fetch-Site", "same-origin"));
    assert_eq!(sent(&send(&app, request).await), "visits");
}

/// Name, value and the attributes, sorted, in lower case but for values.
fn attributes(set_cookie: &str) -> BTreeSet<&str> {
    set_cookie.split("; ").skip(1).collect()
}

#[actix_web::test]
async fn the_choice_is_kept_where_no_script_and_no_other_host_reads_it() {
    let app = site(consent()).await;
    for action in ["accept", "reject"] {
        let answer = Visitor::new().press(&app, action).await;
        let cookies = answer.set_cookies_named(COOKIE);
        assert_eq!(cookies.len(), 1, "one header a name");
        let expected = [
            "HttpOnly",
            "Max-Age=15552000",
            "Path=/",
            "SameSite=Lax",
            "Secure",
        ];
        assert_eq!(
            attributes(&cookies[0]),
            BTreeSet::from(expected),
            "{action}: 180 days for each"
        );
        let value = cookies[0].split(';').next().expect("a pair");
        let octets =
            |byte: u8| matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e);
        assert!(value.bytes().all(octets), "{value} (R98)");
        for note in answer.set_cookies_named(NOTE) {
            let attributes = attributes(&note);
            assert!(
                attributes.is_superset(&BTreeSet::from([
                    "HttpOnly",
                    "Path=/",
                    "SameSite=Lax",
                    "Secure"
                ])),
                "{note}"
            );
        }
    }
}

#[actix_web::test]
async fn plain_http_has_a_cookie_without_prefix_and_without_secure() {
    let policy = include_str!("consent.toml").replace("partitioned = true", "");
    let policy = Policy::parse(&policy).expect("valid");
    let with = |origin: Option<&str>| {
        let builder = ConsentMiddleware::builder(policy.clone(), keys());
        match origin {
            Some(origin) => builder.origin(origin).build(),
            None => builder.plain_http().build(),
        }
    };
    for origin in [None, Some("http://news.example")] {
        let app = site(with(origin).expect("valid")).await;
        let mut visitor = Visitor::new();
        let answer = visitor.press(&app, "accept").await;
        assert!(answer.set_cookies_named(COOKIE).is_empty());
        let expected = ["HttpOnly", "Max-Age=15552000", "Path=/", "SameSite=Lax"];
        assert_eq!(
            attributes(&answer.set_cookies_named("consent")[0]),
            BTreeSet::from(expected)
        );
        assert!(
            !answer
                .set_cookies()
                .iter()
                .any(|cookie| cookie.contains("Secure"))
        );
        // A choice made over https is not one here, nor the reverse: the name is signed too.
        let value = visitor.cookies["consent"].clone();
        let moved = Visitor::new().with(COOKIE, &value);
        assert_eq!(moved.on(&site(consent()).await).await, "");
    }
}

#[actix_web::test]
async fn a_longer_validity_than_399_days_cannot_be_configured() {
    for (days, fits) in [
        (1, true),
        (399, true),
        (0, false),
        (400, false),
        (u32::MAX, false),
    ] {
        assert_eq!(
            builder().validity_days(days).build().is_ok(),
            fits,
            "{days}"
        );
    }
    let app = site(builder().validity_days(399).build().expect("valid")).await;
    let answer = Visitor::new().press(&app, "accept").await;
    assert!(
        answer.set_cookies_named(COOKIE)[0].contains("Max-Age=34473600"),
        "at most 400 days"
    );
}

/// A policy with this many gated categories, each with one cookie.
fn wide(categories: usize) -> Result<Policy, actix_consent::policy::PolicyError> {
    let mut text =
        "version = 1\n[site]\nname = \"W\"\n[controller]\nname = \"W\"\nemail = \"w@w.example\"\n"
            .to_owned();
    for number in 0..categories {
        text += &format!(
            "[[category]]\nid = \"category-{number}\"\ntitle = \"T\"\nsummary = \"s\"\n\
             purposes = [\"usage-analytics\"]\n[[cookie]]\nname = \"c{number}\"\n\
             category = \"category-{number}\"\npurpose = \"P.\"\nduration = \"1 day\"\n"
        );
    }
    Policy::parse(&text)
}

#[actix_web::test]
async fn a_choice_about_ten_categories_takes_at_most_200_bytes() {
    let ten = wide(10).expect("valid");
    let app = site(ConsentMiddleware::new(ten, keys()).expect("valid")).await;
    for body in [
        "action=accept",
        "action=reject",
        "action=save&cat.category-0=1&cat.category-3=1&cat.category-9=1",
    ] {
        let mut visitor = Visitor::new();
        let request = visitor
            .request(Method::POST, "/privacy/choices")
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .insert_header(header::ContentType::form_url_encoded())
            .set_payload(body);
        visitor.keep(&send(&app, request).await);
        let bytes = COOKIE.len() + 1 + visitor.cookies[COOKIE].len();
        assert!(bytes <= 200, "{body}: {bytes} bytes");
        // The control: ten answers are in it.
        assert_eq!(
            text(&visitor)
                .parse::<Choice>()
                .expect("a choice")
                .answers()
                .count(),
            10
        );
    }
}

/// S 75: a choice that no browser keeps must not look as if it had been stored.
#[actix_web::test]
async fn a_policy_whose_choice_fits_no_cookie_is_refused_or_still_works() {
    for categories in [100, 257, 400] {
        let policy = wide(categories).ok();
        let consent = policy.and_then(|policy| ConsentMiddleware::new(policy, keys()).ok());
        let Some(consent) = consent else {
            assert!(categories > 100, "a hundred fit");
            continue;
        };
        let app = site(consent).await;
        let mut visitor = Visitor::new();
        visitor.press(&app, "accept").await;
        let bytes = COOKIE.len() + visitor.cookies[COOKIE].len();
        assert!(
            bytes <= 4096,
            "{categories} categories: {bytes} bytes, browsers drop it"
        );
        let state = visitor.state(&app).await;
        assert_eq!(state["status"], "decided", "{categories} categories");
    }
}

/// The fields of a form.
type Form = &'static [(&'static str, &'static str)];

#[actix_web::test]
async fn two_visitors_who_reject_on_one_day_hold_the_same_value_whatever_they_held_before() {
    let app = site(builder().today(today).build().expect("valid")).await;
    let then = site(builder().today(|| Day(-40)).build().expect("valid")).await;
    let long_ago = site(builder().today(|| Day(-400)).build().expect("valid")).await;
    let mut plain = Visitor::new();
    plain.press(&app, "reject").await;
    let expected = plain.cookies[COOKIE].clone();
    let histories: &[(&str, bool, Form)] = &[
        ("accepted", false, &[("action", "accept")]),
        ("accepted with the signal", true, &[("action", "accept")]),
        ("rejected", false, &[("action", "reject")]),
        (
            "saved one",
            false,
            &[("action", "save"), ("cat.analytics", "1")],
        ),
        (
            "saved a category without its service",
            false,
            &[
                ("action", "save"),
                ("cat.marketing", "1"),
                ("svc.example-video", "0"),
            ],
        ),
        (
            "saved a service alone",
            false,
            &[("action", "save"), ("svc.example-video", "1")],
        ),
        ("dismissed", false, &[("action", "dismiss")]),
    ];
    for (name, gpc, form) in histories {
        for (age, before) in [
            ("today", &app),
            ("forty days ago", &then),
            ("expired", &long_ago),
        ] {
            let mut visitor = Visitor {
                gpc: *gpc,
                ..Visitor::new()
            };
            // The form as the settings page shows it, so that the signal is acknowledged.
            let page = visitor.get(before, "/privacy/choices").await;
            let asked = hidden(page.text(), "asked");
            let mut form = form.to_vec();
            form.push(("asked", &asked));
            visitor.choose(before, &form).await;
            // And something in a handler.
            visitor.get(before, "/withdraw/preferences").await;
            for way in ["form", "handler", "empty selection"] {
                let mut visitor = visitor.clone();
                match way {
                    "form" => visitor.press(&app, "reject").await,
                    "handler" => visitor.get(&app, "/reject").await,
                    _ => visitor.press(&app, "save").await,
                };
                assert_eq!(visitor.cookies[COOKIE], expected, "{name} {age}, by {way}");
            }
        }
    }
    // The control: another day is another value.
    let mut later = Visitor::new();
    later.press(&then, "reject").await;
    assert_ne!(later.cookies[COOKIE], expected);
}

/// A day relative to [`today`].
#[expect(non_snake_case, reason = "reads like a value")]
fn Day(offset: i64) -> actix_consent::choice::Day {
    actix_consent::choice::Day::from(today().date() + time::Duration::days(offset))
}

#[actix_web::test]
async fn the_choice_holds_a_day_and_no_time_and_no_identifier() {
    let app = site(consent()).await;
    for action in ["accept", "reject"] {
        let (mut one, mut other) = (Visitor::new(), Visitor::new());
        one.press(&app, action).await;
        other.press(&app, action).await;
        // On the wire nothing tells two visitors apart; midnight may lie between the two.
        if text(&one).split('.').nth(1) == text(&other).split('.').nth(1) {
            assert_eq!(one.cookies[COOKIE], other.cookies[COOKIE], "{action}");
        }
    }
}

#[actix_web::test]
async fn a_choice_counts_for_180_days_a_yes_and_a_no_alike_and_not_from_the_future() {
    let made = site(builder().today(today).build().expect("valid")).await;
    for action in ["accept", "reject"] {
        let mut visitor = Visitor::new();
        visitor.press(&made, action).await;
        for (days, counts) in [
            (0, true),
            (1, true),
            (179, true),
            (181, false),
            (400, false),
            (100_000, false),
            (-1, true),
            (-2, false),
            (-400, false),
        ] {
            let app = site(builder().today(move || Day(days)).build().expect("valid")).await;
            let state = visitor.state(&app).await;
            let status = if counts { "decided" } else { "undecided" };
            assert_eq!(state["status"], status, "{action} {days}");
            let on = if counts && action == "accept" {
                ALL
            } else {
                ""
            };
            assert_eq!(visitor.on(&app).await, on, "{action} {days}");
            let page = visitor.clone().get(&app, "/plain").await;
            assert!(!page.sets(COOKIE), "reading a choice does not prolong it");
        }
    }
}

#[actix_web::test]
async fn a_yes_and_a_no_end_on_the_same_day() {
    let made = site(builder().today(today).build().expect("valid")).await;
    let (mut yes, mut no) = (Visitor::new(), Visitor::new());
    yes.press(&made, "accept").await;
    no.press(&made, "reject").await;
    for days in 175..185 {
        let app = site(builder().today(move || Day(days)).build().expect("valid")).await;
        assert_eq!(
            yes.state(&app).await["status"],
            no.state(&app).await["status"],
            "after {days} days"
        );
    }
}

#[actix_web::test]
async fn the_validity_is_configurable_and_the_same_for_both() {
    let made = site(builder().today(today).build().expect("valid")).await;
    let app = site(
        builder()
            .today(|| Day(31))
            .validity_days(30)
            .build()
            .expect("valid"),
    )
    .await;
    let long = site(
        builder()
            .today(|| Day(31))
            .validity_days(60)
            .build()
            .expect("valid"),
    )
    .await;
    for action in ["accept", "reject"] {
        let mut visitor = Visitor::new();
        visitor.press(&made, action).await;
        assert_eq!(visitor.state(&app).await["status"], "undecided");
        assert_eq!(visitor.state(&long).await["status"], "decided");
    }
}

/// Otherwise one press a year would keep a consent alive for ever.
#[actix_web::test]
async fn answering_one_thing_anew_does_not_prolong_the_grants_that_were_not_asked() {
    let first = site(builder().today(today).build().expect("valid")).await;
    let later = site(builder().today(|| Day(170)).build().expect("valid")).await;
    let last = site(builder().today(|| Day(190)).build().expect("valid")).await;
    let mut visitor = Visitor::new();
    visitor.press(&first, "accept").await;
    let request = visitor
        .request(Method::POST, "/accept/preferences")
        .insert_header(("Sec-Fetch-Site", "same-origin"));
    visitor.keep(&send(&later, request).await);
    assert_eq!(visitor.on(&later).await, ALL);
    let on = visitor.on(&last).await;
    assert!(
        !on.contains("visits"),
        "analytics was granted 190 days ago: {on}"
    );
}

#[actix_web::test]
async fn a_key_that_was_replaced_still_verifies_and_the_next_choice_is_signed_with_the_newest() {
    use actix_consent::{SigningKey, SigningKeys};
    let key = |byte: u8| SigningKey::from_bytes(&[byte; 64]).expect("long enough");
    let with = |keys: Vec<SigningKey>| {
        ConsentMiddleware::new(policy(), SigningKeys::new(keys).expect("a key")).expect("valid")
    };
    let old = site(with(vec![key(1)])).await;
    let both = site(with(vec![key(2), key(1)])).await;
    let new = site(with(vec![key(2)])).await;
    let mut visitor = Visitor::new();
    visitor.press(&old, "accept").await;
    assert_eq!(visitor.on(&both).await, ALL);
    assert_eq!(visitor.on(&new).await, "", "the wrong key: no choice");
    visitor.press(&both, "accept").await;
    assert_eq!(visitor.on(&new).await, ALL);
    assert_eq!(visitor.on(&old).await, "");
}

#[actix_web::test]
async fn every_change_of_one_byte_of_a_choice_makes_it_none() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let value = visitor.cookies[COOKIE].clone().into_bytes();
    // Only characters that can stand in a cookie's value, or the request would not arrive.
    let octets = (0x21..=0x7e).filter(|byte| !b"\",;\\".contains(byte));
    let octets: Vec<u8> = octets.collect();
    for at in 0..value.len() {
        for other in octets.iter().filter(|other| **other != value[at]) {
            let mut changed = value.clone();
            changed[at] = *other;
            let changed = String::from_utf8(changed).expect("ASCII");
            let forged = Visitor::new().with(COOKIE, &changed);
            assert_eq!(forged.on(&app).await, "", "{changed}");
        }
    }
    for length in 0..value.len() {
        let cut = std::str::from_utf8(&value[..length]).expect("ASCII");
        assert_eq!(Visitor::new().with(COOKIE, cut).on(&app).await, "", "{cut}");
        let cut = std::str::from_utf8(&value[length + 1..]).expect("ASCII");
        assert_eq!(Visitor::new().with(COOKIE, cut).on(&app).await, "", "{cut}");
    }
    assert_eq!(visitor.on(&app).await, ALL);
}

#[actix_web::test]
async fn a_choice_that_was_not_signed_by_us_is_none() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let bare = text(&visitor);
    let note = visitor.cookies[NOTE].clone();
    for forged in [
        &*bare,
        "yes",
        "accept",
        "1",
        "",
        "{}",
        "%7B%7D",
        "9999.20000..",
        &note,
    ] {
        let forged = Visitor::new().with(COOKIE, forged);
        assert_eq!(forged.on(&app).await, "");
        assert_eq!(forged.state(&app).await["status"], "undecided");
    }
}

#[actix_web::test]
async fn no_bytes_in_our_cookies_make_a_request_fail() {
    let app = site(consent()).await;
    let bytes = prop::collection::vec(
        (0x20u8..=0xff).prop_filter("not in a header", |b| *b != 0x7f),
        0..300,
    );
    let mut runner = TestRunner::deterministic();
    for _ in 0..500 {
        let value = bytes.new_tree(&mut runner).expect("a value").current();
        for name in [COOKIE, NOTE] {
            let header = [name.as_bytes(), b"=", &value].concat();
            let header = header::HeaderValue::from_bytes(&header).expect("fits a header");
            let mut request = Visitor::new().request(Method::GET, "/");
            request = request.insert_header((header::COOKIE, header));
            let answer = send(&app, request).await;
            assert_eq!(answer.status, 200, "{value:?}");
            assert_eq!(sent(&answer), "", "{value:?}");
            assert!(answer.text().contains("data-consent-banner"), "{value:?}");
        }
    }
}

proptest! {
    #[test]
    fn a_choice_reads_back_as_it_was_written(
        day in 0u32..=999_999,
        ack in any::<bool>(),
        granted in prop::collection::btree_map("[A-Za-z0-9_-]{5}", "[A-Za-z0-9_-]{6}", 0..20),
        rejected in prop::collection::btree_set("[A-Za-z0-9_-]{5}", 0..20),
    ) {
        let tag = |text: &str| text.parse::<UnitTag>().expect("five characters");
        let mut grants: Vec<_> = granted.iter().map(|(unit, meant)| (tag(unit), meant)).collect();
        grants.sort();
        let mut rejections: Vec<_> = rejected
            .iter()
            .filter(|unit| !granted.contains_key(*unit))
            .map(|unit| tag(unit))
            .collect();
        rejections.sort();
        let grants: String = grants.iter().map(|(unit, meant)| format!("{unit}{meant}")).collect();
        let rejections: String = rejections.iter().map(ToString::to_string).collect();
        let text = format!("1.{day}.{}.{grants}.{rejections}", if ack { "g" } else { "" });
        let choice: Choice = text.parse().expect("a choice");
        prop_assert_eq!(choice.to_string(), text);
        prop_assert_eq!(choice.gpc_ack(), ack);
        prop_assert_eq!(choice.grants(), !grants.is_empty());
        prop_assert_eq!(choice.to_string().parse::<Choice>(), Ok(choice));
    }

    #[test]
    fn one_choice_has_one_form(text in "[01]\\.[0-9]{1,6}\\.g?\\.([A-C]{11}){0,3}\\.([A-C]{5}){0,3}") {
        if let Ok(choice) = text.parse::<Choice>() {
            prop_assert_eq!(choice.to_string(), text);
        }
    }

    #[test]
    fn no_text_makes_the_reader_of_choices_panic(text in any::<String>()) {
        if let Ok(choice) = text.parse::<Choice>() {
            prop_assert_eq!(choice.to_string(), text);
        }
    }
}
