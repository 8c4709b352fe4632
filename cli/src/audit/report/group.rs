//! Findings grouped by rule.

use std::cmp::Reverse;

use actix_consent::audit::rules::Severity;

use super::super::judge::{
    findings::{Finding, Verdict},
    rule::Rule,
};

/// All findings of one rule with the same severity.
#[derive(Clone, Debug)]
pub(crate) struct Group<'v> {
    pub(crate) rule: Rule,
    pub(crate) severity: Severity,
    pub(crate) findings: Vec<&'v Finding>,
}

/// Groups the findings by rule, the most severe first.
pub(crate) fn groups(verdict: &Verdict) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for finding in &verdict.findings {
        let (rule, severity) = (finding.rule, finding.severity);
        let same = |group: &&mut Group<'_>| (group.rule, group.severity) == (rule, severity);
        match groups.iter_mut().find(same) {
            Some(group) => group.findings.push(finding),
            None => groups.push(Group {
                rule,
                severity,
                findings: vec![finding],
            }),
        }
    }
    groups.sort_by_key(|group| Reverse(group.severity));
    groups
}

/// Splits the text of a rule into its meaning and its remedy, which may be empty.
pub(crate) fn parts(rule: Rule) -> (&'static str, &'static str) {
    let meaning = rule.meaning();
    match meaning.find(". ") {
        Some(at) => (&meaning[..=at], &meaning[at + 2..]),
        None => (meaning, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};

    #[test]
    fn the_heaviest_come_first_and_no_finding_is_lost() {
        let mut verdict = fixture::verdict();
        verdict.findings.reverse();
        let groups = groups(&verdict);
        assert!(groups.is_sorted_by_key(|group| Reverse(group.severity)));
        let count: usize = groups.iter().map(|group| group.findings.len()).sum();
        assert_eq!(count, verdict.findings.len());
        assert!(groups.len() < count, "the fixture has two of one rule");
    }

    #[test]
    fn the_meaning_of_every_rule_begins_with_a_whole_sentence() {
        for rule in Rule::all() {
            let (what, more) = parts(rule);
            assert!(what.ends_with('.'), "{}: {what}", rule.id());
            let first = more.chars().next().unwrap_or('A');
            assert!(
                first.is_uppercase() || first == '`',
                "{}: {more}",
                rule.id()
            );
        }
    }
}
