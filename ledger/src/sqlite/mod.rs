//! A file on this machine.

mod transaction;
mod version;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::Duration,
};

use actix_consent::ledger::{ConsentId, LedgerError};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous},
};

use self::transaction::{Writing, with_list};
use crate::{
    chain::Row,
    database::{Database, Mark, entries, key},
    verify::Fault,
};

/// How long another process may hold the file: less than a visitor waits.
const WAITS_FOR_LOCK: Duration = Duration::from_millis(1500);

/// So many rows are read before anybody has asked for them.
const ROWS_AHEAD: usize = 4096;

const COLUMNS: &str = "seq, kind, id, at, subject, salt, content, digest, link";

pub(crate) struct Sqlite {
    options: SqliteConnectOptions,
    /// Nothing after a failure, so that the next one begins anew.
    connection: Option<SqliteConnection>,
    path: PathBuf,
    /// Which file it was when it was opened.
    file: Option<FileId>,
}

/// Device and number of a file.
type FileId = (u64, u64);

impl Sqlite {
    pub(crate) async fn open(path: &str) -> Result<Self, LedgerError> {
        if path.is_empty() || path.starts_with(':') {
            return Err(LedgerError::Broken(
                "names no file, and what is kept in memory proves nothing: write sqlite:FILE"
                    .to_owned(),
            ));
        }
        let options = SqliteConnectOptions::new()
            .filename(Path::new(path))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Each commit is on disk when it is acknowledged.
            .synchronous(SqliteSynchronous::Full)
            // What is erased is written over, and not only no longer found.
            .pragma("secure_delete", "ON")
            .busy_timeout(WAITS_FOR_LOCK)
            // Rows come from a thread, and each wait for it costs more than a row.
            .row_buffer_size(ROWS_AHEAD)
            .disable_statement_logging();
        make_private(Path::new(path));
        let mut sqlite = Self {
            options,
            connection: None,
            path: path.into(),
            file: None,
        };
        let is_newest = sqlite.is_newest().await?;
        let connection = sqlite.connection().await?;
        if !is_newest {
            version::upgrade(connection).await?;
        }
        sqlite.file = file_id(&sqlite.path);
        Ok(sqlite)
    }

    /// Another connection to the same file, which only reads and makes no file.
    pub(crate) fn reader(&self) -> Self {
        let options = self.options.clone().create_if_missing(false);
        Self {
            options: options.pragma("query_only", "ON"),
            connection: None,
            path: self.path.clone(),
            file: self.file,
        }
    }

    /// Whether the file is a ledger of the newest version, found out without a change to it: it may
    /// be somebody else's, or held by another process.
    async fn is_newest(&self) -> Result<bool, LedgerError> {
        let look = SqliteConnectOptions::new()
            .filename(&self.path)
            .busy_timeout(WAITS_FOR_LOCK)
            .disable_statement_logging();
        let mut connection = look.connect().await.map_err(failed)?;
        let is_newest = version::is_newest(&mut connection).await;
        let _ = connection.close().await;
        is_newest
    }

    /// Whoever moves the file away under a program that has it open takes all with it that the
    /// program writes from then on.
    fn is_in_its_place(&self) -> Result<(), LedgerError> {
        match self.file == file_id(&self.path) {
            true => Ok(()),
            false => Err(LedgerError::Unavailable(
                "the file was moved, removed or replaced: put it back, or start again".to_owned(),
            )),
        }
    }

    async fn connection(&mut self) -> Result<&mut SqliteConnection, LedgerError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.options.connect().await.map_err(failed)?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Reads rows: the conditions are ours, the values are bound.
    async fn rows(
        &mut self,
        conditions: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Result<Row, Fault>>, LedgerError> {
        let connection = self.connection().await?;
        let sql = AssertSqlSafe(format!("SELECT {COLUMNS} FROM entry {conditions}"));
        let mut query = sqlx::query(sql);
        for value in values {
            query = match value {
                Value::Number(number) => query.bind(*number),
                Value::Bytes(bytes) => query.bind(*bytes),
            };
        }
        let rows = query.fetch_all(connection).await.map_err(failed)?;
        rows.iter().map(read).collect()
    }
}

enum Value<'v> {
    Number(i64),
    Bytes(&'v [u8]),
}

#[cfg(unix)]
fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    let file = std::fs::metadata(path).ok()?;
    Some((file.dev(), file.ino()))
}

/// A file that is open cannot be moved away there.
#[cfg(not(unix))]
fn file_id(_: &Path) -> Option<FileId> {
    None
}

