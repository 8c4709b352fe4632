//! Series of the statistics by category, model, language and edition.

use std::collections::BTreeMap;

use super::batches::{Batch, Month, Share};

/// A section of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Unit,
    Model,
    Language,
    Edition,
}

impl Kind {
    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Unit => "Category or service",
            Self::Model => "Model",
            Self::Language => "Language",
            Self::Edition => "Edition of the policy",
        }
    }

    /// Predicate for the counted acceptances of the section.
    pub(super) fn yes(self) -> &'static str {
        match self {
            Self::Unit => "accepted it",
            _ => "accepted anything",
        }
    }
}

/// Key of a series, in display order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Unit(String),
    Model(String),
    Language(String),
    Edition(u32),
}

impl Group {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Unit(_) => Kind::Unit,
            Self::Model(_) => Kind::Model,
            Self::Language(_) => Kind::Language,
            Self::Edition(_) => Kind::Edition,
        }
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Unit(name) | Self::Model(name) | Self::Language(name) if name.is_empty() => {
                "not stated".to_owned()
            }
            Self::Unit(name) | Self::Model(name) | Self::Language(name) => name.clone(),
            Self::Edition(number) => format!("edition {number}"),
        }
    }
}

/// Shares of one group.
#[derive(Debug, Default)]
pub(super) struct Series {
    pub(super) months: BTreeMap<Month, Share>,
    /// Shares by category or service over all months; empty for a category or service itself.
    pub(super) units: BTreeMap<String, Share>,
}

impl Series {
    pub(super) fn total(&self) -> Share {
        let mut total = Share::default();
        for share in self.months.values() {
            total.add(*share);
        }
        total
    }
}

/// All series of a report.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) all: Share,
    pub(super) series: BTreeMap<Group, Series>,
    /// First and last month.
    span: Option<(Month, Month)>,
}

impl Groups {
    pub(super) fn of(batches: &[Batch<'_>]) -> Self {
        let mut groups = Self::default();
        for batch in batches {
            groups.add(batch);
        }
        groups
    }

    fn add(&mut self, batch: &Batch<'_>) {
        let (sort, tally, month) = (batch.sort, &batch.tally, batch.month);
        let any = Share {
            yes: tally.any,
            all: tally.choices,
        };
        self.all.add(any);
        let (first, last) = self.span.unwrap_or((month, month));
        self.span = Some((first.min(month), last.max(month)));
        let units = sort.asked.iter().zip(&tally.yes).map(|(unit, yes)| {
            let share = Share {
                yes: *yes,
                all: tally.choices,
            };
            (unit, share)
        });
        for (unit, share) in units.clone() {
            let series = self.series.entry(Group::Unit(unit.clone())).or_default();
            series.months.entry(month).or_default().add(share);
        }
        for group in [
            Group::Model(sort.model.clone()),
            Group::Language(sort.language.clone()),
            Group::Edition(sort.edition),
        ] {
            let series = self.series.entry(group).or_default();
            series.months.entry(month).or_default().add(any);
            for (unit, share) in units.clone() {
                series.units.entry(unit.clone()).or_default().add(share);
            }
        }
    }

    /// All months from the first to the last, including those without choices.
    pub(super) fn months(&self) -> Vec<Month> {
        let Some((first, last)) = self.span else {
            return Vec::new();
        };
        (first.0..=last.0).map(Month).collect()
    }

    /// Groups by kind.
    pub(super) fn sections(&self) -> BTreeMap<Kind, Vec<(&Group, &Series)>> {
        let mut sections: BTreeMap<Kind, Vec<_>> = BTreeMap::new();
        for (group, series) in &self.series {
            sections
                .entry(group.kind())
                .or_default()
                .push((group, series));
        }
        sections
    }
}
