//! PostgreSQL, shared by several machines.
//!
//! Needs features of PostgreSQL 9.5 that servers with a compatible protocol may lack:
//! `pg_advisory_xact_lock` to serialise writers, `unnest` of several arrays, partial indexes, and
//! `ON CONFLICT DO NOTHING`.

use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
};

use actix_consent::ledger::{ConsentId, LedgerError, RecordId};
use sqlx::{
    AssertSqlSafe, ConnectOptions, PgConnection, Row as _, SqlSafeStr,
    postgres::{PgConnectOptions, PgRow},
};

use crate::{
    chain::{Head, Row},
    database::{Database, Transaction, entries, key, remains, signed, unsigned},
    fault::Fault,
    remains::{Mark, Remains},
    side_tables::Unchained,
};

/// Advisory lock of every writer: `consent1` as a number.
const LOCK: i64 = i64::from_be_bytes(*b"consent1");

/// Steps from each version of the tables to the next. Append only.
const VERSIONS: [&str; 3] = [
    "
    CREATE TABLE consent_entry (
        seq BIGINT PRIMARY KEY,
        kind BIGINT NOT NULL,
        id BYTEA,
        at BIGINT NOT NULL,
        subject BYTEA,
        salt BYTEA,
        content BYTEA,
        digest BYTEA NOT NULL,
        link BYTEA NOT NULL
    );
    CREATE UNIQUE INDEX consent_entry_id ON consent_entry (id) WHERE id IS NOT NULL;
    CREATE INDEX consent_entry_subject ON consent_entry (subject, seq) WHERE subject IS NOT NULL;
    CREATE INDEX consent_entry_erasure ON consent_entry (seq) WHERE kind = 1;
    CREATE TABLE consent_shown (
        hash TEXT PRIMARY KEY,
        content TEXT NOT NULL
    );
",
    "
    DROP INDEX consent_entry_erasure;
    CREATE TABLE consent_erased (
        mark BYTEA PRIMARY KEY,
        until BIGINT NOT NULL
    );
",
    // Version 3 has the tables of version 2, and adds their contents to the chain.
    "DELETE FROM consent_erased WHERE FALSE",
];

/// First version whose side tables have entries in the chain.
const ENTERED: i64 = 3;

/// Constraint that refuses a record with a known id.
const UNIQUE_ID: &str = "consent_entry_id";

const COLUMNS: &str = "seq, kind, id, at, subject, salt, content, digest, link";

pub(crate) struct Postgres {
    options: PgConnectOptions,
    /// `None` after a failure, so that the next operation connects again.
    connection: Option<PgConnection>,
}

impl Postgres {
    pub(crate) fn new(address: &str) -> Result<Self, LedgerError> {
        let options = PgConnectOptions::from_str(address);
        let wrong = |error: sqlx::Error| LedgerError::Broken(format!("invalid address: {error}"));
        Ok(Self {
            options: options
                .map_err(wrong)?
                .application_name("actix-consent ledger")
                .disable_statement_logging(),
            connection: None,
        })
    }

    /// Creates another connection to the same server.
    pub(crate) fn reader(&self) -> Self {
        Self {
            options: self.options.clone(),
            connection: None,
        }
    }

    /// Creates the tables, or upgrades them to the newest version.
    pub(crate) async fn upgrade(&mut self) -> Result<(), LedgerError> {
        let mut writing = self.locked().await?;
        writing
            .run("CREATE TABLE IF NOT EXISTS consent_version (version BIGINT NOT NULL)")
            .await?;
        let version =
            sqlx::query_scalar::<_, Option<i64>>("SELECT max(version) FROM consent_version");
        let version = version
            .fetch_one(writing.connection()?)
            .await
            .map_err(failed)?;
        let (version, newest) = (version.unwrap_or(0), VERSIONS.len() as i64);
        if version > newest {
            return Err(LedgerError::Broken(format!(
                "the tables have version {version}, but this program supports {newest} at most: use a \
                 newer program"
            )));
        }
        for step in &VERSIONS[usize::try_from(version).unwrap_or(0)..] {
            writing.run(*step).await?;
        }
        if version < ENTERED {
            writing.enter().await?;
        }
        if version < newest {
            let mark = sqlx::query("INSERT INTO consent_version VALUES ($1)").bind(newest);
            mark.execute(writing.connection()?).await.map_err(failed)?;
        }
        writing.commit().await
    }

