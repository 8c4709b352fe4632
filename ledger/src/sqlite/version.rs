//! Which version a file is of, and how an older one becomes the newest.

use actix_consent::ledger::LedgerError;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use super::failed;

/// What makes each version of the file out of the one before it. Never changed, only added to.
const VERSIONS: [&str; 2] = [
    "
    CREATE TABLE entry (
        seq INTEGER PRIMARY KEY,
        kind INTEGER NOT NULL,
        id BLOB,
        at INTEGER NOT NULL,
        subject BLOB,
        salt BLOB,
        content BLOB,
        digest BLOB NOT NULL,
        link BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX entry_id ON entry (id) WHERE id IS NOT NULL;
    CREATE INDEX entry_subject ON entry (subject, seq) WHERE subject IS NOT NULL;
    CREATE INDEX entry_erasure ON entry (seq) WHERE kind = 1;
    CREATE TABLE shown (
        hash TEXT PRIMARY KEY,
        content TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    DROP INDEX entry_erasure;
    CREATE TABLE erased (
        mark BLOB PRIMARY KEY,
        until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
",
];

/// `consent` in four letters, so that no other database is taken for a ledger.
const APPLICATION: i64 = i64::from_be_bytes([0, 0, 0, 0, b'c', b'n', b's', b't']);

/// The version of the newest file that this program writes.
const NEWEST: i64 = VERSIONS.len() as i64;

/// Whether a file is of the newest version; an error where it is none of ours, or a newer one.
pub(super) async fn is_newest(connection: &mut SqliteConnection) -> Result<bool, LedgerError> {
    Ok(version(connection).await? == NEWEST)
}

/// The version of a file, 0 of one that is empty.
async fn version(connection: &mut SqliteConnection) -> Result<i64, LedgerError> {
    let number = |sql: &'static str| sqlx::query_scalar::<_, i64>(sql);
    let version = number("PRAGMA user_version").fetch_one(&mut *connection);
    let version = version.await.map_err(failed)?;
    let application = number("PRAGMA application_id").fetch_one(&mut *connection);
    let application = application.await.map_err(failed)?;
    let tables = number("SELECT count(*) FROM sqlite_schema").fetch_one(&mut *connection);
    let tables = tables.await.map_err(failed)?;
    if application != APPLICATION && (tables > 0 || version > 0) {
        return Err(LedgerError::Broken(
            "the file is a database of something else: name another file".to_owned(),
        ));
    }
    if version > NEWEST {
        return Err(LedgerError::Broken(format!(
            "the file is of version {version}, and this program knows {NEWEST}: use the newer \
             program"
        )));
    }
    Ok(version)
}

/// Brings a file to the newest version, or says that it is none of ours.
pub(super) async fn upgrade(connection: &mut SqliteConnection) -> Result<(), LedgerError> {
    let writing = connection.begin_with("BEGIN IMMEDIATE").await;
    let mut writing = writing.map_err(failed)?;
    let version = version(&mut writing).await?;
    for step in &VERSIONS[usize::try_from(version).unwrap_or(0)..] {
        let step = sqlx::raw_sql(*step).execute(&mut *writing);
        step.await.map_err(failed)?;
    }
    if version < NEWEST {
        let marks =
            format!("PRAGMA user_version = {NEWEST}; PRAGMA application_id = {APPLICATION}");
        let marks = sqlx::raw_sql(AssertSqlSafe(marks));
        marks.execute(&mut *writing).await.map_err(failed)?;
    }
    writing.commit().await.map_err(failed)
}
