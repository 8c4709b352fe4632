//! What stands in the ledger.

use actix_consent::ledger::{ConsentRecord, LedgerError};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    chain::{Kind, Labels, Row, Sealed},
    verify::millis,
};

/// An entry with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Numbered {
    /// Its number in the chain; the first is 1.
    pub seq: u64,
    /// What it says; `None` where that was erased.
    pub entry: Option<Entry>,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry {
    /// What a visitor said.
    Record(ConsentRecord),
    /// What was taken out of the ledger, and why.
    Erasure(Erasure),
}

/// Entries whose content is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Erasure {
    /// The format of this entry.
    pub v: u32,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// Why.
    pub reason: Reason,
    /// First and last number of each run of entries.
    pub entries: Vec<(u64, u64)>,
}

/// Why content was taken out of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// The subject asked for it (Art. 17 GDPR).
    Subject,
    /// It was older than it is kept (Art. 5(1)(e) GDPR).
    Retention,
}

impl Erasure {
    pub(crate) fn new(time: OffsetDateTime, reason: Reason, numbers: &[u64]) -> Self {
        let mut entries: Vec<(u64, u64)> = Vec::new();
        for number in numbers {
            match entries.last_mut() {
                Some((_, last)) if *last + 1 == *number => *last = *number,
                _ => entries.push((*number, *number)),
            }
        }
        Self {
            v: 1,
            time,
            reason,
            entries,
        }
    }
}

/// A record as an entry without a place.
pub(crate) fn sealed(record: &ConsentRecord) -> Sealed {
    let labels = Labels {
        kind: Kind::Record,
        at: millis(record.time),
        id: Some(*record.id.as_bytes()),
        subject: record.subject.map(|subject| *subject.as_bytes()),
    };
    Sealed::new(labels, record.to_json().into_bytes())
}

impl Row {
    /// What the row says.
    pub(crate) fn read(&self) -> Result<Numbered, LedgerError> {
        let seq = self.seq;
        let broken = |why: String| LedgerError::Broken(format!("entry {seq}: {why}"));
        let Some((_, content)) = &self.said else {
            return Ok(Numbered { seq, entry: None });
        };
        let text = std::str::from_utf8(content).map_err(|error| broken(error.to_string()))?;
        let entry = match self.labels.kind {
            Kind::Record => ConsentRecord::from_json(text).map(Entry::Record),
            Kind::Erasure => serde_json::from_str(text).map(Entry::Erasure),
        };
        Ok(Numbered {
            seq,
            entry: Some(entry.map_err(|error| broken(error.to_string()))?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erased_entries_are_told_in_runs() {
        let erasure = Erasure::new(
            OffsetDateTime::UNIX_EPOCH,
            Reason::Subject,
            &[2, 3, 4, 7, 9, 10],
        );
        assert_eq!(erasure.entries, [(2, 4), (7, 7), (9, 10)]);
        let none = Erasure::new(OffsetDateTime::UNIX_EPOCH, Reason::Retention, &[]);
        assert!(none.entries.is_empty());
    }
}
