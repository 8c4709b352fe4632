//! What the ledger asks of a database.

use std::collections::{HashMap, HashSet};

use actix_consent::ledger::{ConsentId, LedgerError, RecordId, Shown};

use crate::chain::{Head, Row};

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

    async fn shown(&mut self, hash: &str) -> Result<Option<Shown>, LedgerError>;
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
    async fn keep_shown(&mut self, shown: &Shown) -> Result<(), LedgerError>;

    async fn commit(self) -> Result<(), LedgerError>;
}