    /// Begins a transaction that excludes other writers.
    async fn locked(&mut self) -> Result<Writing<'_>, LedgerError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.options.connect().await.map_err(failed)?,
        };
        let mut writing = Writing {
            connection: Some(connection),
            head: Head::start(),
            back: &mut self.connection,
        };
        // A commit is on disk whatever the server's own setting is, and waiting for another writer
        // ends before a visitor gives up.
        let sql = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = on; \
             SET LOCAL lock_timeout = '1500ms'; SELECT pg_advisory_xact_lock({LOCK})"
        );
        writing.run(AssertSqlSafe(sql)).await?;
        Ok(writing)
    }

    async fn connection(&mut self) -> Result<&mut PgConnection, LedgerError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.options.connect().await.map_err(failed)?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Drops the connection if a query failed.
    fn done<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, LedgerError> {
        if result.is_err() {
            self.connection = None;
        }
        result.map_err(failed)
    }
}

impl Database for Postgres {
    type Transaction<'d> = Writing<'d>;

    async fn begin(&mut self) -> Result<Writing<'_>, LedgerError> {
        let mut writing = self.locked().await?;
        writing.find_head().await?;
        Ok(writing)
    }

    async fn scan(
        &mut self,
        after: i64,
        most: u32,
    ) -> Result<Vec<Result<Row, Fault>>, LedgerError> {
        let sql =
            format!("SELECT {COLUMNS} FROM consent_entry WHERE seq > $1 ORDER BY seq LIMIT $2");
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(after)
            .bind(i64::from(most));
        let rows = query.fetch_all(self.connection().await?).await;
        self.done(rows)?.iter().map(read).collect()
    }

    async fn of_subject(&mut self, subject: ConsentId, most: u32) -> Result<Vec<Row>, LedgerError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM consent_entry WHERE subject = $1 ORDER BY seq DESC LIMIT $2"
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(&subject.as_bytes()[..]);
        let query = query.bind(i64::from(most));
        let rows = query.fetch_all(self.connection().await?).await;
        let rows: Result<_, _> = self.done(rows)?.iter().rev().map(read).collect();
        entries(rows?)
    }

    async fn texts(&mut self) -> Result<Vec<(String, String)>, LedgerError> {
        let texts = texts(self.connection().await?).await;
        self.done(texts)
    }

    async fn marks(&mut self) -> Result<Vec<(Mark, i64)>, LedgerError> {
        let rows = marks(self.connection().await?).await;
        self.done(rows)?.iter().map(mark).collect()
    }

    async fn last_times(
        &mut self,
        subjects: &[ConsentId],
    ) -> Result<HashMap<ConsentId, i64>, LedgerError> {
        let subjects: Vec<&[u8]> = subjects.iter().map(|id| &id.as_bytes()[..]).collect();
        let query = sqlx::query(
            "SELECT subject, max(at) FROM consent_entry WHERE subject = ANY($1) GROUP BY subject",
        );
        let rows = query.bind(subjects).fetch_all(self.connection().await?);
        let rows = rows.await;
        let pair = |row: &PgRow| Ok((ConsentId::from_bytes(key(get(row, 0)?)?), get(row, 1)?));
        self.done(rows)?.iter().map(pair).collect()
    }

    async fn shown(&mut self, hash: &str) -> Result<Option<String>, LedgerError> {
        let begins = "SELECT content FROM consent_shown WHERE left(hash, length($1)) = $1 LIMIT 1";
        let query = sqlx::query_scalar(begins);
        let found = query
            .bind(hash)
            .fetch_optional(self.connection().await?)
            .await;
        self.done(found)
    }

    /// The server removes replaced rows when it vacuums: see `docs/ledger.md`.
    async fn clear(&mut self) -> Result<bool, LedgerError> {
        Ok(true)
    }

    fn disconnect(&mut self) {
        self.connection = None;
    }
}

/// A transaction. Dropping it closes its connection, which rolls it back.
pub(crate) struct Writing<'p> {
    connection: Option<PgConnection>,
    head: Head,
    back: &'p mut Option<PgConnection>,
}

