//! Comparison with an earlier report.

use std::collections::{BTreeMap, BTreeSet};

use actix_consent::audit::rules::Severity;
use serde_json::Value;

use crate::audit::judge::findings::Finding;

/// Identifier of the JSON format. Adding keys keeps the version; any other change needs a new one.
pub(crate) const SCHEMA: &str = "urn:actix-consent:audit:1";

/// Findings of an earlier report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Baseline {
    /// Severities by the key of the finding.
    keys: BTreeMap<String, String>,
}

impl Baseline {
    /// Reads an earlier report in the format [`Json`](super::Format::Json).
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        // Some editors add a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let report: Value = serde_json::from_str(text).map_err(|why| {
            format!("It is not JSON: {why}. Use a JSON report of `consent audit` as the baseline.")
        })?;
        match report.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {}
            Some(other) if other.starts_with("urn:actix-consent:audit:") => {
                let other = super::sanitize::line(other);
                return Err(format!(
                    "It is a report of another version ({other}); this program reads {SCHEMA}. \
                     Create the baseline again."
                ));
            }
            _ => {
                return Err(
                    "It is JSON, but not a report of `consent audit`: the key `schema` is missing. \
                     SARIF, HAR and inspection.json cannot be used as a baseline."
                        .to_owned(),
                );
            }
        }
        let findings = report.get("findings").and_then(Value::as_array);
        let findings =
            findings.ok_or("It has no list of findings, so the report is incomplete.")?;
        let keys = findings.iter().enumerate().map(|(at, finding)| {
            let text = |key| Some(finding.get(key)?.as_str()?.to_owned());
            let weighed = text("key").zip(text("severity"));
            weighed.ok_or_else(|| {
                let number = at + 1;
                format!("Finding {number} has no key or no severity, so the report is incomplete.")
            })
        });
        Ok(Self {
            keys: keys.collect::<Result<_, _>>()?,
        })
    }

    /// Returns whether the earlier report has the finding with at least the same severity.
    pub(crate) fn knows(&self, finding: &Finding) -> bool {
        self.keys
            .get(&finding.key())
            .is_some_and(|severity| match finding.severity {
                Severity::Error => severity == "error",
                Severity::Warning => severity != "note",
                _ => true,
            })
    }

    /// Formats the numbers of new, known and resolved findings.
    pub(crate) fn compared(&self, findings: &[Finding]) -> String {
        let known = findings
            .iter()
            .filter(|finding| self.knows(finding))
            .count();
        let now: BTreeSet<String> = findings.iter().map(Finding::key).collect();
        let gone = self.keys.keys().filter(|key| !now.contains(*key)).count();
        let new = findings.len() - known;
        format!("Compared with an earlier audit: {new} new, {known} known, {gone} resolved.")
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{fixture, json},
        *,
    };

    #[test]
    fn findings_are_known_by_their_rule_and_subject_whatever_the_evidence() {
        let mut verdict = fixture::verdict();
        let earlier = json::write(&fixture::record(), &verdict, None).expect("it can be written");
        let baseline = Baseline::read(&earlier).expect("it can be read");
        let mut new = verdict.findings[0].clone();
        verdict.findings[0].evidence = "something else".to_owned();
        new.subject = "_gid".to_owned();
        assert!(baseline.knows(&verdict.findings[0]) && !baseline.knows(&new));
        verdict.findings.push(new);
        let compared = |findings: &[Finding]| baseline.compared(findings);
        assert!(compared(&verdict.findings).ends_with(": 1 new, 10 known, 0 resolved."));
        assert!(compared(&verdict.findings[2..]).ends_with(": 1 new, 8 known, 2 resolved."));
    }

    #[test]
    fn what_has_become_graver_is_new() {
        let earlier = r#"{"schema": "urn:actix-consent:audit:1", "findings": [{"key": "KEY", "severity": "WEIGHT"}]}"#;
        let mut finding = fixture::verdict().findings.remove(0);
        let earlier = earlier.replace("KEY", &finding.key());
        for (was, is, known) in [
            ("error", Severity::Error, true),
            ("warning", Severity::Error, false),
            ("note", Severity::Warning, false),
            ("error", Severity::Note, true),
        ] {
            let baseline = Baseline::read(&earlier.replace("WEIGHT", was)).expect("it is one");
            finding.severity = is;
            assert_eq!(baseline.knows(&finding), known, "{was} {is}");
        }
    }

    #[test]
    fn what_is_no_report_is_refused_in_a_sentence() {
        for (text, why) in [
            ("", "It is not JSON"),
            ("<html>", "It is not JSON"),
            ("[]", "not a report"),
            (r#"{"version": "2.1.0", "runs": []}"#, "not a report"),
            (
                r#"{"schema": "urn:actix-consent:audit:2"}"#,
                "another version",
            ),
            (
                r#"{"schema": "urn:actix-consent:audit:1"}"#,
                "no list of findings",
            ),
            (
                r#"{"schema": "urn:actix-consent:audit:1", "findings": [{"key": "a b", "severity": "note"}, {}]}"#,
                "Finding 2 has no key",
            ),
        ] {
            let said = Baseline::read(text).expect_err(text);
            assert!(said.contains(why), "{said}");
            assert!(said.ends_with('.'), "{said}");
        }
        let empty = "\u{feff}{\"schema\": \"urn:actix-consent:audit:1\", \"findings\": []}";
        assert_eq!(Baseline::read(empty), Ok(Baseline::default()));
    }
}
