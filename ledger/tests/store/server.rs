//! PostgreSQL: several machines, lost connections and restarts.

use std::sync::Arc;

use actix_consent::ledger::{Ledger, LedgerError, Shown};
use actix_consent_ledger::{Fault, Store, acceptance};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, postgres::PgConnectOptions};

use super::{append, assert_unavailable, cluster::Cluster, intact, record, subject, verify};

async fn open(cluster: &Cluster) -> Store {
    let store = Store::open(&cluster.address()).await;
    store.unwrap_or_else(|error| panic!("{error}"))
}

/// Opens a connection besides the ledger's.
async fn connect(cluster: &Cluster) -> PgConnection {
    let options: PgConnectOptions = cluster.address().parse().expect("an address");
    options.connect().await.expect("it answers")
}

/// Takes the lock of the writers on a connection of its own.
async fn hold_lock(cluster: &Cluster) -> PgConnection {
    let mut holder = connect(cluster).await;
    let lock = i64::from_be_bytes(*b"consent1");
    let sql = format!("BEGIN; SELECT pg_advisory_xact_lock({lock})");
    let held = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut holder);
    held.await.expect("it is held");
    holder
}

async fn release(mut holder: PgConnection) {
    let released = sqlx::raw_sql("ROLLBACK").execute(&mut holder);
    released.await.expect("it is free");
}

