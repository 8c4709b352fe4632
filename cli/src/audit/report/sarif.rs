//! Findings as SARIF 2.1.0.

use std::io;

use actix_consent::audit::rules::Severity;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    super::{
        judge::{
            findings::{Finding, Verdict},
            rule::Rule,
        },
        record::{ProblemKind, Record},
    },
    baseline::Baseline,
    group,
    place::Place,
    sanitize, time_format,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    automation_details: Value,
    invocations: [Value; 1],
    results: Vec<Found<'a>>,
    column_kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'a> {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Value,
    locations: Vec<Value>,
    partial_fingerprints: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Properties<'a> {
    subject: &'a str,
    evidence: &'a str,
}

/// The findings as SARIF.
pub(crate) fn write(
    record: &Record,
    verdict: &Verdict,
    baseline: Option<&Baseline>,
) -> io::Result<String> {
    let rules: Vec<Rule> = Rule::all().collect();
    let result = |finding| found(finding, record, &rules, baseline);
    let driver = json!({
        "name": "consent audit",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "shortDescription": { "text": "Use of cookies, storage and third parties before, without and after consent" },
        "rules": rules.iter().copied().map(described).collect::<Vec<_>>(),
    });
    sanitize::json(&Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: json!({ "driver": driver }),
            automation_details: json!({ "id": format!("consent audit/{}/", record.host) }),
            invocations: [invocation(record)],
            results: verdict.findings.iter().map(result).collect(),
            column_kind: "unicodeCodePoints",
        }],
    })
}

fn described(rule: Rule) -> Value {
    let (what, _) = group::parts(rule);
    let (text, markdown) = match rule.law() {
        "" => (rule.meaning().to_owned(), rule.meaning().to_owned()),
        law => (
            format!("{}\n\nLaw: {law}", rule.meaning()),
            format!("{}\n\n**Law:** {law}", rule.meaning()),
        ),
    };
    json!({
        "id": rule.id(),
        "shortDescription": { "text": what },
        "fullDescription": { "text": rule.meaning() },
        "help": { "text": text, "markdown": markdown },
        "defaultConfiguration": { "level": level(rule.severity()) },
        "properties": { "tags": ["privacy", "consent"] },
    })
}

fn found<'a>(
    finding: &'a Finding,
    record: &Record,
    rules: &[Rule],
    baseline: Option<&Baseline>,
) -> Found<'a> {
    let locations = finding.places.iter();
    Found {
        rule_id: finding.rule.id(),
        rule_index: rules.iter().position(|rule| *rule == finding.rule),
        level: level(finding.severity),
        message: message(&format!("{}: {}", finding.subject, finding.evidence)),
        locations: locations
            .map(|place| location(&Place::new(place, record)))
            .collect(),
        partial_fingerprints: json!({ "finding/v1": finding.key() }),
        baseline_state: baseline.map(|baseline| match baseline.knows(finding) {
            true => "unchanged",
            false => "new",
        }),
        properties: Properties {
            subject: &finding.subject,
            evidence: &finding.evidence,
        },
    }
}

/// Formats a message without placeholders and links: doubles braces (SARIF 2.1.0, 3.11.5) and
/// breaks up embedded links (3.11.6).
fn message(text: &str) -> Value {
    let text = text.replace('{', "{{").replace('}', "}}");
    json!({ "text": text.replace("](", "] (") })
}

fn location(place: &Place<'_>) -> Value {
    let mut location = json!({
        "physicalLocation": { "artifactLocation": { "uri": place.address } },
    });
    if let Some(circumstances) = place.circumstances {
        location["logicalLocations"] = json!([{ "name": circumstances, "kind": "circumstances" }]);
    }
    location
}

