//! Batches of at least ten similar choices, the smallest unit that statistics show.
//!
//! Choices are of one *sort* if they have the same model, language and edition and concern the same
//! categories and services. The choices of a sort wait from month to month until there are ten of
//! them, and are then counted together as a *batch* of that month. Choices that still wait at the
//! end are not counted.
//!
//! So a report reveals nothing about a smaller group. Each number is a sum over whole batches, and
//! no choice is in two batches. Sums and differences of such numbers are again sums over whole
//! batches, so each describes a group of none or at least ten. A waiting choice is in no sum: its
//! existence and its answer change nothing.

use std::{collections::BTreeMap, fmt};

use actix_consent::ledger::ConsentRecord;
use time::OffsetDateTime;

/// Size of the smallest batch. A smaller group might be one person.
pub(super) const SMALLEST: u64 = 10;

/// A month, as the number of months since the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month(pub(super) i32);

impl Month {
    fn of(time: OffsetDateTime) -> Self {
        Self(time.year() * 12 + i32::from(u8::from(time.month())) - 1)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}",
            self.0.div_euclid(12),
            self.0.rem_euclid(12) + 1
        )
    }
}

/// Number of acceptances out of a number of choices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) yes: u64,
    pub(super) all: u64,
}

impl Share {
    pub(super) fn add(&mut self, other: Self) {
        self.yes += other.yes;
        self.all += other.all;
    }

    /// Percentage of acceptances; `None` without choices.
    pub(super) fn percent(self) -> Option<f64> {
        (self.all > 0).then(|| 100.0 * self.yes as f64 / self.all as f64)
    }
}

/// Common properties of the choices of a batch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sort {
    pub(super) model: String,
    pub(super) language: String,
    pub(super) edition: u32,
    /// Ids of the categories and services in question.
    pub(super) asked: Vec<String>,
}

/// Sums over some choices of one sort.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) choices: u64,
    /// Number of choices that accept anything.
    pub(super) any: u64,
    /// Number of acceptances of each category or service.
    pub(super) yes: Vec<u64>,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.choices += other.choices;
        self.any += other.any;
        self.yes.resize(other.yes.len(), 0);
        for (sum, yes) in self.yes.iter_mut().zip(&other.yes) {
            *sum += yes;
        }
    }
}

/// At least ten choices of one sort.
#[derive(Debug)]
pub(super) struct Batch<'c> {
    pub(super) sort: &'c Sort,
    /// Month of the tenth choice.
    pub(super) month: Month,
    pub(super) tally: Tally,
}

/// All choices, including those that will not be counted.
#[derive(Debug, Default)]
pub(super) struct Choices(BTreeMap<Sort, BTreeMap<Month, Tally>>);

impl Choices {
    pub(super) fn add(&mut self, record: &ConsentRecord) {
        let answers = record.answers.iter();
        let answers: BTreeMap<&str, bool> = answers
            .map(|answer| (answer.unit.as_str(), answer.granted))
            .collect();
        let sort = Sort {
            model: record.model.clone(),
            language: record.language.clone(),
            edition: record.policy_version,
            asked: answers.keys().map(|unit| (*unit).to_owned()).collect(),
        };
        let choice = Tally {
            choices: 1,
            any: u64::from(answers.values().any(|yes| *yes)),
            yes: answers.values().map(|yes| u64::from(*yes)).collect(),
        };
        let months = self.0.entry(sort).or_default();
        months
            .entry(Month::of(record.time))
            .or_default()
            .add(&choice);
    }

    /// Returns the batches to count.
    pub(super) fn batches(&self) -> Vec<Batch<'_>> {
        let mut batches = Vec::new();
        for (sort, months) in &self.0 {
            let mut waiting = Tally::default();
            for (month, tally) in months {
                waiting.add(tally);
                if waiting.choices >= SMALLEST {
                    batches.push(Batch {
                        sort,
                        month: *month,
                        tally: std::mem::take(&mut waiting),
                    });
                }
            }
        }
        batches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(months: &[(i32, u64)]) -> Choices {
        let sort = Sort {
            model: "opt-in".to_owned(),
            language: "en".to_owned(),
            edition: 1,
            asked: vec!["analytics".to_owned()],
        };
        let months = months.iter().map(|(month, choices)| {
            let tally = Tally {
                choices: *choices,
                any: 1,
                yes: vec![1],
            };
            (Month(*month), tally)
        });
        Choices([(sort, months.collect())].into())
    }

    fn counted(months: &[(i32, u64)]) -> Vec<(i32, u64)> {
        let choices = choices(months);
        let batches = choices.batches();
        batches
            .iter()
            .map(|batch| (batch.month.0, batch.tally.choices))
            .collect()
    }

    #[test]
    fn choices_wait_until_there_are_ten_and_the_last_ones_are_not_counted() {
        assert_eq!(
            counted(&[(0, 25), (1, 4), (2, 5), (5, 1), (6, 10), (7, 9)]),
            [(0, 25), (5, 10), (6, 10)]
        );
        assert_eq!(counted(&[(0, 9)]), []);
        let choices = choices(&[(0, 25), (1, 4), (2, 5), (5, 1)]);
        let yes: Vec<_> = choices
            .batches()
            .into_iter()
            .map(|batch| batch.tally.yes)
            .collect();
        assert_eq!(yes, [[1], [3]], "what was said waits with them");
    }

    #[test]
    fn months_have_a_year_and_a_number() {
        let time = time::macros::datetime!(2026-12-31 23:59 UTC);
        let month = Month::of(time);
        assert_eq!(month.to_string(), "2026-12");
        assert_eq!(Month(month.0 + 1).to_string(), "2027-01");
    }
}
