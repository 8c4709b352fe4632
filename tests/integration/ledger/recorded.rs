//! Which choices are recorded, and what of them.

use actix_consent::{
    ConsentModel,
    ledger::{Event, Source},
};
use serde_json::Value;

use super::{Mood, Notebook, choice, id, recorded_site, recording};
use crate::{
    helpers::{COOKIE, NOTE, Visitor, builder, consent},
    site::{hidden, site},
};

#[actix_web::test]
async fn each_choice_is_one_record_that_says_what_was_said_and_where() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    let banner = visitor.get(&app, "/").await;
    let asked = hidden(banner.text(), "asked");
    let form = [("action", "accept"), ("asked", &*asked), ("from", "banner")];
    visitor.choose(&app, &form).await;
    let accepted = &notebook.records(1)[0];
    assert_eq!(
        (accepted.event, accepted.source),
        (Event::Accepted, Source::Banner)
    );
    assert_eq!(accepted.subject.expect("an id").to_string(), id(&visitor));
    let units: Vec<_> = accepted
        .answers
        .iter()
        .map(|answer| (&*answer.unit, answer.granted))
        .collect();
    let all = ["preferences", "analytics", "marketing", "example-video"];
    assert_eq!(units, all.map(|unit| (unit, true)));
    assert_eq!((accepted.policy_version, &*accepted.language), (2, "en"));
    assert_eq!((&*accepted.model, accepted.replaces), ("opt-in", None));

    let form = [
        ("action", "save"),
        ("cat.analytics", "1"),
        ("from", "settings"),
    ];
    visitor.choose(&app, &form).await;
    let withdrawn = &notebook.records(2)[1];
    assert_eq!(
        (withdrawn.event, withdrawn.source),
        (Event::Withdrawn, Source::Settings)
    );
    assert_eq!(
        (withdrawn.subject, withdrawn.replaces),
        (accepted.subject, Some(accepted.id))
    );

    let form = [
        ("action", "save"),
        ("cat.analytics", "1"),
        ("cat.preferences", "1"),
    ];
    visitor.choose(&app, &form).await;
    let partial = &notebook.records(3)[2];
    assert_eq!(
        (partial.event, partial.source),
        (Event::Partial, Source::Program)
    );
    assert_eq!(partial.subject, accepted.subject);

    visitor.press(&app, "reject").await;
    let all_back = &notebook.records(4)[3];
    assert_eq!(
        (all_back.event, all_back.subject),
        (Event::Withdrawn, accepted.subject)
    );
    assert!(all_back.answers.iter().all(|answer| !answer.granted));
    assert_eq!(
        choice(&visitor).subject(),
        None,
        "who grants nothing has no id"
    );
}

#[actix_web::test]
async fn rejections_have_no_subject_and_share_one_cookie_value() {
    let notebook = Notebook::default();
    let (recorded, _outbox) = recording(&notebook);
    let app = site(recorded).await;
    let (mut one, mut other, mut without) = (Visitor::new(), Visitor::new(), Visitor::new());
    one.press(&app, "reject").await;
    other.press(&app, "reject").await;
    without.press(&site(consent()).await, "reject").await;
    for record in notebook.records(2) {
        assert_eq!((record.event, record.subject), (Event::Rejected, None));
    }
    assert_eq!(one.cookies[COOKIE], other.cookies[COOKIE]);
    assert_eq!(one.cookies[COOKIE], without.cookies[COOKIE]);
    // The control: those who accept are told apart.
    one.press(&app, "accept").await;
    other.press(&app, "accept").await;
    assert_ne!(one.cookies[COOKIE], other.cookies[COOKIE]);
    assert_ne!(id(&one), id(&other));
}

#[actix_web::test]
async fn records_changes_but_not_repeats_of_a_choice() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    for _ in 0..3 {
        visitor.press(&app, "accept").await;
    }
    notebook.records(1);
    visitor.press(&app, "reject").await;
    visitor.press(&app, "reject").await;
    visitor.press(&app, "accept").await;
    let events: Vec<_> = notebook
        .records(3)
        .iter()
        .map(|record| record.event)
        .collect();
    assert_eq!(
        events
            .iter()
            .filter(|event| **event == Event::Accepted)
            .count(),
        2
    );
    assert!(events.contains(&Event::Withdrawn), "{events:?}");
}

