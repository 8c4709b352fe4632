//! Valid records of a subject's history.

use std::collections::HashSet;

use super::{ConsentRecord, Event, RecordId};

/// Returns the records that took effect, in the order in which they were made. Leaves out
/// acceptances that were confirmed too late, and the records that void them.
///
/// The ledger's order may differ: while the ledger is down, a withdrawal waits in the outbox, and a
/// later acceptance can be stored before it.
pub(crate) fn counted(records: &[ConsentRecord]) -> Vec<&ConsentRecord> {
    let voids = |record: &&ConsentRecord| record.event == Event::Voided;
    let voided = records.iter().filter(voids);
    let voided: HashSet<RecordId> = voided.filter_map(|record| record.replaces).collect();
    let mut counted: Vec<_> = records.iter().collect();
    counted.retain(|record| !voids(record) && !voided.contains(&record.id));
    counted.sort_by_key(|record| record.time);
    counted
}
