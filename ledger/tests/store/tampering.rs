//! Changes to a ledger by another program, and the faults they cause.

use actix_consent::{
    SigningKeys,
    ledger::{Ledger, LedgerError},
};
use actix_consent_ledger::{Checkpoint, Fault};

use super::{file, intact, record, subject, tamper, verify};

/// Returns the fault after a change to a ledger of nine entries.
async fn found(sql: &str) -> Fault {
    let (folder, store) = file(1..10).await;
    // The control: it was intact.
    intact(&store).await;
    tamper(&folder, sql).await;
    verify(&store).await.expect_err(sql)
}

#[tokio::test]
async fn finds_and_names_a_flipped_byte_anywhere() {
    let flip = |column: &str| {
        format!(
            "UPDATE entry SET {column} = CAST(substr({column}, 1, 3) || \
             CASE WHEN substr({column}, 4, 1) = x'01' THEN x'02' ELSE x'01' END || \
             substr({column}, 5) AS BLOB) WHERE seq = 5"
        )
    };
    assert_eq!(found(&flip("content")).await, Fault::Changed { seq: 5 });
    assert_eq!(found(&flip("salt")).await, Fault::Changed { seq: 5 });
    assert_eq!(found(&flip("digest")).await, Fault::Changed { seq: 5 });
    assert_eq!(found(&flip("link")).await, Fault::Unlinked { seq: 5 });
    assert_eq!(found(&flip("id")).await, Fault::Changed { seq: 5 });
    assert_eq!(found(&flip("subject")).await, Fault::Changed { seq: 5 });
    for kind in [1, 2] {
        let other = format!("UPDATE entry SET kind = {kind} WHERE seq = 5");
        assert_eq!(found(&other).await, Fault::Changed { seq: 5 });
    }
    let shorter = "UPDATE entry SET salt = substr(salt, 2) WHERE seq = 5";
    assert_eq!(found(shorter).await, Fault::Changed { seq: 5 });
    let later = "UPDATE entry SET at = at + 1 WHERE seq = 5";
    assert_eq!(found(later).await, Fault::Changed { seq: 5 });
    let first =
        "UPDATE entry SET content = CAST(replace(content, 'true', 'false') AS BLOB) WHERE seq = 1";
    assert_eq!(found(first).await, Fault::Changed { seq: 1 });
}

#[tokio::test]
async fn finds_a_removed_entry_anywhere() {
    for seq in [1, 5] {
        let sql = format!("DELETE FROM entry WHERE seq = {seq}");
        assert_eq!(found(&sql).await, Fault::Missing { seq });
        let closed = format!("{sql}; UPDATE entry SET seq = seq - 1 WHERE seq > {seq}");
        assert_eq!(found(&closed).await, Fault::Unlinked { seq });
    }
}

#[tokio::test]
async fn finds_an_inserted_or_moved_entry() {
    let put_in = "UPDATE entry SET seq = -seq WHERE seq > 5; \
                  UPDATE entry SET seq = 1 - seq WHERE seq < 0; \
                  INSERT INTO entry SELECT 6, kind, x'00112233445566778899aabbccddeeff', at, \
                  subject, salt, content, digest, link FROM entry WHERE seq = 5";
    assert_eq!(found(put_in).await, Fault::Changed { seq: 6 });
    let swapped = "UPDATE entry SET seq = 1000 WHERE seq = 4; UPDATE entry SET seq = 4 WHERE seq = 5; \
                   UPDATE entry SET seq = 5 WHERE seq = 1000";
    assert_eq!(found(swapped).await, Fault::Unlinked { seq: 4 });
}

#[tokio::test]
async fn finds_content_removed_without_an_erasure() {
    let emptied =
        "UPDATE entry SET id = NULL, subject = NULL, salt = NULL, content = NULL WHERE seq = 5";
    assert_eq!(found(emptied).await, Fault::Emptied { seq: 5 });
}

