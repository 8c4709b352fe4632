//! What the ledger asks of a database.

use std::collections::{HashMap, HashSet};

use actix_consent::ledger::{ConsentId, LedgerError, RecordId};
use sha2::{Digest, Sha256};

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use crate::chain::{Kind, Labels};
use crate::{
    chain::{Head, Left, Row},
    verify::Fault,
};

/// A connection to a database, of one thread.
pub(crate) trait Database {
    type Transaction<'d>: Transaction
    where
        Self: 'd;

    /// Begins to write. Nobody else writes until it ends.
    async fn begin(&mut self) -> Result<Self::Transaction<'_>, LedgerError>;

    /// Rows after a number, in their order, so many at most; a fault for each that no ledger has
    /// written.
    async fn scan(&mut self, after: i64, most: u32)
    -> Result<Vec<Result<Row, Fault>>, LedgerError>;

    /// The latest entries of a subject, so many at most, in their order.
    async fn of_subject(&mut self, subject: ConsentId, most: u32) -> Result<Vec<Row>, LedgerError>;

    /// All that was shown, by its hash, in the form in which it was given to be kept.
    async fn texts(&mut self) -> Result<Vec<(String, String)>, LedgerError>;

    /// All marks of erased subjects, and until when.
    async fn marks(&mut self) -> Result<Vec<(Mark, i64)>, LedgerError>;

    /// When each of these said something last, in milliseconds since 1970.
    async fn last_said(
        &mut self,
        subjects: &[ConsentId],
    ) -> Result<HashMap<ConsentId, i64>, LedgerError>;

    /// What was shown, as it was given to be kept, by the beginning of its hash.
    async fn shown(&mut self, hash: &str) -> Result<Option<String>, LedgerError>;

    /// Clears what was erased out of where the database keeps copies of it. `false` where somebody
    /// reads them at this moment.
    async fn clear(&mut self) -> Result<bool, LedgerError>;

    /// Leaves a connection that does not answer.
    fn leave(&mut self);
}

/// What is written together, or not at all.
pub(crate) trait Transaction {
    /// The end of the chain, as it was when the transaction began.
    fn head(&self) -> Head;

    /// Which of these are there already.
    async fn known(&mut self, ids: &[RecordId]) -> Result<HashSet<RecordId>, LedgerError>;

    /// The latest record of each of these, where there is one.
    async fn latest(
        &mut self,
        subjects: &[ConsentId],
    ) -> Result<HashMap<ConsentId, RecordId>, LedgerError>;

    /// Inserts all of them, unless one has the id of an entry that is there: then it says `false`,
    /// and the transaction has to be rolled back.
    async fn insert(&mut self, rows: &[Row]) -> Result<bool, LedgerError>;

    /// The numbers of the entries of a subject.
    async fn numbers(&mut self, subject: ConsentId) -> Result<Vec<u64>, LedgerError>;

    /// Takes content, salt, id and subject away, and tells what is left of those that had any.
    async fn empty(&mut self, numbers: &[u64]) -> Result<Vec<Left>, LedgerError>;

    /// Marks a subject as erased: what it said until then does not come in any more. The times are
    /// milliseconds since 1970.
    async fn mark_erased(&mut self, mark: Mark, until: i64) -> Result<(), LedgerError>;

    /// Until when the subjects of these marks were erased, where they were.
    async fn erased(&mut self, marks: &[Mark]) -> Result<HashMap<Mark, i64>, LedgerError>;

    /// Keeps what was shown, where it is not there. Says whether it was not.
    async fn keep_shown(&mut self, hash: &str, content: &str) -> Result<bool, LedgerError>;

    async fn commit(self) -> Result<(), LedgerError>;

    async fn roll_back(self) -> Result<(), LedgerError>;
}

/// What is left of a subject that was erased: a hash that nobody can get the id out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Mark(pub(crate) [u8; 32]);

impl From<ConsentId> for Mark {
    fn from(subject: ConsentId) -> Self {
        let hash = Sha256::new().chain_update("actix-consent erased 1");
        Self(hash.chain_update(subject.as_bytes()).finalize().into())
    }
}

/// A row out of its columns: number, kind and time; id and subject; salt and content; digest and
/// link.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn row(
    (seq, kind, at): (i64, i64, i64),
    (id, subject): (Option<&[u8]>, Option<&[u8]>),
    said: (Option<&[u8]>, Option<&[u8]>),
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
            said: match said {
                (Some(salt), Some(content)) => Some((fixed(salt)?, content.to_vec())),
                // Erased: all of it, or none.
                (None, None) if id.is_none() && subject.is_none() => None,
                _ => return None,
            },
            digest: fixed(digest)?,
            link: fixed(link)?,
        })
    };
    entry().ok_or(Fault::Changed { seq: number })
}

/// Bytes of a column that holds so many of them, and no others.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn fixed<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
fn fixed_if_there<const N: usize>(bytes: Option<&[u8]>) -> Option<Option<[u8; N]>> {
    bytes.map_or(Some(None), |bytes| fixed(bytes).map(Some))
}

/// The entries of rows, where all of them are some.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn entries(rows: Vec<Result<Row, Fault>>) -> Result<Vec<Row>, LedgerError> {
    rows.into_iter().map(entry).collect()
}

pub(crate) fn entry(row: Result<Row, Fault>) -> Result<Row, LedgerError> {
    row.map_err(|fault| LedgerError::Broken(fault.to_string()))
}

/// A column of an index, which holds what the ledger has put there.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn key<const N: usize>(bytes: &[u8]) -> Result<[u8; N], LedgerError> {
    let wrong = || LedgerError::Broken(format!("{} bytes stand where {N} belong", bytes.len()));
    fixed(bytes).ok_or_else(wrong)
}

/// Reads the remaining fields of an erased entry from its columns.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn left((seq, kind, at): (i64, i64, i64)) -> Result<Left, LedgerError> {
    let seq = unsigned(seq)?;
    Ok(Left { seq, kind, at })
}

/// Databases have no numbers without a sign.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn unsigned(number: i64) -> Result<u64, LedgerError> {
    let negative = |_| LedgerError::Broken(format!("an entry has the number {number}"));
    u64::try_from(number).map_err(negative)
}
