//! Findings of the page.

use std::borrow::Cow;

use actix_consent::audit::rules::Severity;

use super::{
    super::{
        super::{judge::findings::Finding, judge::findings::Verdict, record::Record},
        baseline::Baseline,
        group::{self, Group},
        place::Place,
        sanitize::cut,
    },
    wording::{Piece, link, pieces},
};

/// Maximum lengths. The JSON report has the full texts.
const MOST_OF_A_SUBJECT: usize = 200;
const MOST_OF_EVIDENCE: usize = 1000;

/// Findings of one severity.
#[derive(Debug)]
pub(super) struct Weight<'a> {
    /// Label of each finding and name of its CSS class.
    pub(super) word: &'static str,
    pub(super) heading: &'static str,
    pub(super) count: usize,
    pub(super) rules: Vec<Broken<'a>>,
}

/// A rule with its findings.
#[derive(Debug)]
pub(super) struct Broken<'a> {
    pub(super) id: &'static str,
    pub(super) what: Vec<Piece<'static>>,
    pub(super) more: Vec<Piece<'static>>,
    pub(super) law: &'static str,
    pub(super) findings: Vec<Found<'a>>,
}

#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) subject: Cow<'a, str>,
    pub(super) evidence: Cow<'a, str>,
    pub(super) first: Option<Spot<'a>>,
    pub(super) more: Vec<Spot<'a>>,
    /// `new` or `known`, if compared with an earlier audit.
    pub(super) mark: Option<&'static str>,
}

/// Place of a finding.
#[derive(Debug)]
pub(super) struct Spot<'a> {
    pub(super) page: &'a str,
    pub(super) href: Option<String>,
    pub(super) who: Option<&'a str>,
}

pub(super) fn weights<'a>(
    record: &Record,
    verdict: &'a Verdict,
    baseline: Option<&Baseline>,
) -> Vec<Weight<'a>> {
    let mut weights: Vec<Weight<'a>> = Vec::new();
    for group in group::groups(verdict) {
        let (word, heading) = match group.severity {
            Severity::Error => ("error", "Errors"),
            Severity::Warning => ("warning", "Warnings"),
            _ => ("note", "Notes"),
        };
        if weights.last().is_none_or(|last| last.word != word) {
            weights.push(Weight {
                word,
                heading,
                count: 0,
                rules: Vec::new(),
            });
        }
        if let Some(weight) = weights.last_mut() {
            weight.count += group.findings.len();
            weight.rules.push(broken(record, &group, baseline));
        }
    }
    weights
}

fn broken<'a>(record: &Record, group: &Group<'a>, baseline: Option<&Baseline>) -> Broken<'a> {
    let (what, more) = group::parts(group.rule);
    let findings = group.findings.iter();
    Broken {
        id: group.rule.id(),
        // Headings have no full stop.
        what: pieces(what.strip_suffix('.').unwrap_or(what)),
        more: pieces(more),
        law: group.rule.law(),
        findings: findings
            .map(|finding| found(record, finding, baseline))
            .collect(),
    }
}

fn found<'a>(record: &Record, finding: &'a Finding, baseline: Option<&Baseline>) -> Found<'a> {
    let mut spots = finding.places.iter().map(|place| spot(record, place));
    Found {
        subject: cut(&finding.subject, MOST_OF_A_SUBJECT),
        evidence: cut(&finding.evidence, MOST_OF_EVIDENCE),
        first: spots.next(),
        more: spots.collect(),
        mark: baseline.map(|baseline| match baseline.knows(finding) {
            true => "known",
            false => "new",
        }),
    }
}

fn spot<'a>(record: &Record, text: &'a str) -> Spot<'a> {
    match Place::new(text, record) {
        // Not a page, such as an entry of a policy.
        Place { page: "", .. } => Spot {
            page: text,
            href: None,
            who: None,
        },
        place => Spot {
            page: place.page,
            href: link(&place.address).map(str::to_owned),
            who: place.circumstances,
        },
    }
}
