//! Daily limit on the records of one subject.
//!
//! A visitor who keeps a copy of the cookie can change the choice back and forth as fast as
//! requests can be sent. Every change is a record, and records are stored for years.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
};

use super::{ConsentRecord, RecordId};
use crate::choice::consent_id::ConsentId;
use crate::day::Day;

/// Number of changes of one subject per day that are recorded unconditionally, more than anyone
/// makes by hand.
pub(crate) const MOST_A_DAY: u32 = 100;
/// Maximum number of subjects in memory. If it is reached, those with few changes are forgotten.
const MOST_SUBJECTS: usize = 50_000;
/// Fewer changes than this count as few.
const FEW: u32 = 8;

/// Admission of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// The record is written.
    Record,
    /// The ledger contains the same record of today: nothing is written, and the choice takes
    /// effect.
    Repeat,
    /// An acceptance after [`MOST_A_DAY`] changes: it is not written, so it has no effect.
    TooMany,
}

/// Today's changes of subjects who had accepted something before.
#[derive(Debug, Default)]
pub(crate) struct DailyLimit {
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

impl DailyLimit {
    /// Decides whether a change of a subject is recorded, and counts it if it is. `accepts` is true
    /// if the change takes effect only once it is recorded.
    ///
    /// After [`MOST_A_DAY`] changes nothing more is accepted, and a withdrawal is recorded only if
    /// it rejects a unit that no record since has rejected. So every withdrawal that the ledger
    /// does not show yet is recorded, and there are no more of them than categories and services.
    pub(crate) fn admit(&self, day: Day, record: &ConsentRecord, accepts: bool) -> Admission {
        let Some(subject) = record.subject else {
            return Admission::Record;
        };
        let hash = self.hash(record, accepts);
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        today.begin(day);
        let changes = today.subjects.entry(subject).or_default();
        if changes.latest == Some(hash) {
            return Admission::Repeat;
        }
        if changes.count >= MOST_A_DAY {
            if accepts {
                return Admission::TooMany;
            }
            let mut is_new = false;
            for answer in record.answers.iter().filter(|answer| !answer.granted) {
                is_new |= changes.rejected.insert(answer.unit.clone());
            }
            if !is_new {
                return Admission::Repeat;
            }
        }
        changes.count = changes.count.saturating_add(1);
        // Queued records arrive in order, but an acceptance may never arrive.
        changes.latest = (!accepts).then_some(hash);
        Admission::Record
    }

    /// Notes that an acceptance was stored.
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

    /// Hashes everything except id and time.
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
