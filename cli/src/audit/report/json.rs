//! The audit as JSON by `schema/audit-1.json`.
//!
//! The keys are defined here, independent of the record, so that the format stays stable.

mod visit;

use std::io;

use serde::Serialize;

use super::{
    super::{
        judge::findings::{Finding, Item, Verdict},
        record::Record,
    },
    baseline::{Baseline, SCHEMA},
    sanitize,
    tally::Tally,
    time_format,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    schema: &'static str,
    tool: Tool,
    address: &'a str,
    host: &'a str,
    started: String,
    ended: String,
    browser: &'a str,
    counts: Tally,
    pages: &'a [String],
    findings: Vec<Found<'a>>,
    inventory: Vec<Entry<'a>>,
    visits: Vec<visit::Visited<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'a> {
    rule: &'static str,
    severity: String,
    subject: &'a str,
    evidence: &'a str,
    places: &'a [String],
    meaning: &'static str,
    law: &'static str,
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_new: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    kind: &'a str,
    name: &'a str,
    host: &'a str,
    third_party: bool,
    category: Option<&'a str>,
    provider: Option<&'a str>,
    purpose: Option<&'a str>,
    source: &'a str,
    life: &'a str,
    seen: &'a [String],
}

/// Formats the report as JSON.
pub(crate) fn write(
    record: &Record,
    verdict: &Verdict,
    baseline: Option<&Baseline>,
) -> io::Result<String> {
    let findings = verdict.findings.iter();
    sanitize::json(&Report {
        schema: SCHEMA,
        tool: Tool {
            name: "consent audit",
            version: env!("CARGO_PKG_VERSION"),
        },
        address: &record.address,
        host: &record.host,
        started: time_format::rfc3339(record.started),
        ended: time_format::rfc3339(record.ended),
        browser: &record.browser,
        counts: Tally::new(record, verdict),
        pages: &record.pages,
        findings: findings.map(|finding| found(finding, baseline)).collect(),
        inventory: verdict.inventory.iter().map(entry).collect(),
        visits: record.visits.iter().map(visit::Visited::new).collect(),
    })
}

fn found<'a>(finding: &'a Finding, baseline: Option<&Baseline>) -> Found<'a> {
    Found {
        rule: finding.rule.id(),
        severity: finding.severity.to_string(),
        subject: &finding.subject,
        evidence: &finding.evidence,
        places: &finding.places,
        meaning: finding.rule.meaning(),
        law: finding.rule.law(),
        key: finding.key(),
        is_new: baseline.map(|baseline| !baseline.knows(finding)),
    }
}

fn entry(item: &Item) -> Entry<'_> {
    Entry {
        kind: &item.kind,
        name: &item.name,
        host: &item.host,
        third_party: item.third_party,
        category: item.category.as_deref(),
        provider: item.provider.as_deref(),
        purpose: item.purpose.as_deref(),
        source: &item.source,
        life: &item.life,
        seen: &item.seen,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{super::fixture, *};

    fn schema() -> Value {
        let schema = include_str!("../../../schema/audit-1.json");
        serde_json::from_str(schema).expect("the schema is JSON")
    }

    fn report(record: &Record, verdict: &Verdict, baseline: Option<&Baseline>) -> Value {
        let text = write(record, verdict, baseline).expect("it can be written");
        serde_json::from_str(&text).expect("it is JSON")
    }

    fn assert_valid(schema: &Value, report: &Value) {
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(schema)
            .expect("the schema is one");
        let faults: Vec<String> = validator
            .iter_errors(report)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// The schema lets keys be added. Here it lets nothing pass that it does not name.
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(keys) => {
                // Branches of an object name no type: the object itself does.
                if keys.contains_key("properties") && keys.get("type") == Some(&json!("object")) {
                    keys.insert("unevaluatedProperties".to_owned(), json!(false));
                }
                keys.values_mut().for_each(close);
            }
            Value::Array(list) => list.iter_mut().for_each(close),
            _ => {}
        }
    }

    #[test]
    fn the_schema_is_a_schema_and_carries_the_name_of_the_format() {
        let schema = schema();
        jsonschema::draft202012::meta::validate(&schema).expect("it is a schema");
        assert_eq!(schema["$id"], SCHEMA);
        assert_eq!(schema["properties"]["schema"]["const"], SCHEMA);
    }

    #[test]
    fn every_report_keeps_to_the_schema_and_the_schema_names_every_key() {
        let mut strict = schema();
        close(&mut strict);
        let (record, verdict) = (fixture::record(), fixture::verdict());
        let baseline = Baseline::default();
        for schema in [schema(), strict] {
            let nothing = report(&fixture::nothing(), &fixture::no_verdict(), None);
            assert_valid(&schema, &nothing);
            assert_valid(&schema, &report(&record, &verdict, None));
            assert_valid(&schema, &report(&record, &verdict, Some(&baseline)));
        }
    }

    #[test]
    fn a_report_with_another_key_or_without_one_does_not_keep_to_the_schema() {
        let mut strict = schema();
        close(&mut strict);
        let validator = jsonschema::draft202012::new(&strict).expect("it is a schema");
        let whole = report(&fixture::record(), &fixture::verdict(), None);
        assert!(validator.is_valid(&whole));
        for path in [
            "",
            "/findings/0",
            "/visits/0",
            "/visits/0/events/0",
            "/visits/0/kept/0",
            "/inventory/0",
        ] {
            let mut more = whole.clone();
            let place = more.pointer_mut(path).and_then(Value::as_object_mut);
            place.expect(path).insert("more".to_owned(), json!(1));
            assert!(!validator.is_valid(&more), "{path}");
            let mut less = whole.clone();
            let place = less.pointer_mut(path).and_then(Value::as_object_mut);
            let place = place.expect(path);
            let key = place.keys().next().cloned().expect(path);
            place.remove(&key);
            assert!(!validator.is_valid(&less), "{path} without {key}");
        }
    }

    #[test]
    fn strings_of_strangers_come_through_as_they_are() {
        let whole = report(&fixture::record(), &fixture::verdict(), None);
        assert_eq!(whole["findings"][1]["subject"], fixture::HOSTILE);
        assert_eq!(whole["visits"][0]["pages"][1]["title"], fixture::HOSTILE);
        assert_eq!(whole["counts"]["errors"], 5);
        assert_eq!(whole["started"], "2026-11-25T09:02:01.123Z");
    }

    #[test]
    fn pictures_are_left_out() {
        let text = write(&fixture::record(), &fixture::verdict(), None).expect("it can be written");
        assert!(!text.contains("picture") && !text.contains("iVBOR"));
    }
}
