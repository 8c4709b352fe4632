//! Verification of the chain and of the tables beside it.

use std::collections::HashSet;

use data_encoding::HEXLOWER;
use rangemap::RangeInclusiveSet;

use crate::{
    chain::{Head, Kind, Row, digest, link},
    checkpoint::from_hex,
    entry::{Erasure, Text, millis},
    fault::Fault,
    remains::{Mark, RemainsSum},
    side_tables::SideTables,
};

/// Summary of a ledger without a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Number of entries, including erased ones.
    pub entries: u64,
    /// Number of erased entries.
    pub erased: u64,
    /// Number of entries erased after the last given checkpoint, for which the ledger is the only
    /// evidence. Without a checkpoint: all erased entries.
    pub unconfirmed: u64,
    /// Link of the last entry, as in a [`Checkpoint`](crate::Checkpoint).
    pub link: [u8; 32],
}

/// Numbers of entries.
type Numbers = RangeInclusiveSet<u64>;

/// The lowest number that is in `one` and not in `other`.
fn first_not_in(one: &Numbers, other: &Numbers) -> Option<u64> {
    one.iter()
        .find_map(|run| Some(*other.gaps(run).next()?.start()))
}

/// Checks the entries of a ledger in order.
#[derive(Debug)]
pub(crate) struct Verifier {
    head: Head,
    /// Entries without content.
    gone: Numbers,
    /// Entries that an erasure names.
    erased: Numbers,
    /// The part of `erased` that is covered by a checkpoint.
    confirmed: Numbers,
    /// Number of the last entry that a checkpoint covers.
    seen: u64,
    /// Texts: the number of the entry, the hash, and the digest.
    texts: Vec<(u64, String, String)>,
    /// Marks of erased subjects: the number of the erasure, and its time.
    marks: Vec<(u64, Mark, i64)>,
    /// Sums of the remains: of the entries without content, and as recorded by the erasures.
    remains: [RemainsSum; 2],
}

impl Verifier {
    /// `seen` is the entry number of the last checkpoint; 0 without one.
    pub(crate) fn new(seen: u64) -> Self {
        Self {
            head: Head::start(),
            gone: Numbers::new(),
            erased: Numbers::new(),
            confirmed: Numbers::new(),
            seen,
            texts: Vec::new(),
            marks: Vec::new(),
            remains: [RemainsSum::default(); 2],
        }
    }

    /// Checks the next entry.
    pub(crate) fn check(&mut self, row: &Row) -> Result<(), Fault> {
        let seq = row.seq;
        if seq != self.head.seq + 1 {
            return Err(Fault::Missing {
                seq: self.head.seq + 1,
            });
        }
        if let Some((salt, content)) = &row.salted
            && digest(&row.labels, salt, content) != row.digest
        {
            return Err(Fault::Changed { seq });
        }
        if link(&self.head.link, seq, &row.digest) != row.link {
            return Err(Fault::Unlinked { seq });
        }
        match &row.salted {
            None => {
                self.gone.insert(seq..=seq);
                self.remains[0].add(&row.remains());
            }
            Some((_, content)) => {
                let said = self.parse(seq, row.labels.kind, content);
                said.ok_or(Fault::Changed { seq })?;
            }
        }
        self.head = Head {
            seq,
            link: row.link,
        };
        Ok(())
    }

