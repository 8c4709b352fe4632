//! What the rules have found, each thing once.

use std::fmt;

use super::{Rule, Severity, Visit};

/// One thing that was found, wherever it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// How much it weighs: the rule's severity, or a note where the test allows it.
    pub severity: Severity,
    /// What it is about: the name of a cookie, a request, an entry of the policy.
    pub subject: String,
    /// What was seen. Never the value of a cookie.
    pub evidence: String,
    /// Where it was seen.
    pub place: Place,
}

/// Where something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In the policy or the configuration; or, where the text is empty, nowhere in particular.
    Entry(String),
    /// In these visits, of which there is at least one.
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

/// Gathers findings: the same thing found in another place is one finding with two places.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    /// Something found while the visitor was about.
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

    /// Something found in the policy or the configuration.
    pub(crate) fn entry(&mut self, rule: Rule, subject: &str, evidence: String, entry: &str) {
        let finding = finding(rule, subject, evidence, Place::Entry(entry.to_owned()));
        if !self.0.contains(&finding) {
            self.0.push(finding);
        }
    }

    /// The same, and those that a test allows weigh as notes.
    pub(crate) fn allowing(mut self, is_allowed: impl Fn(&Finding) -> bool) -> Vec<Finding> {
        for finding in self.0.iter_mut().filter(|finding| is_allowed(finding)) {
            finding.severity = Severity::Note;
        }
        self.sorted()
    }

    /// The heaviest first, then by rule, subject and evidence, so that two runs list alike.
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

/// A name fit for a table: one line, and not longer than names are.
pub(crate) fn printable(subject: &str) -> String {
    if subject.is_empty() {
        return "(no name)".to_owned();
    }
    let clean = |letter: char| if letter.is_control() { '?' } else { letter };
    subject.chars().take(100).map(clean).collect()
}
