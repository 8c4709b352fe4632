//! When the ledger is down: nothing is granted without a record, and a no always succeeds.

use std::time::Duration;

use actix_consent::ledger::{Event, Recording};
use actix_web::http::{Method, StatusCode};

use super::{Mood, Notebook, choice, id, recorded_site, recording};
use crate::{
    helpers::{COOKIE, NOTE, Visitor, builder, send},
    site::{ALL, site},
};

#[actix_web::test]
async fn an_unrecorded_acceptance_has_no_effect_and_says_so() {
    let notebook = Notebook::new(Mood::Fails);
    let (consent, _outbox) = recording(&notebook);
    let app = site(consent).await;
    let mut visitor = Visitor::new();
    let answer = visitor.press(&app, "accept").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "30");
    assert!(
        answer.text().contains("so we turned nothing on"),
        "{}",
        answer.text()
    );
    assert!(!answer.sets(COOKIE) && !answer.sets(NOTE), "{answer:?}");
    assert_eq!(visitor.on(&app).await, "");
    let answer = visitor.post_json(&app, r#"{"action":"accept"}"#).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["error"], "not_recorded");
    // The control: the same visitor, once the ledger is back.
    notebook.feels(Mood::Answers);
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.on(&app).await, ALL);
}

#[actix_web::test]
async fn a_handler_that_accepts_is_told_and_its_visitor_too() {
    let notebook = Notebook::new(Mood::Fails);
    let (consent, _outbox) = recording(&notebook);
    let app = site(consent).await;
    let mut visitor = Visitor::new();
    let answer = visitor.post(&app, "/accept/analytics").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "30");
    assert!(
        answer.text().contains("Nothing was turned on"),
        "{}",
        answer.text()
    );
    assert_eq!(visitor.on(&app).await, "");
}

#[actix_web::test]
async fn of_a_mixed_choice_the_no_counts_and_the_yes_does_not() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    visitor
        .choose(&app, &[("action", "save"), ("cat.analytics", "1")])
        .await;
    assert_eq!(visitor.on(&app).await, "visits");
    notebook.feels(Mood::Fails);
    let mixed = [
        ("action", "save"),
        ("cat.analytics", "0"),
        ("cat.preferences", "1"),
    ];
    let answer = visitor.choose(&app, &mixed).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        answer.removes("visits") || answer.sets(COOKIE),
        "{answer:?}"
    );
    assert_eq!(visitor.on(&app).await, "");
    notebook.feels(Mood::Answers);
    let events: Vec<_> = notebook
        .records(3)
        .iter()
        .map(|record| record.event)
        .collect();
    assert_eq!(events, [Event::Partial, Event::Voided, Event::Withdrawn]);
}

#[actix_web::test]
async fn a_failed_save_turns_off_nothing_that_was_left_on() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    let on = [
        ("action", "save"),
        ("cat.marketing", "1"),
        ("svc.example-video", "1"),
    ];
    visitor.choose(&app, &on).await;
    assert_eq!(visitor.on(&app).await, "__Host-campaign video_pref");
    let day = choice(&visitor).day();
    let mixed = [
        ("action", "save"),
        ("cat.marketing", "0"),
        ("svc.example-video", "1"),
        ("cat.preferences", "1"),
    ];
    // The control: with the ledger there, both count.
    let mut recorded = Visitor::new();
    recorded.choose(&app, &on).await;
    recorded.choose(&app, &mixed).await;
    assert_eq!(recorded.on(&app).await, "display video_pref");
    notebook.feels(Mood::Fails);
    let answer = visitor.choose(&app, &mixed).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        visitor.on(&app).await,
        "video_pref",
        "only marketing is off"
    );
    assert_eq!(choice(&visitor).day(), day);
    // A service that was off stays off, whatever the form says of it.
    let mut off = Visitor::new();
    notebook.feels(Mood::Answers);
    off.choose(
        &app,
        &[
            ("action", "save"),
            ("cat.marketing", "1"),
            ("svc.example-video", "0"),
        ],
    )
    .await;
    assert_eq!(off.on(&app).await, "__Host-campaign");
    notebook.feels(Mood::Fails);
    let answer = off.choose(&app, &mixed).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(off.on(&app).await, "");
}