impl Writing<'_> {
    fn connection(&mut self) -> Result<&mut PgConnection, LedgerError> {
        let gone = || LedgerError::Unavailable("its connection was closed".to_owned());
        self.connection.as_mut().ok_or_else(gone)
    }

    async fn find_head(&mut self) -> Result<(), LedgerError> {
        let last = sqlx::query("SELECT seq, link FROM consent_entry ORDER BY seq DESC LIMIT 1");
        let last = last.fetch_optional(self.connection()?).await;
        if let Some(last) = last.map_err(failed)? {
            self.head = Head {
                seq: unsigned(get(&last, 0)?)?,
                link: key(get(&last, 1)?)?,
            };
        }
        Ok(())
    }

    /// Adds to the chain what an older version stored beside it.
    async fn enter(&mut self) -> Result<(), LedgerError> {
        self.find_head().await?;
        let gone = sqlx::query("SELECT seq, kind, at FROM consent_entry WHERE content IS NULL");
        let gone = gone.fetch_all(self.connection()?).await.map_err(failed)?;
        let gone = gone
            .iter()
            .map(|row| remains((get(row, 0)?, get(row, 1)?, get(row, 2)?)));
        let remains = gone.collect::<Result<_, _>>()?;
        let texts = texts(self.connection()?).await.map_err(failed)?;
        let marks = marks(self.connection()?).await.map_err(failed)?;
        let marks = marks.iter().map(mark).collect::<Result<_, _>>()?;
        let unchained = Unchained {
            texts,
            marks,
            remains,
        };
        let rows = unchained.rows(self.head)?;
        self.insert(&rows).await.map(|_| ())
    }

    async fn run(&mut self, sql: impl SqlSafeStr) -> Result<(), LedgerError> {
        let run = sqlx::raw_sql(sql).execute(self.connection()?).await;
        run.map(|_| ()).map_err(failed)
    }
}

