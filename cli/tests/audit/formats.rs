//! Reports of a real audit, each in its format, and what is done with them.

use std::{path::Path, process::Command};

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

#[test]
#[ignore = "needs Chromium"]
fn one_audit_writes_all_its_reports_and_each_keeps_to_its_format() {
    let (server, folder) = (faulty(), tempfile::tempdir().unwrap());
    let folder = folder.path();
    let files = [
        "report.html",
        "report.json",
        "report.sarif",
        "report.har",
        "inspection.json",
    ];
    let paths: Vec<String> = files
        .iter()
        .map(|file| folder.join(file).display().to_string())
        .collect();
    let draft = folder.join("consent.toml").display().to_string();
    let address = server.address();
    let mut arguments = vec![
        &*address,
        "--pages",
        "3",
        "--timeout",
        "8",
        "--init",
        &*draft,
    ];
    for path in &paths {
        arguments.extend(["--output", path]);
    }
    let output = run(&arguments);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("set-before-consent"), "{said}");
    assert!(!said.contains('\u{1b}'), "no colours in a pipe");
    assert!(
        output.stderr.is_empty(),
        "no progress in a pipe: {output:?}"
    );

    let report = json(folder, "report.json");
    let schema = include_str!("../../schema/audit-1.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");

    let sarif: serde_sarif::sarif::Sarif =
        serde_json::from_value(json(folder, "report.sarif")).unwrap();
    let results = sarif.runs[0].results.as_ref().map_or(0, Vec::len);
    assert_eq!(results, report["findings"].as_array().unwrap().len());

    let har = har::from_str(&read(folder, "report.har")).unwrap();
    let har::Spec::V1_2(log) = har.log else {
        panic!("it is HAR 1.2")
    };
    assert!(
        log.entries
            .iter()
            .any(|entry| entry.request.url.starts_with(&*address))
    );

    let inspection = json(folder, "inspection.json");
    assert!(!inspection["cookies"].as_array().unwrap().is_empty());

    let page = read(folder, "report.html");
    assert!(page.contains("set-before-consent") && page.contains("data:image/webp;base64,"));
    assert!(!page.contains("<script"), "the report runs nothing");

    // What the cookie held stands in none of them.
    for file in files {
        assert!(!read(folder, file).contains("GA1.1."), "{file}");
    }

    // The first policy can be loaded as it is.
    let check = |arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_consent"));
        program
            .args(["policy", "check"])
            .args(arguments)
            .output()
            .unwrap()
    };
    let checked = check(&[&draft]);
    assert_eq!(
        checked.status.code(),
        Some(0),
        "{checked:?}\n{}",
        read(folder, "consent.toml")
    );
    assert!(read(folder, "consent.toml").contains("REVIEW"));

    // What is known already does not fail a second time.
    let known = folder.join("report.json").display().to_string();
    let again = audit(
        &address,
        &["--pages", "3", "--timeout", "8", "--baseline", &known],
    );
    assert_eq!(again.exit_code, Some(0), "{}", again.complaints);
    assert!(again.has("set-before-consent", ""), "it is still said");
}
