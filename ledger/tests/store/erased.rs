//! Erasure (Art. 17 GDPR) and retention (Art. 5(1)(e)): what is gone, and that the chain holds.

use actix_consent::ledger::Ledger;
use actix_consent_ledger::{Entry, Fault, Numbered, Pruning, Reason, Store};
use time::{Duration, OffsetDateTime};

use super::{file, meddle, open, record, subject, verify};

/// Numbers of the entries whose content is gone.
fn gone(entries: &[Numbered]) -> Vec<u64> {
    let empty = entries.iter().filter(|entry| entry.entry.is_none());
    empty.map(|entry| entry.seq).collect()
}

#[tokio::test]
async fn what_a_subject_has_said_is_gone_for_good_and_the_chain_holds() {
    let (folder, store) = file(1..6).await;
    store.append(record(6, Some(3))).await.expect("it is kept");
    assert_eq!(store.erase(subject(3)).await, Ok(2));
    assert_eq!(store.history(subject(3)).await, Ok(Vec::new()));
    let verified = verify(&store).await.expect("it is whole");
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
    // Neither the id of the subject nor of a record is left in the table.
    drop(store);
    let store = open(&folder.path().join("ledger.db")).await;
    assert_eq!(
        store.erase(subject(3)).await,
        Ok(0),
        "there is nothing more"
    );
    assert_eq!(verify(&store).await, Ok(verified));
    // The others are as they were.
    assert_eq!(
        store
            .history(subject(2))
            .await
            .expect("it can be read")
            .len(),
        1
    );
}

#[tokio::test]
async fn what_was_erased_cannot_come_back_and_an_erasure_cannot_be_invented() {
    let (folder, store) = file(1..6).await;
    meddle(
        &folder,
        "CREATE TABLE copy AS SELECT * FROM entry WHERE seq = 2; UPDATE copy SET at = at",
    )
    .await;
    store.erase(subject(2)).await.expect("it is erased");
    let back = "UPDATE entry SET (id, subject, salt, content) = \
                (SELECT id, subject, salt, content FROM copy) WHERE seq = 2";
    meddle(&folder, back).await;
    assert_eq!(verify(&store).await, Err(Fault::Restored { seq: 2 }));
    let (folder, store) = file(1..6).await;
    store.erase(subject(2)).await.expect("it is erased");
    let more = "UPDATE entry SET content = CAST(replace(content, '[2,2]', '[2,3]') AS BLOB) WHERE kind = 1; \
                UPDATE entry SET id = NULL, subject = NULL, salt = NULL, content = NULL WHERE seq = 3";
    meddle(&folder, more).await;
    assert_eq!(verify(&store).await, Err(Fault::Changed { seq: 6 }));
}

async fn with_ages(days: &[(u64, Option<u64>, i64)]) -> Store {
    let store = Store::in_memory();
    for (number, of, age) in days {
        let mut record = record(*number, *of);
        let then = OffsetDateTime::now_utc() - Duration::days(*age);
        record.time = then.replace_nanosecond(0).expect("a time");
        store.append(record).await.expect("it is kept");
    }
    store
}

#[tokio::test]
async fn what_is_old_goes_but_for_what_may_be_in_force_and_recent_requests_to_opt_out() {
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
    // The subject 2 said something lately; the rejection of 600 days ago is within two years.
    assert_eq!(store.prune(Pruning::before(before)).await, Ok(3));
    let entries = store.entries(0).await.expect("it can be read");
    assert_eq!(gone(&entries), [1, 3, 5]);
    assert_eq!(verify(&store).await.expect("it is whole").erased, 3);
    assert_eq!(
        store
            .history(subject(2))
            .await
            .expect("it can be read")
            .len(),
        2
    );
    assert_eq!(
        store.prune(Pruning::before(before)).await,
        Ok(0),
        "there is nothing more"
    );
}

#[tokio::test]
async fn what_is_exactly_as_old_as_the_limit_stays() {
    let store = with_ages(&[(1, Some(1), 1000)]).await;
    let entries = store.entries(0).await.expect("it can be read");
    let Some(Entry::Record(kept)) = &entries[0].entry else {
        panic!("it is a record")
    };
    assert_eq!(store.prune(Pruning::before(kept.time)).await, Ok(0));
    let later = kept.time + Duration::seconds(1);
    assert_eq!(store.prune(Pruning::before(later)).await, Ok(1));
}
