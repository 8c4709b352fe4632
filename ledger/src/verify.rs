//! Whether a ledger is as it was written.

use std::{collections::HashSet, fmt};

use crate::{
    chain::{Head, Kind, LeftSum, Row, digest, link},
    checkpoint::{from_hex, hex},
    database::Mark,
    entry::{Erasure, Text},
    worker::Kept,
};

/// What was found to be as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// How many entries, those whose content was erased among them.
    pub entries: u64,
    /// How many were erased.
    pub erased: u64,
    /// How many of these were erased after the last checkpoint that was given, on what the ledger
    /// alone says: all of them, if none was given.
    pub unconfirmed: u64,
    /// The link of the last one: what a [`Checkpoint`](crate::Checkpoint) keeps.
    pub link: [u8; 32],
}

/// What is not as it was written: the first that was changed, moved, put in or taken out; where
/// there is none, the first that is gone without an erasure or back in spite of one.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The content of an entry, or what it is found by, is not what its digest says.
    Changed {
        /// Its number.
        seq: u64,
    },
    /// The link of an entry does not follow from the one before it: the entry, or one before it,
    /// was changed or moved.
    Unlinked {
        /// Its number.
        seq: u64,
    },
    /// Entries are missing.
    Missing {
        /// The first number that is not there.
        seq: u64,
    },
    /// The content of an entry is gone, and no erasure says so.
    Emptied {
        /// Its number.
        seq: u64,
    },
    /// The content of an entry is there although an erasure says that it is gone.
    Restored {
        /// Its number.
        seq: u64,
    },
    /// A row is numbered as no entry is.
    Stray {
        /// Its number.
        number: i64,
    },
    /// A text that visitors were shown is gone.
    TextGone {
        /// The number of the entry that says it was kept.
        seq: u64,
        /// Its hash.
        hash: String,
    },
    /// A text that visitors were shown is not the one that was kept.
    TextChanged {
        /// The number of the entry that says it was kept.
        seq: u64,
        /// Its hash.
        hash: String,
    },
    /// A text stands among those that visitors were shown, and no entry says so.
    TextAdded {
        /// Its hash.
        hash: String,
    },
    /// Number, kind or time of an erased entry is not what its erasure says.
    ErasedChanged,
    /// The mark of an erased subject is gone: what waits in an outbox could come in again.
    MarkGone {
        /// The number of the erasure.
        seq: u64,
    },
    /// An entry is not the one that a checkpoint has seen: the ledger was written anew.
    Rewritten {
        /// Its number.
        seq: u64,
        /// The link that the checkpoint has.
        seen: [u8; 32],
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { seq } => write!(
                f,
                "entry {seq} was changed: its content is not what its digest says"
            ),
            Self::Unlinked { seq } => write!(
                f,
                "entry {seq} does not follow from the one before it: one of them was changed, put in or moved"
            ),
            Self::Missing { seq } => write!(f, "entry {seq} is missing"),
            Self::Emptied { seq } => {
                write!(f, "entry {seq} has no content, and no erasure says so")
            }
            Self::Restored { seq } => write!(f, "entry {seq} has content although it was erased"),
            Self::Stray { number } => write!(
                f,
                "a row has the number {number}, and the first entry is 1: it was put in"
            ),
            Self::TextGone { seq, hash } => write!(
                f,
                "the text {hash} is gone, which entry {seq} says was kept: restore it from a copy"
            ),
            Self::TextChanged { seq, hash } => write!(
                f,
                "the text {hash} was changed: it is not the one that entry {seq} says was kept"
            ),
            Self::TextAdded { hash } => write!(
                f,
                "the text {hash} was put in: no entry says that it was kept"
            ),
            Self::ErasedChanged => write!(
                f,
                "the kind or the time of an erased entry was changed: it is not what the erasures say"
            ),
            Self::MarkGone { seq } => write!(
                f,
                "the mark of the subject that entry {seq} erased is gone: its records could come in again from an outbox"
            ),
            Self::Rewritten { seq, .. } => write!(
                f,
                "entry {seq} is not the one that the checkpoint has seen: the ledger was written anew"
            ),
        }
    }
}

debug_as_display!(Fault);

impl std::error::Error for Fault {}

/// Numbers of entries, as runs: first and last.
#[derive(Clone, Debug, Default)]
struct Runs(Vec<(u64, u64)>);

