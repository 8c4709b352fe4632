//! How many said yes.

mod chart;

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
    path::Path,
};

use actix_consent::ledger::{ConsentRecord, Event};
use actix_consent_ledger::{Entry, Store};
use askama::Template;
use time::OffsetDateTime;

use self::chart::Chart;
use super::{Failed, print, progress, progressed};

/// Smaller groups might be one person.
const SMALLEST: u64 = 10;

/// Yes, of how many choices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    yes: u64,
    all: u64,
}

impl Share {
    fn add(&mut self, yes: bool) {
        self.all += 1;
        self.yes += u64::from(yes);
    }

    /// In per cent; nothing where the group is too small to be shown.
    fn percent(self) -> Option<f64> {
        (self.all >= SMALLEST).then(|| 100.0 * self.yes as f64 / self.all as f64)
    }
}

/// What is counted.
#[derive(Debug, Default)]
struct Counts {
    choices: u64,
    withdrawals: u64,
    implied: u64,
    signals: u64,
    /// At least so many that could not be recorded.
    missing: u64,
    /// By unit and month.
    months: BTreeMap<String, BTreeMap<String, Share>>,
    /// By heading, group and unit.
    groups: BTreeMap<&'static str, BTreeMap<String, BTreeMap<String, Share>>>,
}

impl Counts {
    fn add(&mut self, record: &ConsentRecord) {
        match record.event {
            Event::Withdrawn => self.withdrawals += 1,
            Event::Implied => self.implied += 1,
            Event::OptedOut => self.signals += 1,
            Event::Gap => self.missing += record.gap.map_or(0, |gap| gap.count),
            _ => {}
        }
        // What was said, and not what was read from silence or from a header.
        if !matches!(
            record.event,
            Event::Accepted | Event::Partial | Event::Rejected
        ) {
            return;
        }
        self.choices += 1;
        let month = format!(
            "{}-{:02}",
            record.time.year(),
            u8::from(record.time.month())
        );
        let edition = format!("edition {}", record.policy_version);
        let groups = [
            ("Model", &record.model),
            ("Language", &record.language),
            ("Edition of the policy", &edition),
            ("Place", &record.source.as_str().to_owned()),
        ];
        for answer in &record.answers {
            let unit = &answer.unit;
            let months = self.months.entry(unit.clone()).or_default();
            months.entry(month.clone()).or_default().add(answer.granted);
            for (heading, group) in groups {
                let heading = self.groups.entry(heading).or_default();
                let group = heading.entry(group.clone()).or_default();
                group.entry(unit.clone()).or_default().add(answer.granted);
            }
        }
    }

    /// All of a unit.
    fn total(&self, unit: &str) -> Share {
        let months = self.months.get(unit).into_iter().flat_map(BTreeMap::values);
        months.fold(Share::default(), |sum, month| Share {
            yes: sum.yes + month.yes,
            all: sum.all + month.all,
        })
    }
}

pub(super) async fn stats(store: &Store, html: Option<&Path>) -> Result<bool, Failed> {
    let failed = |error: actix_consent::ledger::LedgerError| error.to_string();
    let mut voided = HashSet::new();
    let (mut counts, mut after, mut told) = (Counts::default(), 0, progress());
    let mut waiting: Vec<ConsentRecord> = Vec::new();
    loop {
        let entries = store.entries(after).await.map_err(failed)?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        for numbered in entries {
            match numbered.entry {
                Some(Entry::Record(record)) if record.event == Event::Voided => {
                    voided.extend(record.replaces);
                }
                Some(Entry::Record(record)) => waiting.push(record),
                _ => {}
            }
        }
        // What voids an acceptance comes soon after it: one page later at the latest.
        let keep = waiting.len().saturating_sub(8192);
        for record in waiting.drain(..keep) {
            if !voided.contains(&record.id) {
                counts.add(&record);
            }
        }
        told(after);
    }
    for record in waiting {
        if !voided.contains(&record.id) {
            counts.add(&record);
        }
    }
    progressed();
    print(&in_terminal(&counts))?;
    if let Some(path) = html {
        let page = Page::new(&counts).render().map_err(|why| why.to_string())?;
        std::fs::write(path, page + "\n")
            .map_err(|why| format!("{}: cannot be written: {why}", path.display()))?;
    }
    Ok(true)
}

fn in_terminal(counts: &Counts) -> String {
    let mut text = format!(
        "{} choices, {} withdrawals, {} implied, {} signals",
        counts.choices, counts.withdrawals, counts.implied, counts.signals
    );
    if counts.missing > 0 {
        let _ = write!(text, ", at least {} not recorded", counts.missing);
    }
    text.push_str(".\n");
    let wide = counts.months.keys().map(|unit| unit.chars().count()).max();
    let wide = wide.unwrap_or(0).max(4);
    let _ = writeln!(
        text,
        "\n{:wide$}  {:>9}  {:>9}",
        "unit", "choices", "said yes"
    );
    for unit in counts.months.keys() {
        let total = counts.total(unit);
        let _ = writeln!(
            text,
            "{unit:wide$}  {:>9}  {:>9}",
            total.all,
            percent(total)
        );
    }
    for (heading, groups) in &counts.groups {
        let _ = writeln!(text, "\n{heading}");
        for (group, units) in groups {
            let shares = units
                .iter()
                .map(|(unit, share)| format!("{unit} {}", percent(*share)));
            let _ = writeln!(text, "  {group}: {}", shares.collect::<Vec<_>>().join(", "));
        }
    }
    let _ = writeln!(
        text,
        "\nGroups of fewer than {SMALLEST} choices are not shown. A choice is not a visitor."
    );
    text
}

fn percent(share: Share) -> String {
    share
        .percent()
        .map_or_else(|| "–".to_owned(), |percent| format!("{percent:.1} %"))
}

#[derive(Template)]
#[template(path = "ledger/stats.html")]
struct Page {
    made: String,
    numbers: Vec<(&'static str, u64)>,
    charts: Vec<Chart>,
    groups: Vec<Groups>,
    smallest: u64,
    version: &'static str,
}

/// A table: who said yes to what, by something.
struct Groups {
    heading: &'static str,
    units: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
}

impl Page {
    fn new(counts: &Counts) -> Self {
        let now = OffsetDateTime::now_utc();
        let charts = counts.months.iter();
        let units: Vec<String> = counts.months.keys().cloned().collect();
        let groups = counts.groups.iter().map(|(heading, groups)| Groups {
            heading,
            units: units.clone(),
            rows: groups
                .iter()
                .map(|(group, shares)| {
                    let share = |unit| shares.get(unit).copied().unwrap_or_default();
                    (
                        group.clone(),
                        units.iter().map(|unit| percent(share(unit))).collect(),
                    )
                })
                .collect(),
        });
        Self {
            made: now.date().to_string(),
            numbers: vec![
                ("Choices", counts.choices),
                ("Withdrawals", counts.withdrawals),
                ("Implied", counts.implied),
                ("Signals", counts.signals),
                ("Not recorded, at least", counts.missing),
            ],
            charts: charts
                .map(|(unit, months)| Chart::new(unit, counts.total(unit), months))
                .collect(),
            groups: groups.collect(),
            smallest: SMALLEST,
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_groups_have_no_share() {
        let mut share = Share::default();
        for number in 0..9 {
            share.add(number % 3 == 0);
        }
        assert_eq!(percent(share), "–");
        share.add(true);
        assert_eq!(percent(share), "40.0 %");
    }
}
