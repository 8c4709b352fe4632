//! The ledger: proof of each choice (Art. 7(1) GDPR), without a tracking database.
//!
//! With a [`Ledger`] mounted ([`ConsentBuilder::ledger`](crate::ConsentBuilder::ledger)) each
//! accept, reject, partial choice, withdrawal, implied yes and signal of the browser is one
//! [`ConsentRecord`]. Who accepts gets a random [`ConsentId`] into the consent cookie; who rejects
//! gets none, so a rejection is counted and never linked. A repeat of the choice that a visitor
//! already holds is not recorded.
//!
//! # When the ledger is down
//!
//! Nothing is granted without a record: an acceptance that the ledger does not take within the
//! [deadline](Recording::deadline) is answered with 503, and nothing was turned on. Rejecting and
//! withdrawing always succeed; their records wait in a file (the *outbox*) until the ledger takes
//! them. What the file cannot hold is counted, and a [`Gap`] tells how many there were.
//!
//! # Backends
//!
//! The package `actix-consent-ledger` has them: SQLite, PostgreSQL, memory. Another one implements
//! [`Ledger`], and runs the acceptance suite of that package.

pub(crate) mod history;
mod outbox;
pub(crate) mod receipt;
mod record;
mod record_id;
mod recorder;
mod repeats;
mod shown;
mod withdrawal;

use std::{fmt, pin::Pin};

pub use self::{
    record::{ConsentRecord, Event, Gap, Source, UnitAnswer},
    record_id::{NotARecordId, RecordId},
    recorder::Recording,
    shown::Shown,
    withdrawal::Withdrawal,
};
pub(crate) use self::{
    recorder::Recorder,
    repeats::{MOST_A_DAY, Repeats, Verdict},
};
pub use crate::choice::consent_id::ConsentId;

/// What a [`Ledger`] returns: it is polled by several runtimes, so it is `Send`.
pub type LedgerFuture<'l, T> = Pin<Box<dyn Future<Output = Result<T, LedgerError>> + Send + 'l>>;

/// Keeps records, in an order that cannot be changed without being noticed.
///
/// Several threads use one at once, and futures of it are polled on whatever runtime a request is
/// on. It is asked again for what failed, so an id that is there already is a success and no second
/// record.
pub trait Ledger: Send + Sync + 'static {
    /// Keeps a record. When this returns `Ok`, it survives a loss of power.
    ///
    /// A record with a subject takes the place of the latest one of that subject: the ledger
    /// writes that one's id into [`ConsentRecord::replaces`].
    fn append(&self, record: ConsentRecord) -> LedgerFuture<'_, ()>;

    /// Keeps records that have waited, in this order. Where it fails, the first of them may be
    /// there, and none that comes after one which is not.
    fn append_all(&self, records: Vec<ConsentRecord>) -> LedgerFuture<'_, ()> {
        Box::pin(async move {
            for record in records {
                self.append(record).await?;
            }
            Ok(())
        })
    }

    /// Keeps what visitors were shown, once for each hash.
    fn keep_shown(&self, shown: Shown) -> LedgerFuture<'_, ()>;

    /// What visitors were shown, by its hash, or by the first eight characters of it: a record of a
    /// choice that was made in a tab of another edition holds no more.
    fn shown<'l>(&'l self, hash: &'l str) -> LedgerFuture<'l, Option<Shown>>;

    /// The records of a subject, in their order.
    fn history(&self, subject: ConsentId) -> LedgerFuture<'_, Vec<ConsentRecord>>;

    /// The latest records of a subject, at most `most`, in their order. Pages and receipts ask for
    /// it. The default reads the whole history; a backend that holds many records sets the bound in
    /// its query, so that no visitor decides how much is read.
    fn latest(&self, subject: ConsentId, most: usize) -> LedgerFuture<'_, Vec<ConsentRecord>> {
        Box::pin(async move {
            let mut records = self.history(subject).await?;
            records.drain(..records.len().saturating_sub(most));
            Ok(records)
        })
    }
}

/// Why a ledger did not do what it was asked for.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LedgerError {
    /// It may work later: the database is down, locked, or full. The text is for the operator.
    Unavailable(String),
    /// It will not work later either: the file is damaged, or of another version.
    Broken(String),
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(why) => write!(f, "the ledger is not available: {why}"),
            Self::Broken(why) => write!(f, "the ledger cannot be used: {why}"),
        }
    }
}

debug_as_display!(LedgerError);

impl std::error::Error for LedgerError {}