/// Makes the file where it is not there, readable by its owner alone: SQLite gives what it makes
/// beside it the same permissions. What fails here fails below as well, and is told there.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(path);
}

impl Database for Sqlite {
    type Transaction<'d> = Writing<'d>;

    async fn begin(&mut self) -> Result<Writing<'_>, LedgerError> {
        self.is_in_its_place()?;
        // Given back when the transaction has ended well.
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.options.connect().await.map_err(failed)?,
        };
        Writing::begin(connection, &mut self.connection).await
    }

    async fn scan(
        &mut self,
        after: i64,
        most: u32,
    ) -> Result<Vec<Result<Row, Fault>>, LedgerError> {
        let values = [Value::Number(after), Value::Number(most.into())];
        self.rows("WHERE seq > ? ORDER BY seq LIMIT ?", &values)
            .await
    }

    async fn of_subject(&mut self, subject: ConsentId, most: u32) -> Result<Vec<Row>, LedgerError> {
        let values = [Value::Bytes(subject.as_bytes()), Value::Number(most.into())];
        let latest = "WHERE subject = ? ORDER BY seq DESC LIMIT ?";
        let mut rows = self.rows(latest, &values).await?;
        rows.reverse();
        entries(rows)
    }

    async fn texts(&mut self) -> Result<Vec<(String, String)>, LedgerError> {
        version::texts(self.connection().await?).await
    }

    async fn marks(&mut self) -> Result<Vec<(Mark, i64)>, LedgerError> {
        version::marks(self.connection().await?).await
    }

    async fn last_said(
        &mut self,
        subjects: &[ConsentId],
    ) -> Result<HashMap<ConsentId, i64>, LedgerError> {
        let select = "SELECT subject, max(at) FROM entry WHERE subject IN (";
        let values = subjects.iter().map(ConsentId::as_bytes);
        let mut query = with_list(select, values, ") GROUP BY subject");
        let query = query.build().fetch_all(self.connection().await?);
        let rows = query.await.map_err(failed)?;
        let pair = |row: &SqliteRow| Ok((ConsentId::from_bytes(key(get(row, 0)?)?), get(row, 1)?));
        rows.iter().map(pair).collect()
    }

    async fn shown(&mut self, hash: &str) -> Result<Option<String>, LedgerError> {
        let connection = self.connection().await?;
        let begins = "SELECT content FROM shown WHERE substr(hash, 1, length(?1)) = ?1 LIMIT 1";
        let query = sqlx::query_scalar(begins).bind(hash);
        query.fetch_optional(connection).await.map_err(failed)
    }

    /// The log that is written ahead holds pages as they were.
    async fn clear(&mut self) -> Result<bool, LedgerError> {
        let query = sqlx::query_scalar::<_, i64>("PRAGMA wal_checkpoint(TRUNCATE)");
        let busy = query.fetch_one(self.connection().await?).await;
        busy.map(|busy| busy == 0).map_err(failed)
    }

    fn leave(&mut self) {
        self.connection = None;
    }
}

fn get<'r, T>(row: &'r SqliteRow, at: usize) -> Result<T, LedgerError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(at).map_err(failed)
}

fn read(row: &SqliteRow) -> Result<Result<Row, Fault>, LedgerError> {
    Ok(crate::database::row(
        (get(row, 0)?, get(row, 1)?, get(row, 3)?),
        (get(row, 2)?, get(row, 4)?),
        (get(row, 5)?, get(row, 6)?),
        (get(row, 7)?, get(row, 8)?),
    ))
}

/// What went wrong, and what can be done: <https://sqlite.org/rescode.html>. The lower eight bits
/// are the kind of the error, the others tell it more closely.
fn failed(error: sqlx::Error) -> LedgerError {
    let text = error.to_string();
    let code = error.as_database_error().and_then(|error| error.code());
    let code: Option<u32> = code.and_then(|code| code.parse().ok());
    let remedy = match code.map(|code| code & 0xff) {
        // SQLITE_CORRUPT, SQLITE_NOTADB.
        Some(11 | 26) => {
            return LedgerError::Broken(format!(
                "the file is damaged: {text}. Restore it from a copy"
            ));
        }
        // SQLITE_FULL; SQLITE_IOERR, of which a full disk is the usual reason.
        Some(13 | 10) => "make room on the disk",
        // SQLITE_READONLY, SQLITE_CANTOPEN.
        Some(8 | 14) => "let the file and its folder be written to",
        // SQLITE_BUSY, SQLITE_LOCKED.
        Some(5 | 6) => "another process holds the file",
        _ => return LedgerError::Unavailable(text),
    };
    LedgerError::Unavailable(format!("{text}: {remedy}"))
}
