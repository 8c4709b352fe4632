//! Whether a ledger is as it was written.

use std::fmt;

use crate::{
    chain::{Head, Kind, Row, digest, link},
    entry::Erasure,
};

/// What was found to be as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// How many entries, those whose content was erased among them.
    pub entries: u64,
    /// How many were erased.
    pub erased: u64,
    /// The link of the last one: what a [`Checkpoint`](crate::Checkpoint) keeps.
    pub link: [u8; 32],
}

/// What is not as it was written: the first that was changed, moved, put in or taken out; where
/// there is none, the first that is gone without an erasure or back in spite of one.
#[derive(Clone, Debug, PartialEq, Eq)]
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
            Self::Rewritten { seq, .. } => write!(
                f,
                "entry {seq} is not the one that the checkpoint has seen: the ledger was written anew"
            ),
        }
    }
}

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
}

impl Verifier {
    pub(crate) fn new() -> Self {
        Self {
            head: Head::start(),
            gone: Runs::default(),
            erased: Runs::default(),
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
            None => self.gone.add(seq, seq),
            Some((_, content)) if row.labels.kind == Kind::Erasure => {
                let erasure: Erasure =
                    serde_json::from_slice(content).map_err(|_| Fault::Changed { seq })?;
                // None can speak of what comes after it.
                for (first, last) in erasure.entries {
                    if 0 < first && first <= last && last < seq {
                        self.erased.add(first, last);
                    }
                }
            }
            Some(_) => {}
        }
        self.head = Head {
            seq,
            link: row.link,
        };
        Ok(())
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
        let gone = gone.count() as u64;
        if gone > 0 {
            self.gone.add(seq, seq + gone - 1);
        }
        gone > 0
    }

    pub(crate) fn done(self) -> Verified {
        let gone = self.gone.merged().0;
        Verified {
            entries: self.head.seq,
            erased: gone.iter().map(|(first, last)| last - first + 1).sum(),
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
