//! A file on this machine.

mod version;

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    time::Duration,
};

use actix_consent::ledger::{ConsentId, LedgerError, RecordId};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, QueryBuilder, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous},
};

use crate::{
    chain::{Head, Row},
    database::{Database, Mark, Transaction, entries, key, signed, unsigned},
    verify::Fault,
};

/// How long another process may hold the file: less than a visitor waits.
const WAITS_FOR_LOCK: Duration = Duration::from_millis(1500);

/// So many rows are read before anybody has asked for them.
const ROWS_AHEAD: usize = 4096;

/// What SQLite says of a second record with an id (SQLITE_CONSTRAINT_UNIQUE): all else that is
/// unique is the key of a table, and has a number of its own.
const UNIQUE: &str = "2067";

/// So many rows are written by one statement, as a power of two: SQLite takes 32,766 values.
const MOST_ROWS: u32 = 11;

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
        let mut writing = Writing {
            connection: Some(connection),
            head: Head::start(),
            back: &mut self.connection,
        };
        let begin = "BEGIN IMMEDIATE; SELECT seq, link FROM entry ORDER BY seq DESC LIMIT 1";
        let last = sqlx::query(begin).fetch_optional(writing.connection()?);
        if let Some(last) = last.await.map_err(failed)? {
            writing.head = Head {
                seq: unsigned(get(&last, 0)?)?,
                link: key(get(&last, 1)?)?,
            };
        }
        Ok(writing)
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

    async fn of_subject(&mut self, subject: ConsentId) -> Result<Vec<Row>, LedgerError> {
        let value = [Value::Bytes(subject.as_bytes())];
        let rows = self.rows("WHERE subject = ? ORDER BY seq", &value).await?;
        entries(rows)
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

/// A transaction. Dropped without an end, its connection is closed with it, which takes back what
/// was written.
pub(crate) struct Writing<'s> {
    connection: Option<SqliteConnection>,
    head: Head,
    back: &'s mut Option<SqliteConnection>,
}

impl Writing<'_> {
    fn connection(&mut self) -> Result<&mut SqliteConnection, LedgerError> {
        let gone = || LedgerError::Unavailable("its connection has gone".to_owned());
        self.connection.as_mut().ok_or_else(gone)
    }

    async fn execute(&mut self, sql: &'static str) -> Result<(), LedgerError> {
        let query = sqlx::query(sql).execute(self.connection()?);
        query.await.map(|_| ()).map_err(failed)
    }
}

