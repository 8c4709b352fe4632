//! SQLite: a file on this machine.

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
    database::{Database, entries, key},
    fault::Fault,
    remains::Mark,
};

/// Longest wait for another process that locks the file: less than a visitor waits.
const WAITS_FOR_LOCK: Duration = Duration::from_millis(1500);

/// Number of rows read ahead.
const ROWS_AHEAD: usize = 4096;

const COLUMNS: &str = "seq, kind, id, at, subject, salt, content, digest, link";

pub(crate) struct Sqlite {
    options: SqliteConnectOptions,
    /// `None` after a failure, so that the next operation connects again.
    connection: Option<SqliteConnection>,
    path: PathBuf,
    /// Identity of the file when it was opened.
    file: Option<FileId>,
}

/// Device and inode of a file.
type FileId = (u64, u64);

impl Sqlite {
    pub(crate) async fn open(path: &str) -> Result<Self, LedgerError> {
        if path.is_empty() || path.starts_with(':') {
            return Err(LedgerError::Broken(
                "names no file, and a ledger in memory proves nothing: write sqlite:FILE"
                    .to_owned(),
            ));
        }
        let options = SqliteConnectOptions::new()
            .filename(Path::new(path))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An acknowledged commit is on disk.
            .synchronous(SqliteSynchronous::Full)
            // Overwrites deleted content.
            .pragma("secure_delete", "ON")
            .busy_timeout(WAITS_FOR_LOCK)
            // Rows come from another thread; waiting for each costs more than reading it.
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

    /// Creates another connection to the same file, which only reads and never creates the file.
    pub(crate) fn reader(&self) -> Self {
        let options = self.options.clone().create_if_missing(false);
        Self {
            options: options.pragma("query_only", "ON"),
            connection: None,
            path: self.path.clone(),
            file: self.file,
        }
    }

    /// Returns true if the file is a ledger of the newest version. Does not change the file, which
    /// may belong to another program or be locked.
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

    /// Fails if the file was moved away: a database that stays open in the moved file would take
    /// all further records with it.
    fn is_in_its_place(&self) -> Result<(), LedgerError> {
        if self.file == file_id(&self.path) {
            return Ok(());
        }
        Err(LedgerError::Unavailable(
            "the file was moved, removed or replaced: put it back, or restart the program"
                .to_owned(),
        ))
    }

    async fn connection(&mut self) -> Result<&mut SqliteConnection, LedgerError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.options.connect().await.map_err(failed)?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Reads rows. `conditions` are constants of this module; the values are bound.
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

/// Such a system does not let an open file be moved.
#[cfg(not(unix))]
fn file_id(_: &Path) -> Option<FileId> {
    None
}

/// Creates the file if it does not exist, readable by its owner alone. SQLite gives the files
/// beside it the same permissions. Ignores errors, since opening the file reports them.
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
        // The transaction gives the connection back if it ends well.
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

    async fn last_times(
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

    /// The write-ahead log holds earlier versions of pages.
    async fn clear(&mut self) -> Result<bool, LedgerError> {
        let query = sqlx::query_scalar::<_, i64>("PRAGMA wal_checkpoint(TRUNCATE)");
        let busy = query.fetch_one(self.connection().await?).await;
        busy.map(|busy| busy == 0).map_err(failed)
    }

    fn disconnect(&mut self) {
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

/// Adds a remedy to an error by its result code: <https://sqlite.org/rescode.html>. The lower eight
/// bits are the primary code.
fn failed(error: sqlx::Error) -> LedgerError {
    let text = error.to_string();
    let code = error.as_database_error().and_then(|error| error.code());
    let code: Option<u32> = code.and_then(|code| code.parse().ok());
    let remedy = match code.map(|code| code & 0xff) {
        // SQLITE_CORRUPT, SQLITE_NOTADB.
        Some(11 | 26) => {
            return LedgerError::Broken(format!(
                "the file is damaged: {text}. Restore it from a backup"
            ));
        }
        // SQLITE_FULL; SQLITE_IOERR, usually because of a full disk.
        Some(13 | 10) => "make room on the disk",
        // SQLITE_READONLY, SQLITE_CANTOPEN.
        Some(8 | 14) => "make the file and its directory writable",
        // SQLITE_BUSY, SQLITE_LOCKED.
        Some(5 | 6) => "another process locks the file: stop it, or try again",
        _ => return LedgerError::Unavailable(text),
    };
    LedgerError::Unavailable(format!("{text}: {remedy}"))
}
