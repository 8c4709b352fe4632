//! What stands in the ledger.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use actix_consent::ledger::Shown;
use actix_consent::ledger::{ConsentRecord, LedgerError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use crate::chain::Head;
use crate::{
    chain::{Kind, Labels, Left, LeftSum, Row, Sealed},
    checkpoint::hex,
    database::Mark,
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
    /// A text that visitors were shown.
    Text(Text),
}

/// A text that visitors were shown was kept. The text itself stands beside the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Text {
    /// The format of this entry.
    pub v: u32,
    /// When it was kept.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// Its hash, by which records name it.
    pub hash: String,
    /// SHA-256 of all that is kept under the hash, in hexadecimal digits.
    pub digest: String,
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
    /// Hash of the subject, so that what the subject said before and still waits in an outbox is
    /// refused. The ledger keeps it beside the chain as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// Sum of hashes over number, kind and time of the entries, which stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
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
    /// Nothing was: the ledger became one of a newer version, which enters into the chain what the
    /// older one kept beside it.
    Upgrade,
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
            mark: None,
            left: None,
        }
    }

    /// The same with the sum of what is left of the entries.
    pub(crate) fn leaving(mut self, left: &[Left]) -> Self {
        let mut sum = LeftSum::default();
        left.iter().for_each(|left| sum.add(left));
        self.left = Some(hex(&sum.to_bytes()));
        self
    }

    /// The same with the mark of the subject.
    pub(crate) fn marking(mut self, mark: Mark) -> Self {
        self.mark = Some(hex(&mark.0));
        self
    }

    pub(crate) fn seal(&self) -> Result<Sealed, LedgerError> {
        sealed_beside(Kind::Erasure, self.time, self)
    }
}

/// A text that is kept beside the chain, as an entry without a place.
pub(crate) fn sealed_text(
    now: OffsetDateTime,
    hash: &str,
    content: &str,
) -> Result<Sealed, LedgerError> {
    let text = Text {
        v: 1,
        time: now,
        hash: hash.to_owned(),
        digest: hex(&Sha256::digest(content)),
    };
    sealed_beside(Kind::Text, now, &text)
}

fn sealed_beside(
    kind: Kind,
    time: OffsetDateTime,
    entry: &impl Serialize,
) -> Result<Sealed, LedgerError> {
    let content = serde_json::to_vec(entry)
        .map_err(|error| LedgerError::Broken(format!("an entry cannot be written: {error}")))?;
    let labels = Labels {
        kind,
        at: millis(time),
        id: None,
        subject: None,
    };
    Ok(Sealed::new(labels, content))
}

/// Data beside the chain of an older version.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// Texts that visitors were shown, by their hash.
    pub(crate) texts: Vec<(String, String)>,
    pub(crate) marks: Vec<(Mark, i64)>,
    pub(crate) left: Vec<Left>,
}

impl Beside {
    /// The entries that put it into the chain. A text that is not what its hash says is left out,
    /// so that it is found.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
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
            sealed.push(marking.marking(*mark).seal()?);
        }
        if !self.left.is_empty() {
            sealed.push(upgrade().leaving(&self.left).seal()?);
        }
        Ok(sealed
            .into_iter()
            .map(|sealed| head.append(sealed))
            .collect())
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

    /// An erasure of version 2 says neither whose it was nor what is left of the entries.
    #[test]
    fn data_of_an_older_version_is_verified_after_the_upgrade() {
        let labels = |at| Labels {
            kind: Kind::Record,
            at,
            id: None,
            subject: None,
        };
        let mut head = Head::start();
        let mut rows: Vec<Row> = (1..4)
            .map(|at| head.append(Sealed::new(labels(at), b"{}".to_vec())))
            .collect();
        rows[1].said = None;
        let old = Erasure::new(OffsetDateTime::UNIX_EPOCH, Reason::Subject, &[2]);
        rows.push(head.append(old.seal().expect("an entry")));
        let mark = Mark([7; 32]);
        let beside = Beside {
            texts: Vec::new(),
            marks: vec![(mark, 1_000)],
            left: vec![rows[1].left()],
        };
        rows.extend(beside.rows(head).expect("entries"));
        let kept = |until| crate::worker::Kept {
            texts: std::collections::HashMap::new(),
            marks: [(mark, until)].into(),
        };
        let verified = |rows: &[Row], until| {
            let mut verifier = crate::verify::Verifier::new(0);
            for row in rows {
                verifier.check(row)?;
            }
            match verifier
                .difference()
                .or(verifier.beside(&kept(until), &kept(until)))
            {
                Some(fault) => Err(fault),
                None => Ok(verifier.done().erased),
            }
        };
        assert_eq!(verified(&rows, 1_000), Ok(1));
        let gone = crate::Fault::MarkGone { seq: 5 };
        assert_eq!(verified(&rows, 999), Err(gone));
        rows[1].labels.at = 9;
        assert_eq!(verified(&rows, 1_000), Err(crate::Fault::ErasedChanged));
    }
}
