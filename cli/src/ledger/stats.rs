//! `consent ledger stats`: counts of choices and acceptances.

mod batches;
mod chart;
mod groups;
mod page;
mod terminal;

use std::{collections::HashSet, path::Path};

use actix_consent::ledger::{ConsentRecord, Event, RecordId};
use actix_consent_ledger::{Entry, Store};

use self::{
    batches::{Choices, SMALLEST, Share},
    groups::Groups,
};
use super::{Failed, print, progress, progressed};

/// Counts over all records.
#[derive(Debug, Default)]
struct Counts {
    choices: Choices,
    withdrawals: u64,
    implied: u64,
    once: u64,
    signals: u64,
    /// Lower bound of the choices that could not be recorded.
    missing: u64,
}

impl Counts {
    fn add(&mut self, record: &ConsentRecord) {
        match record.event {
            // Explicit choices only, not silence or a header.
            Event::Accepted | Event::Partial | Event::Rejected => self.choices.add(record),
            Event::Withdrawn => self.withdrawals += 1,
            Event::Implied => self.implied += 1,
            Event::Once => self.once += 1,
            Event::OptedOut => self.signals += 1,
            Event::Gap => {
                let gap = record.gap.map_or(0, |gap| gap.count);
                self.missing = self.missing.saturating_add(gap);
            }
            _ => {}
        }
    }

    /// Counts of events that are not choices. None is part of another number, so that none can be
    /// found by subtraction.
    fn others(&self) -> [(&'static str, u64); 5] {
        [
            ("Withdrawals", self.withdrawals),
            ("Implied", self.implied),
            ("Shown once", self.once),
            ("Signals", self.signals),
            ("Not recorded, at least", self.missing),
        ]
    }
}

pub(super) async fn stats(store: &Store, html: Option<&Path>) -> Result<bool, Failed> {
    // A record that waited in an outbox may void an acceptance much later. Collect the voided ids
    // before counting, up to the same entry.
    let mut voided: HashSet<RecordId> = HashSet::new();
    let last = each(store, u64::MAX, |record| {
        if record.event == Event::Voided {
            voided.extend(record.replaces);
        }
    });
    let last = last.await?;
    let mut counts = Counts::default();
    let counting = each(store, last, |record| {
        if !voided.contains(&record.id) {
            counts.add(record);
        }
    });
    counting.await?;
    let batches = counts.choices.batches();
    let groups = Groups::of(&batches);
    print(&terminal::in_terminal(&counts, &groups))?;
    if let Some(path) = html {
        let page = page::page(&counts, &groups).map_err(|why| why.to_string())?;
        std::fs::write(path, page + "\n")
            .map_err(|why| format!("{}: cannot be written: {why}", path.display()))?;
    }
    Ok(true)
}

/// Calls `look` for each record up to an entry, and returns the last entry.
async fn each(
    store: &Store,
    until: u64,
    mut look: impl FnMut(&ConsentRecord),
) -> Result<u64, Failed> {
    let (mut after, mut told) = (0, progress());
    while after < until {
        let entries = store.entries(after).await;
        let entries = entries.map_err(|error| error.to_string())?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        for numbered in entries.iter().filter(|numbered| numbered.seq <= until) {
            if let Some(Entry::Record(record)) = &numbered.entry {
                look(record);
            }
        }
        told(after);
    }
    progressed();
    Ok(after)
}

fn percent(share: Share) -> String {
    share
        .percent()
        .map_or_else(|| "–".to_owned(), |percent| format!("{percent:.1} %"))
}

/// Number of choices and share of acceptances.
fn share_of(share: Option<&Share>) -> (String, String) {
    let share = share.copied().unwrap_or_default();
    let all = match share.all {
        0 => "–".to_owned(),
        all => all.to_string(),
    };
    (all, percent(share))
}

/// A number of records. None and a few look the same.
fn number(count: u64) -> String {
    if count < SMALLEST {
        return format!("under {SMALLEST}");
    }
    count.to_string()
}
