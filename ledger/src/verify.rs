//! Whether a ledger is as it was written.

use std::{collections::BTreeMap, fmt};

use crate::{
    chain::{Head, Row, digest, link},
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

/// The first thing that is not as it was written.
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
    /// An entry is not the one that a checkpoint has seen: the ledger was written anew.
    Rewritten {
        /// Its number.
        seq: u64,
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
            Self::Rewritten { seq } => write!(
                f,
                "entry {seq} is not the one that the checkpoint has seen: the ledger was written anew"
            ),
        }
    }
}

impl std::error::Error for Fault {}

/// Which entries were erased, by what erasures say.
#[derive(Debug, Default)]
pub(crate) struct Erased(BTreeMap<u64, u64>);

impl Erased {
    pub(crate) fn add(&mut self, erasure: &Erasure) {
        self.0.extend(erasure.entries.iter().copied());
    }

    fn has(&self, seq: u64) -> bool {
        let run = self.0.range(..=seq).next_back();
        run.is_some_and(|(_, last)| *last >= seq)
    }
}

/// Goes over the entries of a ledger in their order.
#[derive(Debug)]
pub(crate) struct Verifier {
    head: Head,
    erased: Erased,
    gone: u64,
}

impl Verifier {
    pub(crate) fn new(erased: Erased) -> Self {
        Self {
            head: Head::start(),
            erased,
            gone: 0,
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
        match (&row.said, self.erased.has(seq)) {
            (Some(_), true) => return Err(Fault::Restored { seq }),
            (None, false) => return Err(Fault::Emptied { seq }),
            (None, true) => self.gone += 1,
            (Some((salt, content)), false) => {
                if digest(&row.labels, salt, content) != row.digest {
                    return Err(Fault::Changed { seq });
                }
            }
        }
        if link(&self.head.link, seq, &row.digest) != row.link {
            return Err(Fault::Unlinked { seq });
        }
        self.head = Head {
            seq,
            link: row.link,
        };
        Ok(())
    }

    pub(crate) fn done(self) -> Verified {
        Verified {
            entries: self.head.seq,
            erased: self.gone,
            link: self.head.link,
        }
    }
}

pub(crate) fn millis(time: time::OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}
