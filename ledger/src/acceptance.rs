//! Tests that every backend of [`Ledger`] has to pass.
//!
//! Run them on an empty backend:
//!
//! ```no_run
//! # async fn test(my_ledger: impl actix_consent::ledger::Ledger) {
//! actix_consent_ledger::acceptance::passes(&my_ledger).await;
//! # }
//! ```

use actix_consent::ledger::{ConsentId, ConsentRecord, Ledger, Shown};

/// Builds a record as a site does. `number` makes it unique, `subject` selects the visitor.
pub fn record(number: u64, subject: Option<u64>) -> ConsentRecord {
    let subject = subject.map(|subject| {
        let mut bytes = [7; 16];
        bytes[8..].copy_from_slice(&subject.to_be_bytes());
        ConsentId::from_bytes(bytes).to_string()
    });
    let second = number / 1000;
    let text = format!(
        r#"{{"v":1,"id":"01a21293-b600-7000-8000-{number:012x}","time":"2026-11-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        "event":"{}",{}"answers":[{{"unit":"preferences","granted":{yes},"meaning":"ghijkl"}},
        {{"unit":"analytics","granted":{yes},"meaning":"abcdef"}},
        {{"unit":"marketing","granted":false,"meaning":"mnopqr"}}],"model":"opt-in","policyVersion":2,
        "asked":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU","language":"en","source":"banner"}}"#,
        1 + second / 86_400 % 28,
        second / 3600 % 24,
        second / 60 % 60,
        second % 60,
        number % 1000,
        if subject.is_some() {
            "accepted"
        } else {
            "rejected"
        },
        subject
            .as_ref()
            .map_or_else(String::new, |subject| format!("\"subject\":\"{subject}\",")),
        yes = subject.is_some(),
    );
    ConsentRecord::from_json(&text).expect("it is a record")
}

/// Runs all tests.
///
/// # Panics
///
/// If the backend does not behave as [`Ledger`] documents.
pub async fn passes(ledger: &impl Ledger) {
    keeps_what_it_is_given(ledger).await;
    keeps_a_record_once(ledger).await;
    tells_subjects_apart(ledger).await;
    tells_the_latest_of_a_subject(ledger).await;
    says_what_a_record_replaces(ledger).await;
    keeps_what_has_waited_in_its_order(ledger).await;
    keeps_what_was_shown_once(ledger).await;
}

fn subject(record: &ConsentRecord) -> ConsentId {
    record.subject.expect("it has a subject")
}

async fn append(ledger: &impl Ledger, record: &ConsentRecord) {
    let appended = ledger.append(record.clone()).await;
    appended.unwrap_or_else(|error| panic!("{error}"));
}

async fn history(ledger: &impl Ledger, of: &ConsentRecord) -> Vec<ConsentRecord> {
    let history = ledger.history(subject(of)).await;
    history.unwrap_or_else(|error| panic!("{error}"))
}

async fn keeps_what_it_is_given(ledger: &impl Ledger) {
    let given = record(1, Some(1));
    append(ledger, &given).await;
    append(ledger, &record(2, None)).await;
    assert_eq!(history(ledger, &given).await, [given]);
}

async fn keeps_a_record_once(ledger: &impl Ledger) {
    let given = record(3, Some(2));
    for _ in 0..3 {
        append(ledger, &given).await;
    }
    assert_eq!(
        history(ledger, &given).await,
        [given],
        "a write that is tried again"
    );
}

async fn tells_subjects_apart(ledger: &impl Ledger) {
    let (one, other) = (record(4, Some(3)), record(5, Some(4)));
    append(ledger, &one).await;
    append(ledger, &other).await;
    assert_eq!(history(ledger, &one).await, [one]);
    assert_eq!(history(ledger, &record(6, Some(5))).await, []);
}

async fn tells_the_latest_of_a_subject(ledger: &impl Ledger) {
    let given: Vec<_> = (20..25).map(|number| record(number, Some(8))).collect();
    for one in &given {
        append(ledger, one).await;
    }
    for (most, first) in [(0, 5), (2, 3), (5, 0), (9, 0)] {
        let told = ledger.latest(subject(&given[0]), most).await;
        let told = told.unwrap_or_else(|error| panic!("{error}"));
        let told: Vec<_> = told.iter().map(|record| record.id).collect();
        let expected: Vec<_> = given[first..].iter().map(|record| record.id).collect();
        assert_eq!(told, expected, "the latest {most}, in their order");
    }
}

async fn says_what_a_record_replaces(ledger: &impl Ledger) {
    let numbers = [7, 8, 9];
    for number in numbers {
        append(ledger, &record(number, Some(6))).await;
    }
    let mut voided = record(10, Some(6));
    voided.replaces = Some(record(8, None).id);
    append(ledger, &voided).await;
    let told = history(ledger, &voided).await;
    let replaces: Vec<_> = told.iter().map(|record| record.replaces).collect();
    let id = |number| Some(record(number, None).id);
    assert_eq!(
        replaces,
        [None, id(7), id(8), id(8)],
        "the one before, unless it is said"
    );
}

async fn keeps_what_has_waited_in_its_order(ledger: &impl Ledger) {
    let given: Vec<_> = (11..15).map(|number| record(number, Some(7))).collect();
    // The answer to the first one got lost, so it is delivered again.
    append(ledger, &given[0]).await;
    let all = ledger.append_all(given.clone()).await;
    all.unwrap_or_else(|error| panic!("{error}"));
    let told = history(ledger, &given[0]).await;
    let ids = |records: &[ConsentRecord]| -> Vec<_> { records.iter().map(|one| one.id).collect() };
    assert_eq!(ids(&told), ids(&given));
    let replaces: Vec<_> = told.iter().filter_map(|record| record.replaces).collect();
    assert_eq!(replaces, ids(&given[..3]), "in their order");
}

async fn keeps_what_was_shown_once(ledger: &impl Ledger) {
    let shown = Shown::new("banner", 2, "en", "<p>We count visits.</p>".to_owned());
    for _ in 0..2 {
        let kept = ledger.keep_shown(shown.clone()).await;
        kept.unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(ledger.shown(&shown.hash).await, Ok(Some(shown.clone())));
    assert_eq!(ledger.shown(&shown.hash[..8]).await, Ok(Some(shown)));
    assert_eq!(ledger.shown("no such hash").await, Ok(None));
}