#[tokio::test]
async fn half_an_erasure_is_none() {
    for half in [
        "salt = NULL",
        "content = NULL",
        "salt = NULL, content = NULL",
    ] {
        let sql = format!("UPDATE entry SET {half} WHERE seq = 5");
        assert_eq!(found(&sql).await, Fault::Changed { seq: 5 }, "{half}");
    }
}

/// A row that the chain does not cover is ignored, be it a record or an erasure.
#[tokio::test]
async fn finds_and_ignores_a_row_before_the_first_entry() {
    let (folder, store) = file(1..10).await;
    let record = "INSERT INTO entry SELECT 0, kind, x'00112233445566778899aabbccddeeff', at, \
                  subject, salt, content, digest, link FROM entry WHERE seq = 5";
    tamper(&folder, record).await;
    assert_eq!(verify(&store).await, Err(Fault::Stray { number: 0 }));
    let history = store.history(subject(5)).await;
    assert!(
        matches!(history, Err(LedgerError::Broken(_))),
        "{history:?}"
    );
    // The control: other records are still found.
    assert_eq!(
        store.history(subject(4)).await.map(|told| told.len()),
        Ok(1)
    );

    let said = r#"{"v":1,"time":"2026-11-25T00:00:00Z","reason":"subject","entries":[[5,5]]}"#;
    let erasure = format!(
        "INSERT INTO entry SELECT -3, 1, NULL, at, NULL, salt, CAST('{said}' AS BLOB), digest, link \
         FROM entry WHERE seq = 5; UPDATE entry SET id = NULL, subject = NULL, salt = NULL, \
         content = NULL WHERE seq = 5"
    );
    assert_eq!(found(&erasure).await, Fault::Stray { number: -3 });
}

/// A chain recomputed from some entry on is valid, but does not match a checkpoint.
#[tokio::test]
async fn a_rewritten_ledger_does_not_match_its_checkpoints() {
    let keys = SigningKeys::generate();
    let (_folder, store) = file(1..10).await;
    let made = store
        .checkpoint(&keys, |_| ())
        .await
        .expect("it can be read");
    let checkpoint: Checkpoint = made
        .expect("the ledger has no fault")
        .to_string()
        .parse()
        .expect("a line");
    assert!(checkpoint.is_genuine(&keys));
    assert_eq!(checkpoint.seq, 9);
    store.append(record(10, None)).await.expect("it goes on");
    let kept = store
        .verify(std::slice::from_ref(&checkpoint), |_| ())
        .await
        .expect("it can be read");
    assert_eq!(kept.expect("the ledger has no fault").entries, 10);
    // The same records with another salt, without one of them, or without the last ones.
    let (_folder, other) = file(1..10).await;
    let found = other
        .verify(std::slice::from_ref(&checkpoint), |_| ())
        .await
        .expect("it can be read");
    assert_eq!(
        found,
        Err(Fault::Rewritten {
            seq: 9,
            seen: checkpoint.link
        })
    );
    let (_folder, short) = file(1..9).await;
    let found = short
        .verify(std::slice::from_ref(&checkpoint), |_| ())
        .await
        .expect("it can be read");
    assert_eq!(found, Err(Fault::Missing { seq: 9 }));
}

#[tokio::test]
async fn a_changed_ledger_gets_no_checkpoint() {
    let (folder, store) = file(1..4).await;
    tamper(&folder, "DELETE FROM entry WHERE seq = 2").await;
    let made = store.checkpoint(&SigningKeys::generate(), |_| ()).await;
    assert_eq!(made, Ok(Err(Fault::Missing { seq: 2 })));
}

#[tokio::test]
async fn reports_the_progress_of_long_work() {
    let (_folder, store) = file(1..4).await;
    let mut told = Vec::new();
    let verified = store
        .verify(&[], |seq| told.push(seq))
        .await
        .expect("it can be read");
    assert_eq!(
        (verified.expect("the ledger has no fault").entries, told),
        (3, vec![3])
    );
}
