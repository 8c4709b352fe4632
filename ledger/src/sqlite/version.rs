//! Versions of the file, and the upgrade to the newest one.

use actix_consent::ledger::LedgerError;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, sqlite::SqliteRow};

use super::{failed, get, transaction::insert};
use crate::{
    chain::Head,
    database::{key, remains, unsigned},
    remains::Mark,
    side_tables::Unchained,
};

/// Steps from each version of the file to the next. Append only.
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
    // Version 3 has the tables of version 2, and adds their contents to the chain.
    "DELETE FROM erased WHERE FALSE",
];

/// First version whose side tables have entries in the chain.
const ENTERED: i64 = 3;

/// SQLite's application id of a ledger: `cnst` as a number.
const APPLICATION: i64 = i64::from_be_bytes([0, 0, 0, 0, b'c', b'n', b's', b't']);

/// Newest version, which this program writes.
const NEWEST: i64 = VERSIONS.len() as i64;

/// Returns true if the file has the newest version. Fails if it is another database or has a newer
/// version.
pub(super) async fn is_newest(connection: &mut SqliteConnection) -> Result<bool, LedgerError> {
    Ok(version(connection).await? == NEWEST)
}

/// Returns the version of a file; 0 for an empty one.
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
            "the file is the database of something else: name another file".to_owned(),
        ));
    }
    if version > NEWEST {
        return Err(LedgerError::Broken(format!(
            "the file has version {version}, but this program supports {NEWEST} at most: use a newer \
             program"
        )));
    }
    Ok(version)
}

/// Upgrades a file to the newest version. Fails if it is another database or has a newer version.
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

/// Adds to the chain what an older version stored beside it.
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
        .map(|row| remains((get(row, 0)?, get(row, 1)?, get(row, 2)?)));
    let unchained = Unchained {
        remains: gone.collect::<Result<_, _>>()?,
        texts: texts(connection).await?,
        marks: marks(connection).await?,
    };
    insert(connection, &unchained.rows(head)?).await.map(|_| ())
}

/// Reads hash and stored form of every text.
pub(super) async fn texts(
    connection: &mut SqliteConnection,
) -> Result<Vec<(String, String)>, LedgerError> {
    let texts = sqlx::query_as("SELECT hash, content FROM shown ORDER BY hash");
    texts.fetch_all(connection).await.map_err(failed)
}

/// Reads the marks of erased subjects.
pub(super) async fn marks(
    connection: &mut SqliteConnection,
) -> Result<Vec<(Mark, i64)>, LedgerError> {
    let marks = sqlx::query("SELECT mark, until FROM erased ORDER BY mark");
    let marks = marks.fetch_all(connection).await.map_err(failed)?;
    let pair = |row: &SqliteRow| Ok((Mark(key(get(row, 0)?)?), get(row, 1)?));
    marks.iter().map(pair).collect()
}
