//! Interface between the ledger and a database.

use std::collections::{HashMap, HashSet};

use actix_consent::ledger::{ConsentId, LedgerError, RecordId};

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use crate::chain::{Kind, Labels};
use crate::{
    chain::{Head, Row},
    fault::Fault,
    remains::{Mark, Remains},
};

/// A connection to a database, used by one thread.
pub(crate) trait Database {
    type Transaction<'d>: Transaction
    where
        Self: 'd;

    /// Begins a transaction. No other process can write until it ends.
    async fn begin(&mut self) -> Result<Self::Transaction<'_>, LedgerError>;

    /// Reads at most `most` rows after a number, in order. A row that no ledger has written is a
    /// fault.
    async fn scan(&mut self, after: i64, most: u32)
    -> Result<Vec<Result<Row, Fault>>, LedgerError>;

    /// Reads the latest entries of a subject, at most `most`, oldest first.
    async fn of_subject(&mut self, subject: ConsentId, most: u32) -> Result<Vec<Row>, LedgerError>;

    /// Reads hash and stored form of every text that visitors were shown.
    async fn texts(&mut self) -> Result<Vec<(String, String)>, LedgerError>;

    /// Reads the marks of all erased subjects with the times of the erasures, in milliseconds since
    /// 1970.
    async fn marks(&mut self) -> Result<Vec<(Mark, i64)>, LedgerError>;

    /// Reads the time of each subject's latest entry, in milliseconds since 1970.
    async fn last_times(
        &mut self,
        subjects: &[ConsentId],
    ) -> Result<HashMap<ConsentId, i64>, LedgerError>;

    /// Reads the stored form of the text whose hash starts with `hash`.
    async fn shown(&mut self, hash: &str) -> Result<Option<String>, LedgerError>;

    /// Clears erased data out of copies that the database keeps. Returns false if a reader prevents
    /// it.
    async fn clear(&mut self) -> Result<bool, LedgerError>;

    /// Drops a connection that does not respond.
    fn disconnect(&mut self);
}

/// A transaction: all of its writes persist, or none.
pub(crate) trait Transaction {
    /// The end of the chain when the transaction began.
    fn head(&self) -> Head;

    /// Returns those ids that the ledger has already.
    async fn known(&mut self, ids: &[RecordId]) -> Result<HashSet<RecordId>, LedgerError>;

    /// Returns the latest record of each subject that has one.
    async fn latest(
        &mut self,
        subjects: &[ConsentId],
    ) -> Result<HashMap<ConsentId, RecordId>, LedgerError>;

    /// Inserts rows. Returns false if the ledger already has the id of one; the transaction must
    /// then be rolled back.
    async fn insert(&mut self, rows: &[Row]) -> Result<bool, LedgerError>;

    /// Returns the numbers of a subject's entries.
    async fn numbers(&mut self, subject: ConsentId) -> Result<Vec<u64>, LedgerError>;

    /// Clears content, salt, id and subject of entries. Returns the remains of those that had
    /// content.
    async fn erase(&mut self, numbers: &[u64]) -> Result<Vec<Remains>, LedgerError>;

    /// Marks a subject as erased. Records of the subject up to `until`, in milliseconds since 1970,
    /// are rejected from then on.
    async fn mark_erased(&mut self, mark: Mark, until: i64) -> Result<(), LedgerError>;

    /// Returns the times of the erasures of those marks that the ledger has, in milliseconds since
    /// 1970.
    async fn erased(&mut self, marks: &[Mark]) -> Result<HashMap<Mark, i64>, LedgerError>;

    /// Stores a text unless the ledger has it. Returns true if it was new.
    async fn keep_shown(&mut self, hash: &str, content: &str) -> Result<bool, LedgerError>;

    async fn commit(self) -> Result<(), LedgerError>;

    async fn roll_back(self) -> Result<(), LedgerError>;
}

/// Builds a row from its columns: number, kind and time; id and subject; salt and content; digest
/// and link.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn row(
    (seq, kind, at): (i64, i64, i64),
    (id, subject): (Option<&[u8]>, Option<&[u8]>),
    salted: (Option<&[u8]>, Option<&[u8]>),
    (digest, link): (&[u8], &[u8]),
) -> Result<Row, Fault> {
    let number = u64::try_from(seq).ok().filter(|number| *number > 0);
    let number = number.ok_or(Fault::Stray { number: seq })?;
    let entry = || {
        Some(Row {
            seq: number,
            labels: Labels {
                kind: Kind::of(kind)?,
                at,
                id: fixed_if_there(id)?,
                subject: fixed_if_there(subject)?,
            },
            salted: match salted {
                (Some(salt), Some(content)) => Some((fixed(salt)?, content.to_vec())),
                // An erasure clears all four columns.
                (None, None) if id.is_none() && subject.is_none() => None,
                _ => return None,
            },
            digest: fixed(digest)?,
            link: fixed(link)?,
        })
    };
    entry().ok_or(Fault::Changed { seq: number })
}

/// The bytes of a column, if their number is `N`.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn fixed<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
fn fixed_if_there<const N: usize>(bytes: Option<&[u8]>) -> Option<Option<[u8; N]>> {
    bytes.map_or(Some(None), |bytes| fixed(bytes).map(Some))
}

/// The rows, unless one is a fault.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn entries(rows: Vec<Result<Row, Fault>>) -> Result<Vec<Row>, LedgerError> {
    rows.into_iter().map(entry).collect()
}

pub(crate) fn entry(row: Result<Row, Fault>) -> Result<Row, LedgerError> {
    row.map_err(|fault| LedgerError::Broken(fault.to_string()))
}

/// Reads a column of an index, which holds only values that the ledger wrote.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn key<const N: usize>(bytes: &[u8]) -> Result<[u8; N], LedgerError> {
    let wrong = || {
        LedgerError::Broken(format!(
            "an index holds {} bytes instead of {N}: restore the ledger from a backup",
            bytes.len()
        ))
    };
    fixed(bytes).ok_or_else(wrong)
}

/// Reads the remains of an erased entry.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn remains((seq, kind, at): (i64, i64, i64)) -> Result<Remains, LedgerError> {
    let seq = unsigned(seq)?;
    Ok(Remains { seq, kind, at })
}

/// Converts a number for a database: SQL has no unsigned integers.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn unsigned(number: i64) -> Result<u64, LedgerError> {
    let negative = |_| {
        LedgerError::Broken(format!(
            "an entry has the negative number {number}: restore the ledger from a backup"
        ))
    };
    u64::try_from(number).map_err(negative)
}