impl Runs {
    fn add(&mut self, first: u64, last: u64) {
        match self.0.last_mut() {
            Some((_, before)) if *before + 1 == first => *before = last,
            _ => self.0.push((first, last)),
        }
    }

    /// In order, and none beside or in another: what two erasures name is gone once.
    fn merged(&self) -> Self {
        let mut runs = self.0.clone();
        runs.sort_unstable();
        let mut merged: Vec<(u64, u64)> = Vec::new();
        for (first, last) in runs {
            match merged.last_mut() {
                Some((_, before)) if *before + 1 >= first => *before = last.max(*before),
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    /// Whether a number is in it, which is merged.
    fn has(&self, number: u64) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= number);
        after > 0 && self.0[after - 1].1 >= number
    }

    /// The first number that is not in the others. Both are merged.
    fn first_not_in(&self, others: &Self) -> Option<u64> {
        self.0.iter().find_map(|(first, last)| {
            let after = others.0.partition_point(|(start, _)| start <= first);
            let around = after.checked_sub(1).map(|at| others.0[at].1);
            match around.filter(|end| end >= first) {
                None => Some(*first),
                Some(end) => (end < *last).then_some(end + 1),
            }
        })
    }
}

/// Goes over the entries of a ledger in their order.
#[derive(Debug)]
pub(crate) struct Verifier {
    head: Head,
    /// What has no content.
    gone: Runs,
    /// What entries of the chain say was erased.
    erased: Runs,
    /// The same, as far as a checkpoint has seen it.
    confirmed: Runs,
    /// The number of the last checkpoint.
    seen: u64,
    /// Texts that were kept: the number of the entry, the hash, and what was kept under it.
    texts: Vec<(u64, String, String)>,
    /// Marks of erased subjects: the number of the erasure, and until when.
    marks: Vec<(u64, Mark, i64)>,
    /// Sums over what is left of erased entries, as found and as the erasures say.
    left: [LeftSum; 2],
}

impl Verifier {
    /// `seen` is the number of the last checkpoint; 0 where there is none.
    pub(crate) fn new(seen: u64) -> Self {
        Self {
            head: Head::start(),
            gone: Runs::default(),
            erased: Runs::default(),
            confirmed: Runs::default(),
            seen,
            texts: Vec::new(),
            marks: Vec::new(),
            left: [LeftSum::default(); 2],
        }
    }

    /// The next entry.
    pub(crate) fn check(&mut self, row: &Row) -> Result<(), Fault> {
        let seq = row.seq;
        if seq != self.head.seq + 1 {
            return Err(Fault::Missing {
                seq: self.head.seq + 1,
            });
        }
        if let Some((salt, content)) = &row.said
            && digest(&row.labels, salt, content) != row.digest
        {
            return Err(Fault::Changed { seq });
        }
        if link(&self.head.link, seq, &row.digest) != row.link {
            return Err(Fault::Unlinked { seq });
        }
        match &row.said {
            None => {
                self.gone.add(seq, seq);
                self.left[0].add(&row.left());
            }
            Some((_, content)) => {
                let said = self.hear(seq, row.labels.kind, content);
                said.ok_or(Fault::Changed { seq })?;
            }
        }
        self.head = Head {
            seq,
            link: row.link,
        };
        Ok(())
    }

    /// What an entry says about others, or about what stands beside the chain; `None` where it cannot
    /// be read.
    fn hear(&mut self, seq: u64, kind: Kind, content: &[u8]) -> Option<()> {
        match kind {
            Kind::Record => {}
            Kind::Text => {
                let text: Text = serde_json::from_slice(content).ok()?;
                self.texts.push((seq, text.hash, text.digest));
            }
            Kind::Erasure => {
                let erasure: Erasure = serde_json::from_slice(content).ok()?;
                if let Some(mark) = erasure.mark {
                    let mark = Mark(from_hex(&mark)?);
                    self.marks.push((seq, mark, millis(erasure.time)));
                }
                if let Some(left) = erasure.left {
                    self.left[1].merge(&LeftSum::from_bytes(&from_hex(&left)?));
                }
                // None can speak of what comes after it.
                for (first, last) in erasure.entries {
                    if 0 < first && first <= last && last < seq {
                        self.erased.add(first, last);
                        if seq <= self.seen {
                            self.confirmed.add(first, last);
                        }
                    }
                }
            }
        }
        Some(())
    }

