//! Behaviour of every backend.

use std::sync::Arc;

use actix_consent::ledger::Ledger;
use actix_consent_ledger::{Entry, Store, acceptance};

use super::{file, hold, intact, open, record, subject, verify};

#[tokio::test]
async fn the_memory_passes() {
    let store = Store::in_memory();
    acceptance::passes(&store).await;
    intact(&store).await;
}

#[tokio::test]
async fn a_file_passes_and_passes_again_when_reopened() {
    let (folder, store) = file(0..0).await;
    acceptance::passes(&store).await;
    let before = intact(&store).await;
    drop(store);
    let again = open(&folder.path().join("ledger.db")).await;
    assert_eq!(verify(&again).await, Ok(before));
    again
        .append(record(500, Some(500)))
        .await
        .expect("it goes on");
    let after = intact(&again).await;
    assert_eq!(after.entries, before.entries + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stores_a_hundred_concurrent_records_once_in_one_chain() {
    let (folder, store) = file(0..0).await;
    // Two programs on one file, such as a site and its operator's command line.
    let other = open(&folder.path().join("ledger.db")).await;
    let stores = [Arc::new(store), Arc::new(other)];
    let mut tasks = Vec::new();
    for number in 0..200 {
        let store = stores[number % 2].clone();
        let number = number as u64;
        tasks.push(tokio::spawn(async move {
            let appended = store.append(record(number, Some(number % 10))).await;
            appended.unwrap_or_else(|error| panic!("{error}"));
        }));
    }
    for task in tasks {
        task.await.expect("it is done");
    }
    assert_eq!(intact(&stores[0]).await.entries, 200);
    let history = stores[1].history(subject(3)).await.expect("it can be read");
    assert_eq!(history.len(), 20);
    for pair in history.windows(2) {
        assert_eq!(pair[1].replaces, Some(pair[0].id));
    }
}

#[tokio::test]
async fn a_clock_set_back_changes_no_order() {
    let (_folder, store) = file(0..0).await;
    for number in [3, 1, 2] {
        let appended = store.append(record(number * 100_000, Some(9))).await;
        appended.expect("the record is stored");
    }
    intact(&store).await;
    let history = store.history(subject(9)).await.expect("it can be read");
    let ids: Vec<_> = history.iter().map(|record| record.id).collect();
    assert_eq!(
        ids,
        [3, 1, 2].map(|number| record(number * 100_000, None).id)
    );
    assert_eq!(
        history[2].replaces,
        Some(ids[1]),
        "the one that came before"
    );
}

#[tokio::test]
async fn a_file_is_read_while_another_process_writes() {
    let (folder, store) = file(0..5).await;
    let mut writer = hold(&folder, "BEGIN IMMEDIATE").await;
    // An acceptance waits for the other process, but reading does not.
    let waits = store.clone();
    let waiting = tokio::spawn(async move { waits.append(record(9, Some(9))).await });
    tokio::task::yield_now().await;
    let read = store.latest(subject(3), 100).await;
    assert_eq!(read.map(|records| records.len()), Ok(1));
    assert!(!waiting.is_finished(), "the control: it waits");
    let ended = sqlx::raw_sql("ROLLBACK").execute(&mut writer).await;
    ended.expect("it ends");
    assert_eq!(waiting.await.expect("it is done"), Ok(()));
}

#[tokio::test]
async fn entries_are_read_in_their_order_to_the_end() {
    let (_folder, store) = file(0..7).await;
    let entries = store.entries(2).await.expect("it can be read");
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, [3, 4, 5, 6, 7]);
    let Some(Entry::Record(first)) = &entries[0].entry else {
        panic!("it is a record: {:?}", entries[0])
    };
    assert_eq!(first.id, record(2, None).id);
    assert_eq!(store.entries(7).await, Ok(Vec::new()));
}
