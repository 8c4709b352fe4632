//! Bounds the records of one subject and day.
//!
//! A choice lies in the visitor's own cookie, so whoever keeps a copy of it can change it back and
//! forth as often as requests can be sent, and each time it is a change. Records stay for years.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
};

use super::{ConsentRecord, RecordId};
use crate::choice::consent_id::ConsentId;
use crate::day::Day;

/// Changes of one subject that are recorded on one day without a further condition. Nobody makes so
/// many by hand.
pub(crate) const MOST_A_DAY: u32 = 100;
/// Subjects that are remembered. Beyond it those go who have changed little.
const MOST_SUBJECTS: usize = 50_000;
/// Fewer changes than this are little.
const FEW: u32 = 8;

/// Outcome for a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is recorded.
    Record,
    /// The ledger has the same of today: nothing is recorded, and the choice counts.
    Repeat,
    /// An acceptance after [`MOST_A_DAY`] changes: it is not recorded, so it does not count.
    TooMany,
}

/// The changes of today, of subjects that had accepted something before.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    hasher: RandomState,
    today: Mutex<Today>,
}

#[derive(Debug, Default)]
struct Today {
    day: Option<Day>,
    subjects: HashMap<ConsentId, Changes>,
}

#[derive(Debug, Default)]
struct Changes {
    count: u32,
    /// Hash of the latest record.
    latest: Option<u64>,
    /// Units rejected since the limit was reached.
    rejected: HashSet<String>,
}

impl Repeats {
    /// Judges a change of a subject, and counts it where it is recorded. `accepts` says whether it
    /// counts only once it is recorded.
    ///
    /// After [`MOST_A_DAY`] changes nothing more is accepted, and a withdrawal is recorded if it
    /// rejects something that no record since has rejected. So each withdrawal that the ledger does
    /// not show yet is recorded, and no more of them than there are categories and services.
    pub(crate) fn judge(&self, day: Day, record: &ConsentRecord, accepts: bool) -> Verdict {
        let Some(subject) = record.subject else {
            return Verdict::Record;
        };
        let hash = self.hash(record, accepts);
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        today.begin(day);
        let changes = today.subjects.entry(subject).or_default();
        if changes.latest == Some(hash) {
            return Verdict::Repeat;
        }
        if changes.count >= MOST_A_DAY {
            if accepts {
                return Verdict::TooMany;
            }
            let mut is_new = false;
            for answer in record.answers.iter().filter(|answer| !answer.granted) {
                is_new |= changes.rejected.insert(answer.unit.clone());
            }
            if !is_new {
                return Verdict::Repeat;
            }
        }
        changes.count = changes.count.saturating_add(1);
        // What waits in the outbox arrives in its order; an acceptance may not arrive at all.
        changes.latest = (!accepts).then_some(hash);
        Verdict::Record
    }

    /// An acceptance is in the ledger.
    pub(crate) fn recorded(&self, record: &ConsentRecord) {
        let Some(subject) = record.subject else {
            return;
        };
        let hash = self.hash(record, true);
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(changes) = today.subjects.get_mut(&subject) {
            changes.latest = Some(hash);
        }
    }

    /// A hash of all but id and time.
    fn hash(&self, record: &ConsentRecord, accepts: bool) -> u64 {
        let said = ConsentRecord {
            id: RecordId::from_bytes([0; 16]),
            time: time::OffsetDateTime::UNIX_EPOCH,
            ..record.clone()
        };
        self.hasher.hash_one((said.to_json(), accepts))
    }
}

impl Today {
    fn begin(&mut self, day: Day) {
        if self.day.replace(day) != Some(day) {
            self.subjects.clear();
        }
        if self.subjects.len() >= MOST_SUBJECTS {
            self.subjects.retain(|_, changes| changes.count >= FEW);
            if self.subjects.len() >= MOST_SUBJECTS {
                self.subjects.clear();
            }
        }
    }
}
