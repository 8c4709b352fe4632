//! Units that a form of the site turns on and off.

use actix_web::http::Method;

use super::{on, post};
use crate::{
    helpers::{COOKIE, NOTE, Visitor, consent, send},
    site::{ALL, sent, site},
};

#[actix_web::test]
async fn nothing_is_on_and_no_cookie_is_set_before_a_choice() {
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
async fn fields_of_services_and_categories_are_not_confused() {
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
async fn ignores_unknown_categories_of_an_old_tab() {
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
