//! The ledger through its public API, on each backend.

mod backends;
#[cfg(feature = "postgres")]
mod cluster;
mod erasure;
mod files;
#[cfg(feature = "postgres")]
mod server;
mod side_tables;
mod tampering;

use std::path::Path;

use actix_consent::ledger::{ConsentId, Ledger, LedgerError};
use actix_consent_ledger::{Fault, Store, Verified, acceptance::record};
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

async fn open(path: &Path) -> Store {
    let address = format!("sqlite:{}", path.display());
    Store::open(&address)
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A ledger in a file, with one record of one subject for each number.
async fn file(numbers: std::ops::Range<u64>) -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let store = open(&folder.path().join("ledger.db")).await;
    for number in numbers {
        append(&store, number, number).await;
    }
    (folder, store)
}

fn subject(number: u64) -> ConsentId {
    record(0, Some(number)).subject.expect("it has one")
}

/// Appends a record of a subject.
async fn append(store: &Store, number: u64, of: u64) {
    let appended = store.append(record(number, Some(of))).await;
    appended.unwrap_or_else(|error| panic!("{error}"));
}

/// Number of records of a subject.
async fn history_len(store: &Store, of: u64) -> usize {
    let history = store.history(subject(of)).await;
    history.unwrap_or_else(|error| panic!("{error}")).len()
}

fn assert_unavailable<T: std::fmt::Debug>(result: &Result<T, LedgerError>) {
    assert!(
        matches!(result, Err(LedgerError::Unavailable(_))),
        "{result:?}"
    );
}

async fn verify(store: &Store) -> Result<Verified, Fault> {
    store.verify(&[], |_| ()).await.expect("it can be read")
}

/// Opens the file in another program and runs SQL that locks it.
async fn hold(folder: &TempDir, sql: &'static str) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.path().join("ledger.db"));
    let mut holder = options.connect().await.expect("it can be opened");
    let held = sqlx::raw_sql(sql).execute(&mut holder).await;
    held.expect("it is held");
    holder
}

async fn intact(store: &Store) -> Verified {
    verify(store).await.expect("the ledger has no fault")
}

/// Changes the file as another program would.
async fn tamper(folder: &TempDir, sql: &str) {
    let path = folder.path().join("ledger.db");
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection: SqliteConnection = options.connect().await.expect("it can be opened");
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    let done = sqlx::raw_sql(sql)
        .execute(&mut connection)
        .await
        .expect("it can be done");
    assert!(done.rows_affected() > 0, "nothing was changed");
    connection.close().await.expect("it can be closed");
}
