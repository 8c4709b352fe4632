//! Erasure (Art. 17 GDPR) and retention (Art. 5(1)(e) GDPR), and the chain after them.

use std::fs;

use actix_consent::ledger::{Event, Ledger};
use actix_consent_ledger::{Entry, Fault, Numbered, Pruning, Reason, Store};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

use super::{append, file, history_len, hold, intact, open, record, subject, tamper, verify};

/// Numbers of the entries without content.
fn gone(entries: &[Numbered]) -> Vec<u64> {
    let empty = entries.iter().filter(|entry| entry.entry.is_none());
    empty.map(|entry| entry.seq).collect()
}

#[tokio::test]
async fn erases_a_subject_for_good_and_the_chain_holds() {
    let (folder, store) = file(1..6).await;
    append(&store, 6, 3).await;
    assert_eq!(store.erase(subject(3)).await, Ok(2));
    assert_eq!(store.history(subject(3)).await, Ok(Vec::new()));
    let verified = intact(&store).await;
    assert_eq!((verified.entries, verified.erased), (7, 2));
    let entries = store.entries(0).await.expect("it can be read");
    assert_eq!(gone(&entries), [3, 6]);
    let Some(Entry::Erasure(erasure)) = &entries[6].entry else {
        panic!("it says so: {:?}", entries[6])
    };
    assert_eq!(
        (erasure.reason, &*erasure.entries),
        (Reason::Subject, &[(3, 3), (6, 6)][..])
    );
    drop(store);
    let store = open(&folder.path().join("ledger.db")).await;
    assert_eq!(
        store.erase(subject(3)).await,
        Ok(0),
        "there is nothing more"
    );
    assert_eq!(verify(&store).await, Ok(verified));
    // The other entries are unchanged.
    assert_eq!(history_len(&store, 2).await, 1);
}

#[tokio::test]
async fn finds_restored_content_and_invented_erasures() {
    let (folder, store) = file(1..6).await;
    tamper(
        &folder,
        "CREATE TABLE copy AS SELECT * FROM entry WHERE seq = 2; UPDATE copy SET at = at",
    )
    .await;
    store.erase(subject(2)).await.expect("it is erased");
    let back = "UPDATE entry SET (id, subject, salt, content) = \
                (SELECT id, subject, salt, content FROM copy) WHERE seq = 2";
    tamper(&folder, back).await;
    assert_eq!(verify(&store).await, Err(Fault::Restored { seq: 2 }));
    let (folder, store) = file(1..6).await;
    store.erase(subject(2)).await.expect("it is erased");
    let more = "UPDATE entry SET content = CAST(replace(content, '[2,2]', '[2,3]') AS BLOB) WHERE kind = 1; \
                UPDATE entry SET id = NULL, subject = NULL, salt = NULL, content = NULL WHERE seq = 3";
    tamper(&folder, more).await;
    assert_eq!(verify(&store).await, Err(Fault::Changed { seq: 6 }));
}

/// Returns true if any file of the ledger contains the bytes.
fn holds(folder: &TempDir, bytes: &[u8]) -> bool {
    let files = fs::read_dir(folder.path()).expect("it is there");
    files.flatten().any(|file| {
        let content = fs::read(file.path()).expect("it can be read");
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}

#[tokio::test]
async fn no_erased_byte_is_left_on_the_disk() {
    let (folder, store) = file(1..400).await;
    let mut told = record(500, Some(500));
    told.jurisdiction = Some("Atlantis".to_owned());
    store.append(told).await.expect("the record is stored");
    for number in 600..900 {
        let other = record(number, Some(number));
        store.append(other).await.expect("the record is stored");
    }
    let of = subject(500);
    assert!(holds(&folder, b"Atlantis") && holds(&folder, of.as_bytes()));
    assert_eq!(store.erase(of).await, Ok(1));
    assert!(!holds(&folder, b"Atlantis"), "its content is there");
    assert!(!holds(&folder, of.as_bytes()), "its subject is there");
    // The control: the other subjects are still there.
    assert!(holds(&folder, subject(700).as_bytes()));
}

#[tokio::test]
async fn a_reader_delays_the_clearing_of_erased_bytes() {
    let (folder, store) = file(1..400).await;
    assert_eq!(store.clear().await, Ok(true));
    let reader = hold(&folder, "BEGIN; SELECT count(*) FROM entry").await;
    append(&store, 500, 500).await;
    assert_eq!(
        store.erase(subject(500)).await,
        Ok(1),
        "it is gone for all who read"
    );
    assert_eq!(store.clear().await, Ok(false));
    assert!(
        holds(&folder, subject(500).as_bytes()),
        "and there are its bytes"
    );
    sqlx::Connection::close(reader)
        .await
        .expect("it can be closed");
    assert_eq!(store.clear().await, Ok(true));
    assert!(!holds(&folder, subject(500).as_bytes()));
}

#[tokio::test]
async fn rejects_late_records_of_an_erased_subject() {
    let (_folder, store) = file(1..4).await;
    let waited = [record(10, Some(2)), record(11, Some(3))];
    assert_eq!(store.erase(subject(2)).await, Ok(1));
    store
        .append_all(waited.to_vec())
        .await
        .expect("it is taken");
    assert_eq!(store.history(subject(2)).await, Ok(Vec::new()));
    // The control: the late record of another subject is stored.
    let other = store.history(subject(3)).await.expect("it can be read");
    assert_eq!(other.len(), 2);
    // Later records of the subject begin a new history.
    let mut since = record(12, Some(2));
    since.time = OffsetDateTime::now_utc() + Duration::seconds(1);
    since.time = since.time.replace_nanosecond(0).expect("a time");
    store
        .append_all(vec![since.clone()])
        .await
        .expect("the record is stored");
    assert_eq!(store.history(subject(2)).await, Ok(vec![since]));
    intact(&store).await;
}

/// Rows are read a page ahead. An entry erased after the first page is named by a later entry of
/// the run, and one erased at the end by an entry after it.
#[tokio::test]
async fn an_erasure_during_verification_is_no_fault() {
    let (_folder, store) = file(0..0).await;
    let many = (1..5000).map(|number| record(number, Some(number)));
    store
        .append_all(many.collect())
        .await
        .expect("the record is stored");
    let mut told = Vec::new();
    let verified = store.verify(&[], |seq| {
        told.push(seq);
        let of = match told.len() {
            1 => subject(3),
            3 => subject(4),
            _ => return,
        };
        let other = store.clone();
        let erasing = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            let runtime = runtime.expect("it can be made");
            // The reader answers in order, so by then it has read the next page ahead.
            let read = runtime.block_on(other.latest(subject(1), 1));
            assert_eq!(read.map(|records| records.len()), Ok(1));
            runtime.block_on(other.erase(of))
        });
        assert_eq!(erasing.join().expect("it is done"), Ok(1));
    });
    let verified = verified.await.expect("it can be read");
    let verified = verified.expect("the ledger has no fault");
    assert_eq!(told, [4096, 4999, 5000]);
    assert_eq!((verified.entries, verified.erased), (5000, 1));
    let later = intact(&store).await;
    assert_eq!((later.entries, later.erased), (5001, 2));
}

