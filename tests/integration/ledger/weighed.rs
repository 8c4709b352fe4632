//! What is called a withdrawal, a renewal, a yes in spite of the signal, and where it was said.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use actix_consent::{
    ConsentMiddleware, ConsentModel,
    choice::Day,
    ledger::{ConsentRecord, Event, Source},
};
use actix_web::http::StatusCode;

use super::{Mood, Notebook, SURVEYS, recorded_site};
use crate::{
    helpers::{COOKIE, Visitor, builder, keys, policy_with},
    site::{ALL, hidden, site},
};

/// A middleware whose day is so many days after the first.
fn on_days(notebook: &Notebook) -> (ConsentMiddleware, Arc<AtomicI64>, tempfile::TempDir) {
    let days = Arc::new(AtomicI64::new(0));
    let (recording, outbox) = notebook.recording();
    let clock = days.clone();
    let first = time::OffsetDateTime::now_utc().date() - time::Duration::days(100);
    let today = move || Day::from(first + time::Duration::days(clock.load(Ordering::SeqCst)));
    let consent = builder().ledger(recording).clock(today);
    (consent.build().expect("it can be used"), days, outbox)
}

fn last(records: Vec<ConsentRecord>) -> ConsentRecord {
    records.into_iter().next_back().expect("a record")
}

/// What the settings form answers about everything, with these on.
fn saved(on: &[&'static str]) -> Vec<(&'static str, &'static str)> {
    let mut form = vec![("action", "save"), ("from", "settings")];
    form.extend(on.iter().map(|unit| (*unit, "1")));
    form
}

#[actix_web::test]
async fn records_a_partial_withdrawal_beside_a_renewal() {
    let notebook = Notebook::default();
    let (consent, days, _outbox) = on_days(&notebook);
    let app = site(consent).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    days.store(10, Ordering::SeqCst);
    visitor.choose(&app, &saved(&["cat.analytics"])).await;
    assert_eq!(last(notebook.records(2)).event, Event::Withdrawn);
    // The control: more is turned on beside it.
    days.store(20, Ordering::SeqCst);
    visitor.choose(&app, &saved(&["cat.preferences"])).await;
    assert_eq!(last(notebook.records(3)).event, Event::Partial);
}

#[actix_web::test]
async fn a_withdrawal_succeeds_if_the_renewal_is_not_recorded() {
    let notebook = Notebook::default();
    let (consent, days, _outbox) = on_days(&notebook);
    let app = site(consent).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    days.store(10, Ordering::SeqCst);
    notebook.feels(Mood::Fails);
    let answer = visitor.choose(&app, &saved(&["cat.analytics"])).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(visitor.on(&app).await, "visits");
    let first = super::choice(&visitor).day();
    // The control: something new is refused.
    let more = saved(&["cat.analytics", "cat.preferences"]);
    let answer = visitor.choose(&app, &more).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(visitor.on(&app).await, "visits");
    notebook.feels(Mood::Answers);
    visitor.choose(&app, &saved(&["cat.analytics"])).await;
    assert_ne!(super::choice(&visitor).day(), first, "now it is renewed");
}

#[actix_web::test]
async fn a_no_to_what_was_never_on_is_no_withdrawal() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    visitor.post(&app, "/accept/analytics").await;
    visitor.post(&app, "/withdraw/marketing").await;
    assert_eq!(last(notebook.records(2)).event, Event::Partial);
    visitor.post(&app, "/accept/preferences").await;
    visitor.post(&app, "/withdraw/analytics").await;
    assert_eq!(last(notebook.records(4)).event, Event::Withdrawn);
}

/// The id of a subject never stands beside a rejection.
#[actix_web::test]
async fn who_takes_back_what_only_an_older_policy_had_withdraws() {
    let notebook = Notebook::default();
    let outboxes = [(); 2].map(|()| tempfile::tempdir().expect("a directory can be made"));
    let older = policy_with(SURVEYS);
    let recording =
        |at: usize| actix_consent::ledger::Recording::new(notebook.clone(), outboxes[at].path());
    let older = ConsentMiddleware::builder(older, keys()).ledger(recording(0));
    let app = site(older.build().expect("it can be used")).await;
    let mut visitor = Visitor::new();
    visitor.post(&app, "/accept/surveys").await;
    let given = last(notebook.records(1));
    let newer = builder().ledger(recording(1)).build();
    let app = site(newer.expect("it can be used")).await;
    visitor.press(&app, "reject").await;
    let taken = last(notebook.records(2));
    assert_eq!(
        (taken.event, taken.subject),
        (Event::Withdrawn, given.subject)
    );
    // The control.
    Visitor::new().press(&app, "reject").await;
    let rejected = last(notebook.records(3));
    assert_eq!((rejected.event, rejected.subject), (Event::Rejected, None));
}

