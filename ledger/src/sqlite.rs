//! A file on this machine.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    time::Duration,
};

use actix_consent::ledger::{ConsentId, LedgerError, RecordId};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, QueryBuilder, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous},
};

use crate::{
    chain::{Head, Row},
    database::{Database, Transaction, fixed, signed, unsigned},
};

/// How long another process may hold the file: less than a visitor waits.
const WAITS_FOR_LOCK: Duration = Duration::from_millis(1500);

/// What makes each version of the file out of the one before it. Never changed, only added to.
const VERSIONS: [&str; 1] = ["
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
"];

/// `consent` in four letters, so that no other database is taken for a ledger.
const APPLICATION: i64 = i64::from_be_bytes([0, 0, 0, 0, b'c', b'n', b's', b't']);

const COLUMNS: &str = "seq, kind, id, at, subject, salt, content, digest, link";

pub(crate) struct Sqlite {
    options: SqliteConnectOptions,
    /// Nothing after a failure, so that the next one begins anew.
    connection: Option<SqliteConnection>,
}

impl Sqlite {
    pub(crate) async fn open(path: &str) -> Result<Self, LedgerError> {
        let options = SqliteConnectOptions::new()
            .filename(Path::new(path))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Each commit is on disk when it is acknowledged.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(WAITS_FOR_LOCK)
            .disable_statement_logging();
        make_private(Path::new(path));
        let mut sqlite = Self {
            options,
            connection: None,
        };
        let connection = sqlite.connection().await?;
        upgrade(connection).await?;
        Ok(sqlite)
    }

    async fn connection(&mut self) -> Result<&mut SqliteConnection, LedgerError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.options.connect().await.map_err(failed)?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Reads entries: the conditions are ours, the values are bound.
    async fn rows(
        &mut self,
        conditions: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, LedgerError> {
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

/// Makes the file where it is not there, readable by its owner alone: SQLite gives what it makes
/// beside it the same permissions. What fails here fails below as well, and is told there.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(path);
}

/// Brings a file to the newest version, or says that it is none of ours.
async fn upgrade(connection: &mut SqliteConnection) -> Result<(), LedgerError> {
    let mut writing = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(failed)?;
    let number = |sql: &'static str| sqlx::query_scalar::<_, i64>(sql);
    let version = number("PRAGMA user_version")
        .fetch_one(&mut *writing)
        .await
        .map_err(failed)?;
    let application = number("PRAGMA application_id");
    let application = application.fetch_one(&mut *writing).await.map_err(failed)?;
    let tables = number("SELECT count(*) FROM sqlite_schema");
    let tables = tables.fetch_one(&mut *writing).await.map_err(failed)?;
    if application != APPLICATION && (tables > 0 || version > 0) {
        return Err(LedgerError::Broken(
            "the file is a database of something else: name another file".to_owned(),
        ));
    }
    let newest = VERSIONS.len() as i64;
    if version > newest {
        return Err(LedgerError::Broken(format!(
            "the file is of version {version}, and this program knows {newest}: use the newer \
             program"
        )));
    }
    for step in &VERSIONS[usize::try_from(version).unwrap_or(0)..] {
        sqlx::raw_sql(*step)
            .execute(&mut *writing)
            .await
            .map_err(failed)?;
    }
    if version < newest {
        let marks =
            format!("PRAGMA user_version = {newest}; PRAGMA application_id = {APPLICATION}");
        let marks = sqlx::raw_sql(AssertSqlSafe(marks));
        marks.execute(&mut *writing).await.map_err(failed)?;
    }
    writing.commit().await.map_err(failed)
}

impl Database for Sqlite {
    type Transaction<'d> = Writing<'d>;

    async fn begin(&mut self) -> Result<Writing<'_>, LedgerError> {
        // Given back when the transaction has ended well.
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.options.connect().await.map_err(failed)?,
        };
        let mut writing = Writing {
            connection: Some(connection),
            back: &mut self.connection,
        };
        writing.execute("BEGIN IMMEDIATE").await?;
        Ok(writing)
    }

    async fn scan(&mut self, after: u64, most: u32) -> Result<Vec<Row>, LedgerError> {
        let values = [Value::Number(signed(after)), Value::Number(most.into())];
        self.rows("WHERE seq > ? ORDER BY seq LIMIT ?", &values)
            .await
    }

    async fn erasures(&mut self) -> Result<Vec<Row>, LedgerError> {
        self.rows("WHERE kind = 1 ORDER BY seq", &[]).await
    }

    async fn of_subject(&mut self, subject: ConsentId) -> Result<Vec<Row>, LedgerError> {
        let value = [Value::Bytes(subject.as_bytes())];
        self.rows("WHERE subject = ? ORDER BY seq", &value).await
    }

    async fn shown(&mut self, hash: &str) -> Result<Option<String>, LedgerError> {
        let connection = self.connection().await?;
        let query = sqlx::query_scalar("SELECT content FROM shown WHERE hash = ?").bind(hash);
        query.fetch_optional(connection).await.map_err(failed)
    }
}

/// A transaction. Dropped without an end, its connection is closed with it, which takes back what
/// was written.
pub(crate) struct Writing<'s> {
    connection: Option<SqliteConnection>,
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
    async fn head(&mut self) -> Result<Head, LedgerError> {
        let last = sqlx::query("SELECT seq, link FROM entry ORDER BY seq DESC LIMIT 1");
        let last = last
            .fetch_optional(self.connection()?)
            .await
            .map_err(failed)?;
        let Some(last) = last else {
            return Ok(Head::start());
        };
        Ok(Head {
            seq: unsigned(last.try_get(0).map_err(failed)?)?,
            link: fixed(last.try_get(1).map_err(failed)?)?,
        })
    }

    async fn known(&mut self, ids: &[RecordId]) -> Result<HashSet<RecordId>, LedgerError> {
        let mut query = QueryBuilder::new("SELECT id FROM entry WHERE id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(&id.as_bytes()[..]);
        }
        query.push(")");
        let rows = query
            .build()
            .fetch_all(self.connection()?)
            .await
            .map_err(failed)?;
        let id = |row: &SqliteRow| {
            Ok(RecordId::from_bytes(fixed(
                row.try_get(0).map_err(failed)?,
            )?))
        };
        rows.iter().map(id).collect()
    }

    async fn latest(
        &mut self,
        subjects: &[ConsentId],
    ) -> Result<HashMap<ConsentId, RecordId>, LedgerError> {
        if subjects.is_empty() {
            return Ok(HashMap::new());
        }
        // Of the rows with the greatest number SQLite takes the other columns from that row.
        let mut query =
            QueryBuilder::new("SELECT subject, id, max(seq) FROM entry WHERE subject IN (");
        let mut list = query.separated(", ");
        for subject in subjects {
            list.push_bind(&subject.as_bytes()[..]);
        }
        query.push(") GROUP BY subject");
        let rows = query
            .build()
            .fetch_all(self.connection()?)
            .await
            .map_err(failed)?;
        let pair = |row: &SqliteRow| {
            let subject = ConsentId::from_bytes(fixed(row.try_get(0).map_err(failed)?)?);
            let id = RecordId::from_bytes(fixed(row.try_get(1).map_err(failed)?)?);
            Ok((subject, id))
        };
        rows.iter().map(pair).collect()
    }

    async fn insert(&mut self, rows: &[Row]) -> Result<(), LedgerError> {
        let mut query = QueryBuilder::new(format!("INSERT INTO entry ({COLUMNS}) "));
        query.push_values(rows, |mut values, row| {
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
        let query = query.build().execute(self.connection()?);
        query.await.map(|_| ()).map_err(failed)
    }

    async fn empty(&mut self, numbers: &[u64]) -> Result<(), LedgerError> {
        for some in numbers.chunks(1000) {
            let mut query = QueryBuilder::new(
                "UPDATE entry SET id = NULL, subject = NULL, salt = NULL, content = NULL \
                 WHERE seq IN (",
            );
            let mut list = query.separated(", ");
            for number in some {
                list.push_bind(signed(*number));
            }
            query.push(")");
            query
                .build()
                .execute(self.connection()?)
                .await
                .map_err(failed)?;
        }
        Ok(())
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
}

fn read(row: &SqliteRow) -> Result<Row, LedgerError> {
    fn get<'r, T>(row: &'r SqliteRow, at: usize) -> Result<T, LedgerError>
    where
        T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
    {
        row.try_get(at).map_err(failed)
    }
    let (salt, content): (Option<&[u8]>, Option<&[u8]>) = (get(row, 5)?, get(row, 6)?);
    crate::database::row(
        (get(row, 0)?, get(row, 1)?, get(row, 3)?),
        (get(row, 2)?, get(row, 4)?),
        salt.zip(content),
        (get(row, 7)?, get(row, 8)?),
    )
}

fn failed(error: sqlx::Error) -> LedgerError {
    let text = error.to_string();
    // What SQLite says of a file that it cannot read as a database (SQLITE_CORRUPT, _NOTADB).
    let broken = error.as_database_error().and_then(|error| error.code());
    match broken.as_deref() {
        Some("11" | "26" | "267" | "523" | "779") => LedgerError::Broken(format!(
            "the file is damaged: {text}. Restore it from a copy"
        )),
        // SQLITE_FULL, SQLITE_IOERR_WRITE; SQLITE_READONLY; SQLITE_BUSY.
        Some("13" | "778") => LedgerError::Unavailable(format!("{text}: make room on the disk")),
        Some("8") => LedgerError::Unavailable(format!("{text}: let the file be written to")),
        Some("5") => LedgerError::Unavailable(format!("{text}: another process holds the file")),
        _ => LedgerError::Unavailable(text),
    }
}