impl Transaction for Writing<'_> {
    fn head(&self) -> Head {
        self.head
    }

    async fn known(&mut self, ids: &[RecordId]) -> Result<HashSet<RecordId>, LedgerError> {
        let values = ids.iter().map(RecordId::as_bytes);
        let mut query = with_list("SELECT id FROM entry WHERE id IN (", values, ")");
        let rows = query.build().fetch_all(self.connection()?).await;
        let id = |row: &SqliteRow| Ok(RecordId::from_bytes(key(get(row, 0)?)?));
        rows.map_err(failed)?.iter().map(id).collect()
    }

    async fn latest(
        &mut self,
        subjects: &[ConsentId],
    ) -> Result<HashMap<ConsentId, RecordId>, LedgerError> {
        // Of the rows with the greatest number SQLite takes the other columns from that row.
        let select = "SELECT subject, id, max(seq) FROM entry WHERE subject IN (";
        let values = subjects.iter().map(ConsentId::as_bytes);
        let mut query = with_list(select, values, ") GROUP BY subject");
        let rows = query.build().fetch_all(self.connection()?).await;
        let pair = |row: &SqliteRow| {
            let subject = ConsentId::from_bytes(key(get(row, 0)?)?);
            Ok((subject, RecordId::from_bytes(key(get(row, 1)?)?)))
        };
        rows.map_err(failed)?.iter().map(pair).collect()
    }

    async fn insert(&mut self, rows: &[Row]) -> Result<bool, LedgerError> {
        let mut rest = rows;
        while !rest.is_empty() {
            let some;
            (some, rest) = rest.split_at(1 << rest.len().ilog2().min(MOST_ROWS));
            // What it has inserted until it fails is taken back with the transaction. Could it take
            // back itself, SQLite would write down each page for it first.
            let mut query = QueryBuilder::new(format!("INSERT OR FAIL INTO entry ({COLUMNS}) "));
            query.push_values(some, |mut values, row| {
                let (salt, content) = match &row.said {
                    Some((salt, content)) => (Some(&salt[..]), Some(&content[..])),
                    None => (None, None),
                };
                values
                    .push_bind(signed(row.seq))
                    .push_bind(row.labels.kind.number())
                    .push_bind(row.labels.id.as_ref().map(|id| &id[..]))
                    .push_bind(row.labels.at)
                    .push_bind(row.labels.subject.as_ref().map(|subject| &subject[..]))
                    .push_bind(salt)
                    .push_bind(content)
                    .push_bind(&row.digest[..])
                    .push_bind(&row.link[..]);
            });
            match query.build().execute(self.connection()?).await {
                Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(UNIQUE) => {
                    return Ok(false);
                }
                other => other.map_err(failed)?,
            };
        }
        Ok(true)
    }

    async fn numbers(&mut self, subject: ConsentId) -> Result<Vec<u64>, LedgerError> {
        let query = sqlx::query_scalar("SELECT seq FROM entry WHERE subject = ? ORDER BY seq");
        let query = query.bind(&subject.as_bytes()[..]);
        let numbers = query.fetch_all(self.connection()?).await.map_err(failed)?;
        numbers.into_iter().map(unsigned).collect()
    }

    async fn empty(&mut self, numbers: &[u64]) -> Result<Vec<u64>, LedgerError> {
        let mut emptied = Vec::new();
        for some in numbers.chunks(1 << MOST_ROWS) {
            let mut query = QueryBuilder::new(
                "UPDATE entry SET id = NULL, subject = NULL, salt = NULL, content = NULL \
                 WHERE content IS NOT NULL AND seq IN (",
            );
            let mut list = query.separated(", ");
            for number in filled_up(some.iter().copied()) {
                list.push_bind(signed(number));
            }
            query.push(") RETURNING seq");
            let query = query.build().fetch_all(self.connection()?);
            for row in query.await.map_err(failed)? {
                emptied.push(unsigned(get(&row, 0)?)?);
            }
        }
        Ok(emptied)
    }

    async fn mark_erased(&mut self, mark: Mark, until: i64) -> Result<(), LedgerError> {
        let query = sqlx::query("INSERT OR REPLACE INTO erased (mark, until) VALUES (?, ?)");
        let query = query.bind(&mark.0[..]).bind(until);
        let marked = query.execute(self.connection()?).await;
        marked.map(|_| ()).map_err(failed)
    }

    async fn erased(&mut self, marks: &[Mark]) -> Result<HashMap<Mark, i64>, LedgerError> {
        let values = marks.iter().map(|mark| &mark.0);
        let mut query = with_list(
            "SELECT mark, until FROM erased WHERE mark IN (",
            values,
            ")",
        );
        let rows = query.build().fetch_all(self.connection()?).await;
        let pair = |row: &SqliteRow| Ok((Mark(key(get(row, 0)?)?), get(row, 1)?));
        rows.map_err(failed)?.iter().map(pair).collect()
    }

    async fn keep_shown(&mut self, hash: &str, content: &str) -> Result<(), LedgerError> {
        let query =
            sqlx::query("INSERT INTO shown (hash, content) VALUES (?, ?) ON CONFLICT DO NOTHING");
        let query = query.bind(hash).bind(content).execute(self.connection()?);
        query.await.map(|_| ()).map_err(failed)
    }

    async fn commit(mut self) -> Result<(), LedgerError> {
        self.execute("COMMIT").await?;
        *self.back = self.connection.take();
        Ok(())
    }

    async fn roll_back(mut self) -> Result<(), LedgerError> {
        self.execute("ROLLBACK").await?;
        *self.back = self.connection.take();
        Ok(())
    }
}

/// A statement with a list of values in it.
fn with_list<'v, const N: usize>(
    before: &str,
    values: impl Iterator<Item = &'v [u8; N]> + Clone,
    after: &str,
) -> QueryBuilder<sqlx::Sqlite> {
    let mut query = QueryBuilder::new(before);
    let mut list = query.separated(", ");
    for value in filled_up(values) {
        list.push_bind(&value[..]);
    }
    query.push(after);
    query
}

/// The values, and the last of them again until their number is a power of two: SQLite reads a
/// statement anew for each number of values in it. [`Transaction::insert`] has few of them for the
/// same reason.
fn filled_up<T: Clone>(values: impl Iterator<Item = T> + Clone) -> impl Iterator<Item = T> {
    let count = values.clone().count();
    let missing = count.next_power_of_two() - count;
    let again = values.clone().last().into_iter().cycle().take(missing);
    values.chain(again)
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