/// The audit as an invocation, with the problems of pages as notifications.
fn invocation(record: &Record) -> Value {
    let problems = record.visits.iter().flat_map(|visit| {
        visit.problems.iter().map(|problem| {
            let who = &visit.circumstances;
            json!({
                "level": match problem.kind {
                    ProblemKind::Dialog | ProblemKind::Download => "note",
                    _ => "warning",
                },
                "message": message(&format!("{} ({who}): {}", problem.page, problem.detail)),
            })
        })
    });
    json!({
        "executionSuccessful": true,
        "startTimeUtc": time_format::rfc3339(record.started),
        "endTimeUtc": time_format::rfc3339(record.ended),
        "toolExecutionNotifications": problems.collect::<Vec<_>>(),
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        _ => "note",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_sarif::sarif::{ResultLevel, Sarif};

    use super::{super::fixture, *};

    fn read(baseline: Option<&Baseline>) -> Sarif {
        let (record, verdict) = (fixture::record(), fixture::verdict());
        let text = write(&record, &verdict, baseline).expect("it can be written");
        serde_json::from_str(&text).expect("it is SARIF")
    }

    #[test]
    fn every_finding_is_a_result_of_a_rule_that_is_described() {
        let sarif = read(None);
        let run = &sarif.runs[0];
        let rules = run.tool.driver.rules.as_ref().expect("rules are described");
        let results = run.results.as_ref().expect("there are results");
        let findings = fixture::verdict().findings;
        assert_eq!(results.len(), findings.len());
        for (result, finding) in results.iter().zip(&findings) {
            let at = usize::try_from(result.rule_index.expect("it has an index")).expect("it fits");
            assert_eq!(rules[at].id, finding.rule.id());
            assert_eq!(result.rule_id.as_deref(), Some(finding.rule.id()));
            let locations = result.locations.as_ref().expect("it has places");
            assert_eq!(locations.len(), finding.places.len());
            for location in locations {
                let place = location.physical_location.as_ref();
                let place = place.and_then(|place| place.artifact_location.as_ref());
                let uri = place
                    .and_then(|place| place.uri.as_deref())
                    .expect("a page");
                url::Url::parse(uri).expect("it is an address");
            }
            let prints = result.partial_fingerprints.as_ref().expect("it has one");
            assert_eq!(prints.get("finding/v1"), Some(&finding.key()));
        }
        assert_eq!(results[0].level, Some(ResultLevel::Error));
        let text = results[1].message.text.as_deref();
        assert_eq!(
            text,
            Some(&*format!("{}: it is not known", fixture::HOSTILE))
                .map(|text| text.replace("{{ 7 }}", "{{{{ 7 }}}}"))
                .as_deref()
        );
        assert_eq!(message("[a](b) {0}")["text"], "[a] (b) {{0}}");
    }

    #[test]
    fn ids_of_rules_are_unique_and_their_help_names_the_law() {
        let sarif = read(None);
        let rules = sarif.runs[0].tool.driver.rules.clone().expect("rules");
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(ids.len(), rules.len());
        for (described, rule) in rules.iter().zip(Rule::all()) {
            let help = described.help.as_ref().expect("it helps");
            assert!(help.text.contains(rule.law()) && help.text.contains(rule.meaning()));
        }
    }

    #[test]
    fn circumstances_are_where_a_result_is_said_to_be_beside_the_page() {
        let sarif = read(None);
        let results = sarif.runs[0].results.as_ref().expect("there are results");
        let location = &results[3].locations.as_ref().expect("places")[8];
        let logical = location.logical_locations.as_ref().expect("circumstances");
        assert_eq!(logical[0].name.as_deref(), Some("rejected"));
    }

    #[test]
    fn beside_a_baseline_results_are_new_or_unchanged() {
        let (record, verdict) = (fixture::record(), fixture::verdict());
        let earlier = Verdict {
            findings: verdict.findings[1..].to_vec(),
            ..verdict
        };
        let earlier =
            super::super::json::write(&record, &earlier, None).expect("it can be written");
        let baseline = Baseline::read(&earlier).expect("it can be read");
        let sarif = read(Some(&baseline));
        let results = sarif.runs[0].results.as_ref().expect("there are results");
        assert_eq!(results[0].baseline_state, Some(json!("new")));
        assert_eq!(results[1].baseline_state, Some(json!("unchanged")));
    }
}