/// Runs SQL as another program would.
async fn tamper(cluster: &Cluster, sql: &'static str) {
    let mut connection = connect(cluster).await;
    let done = sqlx::raw_sql(sql).execute(&mut connection).await;
    done.expect("it can be done");
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn a_server_passes_and_several_programs_write_one_chain() {
    let cluster = Cluster::start();
    acceptance::passes(&open(&cluster).await).await;
    let mut nodes = Vec::new();
    for _ in 0..4 {
        nodes.push(Arc::new(open(&cluster).await));
    }
    let before = intact(&nodes[0]).await.entries;
    let mut tasks = Vec::new();
    for number in 1000..1400_u64 {
        let node = nodes[(number % 4) as usize].clone();
        tasks.push(tokio::spawn(async move {
            let appended = node.append(record(number, Some(number % 10))).await;
            appended.unwrap_or_else(|error| panic!("{error}"));
        }));
    }
    for task in tasks {
        task.await.expect("it is done");
    }
    let after = intact(&nodes[1]).await.entries;
    assert_eq!(after, before + 400);
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn finds_changes_and_clears_erased_data_on_a_server() {
    let cluster = Cluster::start();
    let store = open(&cluster).await;
    for number in 1..6 {
        append(&store, number, number).await;
    }
    assert_eq!(store.erase(subject(3)).await, Ok(1));
    assert_eq!(intact(&store).await.erased, 1);
    tamper(
        &cluster,
        "UPDATE consent_entry SET content = overlay(content placing 'x' from 9) WHERE seq = 2",
    )
    .await;
    assert_eq!(verify(&store).await, Err(Fault::Changed { seq: 2 }));
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn loses_nothing_to_a_cut_connection_or_a_restart() {
    let cluster = Cluster::start();
    let store = open(&cluster).await;
    append(&store, 1, 1).await;
    tamper(&cluster, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name LIKE 'actix-consent%'")
        .await;
    append(&store, 2, 2).await;
    cluster.control("stop");
    let down = store.append(record(3, Some(3))).await;
    assert_unavailable(&down);
    cluster.control("start");
    append(&store, 3, 3).await;
    append(&store, 3, 3).await;
    assert_eq!(intact(&store).await.entries, 3);
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn a_long_held_lock_blocks_nobody_for_ever() {
    let cluster = Cluster::start();
    let store = open(&cluster).await;
    let holder = hold_lock(&cluster).await;
    let waited = store.append(record(1, Some(1))).await;
    assert_unavailable(&waited);
    release(holder).await;
    append(&store, 1, 1).await;
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn tables_of_a_newer_version_are_left_alone() {
    let cluster = Cluster::start();
    let store = open(&cluster).await;
    append(&store, 1, 1).await;
    tamper(&cluster, "INSERT INTO consent_version VALUES (99)").await;
    match Store::open(&cluster.address()).await {
        Err(LedgerError::Broken(why)) => assert!(why.contains("version 99"), "{why}"),
        other => panic!("it was opened: {other:?}"),
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn upgrades_tables_of_an_older_version() {
    let cluster = Cluster::start();
    let store = open(&cluster).await;
    append(&store, 1, 1).await;
    let before = intact(&store).await;
    // The tables of version 1.
    tamper(
        &cluster,
        "DROP TABLE consent_erased; \
         CREATE INDEX consent_entry_erasure ON consent_entry (seq) WHERE kind = 1; \
         DELETE FROM consent_version; INSERT INTO consent_version VALUES (1)",
    )
    .await;
    let store = open(&cluster).await;
    assert_eq!(verify(&store).await, Ok(before));
    assert_eq!(store.erase(subject(1)).await, Ok(1), "it is new");
    let late = store.append_all(vec![record(2, Some(1)), record(3, Some(2))]);
    late.await.expect("it is taken");
    assert_eq!(store.history(subject(1)).await, Ok(Vec::new()));
    assert_eq!(
        store.history(subject(2)).await,
        Ok(vec![record(3, Some(2))])
    );
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn tables_of_version_2_get_entries_for_texts_and_marks() {
    let cluster = Cluster::start();
    let store = open(&cluster).await;
    append(&store, 1, 1).await;
    let shown = Shown::new("banner", 2, "en", "<p>We count visits.</p>".to_owned());
    store
        .keep_shown(shown.clone())
        .await
        .expect("the record is stored");
    tamper(
        &cluster,
        "DELETE FROM consent_entry WHERE kind = 2; DELETE FROM consent_version; \
         INSERT INTO consent_version VALUES (2)",
    )
    .await;
    let store = open(&cluster).await;
    assert_eq!(intact(&store).await.entries, 2);
    assert_eq!(store.erase(subject(1)).await, Ok(1));
    let verified = intact(&store).await;
    for (change, back, found) in [
        (
            "UPDATE consent_entry SET at = at + 1 WHERE seq = 1",
            "UPDATE consent_entry SET at = at - 1 WHERE seq = 1",
            Fault::ErasedChanged,
        ),
        (
            "UPDATE consent_erased SET until = until - 1",
            "UPDATE consent_erased SET until = until + 1",
            Fault::MarkGone { seq: 3 },
        ),
        (
            "UPDATE consent_shown SET hash = 'x' || hash",
            "UPDATE consent_shown SET hash = substr(hash, 2)",
            Fault::TextGone {
                seq: 2,
                hash: shown.hash,
            },
        ),
    ] {
        tamper(&cluster, change).await;
        assert_eq!(verify(&store).await, Err(found));
        tamper(&cluster, back).await;
        assert_eq!(verify(&store).await, Ok(verified));
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn a_server_is_read_while_another_writes() {
    let cluster = Cluster::start();
    let store = open(&cluster).await;
    append(&store, 1, 1).await;
    let holder = hold_lock(&cluster).await;
    // Writing waits for the lock, and reading does not.
    let writer = store.clone();
    let waiting = tokio::spawn(async move { writer.append(record(2, Some(1))).await });
    let read = store.latest(subject(1), 100).await;
    assert_eq!(read.map(|records| records.len()), Ok(1));
    assert!(!waiting.is_finished(), "the control: it waits");
    release(holder).await;
    let _ = waiting.await.expect("it is done");
}

#[tokio::test]
async fn reports_an_unreachable_server() {
    let opened = Store::open("postgres://nobody@%2Fno%2Fsuch%2Ffolder/none").await;
    assert_unavailable(&opened);
}
