//! Records while sites are killed and restarted and their keys replaced.

mod crash;
mod disk;
mod nodes;
#[path = "../support/mod.rs"]
mod support;

#[path = "../../../ledger/tests/store/cluster.rs"]
mod cluster;

use std::{
    collections::BTreeSet,
    path::Path,
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use actix_consent::ledger::{ConsentRecord, Event};
use actix_consent_ledger::{Entry, Store};
use support::{http::Request, until};

/// Number of visitors who choose at the same time.
const VISITORS: usize = 8;

/// Choices that the site acknowledged.
#[derive(Debug, Default)]
struct Acknowledged {
    /// Consent ids of accepted choices.
    accepted: BTreeSet<String>,
    rejected: usize,
    /// Cookie of the latest acceptance.
    latest: String,
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_newsroom"))
}

/// Chooses as one visitor after the other at the current port until it is told to end.
fn choose(port: impl Fn() -> u16, ends: &AtomicBool, acknowledged: &Mutex<Acknowledged>) {
    for turn in 0.. {
        if ends.load(Ordering::Relaxed) {
            return;
        }
        let port = port();
        let action = if turn % 3 == 0 { "reject" } else { "accept" };
        let request = Request::new("POST", &format!("127.0.0.1:{port}"), "/privacy/choices");
        let answer = request.form(&[("action", action)]).try_send(port);
        let Ok(answer) = answer else { continue };
        let choice = answer
            .all("set-cookie")
            .find_map(|value| value.strip_prefix("consent="));
        let (303, Some(choice)) = (answer.status, choice) else {
            continue;
        };
        let value = choice.split(';').next().unwrap_or_default();
        let mut acknowledged = acknowledged.lock().expect("not poisoned");
        match action {
            "accept" => {
                let id = value.rsplit('.').next().unwrap_or_default().to_owned();
                assert_eq!(id.len(), 22, "a consent id in {value}");
                acknowledged.accepted.insert(id);
                acknowledged.latest = value.to_owned();
            }
            _ => acknowledged.rejected += 1,
        }
    }
}

/// All records of an idle ledger without faults.
async fn records(ledger: &str) -> Vec<ConsentRecord> {
    let store = Store::open(ledger).await;
    let store = store.expect("it can be opened");
    let verified = store.verify(&[], |_| ()).await.expect("it can be read");
    verified.unwrap_or_else(|fault| panic!("{fault}"));
    let (mut records, mut after) = (Vec::new(), 0);
    loop {
        let entries = store.entries(after).await.expect("it can be read");
        let Some(last) = entries.last() else {
            return records;
        };
        after = last.seq;
        records.extend(entries.into_iter().filter_map(|entry| match entry.entry {
            Some(Entry::Record(record)) => Some(record),
            _ => None,
        }));
    }
}

/// Waits until an outbox is empty.
fn delivered(data: &Path) {
    let outbox = data.join("outbox");
    until("an empty outbox", || {
        let files = std::fs::read_dir(&outbox).ok()?;
        let empty = |file: std::fs::DirEntry| file.metadata().is_ok_and(|file| file.len() == 0);
        files.map_while(Result::ok).all(empty).then_some(())
    });
}

/// Asserts that every acknowledged choice has one record.
fn none_is_lost(acknowledged: &Acknowledged, records: &[ConsentRecord]) {
    let ids: BTreeSet<_> = records.iter().map(|record| record.id).collect();
    assert_eq!(ids.len(), records.len(), "a record is there twice");
    let of = |event: Event| records.iter().filter(move |record| record.event == event);
    let accepted: Vec<String> = of(Event::Accepted)
        .map(|record| record.subject.expect("an id").to_string())
        .collect();
    let all = acknowledged.accepted.len();
    for id in &acknowledged.accepted {
        let times = accepted.iter().filter(|other| *other == id).count();
        assert_eq!(times, 1, "{id}, one of {all} acceptances");
    }
    let rejected = of(Event::Rejected).count();
    let acknowledged_no = acknowledged.rejected;
    assert!(
        rejected >= acknowledged_no,
        "{rejected} of {acknowledged_no}"
    );
    println!(
        "{all} acceptances and {acknowledged_no} rejections acknowledged, {} records, none lost",
        records.len()
    );
}
