//! Ledger: proof of every choice (Art. 7(1) GDPR) without a tracking database.
//!
//! With a [`Ledger`] mounted ([`ConsentBuilder::ledger`](crate::ConsentBuilder::ledger)), each
//! acceptance, rejection, partial choice, withdrawal, implied consent and browser signal is one
//! [`ConsentRecord`]. A visitor who accepts gets a random [`ConsentId`] in the consent cookie. A
//! visitor who rejects gets none, so rejections are counted but never linked. Repeating the current
//! choice is not recorded.
//!
//! # When the ledger is down
//!
//! Nothing is granted without a record: an acceptance that the ledger does not store within the
//! [deadline](Recording::deadline) is answered with 503 and has no effect. Rejections and
//! withdrawals always succeed; their records wait in a file (the *outbox*) until the ledger stores
//! them. Records that do not fit into the file are counted in a [`Gap`].
//!
//! # Backends
//!
//! The package `actix-consent-ledger` provides SQLite, PostgreSQL and memory. Other backends
//! implement [`Ledger`] and run the acceptance suite of that package.

mod daily_limit;
pub(crate) mod history;
mod notice;
mod outbox;
pub(crate) mod receipt;
mod record;
mod record_id;
mod recorder;

use std::{fmt, pin::Pin};

pub(crate) use self::{
    daily_limit::{Admission, DailyLimit, MOST_A_DAY},
    recorder::Recorder,
};
pub use self::{
    notice::Shown,
    record::{ConsentRecord, Event, Gap, Source, UnitAnswer},
    record_id::{NotARecordId, RecordId},
    recorder::Recording,
};
pub use crate::choice::consent_id::ConsentId;

/// Future returned by a [`Ledger`]. It is `Send` because several runtimes poll it.
pub type LedgerFuture<'l, T> = Pin<Box<dyn Future<Output = Result<T, LedgerError>> + Send + 'l>>;

/// Append-only store of records whose order cannot be changed unnoticed.
///
/// Several threads use a ledger concurrently, and its futures are polled by the runtime of the
/// request. Failed calls are repeated, so appending an id that is already stored succeeds without a
/// second record.
pub trait Ledger: Send + Sync + 'static {
    /// Stores a record. Once it returns `Ok`, the record survives a power failure.
    ///
    /// A record with a subject replaces the latest one of that subject: the ledger writes the id of
    /// that one into [`ConsentRecord::replaces`].
    fn append(&self, record: ConsentRecord) -> LedgerFuture<'_, ()>;

    /// Stores queued records in this order. If it fails, a prefix of them may be stored, but no
    /// record after one that is missing.
    fn append_all(&self, records: Vec<ConsentRecord>) -> LedgerFuture<'_, ()> {
        Box::pin(async move {
            for record in records {
                self.append(record).await?;
            }
            Ok(())
        })
    }

    /// Stores what visitors were shown, once per hash.
    fn keep_shown(&self, shown: Shown) -> LedgerFuture<'_, ()>;

    /// Returns what visitors were shown by its hash, or by the first eight characters of the hash:
    /// a record of a choice in a tab with another edition contains no more.
    fn shown<'l>(&'l self, hash: &'l str) -> LedgerFuture<'l, Option<Shown>>;

    /// Returns the records of a subject in order.
    fn history(&self, subject: ConsentId) -> LedgerFuture<'_, Vec<ConsentRecord>>;

    /// Returns the latest records of a subject, at most `most`, in order, for pages and receipts.
    /// The default implementation reads the whole history; a backend with many records applies the
    /// limit in its query, so that no visitor determines how much is read.
    fn latest(&self, subject: ConsentId, most: usize) -> LedgerFuture<'_, Vec<ConsentRecord>> {
        Box::pin(async move {
            let mut records = self.history(subject).await?;
            records.drain(..records.len().saturating_sub(most));
            Ok(records)
        })
    }
}

/// A withdrawal that has taken effect, for
/// [`ConsentBuilder::on_withdrawal`](crate::ConsentBuilder::on_withdrawal).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Withdrawal<'w> {
    /// Id of the visitor, if a ledger is mounted.
    pub subject: Option<ConsentId>,
    /// Ids of the withdrawn categories and services.
    pub units: Vec<&'w str>,
}

/// Error of a ledger.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LedgerError {
    /// A temporary failure: the database is down, locked or full. The text is for the operator.
    Unavailable(String),
    /// A permanent failure: the file is damaged or has another version.
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
