//! Gathers findings: the same thing in another place is one finding with two places.

use std::cmp::Reverse;

use actix_consent::audit::rules::Severity;

use super::rule::Rule;

/// One thing that was found, with each place where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    pub(crate) severity: Severity,
    /// What it is about: a cookie, a host, a button.
    pub(crate) subject: String,
    /// What was seen. Never a value of a cookie.
    pub(crate) evidence: String,
    /// Where, each once: page and circumstances, such as `/report (rejected)`; at least one.
    pub(crate) places: Vec<String>,
}

impl Finding {
    /// What tells it from others between two runs, whatever the numbers in its evidence.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.rule.id(), self.subject)
    }
}

/// What the audit comes to.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    /// The heaviest first.
    pub(crate) findings: Vec<Finding>,
    /// Each cookie, item and host that was seen, with what is known of it.
    pub(crate) inventory: Vec<Item>,
}

/// One line of the inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// `cookie`, `localStorage`, `host` and so on.
    pub(crate) kind: String,
    pub(crate) name: String,
    /// Host or origin that it belongs to.
    pub(crate) host: String,
    pub(crate) third_party: bool,
    /// The id of the category, where anything says so.
    pub(crate) category: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) purpose: Option<String>,
    /// Who says so: `policy`, `built-in table`, `database`; empty where nobody does.
    pub(crate) source: String,
    /// How long it lives, in words; empty where that is no question.
    pub(crate) life: String,
    /// In which circumstances it was seen, each once.
    pub(crate) seen: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn add(
        &mut self,
        rule: impl Into<Rule>,
        subject: &str,
        evidence: impl Into<String>,
        place: impl Into<String>,
    ) {
        let rule = rule.into();
        self.weigh(rule, rule.severity(), subject, evidence, place);
    }

    /// The same, and it weighs no more than this.
    pub(super) fn weigh(
        &mut self,
        rule: Rule,
        severity: Severity,
        subject: &str,
        evidence: impl Into<String>,
        place: impl Into<String>,
    ) {
        let place = place.into();
        let same = |finding: &&mut Finding| finding.rule == rule && finding.subject == subject;
        match self.0.iter_mut().find(same) {
            Some(finding) => {
                if !finding.places.contains(&place) {
                    finding.places.push(place);
                }
            }
            None => self.0.push(Finding {
                rule,
                severity,
                subject: subject.to_owned(),
                evidence: evidence.into(),
                places: vec![place],
            }),
        }
    }

    pub(super) fn has(&self, rule: impl Into<Rule>, subject: &str) -> bool {
        let rule = rule.into();
        self.0
            .iter()
            .any(|finding| finding.rule == rule && finding.subject == subject)
    }

    /// The heaviest first, then by rule and subject, so that two runs list alike.
    pub(super) fn sorted(mut self) -> Vec<Finding> {
        self.0.sort_by(|a, b| {
            (Reverse(a.severity), a.rule, &a.subject).cmp(&(
                Reverse(b.severity),
                b.rule,
                &b.subject,
            ))
        });
        self.0
    }
}
