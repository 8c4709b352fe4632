//! Verification of the side tables: texts, marks of erased subjects, remains of erased entries.

use actix_consent::{
    SigningKeys,
    ledger::{Ledger, Shown},
};
use actix_consent_ledger::{Entry, Fault, Store, Verified};
use tempfile::TempDir;

use super::{file, intact, open, subject, tamper, verify};

fn text(html: &str) -> Shown {
    Shown::new("banner", 2, "en", html.to_owned())
}

/// A ledger with three records, one of them erased, and a text.
async fn ledger() -> (TempDir, Store, Shown) {
    let (folder, store) = file(1..4).await;
    let shown = text("<p>We count visits.</p>");
    for _ in 0..2 {
        let kept = store.keep_shown(shown.clone()).await;
        kept.expect("the record is stored");
    }
    assert_eq!(store.erase(subject(2)).await, Ok(1));
    (folder, store, shown)
}

/// Returns the fault after a change to an intact ledger.
async fn found(sql: &str) -> Fault {
    let (folder, store, _) = ledger().await;
    // The control: it was intact.
    intact(&store).await;
    tamper(&folder, sql).await;
    verify(&store).await.expect_err(sql)
}

#[tokio::test]
async fn a_text_is_an_entry_and_stored_once() {
    let (_folder, store, shown) = ledger().await;
    let entries = store.entries(0).await.expect("it can be read");
    let texts = entries.iter().filter_map(|entry| match &entry.entry {
        Some(Entry::Text(text)) => Some((entry.seq, &*text.hash)),
        _ => None,
    });
    assert_eq!(texts.collect::<Vec<_>>(), [(4, &*shown.hash)]);
    assert_eq!(intact(&store).await.entries, 5);
}

#[tokio::test]
async fn finds_a_missing_changed_or_added_text() {
    let hash = text("<p>We count visits.</p>").hash;
    let seq = 4;
    let gone = Fault::TextGone {
        seq,
        hash: hash.clone(),
    };
    assert_eq!(found("DELETE FROM shown").await, gone);
    let changed = Fault::TextChanged { seq, hash };
    for column in ["visits", "banner", "\"en\""] {
        let sql = format!("UPDATE shown SET content = replace(content, '{column}', 'x')");
        assert_eq!(found(&sql).await, changed, "{column}");
    }
    // Another valid text in its place.
    let other = text("<p>We sell your data.</p>");
    let content = serde_json::to_string(&other).expect("a text");
    let sql = format!("UPDATE shown SET content = '{content}'");
    assert_eq!(found(&sql).await, changed);
    let sql = format!("INSERT INTO shown VALUES ('{}', '{content}')", other.hash);
    assert_eq!(found(&sql).await, Fault::TextAdded { hash: other.hash });
}

#[tokio::test]
async fn finds_an_edited_erased_entry() {
    for sql in [
        "UPDATE entry SET at = at + 1 WHERE seq = 2",
        "UPDATE entry SET at = 0 WHERE seq = 2",
        "UPDATE entry SET kind = 1 WHERE seq = 2",
        "UPDATE entry SET kind = 2 WHERE seq = 2",
    ] {
        assert_eq!(found(sql).await, Fault::ErasedChanged, "{sql}");
    }
    // Two of them swapped.
    let (folder, store) = file(1..6).await;
    for number in [2, 3] {
        store.erase(subject(number)).await.expect("it is erased");
    }
    intact(&store).await;
    let swapped = "UPDATE entry SET at = 5 - at WHERE seq IN (2, 3)";
    tamper(&folder, swapped).await;
    assert_eq!(verify(&store).await, Err(Fault::ErasedChanged));
}

#[tokio::test]
async fn finds_an_emptied_table_of_erased_subjects() {
    assert_eq!(
        found("DELETE FROM erased").await,
        Fault::MarkGone { seq: 5 }
    );
    let earlier = "UPDATE erased SET until = until - 1";
    assert_eq!(found(earlier).await, Fault::MarkGone { seq: 5 });
    // The control: after a second erasure the mark is later, and there is no fault.
    let (_folder, store, _) = ledger().await;
    assert_eq!(store.erase(subject(2)).await, Ok(0));
    intact(&store).await;
}

/// A person who can write to the ledger can erase as the program does. A checkpoint confirms
/// earlier erasures, and the others are counted.
#[tokio::test]
async fn counts_erasures_that_no_checkpoint_covers() {
    let keys = SigningKeys::generate();
    let (folder, store, _) = ledger().await;
    let seen = store.checkpoint(&keys, |_| ()).await.expect("it is read");
    let seen = [seen.expect("the ledger has no fault")];
    let check = async |store: &Store| -> Result<Verified, Fault> {
        store.verify(&seen, |_| ()).await.expect("it is read")
    };
    let verified = check(&store).await.expect("the ledger has no fault");
    assert_eq!((verified.erased, verified.unconfirmed), (1, 0));
    let alone = intact(&store).await;
    assert_eq!((alone.erased, alone.unconfirmed), (1, 1), "without one");
    drop(store);
    let store = open(&folder.path().join("ledger.db")).await;
    assert_eq!(store.erase(subject(3)).await, Ok(1));
    let verified = check(&store).await.expect("the ledger has no fault");
    assert_eq!((verified.erased, verified.unconfirmed), (2, 1));
    // An erasure inserted below the checkpoint changes the chain.
    tamper(&folder, "UPDATE entry SET seq = 100 WHERE seq = 6").await;
    assert_eq!(check(&store).await, Err(Fault::Missing { seq: 6 }));
}

/// Version 2 stored texts and marks without entries in the chain.
const VERSION_2: &str = "DELETE FROM entry WHERE kind = 2; PRAGMA user_version = 2";

#[tokio::test]
async fn adds_the_side_tables_of_version_2_to_the_chain() {
    let (folder, store) = file(1..4).await;
    let shown = text("<p>We count visits.</p>");
    store
        .keep_shown(shown.clone())
        .await
        .expect("the record is stored");
    drop(store);
    tamper(&folder, VERSION_2).await;
    // A text that was changed before the upgrade gets no entry.
    let forged = text("<p>Nothing.</p>");
    let content = serde_json::to_string(&shown).expect("a text");
    let forge = format!("INSERT INTO shown VALUES ('{}', '{content}')", forged.hash);
    tamper(&folder, &forge).await;
    let path = folder.path().join("ledger.db");
    let store = open(&path).await;
    assert_eq!(
        verify(&store).await,
        Err(Fault::TextAdded { hash: forged.hash })
    );
    tamper(
        &folder,
        &format!("DELETE FROM shown WHERE hash <> '{}'", shown.hash),
    )
    .await;
    let verified = intact(&store).await;
    assert_eq!(verified.entries, 4, "three records and a text");
    drop(store);
    let again = open(&path).await;
    assert_eq!(verify(&again).await, Ok(verified), "it is entered once");
    tamper(&folder, "DELETE FROM shown").await;
    let gone = Fault::TextGone {
        seq: 4,
        hash: shown.hash,
    };
    assert_eq!(verify(&again).await, Err(gone));
}
