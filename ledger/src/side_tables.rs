//! The tables beside the chain: texts that visitors were shown, and marks of erased subjects.

use std::collections::HashMap;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use actix_consent::ledger::{LedgerError, Shown};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use time::OffsetDateTime;

use crate::remains::Mark;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use crate::{
    chain::{Head, Row},
    entry::{Erasure, Reason, sealed_text},
    remains::Remains,
};

/// Contents of the tables, as far as the verifier needs them.
#[derive(Debug)]
pub(crate) struct SideTables {
    /// SHA-256 of each stored text, by the hash that records name it by.
    pub(crate) texts: HashMap<String, [u8; 32]>,
    /// Time of each erasure, in milliseconds since 1970.
    pub(crate) marks: HashMap<Mark, i64>,
}

/// Data that versions 1 and 2 of a ledger stored without an entry in the chain.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
#[derive(Debug, Default)]
pub(crate) struct Unchained {
    /// Hash and stored text.
    pub(crate) texts: Vec<(String, String)>,
    pub(crate) marks: Vec<(Mark, i64)>,
    pub(crate) remains: Vec<Remains>,
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl Unchained {
    /// The entries that add the data to the chain. Leaves out texts that do not match their hash,
    /// so that the next verification reports them.
    pub(crate) fn rows(&self, mut head: Head) -> Result<Vec<Row>, LedgerError> {
        let now = OffsetDateTime::now_utc();
        let upgrade = || Erasure::new(now, Reason::Upgrade, &[]);
        let mut sealed = Vec::new();
        for (hash, content) in &self.texts {
            let shown: Option<Shown> = serde_json::from_str(content).ok();
            if shown.is_some_and(|shown| shown.hash == *hash && shown.is_whole()) {
                sealed.push(sealed_text(now, hash, content)?);
            }
        }
        for (mark, until) in &self.marks {
            let until = i128::from(*until) * 1_000_000;
            let time = OffsetDateTime::from_unix_timestamp_nanos(until).unwrap_or(now);
            let marking = Erasure { time, ..upgrade() };
            sealed.push(marking.with_mark(*mark).seal()?);
        }
        if !self.remains.is_empty() {
            sealed.push(upgrade().with_remains(&self.remains).seal()?);
        }
        Ok(sealed
            .into_iter()
            .map(|sealed| head.append(sealed))
            .collect())
    }
}
