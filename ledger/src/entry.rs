//! Entries of the ledger: records, erasures and texts.

use actix_consent::ledger::{ConsentRecord, LedgerError};
use data_encoding::HEXLOWER;
use rangemap::RangeInclusiveSet;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::{
    chain::{Kind, Labels, Row, Sealed},
    remains::{Mark, Remains, RemainsSum},
};

/// An entry with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Numbered {
    /// Number in the chain; the first is 1.
    pub seq: u64,
    /// The entry; `None` if it was erased.
    pub entry: Option<Entry>,
}

/// Content of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry {
    /// A visitor's choice.
    Record(ConsentRecord),
    /// The erasure of other entries.
    Erasure(Erasure),
    /// A text that visitors were shown.
    Text(Text),
}

/// Digest of a text that visitors were shown. The text itself is stored beside the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Text {
    /// Version of this format.
    pub v: u32,
    /// Time at which the text was stored.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// Hash by which records name the text.
    pub hash: String,
    /// SHA-256 of everything that is stored under the hash, in hexadecimal digits.
    pub digest: String,
}

/// The erasure of entries: their content is gone, their digests remain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Erasure {
    /// Version of this format.
    pub v: u32,
    /// Time of the erasure.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// Reason for the erasure.
    pub reason: Reason,
    /// First and last number of each run of erased entries.
    pub entries: Vec<(u64, u64)>,
    /// Hash of the subject. Earlier records of the subject that still wait in an outbox are
    /// rejected by it. The ledger stores it beside the chain as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// Sum of hashes over number, kind and time of the erased entries, which remain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
}

/// Reason for an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// The subject asked for it (Art. 17 GDPR).
    Subject,
    /// The retention period was over (Art. 5(1)(e) GDPR).
    Retention,
    /// Nothing was erased: the ledger was upgraded to a version that adds to the chain what the
    /// older version stored beside it.
    Upgrade,
}

impl Erasure {
    pub(crate) fn new(time: OffsetDateTime, reason: Reason, numbers: &[u64]) -> Self {
        let runs: RangeInclusiveSet<u64> = numbers.iter().map(|number| *number..=*number).collect();
        Self {
            v: 1,
            time,
            reason,
            entries: runs.into_iter().map(|run| run.into_inner()).collect(),
            mark: None,
            left: None,
        }
    }

    /// Adds the sum of what remains of the entries.
    pub(crate) fn with_remains(mut self, remains: &[Remains]) -> Self {
        let mut sum = RemainsSum::default();
        remains.iter().for_each(|remains| sum.add(remains));
        self.left = Some(HEXLOWER.encode(&sum.to_bytes()));
        self
    }

    /// Adds the mark of the subject.
    pub(crate) fn with_mark(mut self, mark: Mark) -> Self {
        self.mark = Some(HEXLOWER.encode(&mark.0));
        self
    }

    pub(crate) fn seal(&self) -> Result<Sealed, LedgerError> {
        sealed_json(Kind::Erasure, self.time, self)
    }
}

/// Seals the entry of a text that is stored beside the chain.
pub(crate) fn sealed_text(
    now: OffsetDateTime,
    hash: &str,
    content: &str,
) -> Result<Sealed, LedgerError> {
    let text = Text {
        v: 1,
        time: now,
        hash: hash.to_owned(),
        digest: HEXLOWER.encode(&Sha256::digest(content)),
    };
    sealed_json(Kind::Text, now, &text)
}

fn sealed_json(
    kind: Kind,
    time: OffsetDateTime,
    entry: &impl Serialize,
) -> Result<Sealed, LedgerError> {
    let content = serde_json::to_vec(entry)
        .map_err(|error| LedgerError::Broken(format!("cannot serialise an entry: {error}")))?;
    let labels = Labels {
        kind,
        at: millis(time),
        id: None,
        subject: None,
    };
    Ok(Sealed::new(labels, content))
}

/// Seals the entry of a record.
pub(crate) fn sealed(record: &ConsentRecord) -> Sealed {
    let labels = Labels {
        kind: Kind::Record,
        at: millis(record.time),
        id: Some(*record.id.as_bytes()),
        subject: record.subject.map(|subject| *subject.as_bytes()),
    };
    Sealed::new(labels, record.to_json().into_bytes())
}

/// A time in milliseconds since 1970.
pub(crate) fn millis(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

impl Row {
    /// Parses the content of the row.
    pub(crate) fn read(&self) -> Result<Numbered, LedgerError> {
        let seq = self.seq;
        let broken = |why: String| LedgerError::Broken(format!("entry {seq}: {why}"));
        let Some((_, content)) = &self.salted else {
            return Ok(Numbered { seq, entry: None });
        };
        let text = std::str::from_utf8(content).map_err(|error| broken(error.to_string()))?;
        let entry = match self.labels.kind {
            Kind::Record => ConsentRecord::from_json(text).map(Entry::Record),
            Kind::Erasure => serde_json::from_str(text).map(Entry::Erasure),
            Kind::Text => serde_json::from_str(text).map(Entry::Text),
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
    fn an_erasure_names_its_entries_in_runs() {
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
