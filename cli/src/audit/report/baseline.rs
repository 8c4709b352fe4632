//! An earlier report, and what is new since.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{super::rule::Finding, json::SCHEMA};

/// What an earlier report found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Baseline {
    keys: BTreeSet<String>,
}

/// Findings of an audit, by whether an earlier one has them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Split<'v> {
    pub(crate) known: Vec<&'v Finding>,
    pub(crate) new: Vec<&'v Finding>,
}

impl Baseline {
    /// Reads an earlier report in the format [`Json`](super::Format::Json).
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        // Some editors put it before the text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let report: Value = serde_json::from_str(text).map_err(|why| {
            format!(
                "It is not JSON: {why}. A baseline is a report that `consent audit` wrote as JSON."
            )
        })?;
        match report.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {}
            Some(other) if other.starts_with("urn:actix-consent:audit:") => {
                let other = super::clean::line(other);
                return Err(format!(
                    "It is a report of another version ({other}), and this program reads {SCHEMA}. \
                     Write the baseline anew."
                ));
            }
            _ => {
                return Err(
                    "It is JSON, but not a report of `consent audit`: it does not name its schema. \
                     SARIF, HAR and inspection.json cannot be a baseline."
                        .to_owned(),
                );
            }
        }
        let findings = report.get("findings").and_then(Value::as_array);
        let findings = findings.ok_or("It has no list of findings, so it is no whole report.")?;
        let keys = findings.iter().enumerate().map(|(at, finding)| {
            let key = finding.get("key").and_then(Value::as_str);
            key.map(str::to_owned)
                .ok_or_else(|| format!("Finding {} has no key, so it is no whole report.", at + 1))
        });
        Ok(Self {
            keys: keys.collect::<Result<_, _>>()?,
        })
    }

    /// Whether the earlier audit found it, too.
    pub(crate) fn knows(&self, finding: &Finding) -> bool {
        self.keys.contains(&finding.key())
    }

    /// Findings by whether the earlier audit has them.
    pub(crate) fn split<'v>(&self, findings: &'v [Finding]) -> Split<'v> {
        let (known, new) = findings.iter().partition(|finding| self.knows(finding));
        Split { known, new }
    }

    /// How many of the earlier findings are not there any more.
    pub(crate) fn gone(&self, findings: &[Finding]) -> usize {
        let now: BTreeSet<String> = findings.iter().map(Finding::key).collect();
        self.keys.difference(&now).count()
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
        let known = verdict.findings.len();
        let mut new = verdict.findings[0].clone();
        verdict.findings[0].evidence = "something else".to_owned();
        new.subject = "_gid".to_owned();
        verdict.findings.push(new);
        let split = baseline.split(&verdict.findings);
        assert_eq!((split.known.len(), split.new.len()), (known, 1));
        assert_eq!(split.new[0].subject, "_gid");
        assert_eq!(baseline.gone(&verdict.findings), 0);
        assert_eq!(baseline.gone(&verdict.findings[2..]), 2);
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
                r#"{"schema": "urn:actix-consent:audit:1", "findings": [{"key": "a b"}, {}]}"#,
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
