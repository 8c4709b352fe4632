//! What the ledger asks of a database.

use std::collections::{HashMap, HashSet};

use actix_consent::ledger::{ConsentId, LedgerError, RecordId};

use crate::chain::{Head, Kind, Labels, Row};

/// A connection to a database, of one thread.
pub(crate) trait Database {
    type Transaction<'d>: Transaction
    where
        Self: 'd;

    /// Begins to write. Nobody else writes until it ends.
    async fn begin(&mut self) -> Result<Self::Transaction<'_>, LedgerError>;

    /// Entries after a number, in their order, so many at most.
    async fn scan(&mut self, after: u64, most: u32) -> Result<Vec<Row>, LedgerError>;

    /// The entries that say what was erased.
    async fn erasures(&mut self) -> Result<Vec<Row>, LedgerError>;

    /// The entries of a subject.
    async fn of_subject(&mut self, subject: ConsentId) -> Result<Vec<Row>, LedgerError>;

    /// What was shown, as it was given to be kept.
    async fn shown(&mut self, hash: &str) -> Result<Option<String>, LedgerError>;
}

/// What is written together, or not at all.
pub(crate) trait Transaction {
    async fn head(&mut self) -> Result<Head, LedgerError>;

    /// Which of these are there already.
    async fn known(&mut self, ids: &[RecordId]) -> Result<HashSet<RecordId>, LedgerError>;

    /// The latest record of each of these, where there is one.
    async fn latest(
        &mut self,
        subjects: &[ConsentId],
    ) -> Result<HashMap<ConsentId, RecordId>, LedgerError>;

    async fn insert(&mut self, rows: &[Row]) -> Result<(), LedgerError>;

    /// Takes content, salt, id and subject away.
    async fn empty(&mut self, numbers: &[u64]) -> Result<(), LedgerError>;

    /// Keeps what was shown, where it is not there.
    async fn keep_shown(&mut self, hash: &str, content: &str) -> Result<(), LedgerError>;

    async fn commit(self) -> Result<(), LedgerError>;
}

/// A row out of its columns: number, kind and time; id and subject; salt and content; digest and
/// link.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn row(
    (seq, kind, at): (i64, i64, i64),
    (id, subject): (Option<&[u8]>, Option<&[u8]>),
    said: Option<(&[u8], &[u8])>,
    (digest, link): (&[u8], &[u8]),
) -> Result<Row, LedgerError> {
    let unknown = || LedgerError::Broken(format!("an entry of the unknown kind {kind}"));
    let said = said.map(|(salt, content)| Ok((fixed(salt)?, content.to_vec())));
    Ok(Row {
        seq: unsigned(seq)?,
        labels: Labels {
            kind: Kind::of(kind).ok_or_else(unknown)?,
            at,
            id: id.map(fixed).transpose()?,
            subject: subject.map(fixed).transpose()?,
        },
        said: said.transpose()?,
        digest: fixed(digest)?,
        link: fixed(link)?,
    })
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], LedgerError> {
    let wrong = |_| LedgerError::Broken(format!("{} bytes stand where {N} belong", bytes.len()));
    bytes.try_into().map_err(wrong)
}

/// Databases have no numbers without a sign.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn unsigned(number: i64) -> Result<u64, LedgerError> {
    let negative = |_| LedgerError::Broken(format!("an entry has the number {number}"));
    u64::try_from(number).map_err(negative)
}
