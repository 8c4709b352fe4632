//! Findings, the inventory, and the verdict that combines them.

use std::cmp::Reverse;

use actix_consent::audit::rules::Severity;

use super::rule::Rule;

/// A violation of a rule, with all places of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    pub(crate) severity: Severity,
    /// Subject, such as a cookie, a host or a button.
    pub(crate) subject: String,
    /// Evidence, without values of cookies.
    pub(crate) evidence: String,
    /// Distinct places as page and circumstances, such as `/report (rejected)`; at least one.
    pub(crate) places: Vec<String>,
}

impl Finding {
    /// Key that identifies the finding across audits, independent of its evidence.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.rule.id(), self.subject)
    }
}

/// Result of an audit.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    /// Findings, the most severe first.
    pub(crate) findings: Vec<Finding>,
    /// All observed cookies, items and hosts.
    pub(crate) inventory: Vec<Item>,
}

/// One line of the inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// `cookie`, `localStorage`, `host` and so on.
    pub(crate) kind: String,
    pub(crate) name: String,
    /// Host or origin.
    pub(crate) host: String,
    pub(crate) third_party: bool,
    /// Id of the category, if known.
    pub(crate) category: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) purpose: Option<String>,
    /// Source of the category: `policy`, `built-in table`, `database`; empty if unknown.
    pub(crate) source: String,
    /// Lifetime in words; empty if not applicable.
    pub(crate) life: String,
    /// Distinct circumstances in which it was observed.
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

    /// Adds a finding with this severity. Merges places of the same rule and subject.
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

    /// Returns the findings sorted by severity, rule and subject.
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
