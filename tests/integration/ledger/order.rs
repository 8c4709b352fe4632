//! In which order records arrive, and what becomes of those that do not.

use std::{fs, path::Path};

use actix_consent::{
    ConsentMiddleware,
    ledger::{ConsentRecord, Event, Recording},
};
use actix_web::http::StatusCode;

use super::{Mood, Notebook, recorded_site};
use crate::{
    helpers::{Visitor, builder},
    site::site,
};

fn events(records: &[ConsentRecord]) -> Vec<(Event, Option<u64>)> {
    let told = |record: &ConsentRecord| (record.event, record.gap.map(|gap| gap.count));
    records.iter().map(told).collect()
}

/// An outbox in this directory that holds so many records.
fn holding(notebook: &Notebook, outbox: &Path, records: usize) -> ConsentMiddleware {
    let recording = Recording::new(notebook.clone(), outbox).outbox_capacity(records);
    builder().ledger(recording).build().expect("it can be used")
}

#[actix_web::test]
async fn an_acceptance_comes_after_what_waited_before_it() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    notebook.feels(Mood::Fails);
    visitor.post(&app, "/withdraw/marketing").await;
    for _ in 0..300 {
        Visitor::new().press(&app, "reject").await;
    }
    notebook.feels(Mood::Answers);
    let answer = visitor.post(&app, "/accept/marketing").await;
    assert_eq!(answer.status, StatusCode::OK);
    let mut records = notebook.records(303);
    records.retain(|record| record.subject.is_some());
    let expected = [Event::Accepted, Event::Withdrawn, Event::Accepted];
    assert_eq!(
        records
            .iter()
            .map(|record| record.event)
            .collect::<Vec<_>>(),
        expected
    );
    assert_eq!(records[2].replaces, Some(records[1].id));
}

/// What is missing comes first, so that whoever reads on knows it.
#[actix_web::test]
async fn a_full_outbox_counts_a_gap_that_is_delivered_first() {
    let outbox = tempfile::tempdir().expect("a directory can be made");
    let down = Notebook::new(Mood::Fails);
    {
        let app = site(holding(&down, outbox.path(), 2)).await;
        for _ in 0..5 {
            let answer = Visitor::new().press(&app, "reject").await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "a no counts");
        }
    }
    let up = Notebook::default();
    let app = site(holding(&up, outbox.path(), 2)).await;
    Visitor::new().press(&app, "accept").await;
    let no = (Event::Rejected, None);
    let expected = [(Event::Gap, Some(3)), no, no, (Event::Accepted, None)];
    assert_eq!(events(&up.records(4)), expected);
    // It is told once.
    drop(app);
    let app = site(holding(&up, outbox.path(), 2)).await;
    Visitor::new().press(&app, "accept").await;
    up.records(5);
}

#[actix_web::test]
async fn redelivers_an_unconfirmed_gap_with_the_same_id() {
    let outbox = tempfile::tempdir().expect("a directory can be made");
    let notebook = Notebook::default();
    let app = site(holding(&notebook, outbox.path(), 0)).await;
    notebook.knows_what_is_shown();
    notebook.feels(Mood::KeepsAndHangs);
    for _ in 0..3 {
        Visitor::new().press(&app, "reject").await;
    }
    let first = notebook.records(1)[0].gap.expect("it is one").count;
    // More are missing by now than it says, or come to be.
    Visitor::new().press(&app, "reject").await;
    drop(app);
    notebook.feels(Mood::Answers);
    let app = site(holding(&notebook, outbox.path(), 0)).await;
    Visitor::new().press(&app, "accept").await;
    let records = notebook.records(3);
    let expected = [
        (Event::Gap, Some(first)),
        (Event::Gap, Some(4 - first)),
        (Event::Accepted, None),
    ];
    assert_eq!(events(&records), expected);
}

#[actix_web::test]
async fn what_was_delivered_is_taken_out_of_the_file_while_more_waits() {
    let record = |number: u64| {
        format!(
            "{{\"v\":1,\"id\":\"01a21293-b600-7000-8000-{number:012x}\",\
             \"time\":\"2026-11-22T00:00:00Z\",\"event\":\"rejected\",\"answers\":[\
             {{\"unit\":\"{:_<300}\",\"granted\":false,\"meaning\":\"abcdef\"}}],\
             \"source\":\"banner\"}}\n",
            "long"
        )
    };
    let outbox = tempfile::tempdir().expect("a directory can be made");
    let all: String = (0..4000).map(record).collect();
    let file = outbox.path().join("outbox-0.jsonl");
    fs::write(&file, &all).expect("it can be written");
    let notebook = Notebook::new(Mood::Takes(3200));
    let consent = holding(&notebook, outbox.path(), 10_000);
    notebook.records(3200);
    drop(consent);
    let left = fs::metadata(&file).expect("it is there").len();
    assert!(left < all.len() as u64 / 2, "{left} bytes of {}", all.len());
    notebook.feels(Mood::Answers);
    let app = site(holding(&notebook, outbox.path(), 10_000)).await;
    Visitor::new().press(&app, "reject").await;
    let records = notebook.records(4001);
    assert!(records.is_sorted_by_key(|record| record.id));
}
