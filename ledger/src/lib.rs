//! Proof of consent for [`actix-consent`](actix_consent): a ledger that shows when it was changed.
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
//! # How it shows when it was changed
//!
//! Each entry has a digest of what it says, salted, and a *link*: a hash of the link before it, its
//! number and its digest. [`Store::verify`] recomputes all of it, and names the first entry that was
//! changed, taken out, put in or moved. Whoever can write to the database can also compute all
//! links anew, so keep [checkpoints](Checkpoint) elsewhere: a ledger that was rewritten does not
//! hold them.
//!
//! Erasing a subject (Art. 17 GDPR) and pruning take away content and salt. The digest stays, so
//! that the chain holds, and says nothing any more; what was erased and why is an entry of its own.
//!
//! Beside the chain stand the texts that visitors were shown and the marks of erased subjects. Each
//! has an entry that names it, so a text that is gone or was changed is found as well.
//!
//! # How it is written
//!
//! One thread writes, all that has come meanwhile in one transaction: an acknowledged record is on
//! disk, and a hundred visitors who accept at once wait for one flush of the disk and not for a
//! hundred. Another thread reads, on a connection of its own, so nobody's acceptance waits for a
//! receipt. On PostgreSQL a lock in each transaction keeps several machines in one chain.

/// Implements `Debug` by `Display`: `main` prints the error that it returns by `Debug`.
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
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod verify;
mod worker;

pub use self::{
    checkpoint::Checkpoint,
    entry::{Entry, Erasure, Numbered, Reason, Text},
    store::{Pruning, Store},
    verify::{Fault, Verified},
};