#[actix_web::test]
async fn what_the_signal_kept_off_comes_on_only_once_that_is_recorded() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    let units = ["cat.analytics", "cat.marketing", "svc.example-video"];
    visitor.choose(&app, &saved(&units)).await;
    assert_eq!(visitor.on(&app).await, "visits __Host-campaign video_pref");
    visitor.gpc = true;
    assert_eq!(visitor.on(&app).await, "visits");
    // The same answers, given before words that state the signal.
    let page = visitor.get(&app, "/privacy/choices").await;
    let asked = hidden(page.text(), "asked");
    let mut form = saved(&units);
    form.push(("asked", &asked));
    notebook.records(2);
    notebook.feels(Mood::Fails);
    let answer = visitor.choose(&app, &form).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(visitor.on(&app).await, "visits");
    notebook.feels(Mood::Answers);
    visitor.choose(&app, &form).await;
    assert_eq!(visitor.on(&app).await, "visits __Host-campaign video_pref");
    let record = last(notebook.records(4));
    assert_eq!((record.event, record.gpc_ack), (Event::Partial, true));
}

#[actix_web::test]
async fn saving_what_the_signal_denies_is_a_withdrawal() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    visitor.gpc = true;
    let page = visitor.get(&app, "/privacy/choices").await;
    let asked = hidden(page.text(), "asked");
    notebook.records(2);
    notebook.feels(Mood::Fails);
    let mut form = saved(&["cat.analytics", "cat.preferences"]);
    form.push(("asked", &asked));
    let answer = visitor.choose(&app, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    notebook.feels(Mood::Answers);
    assert_eq!(last(notebook.records(3)).event, Event::Withdrawn);
}

#[actix_web::test]
async fn records_implied_consent_only_for_the_units_it_allows() {
    let notebook = Notebook::default();
    let (recording, _outbox) = notebook.recording();
    let consent = builder().model(ConsentModel::Implied).ledger(recording);
    let app = site(consent.build().expect("it can be used")).await;
    let on = |record: &ConsentRecord| -> Vec<String> {
        let answers = record.answers.iter();
        answers.map(|answer| answer.unit.clone()).collect()
    };
    let mut signals = Visitor::new();
    signals.gpc = true;
    let mut refuses = Visitor::new();
    refuses.post(&app, "/withdraw/analytics").await;
    for visitor in [&mut signals, &mut refuses] {
        visitor.get(&app, "/").await;
        visitor.get(&app, "/page").await;
    }
    // The control: who says nothing at all.
    let mut silent = Visitor::new();
    silent.get(&app, "/").await;
    silent.get(&app, "/page").await;
    let mut records = notebook.records(5);
    records.retain(|record| record.event == Event::Implied);
    let expected = [
        vec!["preferences", "analytics"],
        vec!["preferences", "marketing", "example-video"],
        vec!["preferences", "analytics", "marketing", "example-video"],
    ];
    assert_eq!(records.iter().map(on).collect::<Vec<_>>(), expected);
    assert_eq!(silent.on(&app).await, ALL);
}

#[actix_web::test]
async fn the_script_of_a_page_says_where_the_form_stood() {
    let (notebook, app, _outbox) = recorded_site().await;
    let places = [
        (r#""from":"banner","page":true"#, Source::Banner),
        (r#""from":"settings","page":true"#, Source::Settings),
        (r#""from":"placeholder","page":true"#, Source::Placeholder),
        (r#""from":"api","page":true"#, Source::Program),
        (r#""page":true"#, Source::Program),
        (r#""from":"=1+1""#, Source::Program),
    ];
    for (count, (said, source)) in (1..).zip(places) {
        let body = format!(r#"{{"action":"accept",{said}}}"#);
        Visitor::new().post_json(&app, &body).await;
        assert_eq!(last(notebook.records(count)).source, source, "{said}");
    }
    let form = [("action", "accept"), ("from", "placeholder")];
    Visitor::new().choose(&app, &form).await;
    assert_eq!(last(notebook.records(7)).source, Source::Placeholder);
}

/// What is no hash by its form is not recorded.
#[actix_web::test]
async fn no_form_writes_words_into_a_record() {
    let (notebook, app, _outbox) = recorded_site().await;
    let banner = Visitor::new().get(&app, "/").await;
    let asked = hidden(banner.text(), "asked");
    let (_, units) = asked.split_once('.').expect("words and units");
    for words in ["=1+1", "Alice", "", "<b>words</b>", "nine-long", "eight.ch"] {
        let forged = format!("{words}.{units}");
        let mut visitor = Visitor::new();
        let form = [("action", "accept"), ("asked", &*forged)];
        let answer = visitor.choose(&app, &form).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{words}");
        assert!(!visitor.cookies.contains_key(COOKIE));
    }
    // The control; a no counts whatever it comes with.
    let form = [("action", "accept"), ("asked", &*asked)];
    Visitor::new().choose(&app, &form).await;
    let form = [("action", "reject"), ("asked", "=1+1..")];
    Visitor::new().choose(&app, &form).await;
    let records = notebook.records(2);
    assert!(records[0].asked.is_some() && records[1].asked.is_none());
}
