//! Proof of consent for [`actix-consent`](actix_consent): a tamper-evident ledger.
//!
//! ```no_run
//! use actix_consent::{ConsentMiddleware, Policy, SigningKeys, ledger::Recording};
//! use actix_consent_ledger::Store;
//!
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Store::open("sqlite:ledger.db").await?;
//! let keys = SigningKeys::load_or_create("consent.key")?;
//! let consent = ConsentMiddleware::builder(Policy::load("consent.toml")?, keys)
//!     .ledger(Recording::new(store, "outbox"))
//!     .build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # How a change is detected
//!
//! Each entry has a salted digest of its content, and a *link*: a hash over the link of the entry
//! before it, its number and its digest. [`Store::verify`] recomputes them and names the first
//! entry that was changed, removed, inserted or moved. A person who can write to the database can
//! also recompute every link, so keep [checkpoints](Checkpoint) elsewhere: a rewritten ledger does
//! not match them.
//!
//! Erasing a subject (Art. 17 GDPR) and pruning clear content and salt. The digest remains, so that
//! the chain holds, but reveals nothing. The erasure and its reason are an entry of their own.
//!
//! The texts that visitors were shown and the marks of erased subjects are stored beside the chain.
//! An entry names each of them, so a missing or changed text is detected too.
//!
//! # How it is written
//!
//! One thread writes, and combines the records that arrived meanwhile into one transaction. An
//! acknowledged record is on disk; a hundred visitors who accept at the same time wait for one
//! flush of the disk, not for a hundred. Another thread reads on a connection of its own, so an
//! acceptance never waits for a receipt. On PostgreSQL a lock in each transaction keeps the entries
//! of several machines in one chain.

/// Implements `Debug` by `Display`, since `main` prints the error that it returns by `Debug`.
macro_rules! debug_as_display {
    ($error:ty) => {
        impl std::fmt::Debug for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    };
}

#[cfg(feature = "acceptance")]
pub mod acceptance;
mod chain;
mod checkpoint;
mod database;
mod entry;
mod fault;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod remains;
mod side_tables;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod verifier;
mod worker;

pub use self::{
    checkpoint::{Checkpoint, ParseCheckpointError},
    entry::{Entry, Erasure, Numbered, Reason, Text},
    fault::Fault,
    store::{Pruning, Store},
    verifier::Verified,
};