/// Art. 5(1)(c) GDPR: what proves the choice, and nothing else.
#[actix_web::test]
async fn no_address_no_browser_and_no_page_is_recorded() {
    let (notebook, app, _outbox) = recorded_site().await;
    let visitor = Visitor::new();
    let request = visitor
        .request(
            actix_web::http::Method::POST,
            "/privacy/choices?page=secret",
        )
        .peer_addr("192.0.2.7:1234".parse().expect("an address"))
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .insert_header(("User-Agent", "Secret/1"))
        .insert_header(("X-Forwarded-For", "192.0.2.8"))
        .insert_header(("Referer", "https://news.example/secret"))
        .insert_header(("Accept-Language", "xx-secret"))
        .set_form([("action", "accept"), ("return_to", "/secret")]);
    crate::helpers::send(&app, request).await;
    let text = notebook.records(1)[0].to_json();
    for secret in ["192.0.2", "ecret"] {
        assert!(!text.contains(secret), "{text}");
    }
    let record: Value = serde_json::from_str(&text).expect("JSON");
    let keys: Vec<&str> = record
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "answers",
        "event",
        "id",
        "language",
        "model",
        "policyVersion",
        "source",
        "subject",
        "time",
        "v",
    ];
    assert_eq!(keys, expected);
}

#[actix_web::test]
async fn what_was_shown_can_be_read_by_the_hash_in_the_record() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    for (path, from, words) in [
        ("/", "banner", "count visits"),
        ("/privacy/choices", "settings", "svc.example-video"),
    ] {
        let page = visitor.get(&app, path).await;
        let asked = hidden(page.text(), "asked");
        let form = [("action", "reject"), ("asked", &*asked), ("from", from)];
        Visitor::new().choose(&app, &form).await;
        let count = if from == "banner" { 1 } else { 2 };
        let record = notebook.records(count).pop().expect("a record");
        let shown = notebook.kept(&record.asked.expect("it names what was shown"));
        assert_eq!((&*shown.kind, shown.policy_version), (from, 2));
        assert!(
            shown.is_whole() && shown.html.contains(words),
            "{}",
            shown.html
        );
        assert!(!shown.html.contains("<style"), "{}", shown.html);
    }
    let mut edited = notebook.kept(&notebook.records(2)[0].asked.clone().expect("a hash"));
    edited.html.push(' ');
    assert!(!edited.is_whole());
}

#[actix_web::test]
async fn handlers_are_recorded_too() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    visitor.post(&app, "/accept/analytics").await;
    visitor.post(&app, "/withdraw/analytics").await;
    let mut other = Visitor::new();
    other.post(&app, "/reject").await;
    let told: Vec<_> = notebook
        .records(3)
        .iter()
        .map(|record| (record.event, record.source, record.subject.is_some()))
        .collect();
    let by_program = |event, known| (event, Source::Program, known);
    assert_eq!(
        told,
        [
            by_program(Event::Partial, true),
            by_program(Event::Withdrawn, true),
            by_program(Event::Rejected, false)
        ]
    );
}

#[actix_web::test]
async fn records_implied_consent_once_without_a_subject() {
    let notebook = Notebook::default();
    let (recording, _outbox) = notebook.recording();
    let consent = builder().model(ConsentModel::Implied).ledger(recording);
    let app = site(consent.build().expect("it can be used")).await;
    let mut visitor = Visitor::new();
    for _ in 0..4 {
        visitor.get(&app, "/page").await;
    }
    let record = &notebook.records(1)[0];
    assert_eq!(
        (record.event, record.source),
        (Event::Implied, Source::Silence)
    );
    assert_eq!((record.subject, &*record.model), (None, "implied"));
    let shown = notebook.kept(record.asked.as_deref().expect("a notice was shown"));
    assert_eq!(shown.kind, "notice");
    assert!(!visitor.cookies.contains_key(COOKIE));
    // Closing it says nothing.
    visitor.press(&app, "dismiss").await;
    // What waits arrives in its order, so that whatever came before is there with this.
    Visitor::new().press(&app, "reject").await;
    notebook.records(2);
    assert!(visitor.cookies.contains_key(NOTE));
}