    /// Parses an entry about other entries or about the tables beside the chain; `None` if that
    /// fails.
    fn parse(&mut self, seq: u64, kind: Kind, content: &[u8]) -> Option<()> {
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
                    self.remains[1].merge(&RemainsSum::from_bytes(&from_hex(&left)?));
                }
                // An erasure cannot cover later entries.
                for (first, last) in erasure.entries {
                    if 0 < first && first <= last && last < seq {
                        self.erased.insert(first..=last);
                        if seq <= self.seen {
                            self.confirmed.insert(first..=last);
                        }
                    }
                }
            }
        }
        Some(())
    }

    /// Compares the tables beside the chain with their entries. `before` was read before the first
    /// entry and `after` after the last one, because the tables grow meanwhile.
    pub(crate) fn compare(&self, before: &SideTables, after: &SideTables) -> Option<Fault> {
        for (seq, hash, digest) in &self.texts {
            let (seq, hash) = (*seq, hash.clone());
            match after.texts.get(&hash) {
                None => return Some(Fault::TextGone { seq, hash }),
                Some(kept) if HEXLOWER.encode(kept) != *digest => {
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
        (self.remains[0] != self.remains[1]).then_some(Fault::ErasedChanged)
    }

    /// After the last entry: the first entry that was emptied without an erasure, or restored in
    /// spite of one.
    pub(crate) fn difference(&self) -> Option<Fault> {
        let emptied = first_not_in(&self.gone, &self.erased);
        let restored = first_not_in(&self.erased, &self.gone);
        match (emptied, restored) {
            (Some(seq), other) if other.is_none_or(|other| seq < other) => {
                Some(Fault::Emptied { seq })
            }
            (_, Some(seq)) => Some(Fault::Restored { seq }),
            (_, None) => None,
        }
    }

    /// Checks the rows from `seq` on again, since they may have been erased after [`Self::check`].
    /// Returns true if the first was. Erasures that have not been checked are left out.
    pub(crate) fn erased_since(&mut self, seq: u64, rows: &[Row]) -> bool {
        let mut next = seq;
        for row in rows {
            if row.seq != next || row.salted.is_some() || !self.erased.contains(&next) {
                break;
            }
            self.remains[0].add(&row.remains());
            self.gone.insert(next..=next);
            next += 1;
        }
        next > seq
    }

    pub(crate) fn finish(self) -> Verified {
        let count = |numbers: &Numbers| numbers.iter().map(|run| run.end() - run.start() + 1).sum();
        let (erased, confirmed): (u64, u64) = (count(&self.gone), count(&self.confirmed));
        Verified {
            entries: self.head.seq,
            erased,
            unconfirmed: erased.saturating_sub(confirmed),
            link: self.head.link,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use time::OffsetDateTime;

    use super::*;
    use crate::{
        chain::{Labels, Sealed},
        entry::Reason,
        side_tables::Unchained,
    };

    fn numbers(runs: &[(u64, u64)]) -> Numbers {
        runs.iter().map(|(first, last)| *first..=*last).collect()
    }

    #[test]
    fn finds_the_first_number_that_is_missing_in_another_set() {
        let one = numbers(&[(1, 3), (7, 9)]);
        for (other, first) in [
            (numbers(&[(1, 3), (7, 9)]), None),
            (numbers(&[(1, 9)]), None),
            (numbers(&[(7, 9)]), Some(1)),
            (numbers(&[(1, 2), (7, 9)]), Some(3)),
            (numbers(&[(1, 3), (8, 9)]), Some(7)),
            (numbers(&[(1, 3)]), Some(7)),
            (numbers(&[(1, 8)]), Some(9)),
        ] {
            assert_eq!(first_not_in(&one, &other), first, "{other:?}");
        }
    }

    /// An erasure of version 2 has neither a mark nor a sum of remains.
    #[test]
    fn verifies_data_of_an_older_version_after_the_upgrade() {
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
        rows[1].salted = None;
        let old = Erasure::new(OffsetDateTime::UNIX_EPOCH, Reason::Subject, &[2]);
        rows.push(head.append(old.seal().expect("an entry")));
        let mark = Mark([7; 32]);
        let unchained = Unchained {
            texts: Vec::new(),
            marks: vec![(mark, 1_000)],
            remains: vec![rows[1].remains()],
        };
        rows.extend(unchained.rows(head).expect("entries"));
        let tables = |until| SideTables {
            texts: HashMap::new(),
            marks: [(mark, until)].into(),
        };
        let verified = |rows: &[Row], until| {
            let mut verifier = Verifier::new(0);
            for row in rows {
                verifier.check(row)?;
            }
            match verifier
                .difference()
                .or(verifier.compare(&tables(until), &tables(until)))
            {
                Some(fault) => Err(fault),
                None => Ok(verifier.finish().erased),
            }
        };
        assert_eq!(verified(&rows, 1_000), Ok(1));
        let gone = Fault::MarkGone { seq: 5 };
        assert_eq!(verified(&rows, 999), Err(gone));
        rows[1].labels.at = 9;
        assert_eq!(verified(&rows, 1_000), Err(Fault::ErasedChanged));
    }
}
