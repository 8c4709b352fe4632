//! Which version a file is of, and how an older one becomes the newest.

use actix_consent::ledger::LedgerError;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, sqlite::SqliteRow};

use super::{failed, get, transaction::insert};
use crate::{
    chain::Head,
    database::{Mark, key, left, unsigned},
    entry::Beside,
};

/// What makes each version of the file out of the one before it. Never changed, only added to.
const VERSIONS: [&str; 3] = [
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
    // The tables are those of version 2; what they hold is entered into the chain.
    "DELETE FROM erased WHERE FALSE",
];

/// From this version on what stands beside the chain has entries in it.
const ENTERED: i64 = 3;

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
    if version < ENTERED {
        enter(&mut writing).await?;
    }
    if version < NEWEST {
        let marks =
            format!("PRAGMA user_version = {NEWEST}; PRAGMA application_id = {APPLICATION}");
        let marks = sqlx::raw_sql(AssertSqlSafe(marks));
        marks.execute(&mut *writing).await.map_err(failed)?;
    }
    writing.commit().await.map_err(failed)
}

/// Enters into the chain what an older version kept beside it.
async fn enter(connection: &mut SqliteConnection) -> Result<(), LedgerError> {
    let last = "SELECT seq, link FROM entry ORDER BY seq DESC LIMIT 1";
    let last = sqlx::query(last).fetch_optional(&mut *connection).await;
    let head = match last.map_err(failed)? {
        Some(last) => Head {
            seq: unsigned(get(&last, 0)?)?,
            link: key(get(&last, 1)?)?,
        },
        None => Head::start(),
    };
    let gone = sqlx::query("SELECT seq, kind, at FROM entry WHERE content IS NULL");
    let gone = gone.fetch_all(&mut *connection).await.map_err(failed)?;
    let gone = gone
        .iter()
        .map(|row| left((get(row, 0)?, get(row, 1)?, get(row, 2)?)));
    let beside = Beside {
        left: gone.collect::<Result<_, _>>()?,
        texts: texts(connection).await?,
        marks: marks(connection).await?,
    };
    insert(connection, &beside.rows(head)?).await.map(|_| ())
}

/// All that was shown, by its hash.
pub(super) async fn texts(
    connection: &mut SqliteConnection,
) -> Result<Vec<(String, String)>, LedgerError> {
    let texts = sqlx::query_as("SELECT hash, content FROM shown ORDER BY hash");
    texts.fetch_all(connection).await.map_err(failed)
}

/// All marks of erased subjects.
pub(super) async fn marks(
    connection: &mut SqliteConnection,
) -> Result<Vec<(Mark, i64)>, LedgerError> {
    let marks = sqlx::query("SELECT mark, until FROM erased ORDER BY mark");
    let marks = marks.fetch_all(connection).await.map_err(failed)?;
    let pair = |row: &SqliteRow| Ok((Mark(key(get(row, 0)?)?), get(row, 1)?));
    marks.iter().map(pair).collect()
}
