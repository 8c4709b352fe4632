//! Numbers of findings, visits and pages.

use std::{collections::BTreeSet, fmt};

use actix_consent::audit::rules::Severity;
use serde::Serialize;

use super::super::{
    judge::findings::Verdict,
    record::{Choosing, Record, Visit},
};

/// The numbers of an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Tally {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) notes: usize,
    pub(crate) visits: usize,
    pub(crate) pages: usize,
}

impl Tally {
    pub(crate) fn new(record: &Record, verdict: &Verdict) -> Self {
        let count = |severity: Severity| {
            let findings = verdict.findings.iter();
            findings
                .filter(|finding| finding.severity == severity)
                .count()
        };
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
            visits: record.visits.len(),
            pages: record.pages.iter().collect::<BTreeSet<_>>().len(),
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {}, {} in {} to {}",
            many(self.errors, "error"),
            many(self.warnings, "warning"),
            many(self.notes, "note"),
            many(self.visits, "visit"),
            many(self.pages, "page"),
        )
    }
}

/// Sentence about visits whose choice could not be made, if there are any.
pub(crate) fn unanswered(record: &Record) -> Option<String> {
    let failed = |visit: &&Visit| matches!(visit.choice, Choosing::Failed { .. });
    let count = record.visits.iter().filter(failed).count();
    let all = many(record.visits.len(), "visit");
    (count > 0).then(|| {
        format!(
            "In {count} of {all} the visitor could not answer as intended, so the effect of \
             that answer was not tested."
        )
    })
}

/// Formats a number with its noun.
pub(crate) fn many(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audit_is_summed_up_in_one_line() {
        let tally = Tally {
            errors: 3,
            warnings: 2,
            notes: 1,
            visits: 12,
            pages: 5,
        };
        assert_eq!(
            tally.to_string(),
            "3 errors, 2 warnings, 1 note in 12 visits to 5 pages"
        );
    }
}