impl Transaction for Writing<'_> {
    fn head(&self) -> Head {
        self.head
    }

    async fn known(&mut self, ids: &[RecordId]) -> Result<HashSet<RecordId>, LedgerError> {
        let ids: Vec<&[u8]> = ids.iter().map(|id| &id.as_bytes()[..]).collect();
        let query = sqlx::query("SELECT id FROM consent_entry WHERE id = ANY($1)").bind(ids);
        let rows = query.fetch_all(self.connection()?).await.map_err(failed)?;
        let id = |row: &PgRow| Ok(RecordId::from_bytes(key(get(row, 0)?)?));
        rows.iter().map(id).collect()
    }

    async fn latest(
        &mut self,
        subjects: &[ConsentId],
    ) -> Result<HashMap<ConsentId, RecordId>, LedgerError> {
        let subjects: Vec<&[u8]> = subjects.iter().map(|id| &id.as_bytes()[..]).collect();
        let query = sqlx::query(
            "SELECT wanted.subject, last.id FROM unnest($1::bytea[]) AS wanted (subject) \
             CROSS JOIN LATERAL (SELECT id FROM consent_entry \
             WHERE subject = wanted.subject ORDER BY seq DESC LIMIT 1) AS last",
        );
        let rows = query
            .bind(subjects)
            .fetch_all(self.connection()?)
            .await
            .map_err(failed)?;
        let pair = |row: &PgRow| {
            let subject = ConsentId::from_bytes(key(get(row, 0)?)?);
            Ok((subject, RecordId::from_bytes(key(get(row, 1)?)?)))
        };
        rows.iter().map(pair).collect()
    }

    async fn insert(&mut self, rows: &[Row]) -> Result<bool, LedgerError> {
        fn all<'r, T>(rows: &'r [Row], one: impl Fn(&'r Row) -> T) -> Vec<T> {
            rows.iter().map(one).collect()
        }
        let salted = |row: &'_ Row| row.salted.clone().unzip();
        let sql = format!(
            "INSERT INTO consent_entry ({COLUMNS}) SELECT * FROM unnest($1::bigint[], $2::bigint[], \
             $3::bytea[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[], \
             $9::bytea[])"
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(all(rows, |row| signed(row.seq)))
            .bind(all(rows, |row| row.labels.kind.number()))
            .bind(all(rows, |row| row.labels.id.as_ref().map(|id| &id[..])))
            .bind(all(rows, |row| row.labels.at))
            .bind(all(rows, |row| {
                row.labels.subject.as_ref().map(|subject| &subject[..])
            }))
            .bind(all(rows, |row| salted(row).0.map(|salt| salt.to_vec())))
            .bind(all(rows, |row| salted(row).1))
            .bind(all(rows, |row| &row.digest[..]))
            .bind(all(rows, |row| &row.link[..]));
        match query.execute(self.connection()?).await {
            Err(sqlx::Error::Database(error)) if error.constraint() == Some(UNIQUE_ID) => Ok(false),
            other => other.map(|_| true).map_err(failed),
        }
    }

    async fn numbers(&mut self, subject: ConsentId) -> Result<Vec<u64>, LedgerError> {
        let query =
            sqlx::query_scalar("SELECT seq FROM consent_entry WHERE subject = $1 ORDER BY seq");
        let query = query.bind(&subject.as_bytes()[..]);
        let numbers = query.fetch_all(self.connection()?).await.map_err(failed)?;
        numbers.into_iter().map(unsigned).collect()
    }

    async fn erase(&mut self, numbers: &[u64]) -> Result<Vec<Remains>, LedgerError> {
        let numbers: Vec<i64> = numbers.iter().map(|number| signed(*number)).collect();
        let query = sqlx::query_as(
            "UPDATE consent_entry SET id = NULL, subject = NULL, salt = NULL, content = NULL \
             WHERE content IS NOT NULL AND seq = ANY($1) RETURNING seq, kind, at",
        );
        let emptied = query.bind(numbers).fetch_all(self.connection()?).await;
        let emptied: Vec<(i64, i64, i64)> = emptied.map_err(failed)?;
        emptied.into_iter().map(remains).collect()
    }

    async fn mark_erased(&mut self, mark: Mark, until: i64) -> Result<(), LedgerError> {
        let query = sqlx::query(
            "INSERT INTO consent_erased (mark, until) VALUES ($1, $2) \
             ON CONFLICT (mark) DO UPDATE SET until = excluded.until",
        );
        let query = query.bind(&mark.0[..]).bind(until);
        let marked = query.execute(self.connection()?).await;
        marked.map(|_| ()).map_err(failed)
    }

    async fn erased(&mut self, marks: &[Mark]) -> Result<HashMap<Mark, i64>, LedgerError> {
        let marks: Vec<&[u8]> = marks.iter().map(|mark| &mark.0[..]).collect();
        let query = sqlx::query("SELECT mark, until FROM consent_erased WHERE mark = ANY($1)");
        let rows = query.bind(marks).fetch_all(self.connection()?).await;
        let pair = |row: &PgRow| Ok((Mark(key(get(row, 0)?)?), get(row, 1)?));
        rows.map_err(failed)?.iter().map(pair).collect()
    }

    async fn keep_shown(&mut self, hash: &str, content: &str) -> Result<bool, LedgerError> {
        let query = sqlx::query(
            "INSERT INTO consent_shown (hash, content) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        );
        let query = query.bind(hash).bind(content).execute(self.connection()?);
        let kept = query.await.map_err(failed)?;
        Ok(kept.rows_affected() > 0)
    }

    async fn commit(mut self) -> Result<(), LedgerError> {
        self.run("COMMIT").await?;
        *self.back = self.connection.take();
        Ok(())
    }

    async fn roll_back(mut self) -> Result<(), LedgerError> {
        self.run("ROLLBACK").await?;
        *self.back = self.connection.take();
        Ok(())
    }
}

async fn texts(connection: &mut PgConnection) -> Result<Vec<(String, String)>, sqlx::Error> {
    let texts = sqlx::query_as("SELECT hash, content FROM consent_shown ORDER BY hash");
    texts.fetch_all(connection).await
}

async fn marks(connection: &mut PgConnection) -> Result<Vec<PgRow>, sqlx::Error> {
    let marks = sqlx::query("SELECT mark, until FROM consent_erased ORDER BY mark");
    marks.fetch_all(connection).await
}

fn mark(row: &PgRow) -> Result<(Mark, i64), LedgerError> {
    Ok((Mark(key(get(row, 0)?)?), get(row, 1)?))
}

fn get<'r, T>(row: &'r PgRow, at: usize) -> Result<T, LedgerError>
where
    T: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    row.try_get(at).map_err(failed)
}

fn read(row: &PgRow) -> Result<Result<Row, Fault>, LedgerError> {
    Ok(crate::database::row(
        (get(row, 0)?, get(row, 1)?, get(row, 3)?),
        (get(row, 2)?, get(row, 4)?),
        (get(row, 5)?, get(row, 6)?),
        (get(row, 7)?, get(row, 8)?),
    ))
}

fn failed(error: sqlx::Error) -> LedgerError {
    LedgerError::Unavailable(error.to_string())
}