#[actix_web::test]
async fn what_is_on_stays_on_when_more_cannot_be_recorded() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    visitor.post(&app, "/accept/analytics").await;
    let before = choice(&visitor);
    notebook.feels(Mood::Fails);
    visitor.post(&app, "/accept/preferences").await;
    assert_eq!(choice(&visitor), before);
    assert_eq!(visitor.on(&app).await, "visits");
}

#[actix_web::test]
async fn rejections_and_withdrawals_are_recorded_after_an_outage() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let held = id(&visitor);
    notebook.feels(Mood::Fails);
    let answer = visitor.post(&app, "/withdraw/marketing").await;
    assert_eq!(answer.status, StatusCode::OK);
    let answer = visitor.press(&app, "reject").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.removes("visits") || answer.sets(COOKIE));
    assert_eq!(visitor.on(&app).await, "");
    Visitor::new().press(&app, "reject").await;
    notebook.records(1);
    notebook.feels(Mood::Answers);
    let records = notebook.records(4);
    let told: Vec<_> = records
        .iter()
        .map(|record| (record.event, record.subject.is_some()))
        .collect();
    let expected = [
        (Event::Accepted, true),
        (Event::Withdrawn, true),
        (Event::Withdrawn, true),
        (Event::Rejected, false),
    ];
    assert_eq!(told, expected);
    assert_eq!(records[2].subject.expect("an id").to_string(), held);
    assert_eq!(records[2].replaces, Some(records[1].id), "in their order");
}

/// The ledger may have taken what it confirmed too late. Then the record says that it never
/// counted.
#[actix_web::test]
async fn an_acceptance_that_is_confirmed_too_late_is_voided() {
    let notebook = Notebook::new(Mood::Answers);
    let outbox = tempfile::tempdir().expect("a directory can be made");
    let recording = Recording::new(notebook.clone(), outbox.path());
    let recording = recording.deadline(Duration::from_millis(1));
    let consent = builder().ledger(recording).build().expect("it can be used");
    let app = site(consent).await;
    let mut visitor = Visitor::new();
    notebook.knows_what_is_shown();
    notebook.feels(Mood::KeepsAndHangs);
    let answer = visitor.press(&app, "accept").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(visitor.on(&app).await, "");
    notebook.feels(Mood::Answers);
    let records = notebook.records(2);
    assert_eq!(
        [records[0].event, records[1].event],
        [Event::Accepted, Event::Voided]
    );
    assert_eq!(records[1].replaces, Some(records[0].id));
    assert_eq!(records[1].subject, records[0].subject);
}

#[actix_web::test]
async fn a_ledger_that_hangs_keeps_nobody_waiting_beyond_the_deadline() {
    let notebook = Notebook::new(Mood::Hangs);
    let (consent, _outbox) = recording(&notebook);
    let app = site(consent).await;
    // The clock is stopped and put forward whenever everything waits for it.
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let answer = Visitor::new().press(&app, "accept").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(began.elapsed().as_secs(), 2);
    let began = tokio::time::Instant::now();
    let answer = Visitor::new().press(&app, "reject").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "nobody waits for a no"
    );
}

#[actix_web::test]
async fn the_pages_work_while_the_ledger_is_down() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    notebook.feels(Mood::Fails);
    let page = visitor.get(&app, "/privacy/choices").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text().contains("We cannot show the record just now"),
        "{}",
        page.text()
    );
    for path in ["/", "/privacy", "/privacy/state.json"] {
        assert_eq!(
            visitor.get(&app, path).await.status,
            StatusCode::OK,
            "{path}"
        );
    }
    let request = visitor.request(Method::GET, "/privacy/receipt.json");
    let answer = send(&app, request).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "30");
}