#[tokio::test]
async fn two_concurrent_erasures_count_each_entry_once() {
    let (_folder, store) = file(1..6).await;
    assert_eq!(store.erase(subject(3)).await, Ok(1));
    let mut pruning = Pruning::before(OffsetDateTime::now_utc());
    pruning.in_force = std::time::Duration::ZERO;
    assert_eq!(store.prune(pruning, |_| ()).await, Ok(4));
    assert_eq!(store.erase(subject(2)).await, Ok(0));
    let entries = store.entries(0).await.expect("it can be read");
    assert_eq!(gone(&entries), [1, 2, 3, 4, 5]);
    assert_eq!(intact(&store).await.erased, 5);
}

async fn with_ages(days: &[(u64, Option<u64>, i64)]) -> Store {
    let store = Store::in_memory();
    for (number, of, age) in days {
        let mut record = record(*number, *of);
        let then = OffsetDateTime::now_utc() - Duration::days(*age);
        record.time = then.replace_nanosecond(0).expect("a time");
        store.append(record).await.expect("the record is stored");
    }
    store
}

#[tokio::test]
async fn prunes_old_records_but_keeps_consent_and_opt_outs() {
    let store = with_ages(&[
        (1, Some(1), 900),
        (2, Some(2), 900),
        (3, None, 900),
        (4, None, 600),
        (5, Some(3), 500),
        (6, Some(2), 10),
    ])
    .await;
    let before = OffsetDateTime::now_utc() - Duration::days(450);
    // Subject 2 has a recent record, and the rejection of 600 days ago is within two years.
    assert_eq!(store.prune(Pruning::before(before), |_| ()).await, Ok(3));
    let entries = store.entries(0).await.expect("it can be read");
    assert_eq!(gone(&entries), [1, 3, 5]);
    assert_eq!(intact(&store).await.erased, 3);
    assert_eq!(history_len(&store, 2).await, 2);
    assert_eq!(
        store.prune(Pruning::before(before), |_| ()).await,
        Ok(0),
        "there is nothing more"
    );
}

#[tokio::test]
async fn an_implied_consent_stays_while_it_may_be_in_force() {
    let store = Store::in_memory();
    for (number, age) in [(1, 100), (2, 500)] {
        let mut implied = record(number, None);
        implied.event = Event::Implied;
        let then = OffsetDateTime::now_utc() - Duration::days(age);
        implied.time = then.replace_nanosecond(0).expect("a time");
        store.append(implied).await.expect("the record is stored");
    }
    let before = OffsetDateTime::now_utc() - Duration::days(90);
    let mut told = Vec::new();
    let pruned = store.prune(Pruning::before(before), |seq| told.push(seq));
    assert_eq!(pruned.await, Ok(1));
    let entries = store.entries(0).await.expect("it can be read");
    assert_eq!(gone(&entries), [2]);
    // The erasure was appended during the pruning.
    assert_eq!(told, [2, 3]);
}

#[tokio::test]
async fn a_record_exactly_as_old_as_the_limit_stays() {
    let store = with_ages(&[(1, Some(1), 1000)]).await;
    let entries = store.entries(0).await.expect("it can be read");
    let Some(Entry::Record(kept)) = &entries[0].entry else {
        panic!("it is a record")
    };
    assert_eq!(store.prune(Pruning::before(kept.time), |_| ()).await, Ok(0));
    let later = kept.time + Duration::seconds(1);
    assert_eq!(store.prune(Pruning::before(later), |_| ()).await, Ok(1));
}
