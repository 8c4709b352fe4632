//! Reports of a real audit in each format.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

use super::{
    corpus::{self, server::Server},
    program::{audit, run},
};

fn read(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn json(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&read(folder, name)).unwrap_or_else(|why| panic!("{name}: {why}"))
}

/// A site with a tracker before consent.
fn faulty() -> Server {
    let cases = corpus::cases();
    let case = cases.iter().find(|case| {
        let rules = case.planted.iter().map(|expected| expected.rule);
        case.policy.is_none() && rules.eq(["set-before-consent"])
    });
    Server::start(case.expect("the corpus has one"))
}

const FILES: [&str; 5] = [
    "report.html",
    "report.json",
    "report.sarif",
    "report.har",
    "inspection.json",
];

/// Audits the site once, with all reports and a draft policy in the folder.
fn audited(address: &str, folder: &Path) -> Output {
    let paths = FILES.map(|file| folder.join(file).display().to_string());
    let draft = folder.join("consent.toml").display().to_string();
    let mut arguments = [&[address], &LIMITS[..], &["--init", &draft]].concat();
    for path in &paths {
        arguments.extend(["--output", path]);
    }
    run(&arguments)
}

const LIMITS: [&str; 4] = ["--pages", "3", "--timeout", "8"];

/// Checks each report against the definition of its format.
fn check_formats(address: &str, folder: &Path) {
    let report = json(folder, "report.json");
    let schema = include_str!("../../schema/audit-1.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors = validator.iter_errors(&report);
    let errors: Vec<String> = errors.map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");

    let sarif: serde_sarif::sarif::Sarif =
        serde_json::from_value(json(folder, "report.sarif")).unwrap();
    let results = sarif.runs[0].results.as_ref().map_or(0, Vec::len);
    assert_eq!(results, report["findings"].as_array().unwrap().len());

    let har = har::from_str(&read(folder, "report.har")).unwrap();
    let har::Spec::V1_2(log) = har.log else {
        panic!("it is HAR 1.2")
    };
    let mut entries = log.entries.iter();
    assert!(entries.any(|entry| entry.request.url.starts_with(address)));

    let inspection = json(folder, "inspection.json");
    assert!(!inspection["cookies"].as_array().unwrap().is_empty());

    let page = read(folder, "report.html");
    assert!(page.contains("set-before-consent") && page.contains("data:image/webp;base64,"));
    assert!(!page.contains("<script"), "the report runs nothing");
}

#[test]
#[ignore = "needs Chromium"]
fn one_audit_writes_valid_reports_in_all_formats() {
    let (server, folder) = (faulty(), tempfile::tempdir().unwrap());
    let (address, folder) = (server.address(), folder.path());
    let output = audited(&address, folder);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("set-before-consent"), "{said}");
    assert!(!said.contains('\u{1b}'), "no colours in a pipe");
    assert!(
        output.stderr.is_empty(),
        "no progress in a pipe: {output:?}"
    );
    check_formats(&address, folder);

    // No report contains the value of the cookie.
    for file in FILES {
        assert!(!read(folder, file).contains("GA1.1."), "{file}");
    }

    // The draft policy loads as it is.
    let mut check = Command::new(env!("CARGO_BIN_EXE_consent"));
    let draft = folder.join("consent.toml");
    let checked = check.args(["policy", "check"]).arg(&draft).output();
    let checked = checked.unwrap();
    let text = read(folder, "consent.toml");
    assert_eq!(checked.status.code(), Some(0), "{checked:?}\n{text}");
    assert!(text.contains("REVIEW"));

    // Known findings do not fail again.
    let known = folder.join("report.json").display().to_string();
    let again = audit(&address, &[&LIMITS[..], &["--baseline", &known]].concat());
    assert_eq!(again.exit_code, Some(0), "{}", again.complaints);
    assert!(again.has("set-before-consent", ""), "it is still said");
}
