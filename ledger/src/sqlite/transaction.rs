//! A transaction on SQLite.

use std::collections::{HashMap, HashSet};

use actix_consent::ledger::{ConsentId, LedgerError, RecordId};
use sqlx::{QueryBuilder, SqliteConnection, sqlite::SqliteRow};

use super::{COLUMNS, failed, get};
use crate::{
    chain::{Head, Row},
    database::{Transaction, key, remains, signed, unsigned},
    remains::{Mark, Remains},
};

/// Code of a second record with a known id (SQLITE_CONSTRAINT_UNIQUE). A second primary key has
/// another code.
const UNIQUE: &str = "2067";

/// Largest number of rows per statement, as a power of two: SQLite accepts 32,766 values.
const MOST_ROWS: u32 = 11;

/// A transaction. Dropping it closes its connection, which rolls it back.
pub(crate) struct Writing<'s> {
    connection: Option<SqliteConnection>,
    head: Head,
    back: &'s mut Option<SqliteConnection>,
}

impl<'s> Writing<'s> {
    /// Begins a transaction. Its connection goes back to `back` if it ends well.
    pub(super) async fn begin(
        connection: SqliteConnection,
        back: &'s mut Option<SqliteConnection>,
    ) -> Result<Self, LedgerError> {
        let mut writing = Self {
            connection: Some(connection),
            head: Head::start(),
            back,
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

    fn connection(&mut self) -> Result<&mut SqliteConnection, LedgerError> {
        let gone = || LedgerError::Unavailable("its connection was closed".to_owned());
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
        // The index finds the last number of each subject, however many records the subject has.
        let mut query = QueryBuilder::new(
            "SELECT subject, id FROM entry WHERE seq IN (SELECT (SELECT max(seq) FROM entry \
             WHERE subject = wanted.column1) FROM (VALUES (",
        );
        let mut list = query.separated("), (");
        for subject in filled_up(subjects.iter().map(ConsentId::as_bytes)) {
            list.push_bind(&subject[..]);
        }
        query.push(")) AS wanted)");
        let rows = query.build().fetch_all(self.connection()?).await;
        let pair = |row: &SqliteRow| {
            let subject = ConsentId::from_bytes(key(get(row, 0)?)?);
            Ok((subject, RecordId::from_bytes(key(get(row, 1)?)?)))
        };
        rows.map_err(failed)?.iter().map(pair).collect()
    }

    async fn insert(&mut self, rows: &[Row]) -> Result<bool, LedgerError> {
        insert(self.connection()?, rows).await
    }

    async fn numbers(&mut self, subject: ConsentId) -> Result<Vec<u64>, LedgerError> {
        let query = sqlx::query_scalar("SELECT seq FROM entry WHERE subject = ? ORDER BY seq");
        let query = query.bind(&subject.as_bytes()[..]);
        let numbers = query.fetch_all(self.connection()?).await.map_err(failed)?;
        numbers.into_iter().map(unsigned).collect()
    }

    async fn erase(&mut self, numbers: &[u64]) -> Result<Vec<Remains>, LedgerError> {
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
            query.push(") RETURNING seq, kind, at");
            let query = query.build().fetch_all(self.connection()?);
            for row in query.await.map_err(failed)? {
                emptied.push(remains((get(&row, 0)?, get(&row, 1)?, get(&row, 2)?))?);
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

    async fn keep_shown(&mut self, hash: &str, content: &str) -> Result<bool, LedgerError> {
        let query =
            sqlx::query("INSERT INTO shown (hash, content) VALUES (?, ?) ON CONFLICT DO NOTHING");
        let query = query.bind(hash).bind(content).execute(self.connection()?);
        let kept = query.await.map_err(failed)?;
        Ok(kept.rows_affected() > 0)
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

/// Builds a statement with a list of values.
pub(super) fn with_list<'v, const N: usize>(
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

/// Repeats the last value until the number of values is a power of two, because SQLite prepares a
/// statement for each number of values. [`Transaction::insert`] splits its rows for the same
/// reason.
fn filled_up<T: Clone>(values: impl Iterator<Item = T> + Clone) -> impl Iterator<Item = T> {
    let count = values.clone().count();
    let missing = count.next_power_of_two() - count;
    let again = values.clone().last().into_iter().cycle().take(missing);
    values.chain(again)
}

/// Inserts rows. Returns false if the ledger already has the id of one.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    rows: &[Row],
) -> Result<bool, LedgerError> {
    let mut rest = rows;
    while !rest.is_empty() {
        let some;
        (some, rest) = rest.split_at(1 << rest.len().ilog2().min(MOST_ROWS));
        // The transaction is rolled back after a failure, so `OR FAIL` suffices. `OR ABORT` would
        // make SQLite write a statement journal.
        let mut query = QueryBuilder::new(format!("INSERT OR FAIL INTO entry ({COLUMNS}) "));
        query.push_values(some, |mut values, row| {
            let (salt, content) = match &row.salted {
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
        match query.build().execute(&mut *connection).await {
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(UNIQUE) => {
                return Ok(false);
            }
            other => other.map_err(failed)?,
        };
    }
    Ok(true)
}
