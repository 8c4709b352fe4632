//! Findings of the rules, without duplicates.

use std::fmt;

use super::{Rule, Severity, Visit};

/// A finding, with all places where it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// Severity: that of the rule, or a note if the test allows the finding.
    pub severity: Severity,
    /// Subject: the name of a cookie, a request, or an entry of the policy.
    pub subject: String,
    /// Evidence, without cookie values.
    pub evidence: String,
    /// Place of the finding.
    pub place: Place,
}

/// Place of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// An entry of the policy or the configuration; empty if there is no particular place.
    Entry(String),
    /// At least one visit.
    Visits(Vec<Visit>),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(entry) => f.write_str(entry),
            Self::Visits(visits) => match visits.as_slice() {
                [] => Ok(()),
                [visit] => visit.fmt(f),
                [visit, more @ ..] => write!(f, "{visit} +{}", more.len()),
            },
        }
    }
}

/// Collects findings, and merges the places of equal findings.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    /// Adds a finding in a visit.
    pub(crate) fn seen(&mut self, rule: Rule, subject: &str, evidence: String, visit: &Visit) {
        let known = self.0.iter_mut().find(|finding| {
            finding.rule == rule && finding.subject == subject && finding.evidence == evidence
        });
        if let Some(Finding {
            place: Place::Visits(visits),
            ..
        }) = known
        {
            if !visits.contains(visit) {
                visits.push(visit.clone());
            }
            return;
        }
        let place = Place::Visits(vec![visit.clone()]);
        self.0.push(finding(rule, subject, evidence, place));
    }

    /// Adds a finding in the policy or the configuration.
    pub(crate) fn entry(&mut self, rule: Rule, subject: &str, evidence: String, entry: &str) {
        let finding = finding(rule, subject, evidence, Place::Entry(entry.to_owned()));
        if !self.0.contains(&finding) {
            self.0.push(finding);
        }
    }

    /// Downgrades the findings that a test allows to notes, and sorts all.
    pub(crate) fn allowing(mut self, is_allowed: impl Fn(&Finding) -> bool) -> Vec<Finding> {
        for finding in self.0.iter_mut().filter(|finding| is_allowed(finding)) {
            finding.severity = Severity::Note;
        }
        self.sorted()
    }

    /// Sorts by severity, rule, subject and evidence, so that every run has the same order.
    pub(crate) fn sorted(mut self) -> Vec<Finding> {
        for finding in &mut self.0 {
            if let Place::Visits(visits) = &mut finding.place {
                visits.sort_by(|a, b| {
                    (&a.state, a.gpc, &a.source).cmp(&(&b.state, b.gpc, &b.source))
                });
            }
        }
        self.0.sort_by(|a, b| {
            let order = |finding: &Finding| (std::cmp::Reverse(finding.severity), finding.rule);
            let text = |finding: &Finding| (finding.subject.clone(), finding.evidence.clone());
            order(a).cmp(&order(b)).then_with(|| text(a).cmp(&text(b)))
        });
        self.0
    }
}

fn finding(rule: Rule, subject: &str, evidence: String, place: Place) -> Finding {
    Finding {
        rule,
        severity: rule.severity(),
        subject: printable(subject),
        evidence,
        place,
    }
}

/// A name for a table: on one line, and at most 100 characters.
pub(crate) fn printable(subject: &str) -> String {
    if subject.is_empty() {
        return "(no name)".to_owned();
    }
    let clean = |letter: char| if letter.is_control() { '?' } else { letter };
    subject.chars().take(100).map(clean).collect()
}
