//! The ledger through its public face, on each backend.

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

use actix_consent::ledger::{ConsentId, Ledger};
use actix_consent_ledger::{Fault, Store, Verified, acceptance::record};
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

async fn open(path: &Path) -> Store {
    let address = format!("sqlite:{}", path.display());
    Store::open(&address)
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A ledger in a file, with records of these numbers: of one subject each.
async fn file(numbers: std::ops::Range<u64>) -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let store = open(&folder.path().join("ledger.db")).await;
    for number in numbers {
        let appended = store.append(record(number, Some(number))).await;
        appended.unwrap_or_else(|error| panic!("{error}"));
    }
    (folder, store)
}

fn subject(number: u64) -> ConsentId {
    record(0, Some(number)).subject.expect("it has one")
}

async fn verify(store: &Store) -> Result<Verified, Fault> {
    store.verify(&[], |_| ()).await.expect("it can be read")
}

/// Changes the file behind the ledger's back.
async fn meddle(folder: &TempDir, sql: &str) {
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