    /// Compares what stands beside the chain with what the chain says of it. `before` was read
    /// before the first entry and `after` behind the last, since it grows meanwhile.
    pub(crate) fn beside(&self, before: &Kept, after: &Kept) -> Option<Fault> {
        for (seq, hash, digest) in &self.texts {
            let (seq, hash) = (*seq, hash.clone());
            match after.texts.get(&hash) {
                None => return Some(Fault::TextGone { seq, hash }),
                Some(kept) if hex(kept) != *digest => {
                    return Some(Fault::TextChanged { seq, hash });
                }
                Some(_) => {}
            }
        }
        let entered: HashSet<&str> = self.texts.iter().map(|(_, hash, _)| &**hash).collect();
        let added = before
            .texts
            .keys()
            .filter(|hash| !entered.contains(&***hash));
        if let Some(hash) = added.min() {
            return Some(Fault::TextAdded { hash: hash.clone() });
        }
        let gone = |(_, mark, until): &&(u64, Mark, i64)| after.marks.get(mark) < Some(until);
        if let Some((seq, ..)) = self.marks.iter().find(gone) {
            return Some(Fault::MarkGone { seq: *seq });
        }
        (self.left[0] != self.left[1]).then_some(Fault::ErasedChanged)
    }

    /// After the last entry: the first that is gone and should be there, or the other way round.
    pub(crate) fn difference(&self) -> Option<Fault> {
        let (gone, erased) = (self.gone.merged(), self.erased.merged());
        let emptied = gone.first_not_in(&erased);
        let restored = erased.first_not_in(&gone);
        match (emptied, restored) {
            (Some(seq), other) if other.is_none_or(|other| seq < other) => {
                Some(Fault::Emptied { seq })
            }
            (_, Some(seq)) => Some(Fault::Restored { seq }),
            (_, None) => None,
        }
    }

    /// Entries from `seq` on may have been erased after [`Self::check`] saw them. Whether the first
    /// of them was. What was erased by an entry that has not been checked is left as it was seen.
    pub(crate) fn erased_since(&mut self, seq: u64, rows: &[Row]) -> bool {
        let erased = self.erased.merged();
        let gone = rows
            .iter()
            .zip(seq..)
            .take_while(|(row, seq)| row.seq == *seq && row.said.is_none() && erased.has(row.seq));
        let gone: Vec<_> = gone.map(|(row, _)| row.left()).collect();
        for left in &gone {
            self.left[0].add(left);
        }
        let gone = gone.len() as u64;
        if gone > 0 {
            self.gone.add(seq, seq + gone - 1);
        }
        gone > 0
    }

    pub(crate) fn done(self) -> Verified {
        let count = |runs: &Runs| {
            let runs = runs.merged().0;
            runs.iter().map(|(first, last)| last - first + 1).sum()
        };
        let (erased, confirmed): (u64, u64) = (count(&self.gone), count(&self.confirmed));
        Verified {
            entries: self.head.seq,
            erased,
            unconfirmed: erased.saturating_sub(confirmed),
            link: self.head.link,
        }
    }
}

pub(crate) fn millis(time: time::OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_the_error_is_its_text() {
        let error = Fault::Missing { seq: 7 };
        assert_eq!(format!("{error:?}"), error.to_string());
    }

    fn runs(runs: &[(u64, u64)]) -> Runs {
        Runs(runs.to_vec()).merged()
    }

    #[test]
    fn runs_that_overlap_are_one() {
        assert_eq!(
            runs(&[(105, 200), (1, 100), (50, 50), (105, 203), (101, 101)]).0,
            [(1, 101), (105, 203)]
        );
    }

    #[test]
    fn what_is_in_one_and_not_in_the_other_is_found() {
        let one = runs(&[(1, 3), (7, 9)]);
        for (other, first) in [
            (runs(&[(1, 3), (7, 9)]), None),
            (runs(&[(1, 9)]), None),
            (runs(&[(7, 9)]), Some(1)),
            (runs(&[(1, 2), (7, 9)]), Some(3)),
            (runs(&[(1, 3), (8, 9)]), Some(7)),
            (runs(&[(1, 3)]), Some(7)),
            (runs(&[(1, 8)]), Some(9)),
        ] {
            assert_eq!(
                first.is_none(),
                [1, 3, 7, 9].iter().all(|number| other.has(*number))
            );
            assert_eq!(one.first_not_in(&other), first, "{other:?}");
        }
    }
}
