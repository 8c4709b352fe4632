//! What a subject has said, without what never counted.

use std::collections::HashSet;

use super::{ConsentRecord, Event, RecordId};

/// The records that ever counted, in the order in which they were said: an acceptance that was
/// confirmed too late is left out, and so is the record that voids it.
///
/// The order is not the ledger's: a withdrawal waits in the outbox while the ledger is down, and an
/// acceptance after it can be there first.
pub(crate) fn counted(records: &[ConsentRecord]) -> Vec<&ConsentRecord> {
    let voids = |record: &&ConsentRecord| record.event == Event::Voided;
    let voided = records.iter().filter(voids);
    let voided: HashSet<RecordId> = voided.filter_map(|record| record.replaces).collect();
    let mut counted: Vec<_> = records.iter().collect();
    counted.retain(|record| !voids(record) && !voided.contains(&record.id));
    counted.sort_by_key(|record| record.time);
    counted
}
