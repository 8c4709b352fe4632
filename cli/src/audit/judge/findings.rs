//! Gathers findings: the same thing in another place is one finding with two places.

use std::cmp::Reverse;

use actix_consent::audit::rules::Severity;

use crate::audit::rule::{Finding, Rule};

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