#[actix_web::test]
async fn records_a_signal_daily_and_for_each_overridden_subject() {
    let (notebook, app, _outbox) = recorded_site().await;
    for _ in 0..3 {
        let mut visitor = Visitor::new();
        visitor.gpc = true;
        visitor.get(&app, "/").await;
        visitor.get(&app, "/page").await;
    }
    let record = &notebook.records(1)[0];
    assert_eq!(
        (record.event, record.source),
        (Event::OptedOut, Source::Signal)
    );
    let sold: Vec<&str> = record.answers.iter().map(|answer| &*answer.unit).collect();
    assert_eq!(
        (sold, record.subject),
        (vec!["marketing", "example-video"], None)
    );
    let mut known = Visitor::new();
    known.press(&app, "accept").await;
    known.gpc = true;
    known.get(&app, "/").await;
    known.get(&app, "/page").await;
    let records = notebook.records(3);
    let own: Vec<_> = records
        .iter()
        .filter(|record| record.subject.is_some())
        .collect();
    assert_eq!(
        [own[0].event, own[1].event],
        [Event::Accepted, Event::OptedOut]
    );
    // The control: without the signal nothing is recorded.
    Visitor::new().get(&app, "/").await;
    // What waits arrives in its order, so that whatever came before is there with this.
    Visitor::new().press(&app, "reject").await;
    notebook.records(4);
}

#[actix_web::test]
async fn records_an_acceptance_despite_the_signal_as_acceptance() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    visitor.gpc = true;
    let banner = visitor.get(&app, "/").await;
    let asked = hidden(banner.text(), "asked");
    let form = [("action", "accept"), ("asked", &*asked), ("from", "banner")];
    visitor.choose(&app, &form).await;
    visitor.get(&app, "/").await;
    // What waits arrives in its order, so that whatever came before is there with this.
    Visitor::new().press(&app, "reject").await;
    let records = notebook.records(3);
    let own = records.iter().find(|record| record.subject.is_some());
    let own = own.expect("the acceptance");
    assert_eq!((own.event, own.gpc_ack), (Event::Accepted, true));
}

#[actix_web::test]
async fn what_is_refused_and_what_changes_nothing_leaves_no_record() {
    let notebook = Notebook::new(Mood::Answers);
    let (consent, _outbox) = recording(&notebook);
    let app = site(consent).await;
    let mut visitor = Visitor::new();
    visitor
        .choose(&app, &[("action", "accept"), ("action", "accept")])
        .await;
    visitor.choose(&app, &[("action", "explode")]).await;
    visitor.get(&app, "/accept/analytics").await;
    let foreign = visitor
        .request(actix_web::http::Method::POST, "/privacy/choices")
        .insert_header(("Sec-Fetch-Site", "cross-site"))
        .set_form([("action", "accept")]);
    crate::helpers::send(&app, foreign).await;
    notebook.records(0);
    // The control.
    visitor.press(&app, "accept").await;
    // What waits arrives in its order, so that whatever came before is there with this.
    Visitor::new().press(&app, "reject").await;
    notebook.records(2);
}

#[actix_web::test]
async fn reports_a_withdrawal_with_its_id_and_units() {
    use std::sync::{Arc, Mutex};
    let told = Arc::new(Mutex::new(Vec::new()));
    let notebook = Notebook::default();
    let (recording, _outbox) = notebook.recording();
    let hears = told.clone();
    let consent = builder()
        .ledger(recording)
        .on_withdrawal(move |withdrawal| {
            let units: Vec<String> = withdrawal
                .units
                .iter()
                .map(|unit| (*unit).to_owned())
                .collect();
            let id = withdrawal.subject.map(|id| id.to_string());
            hears.lock().expect("not poisoned").push((id, units));
        });
    let app = site(consent.build().expect("it can be used")).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let held = id(&visitor);
    assert!(
        told.lock().expect("not poisoned").is_empty(),
        "a yes is no withdrawal"
    );
    visitor.post(&app, "/withdraw/marketing").await;
    visitor.press(&app, "reject").await;
    let told = told.lock().expect("not poisoned").clone();
    let units = |units: &[&str]| {
        units
            .iter()
            .map(|unit| (*unit).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told,
        [
            (Some(held.clone()), units(&["marketing", "example-video"])),
            (Some(held), units(&["preferences", "analytics"])),
        ]
    );
}
