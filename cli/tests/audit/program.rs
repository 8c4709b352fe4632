//! Runs the program, and reads its JSON report.

use std::{
    process::{Child, Command, Output, Stdio},
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

/// What the program said.
pub(crate) struct Audited {
    pub(crate) exit_code: Option<i32>,
    pub(crate) report: Value,
    pub(crate) complaints: String,
}

/// Audits of sites, one after the other: each keeps several tabs busy, and pages that have to share
/// the machine with another audit's run out of their time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

pub(crate) fn run(arguments: &[&str]) -> Output {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let ended = started(arguments).wait_with_output();
    ended.expect("its output can be read")
}

/// The program while it runs.
pub(crate) fn started(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_consent"))
        .arg("audit")
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was built and starts")
}

/// Audits an address.
pub(crate) fn audit(address: &str, arguments: &[&str]) -> Audited {
    let all = [&[address, "--format", "json"], arguments].concat();
    let output = run(&all);
    Audited {
        exit_code: output.status.code(),
        report: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
        complaints: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A finding, as far as tests compare it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) rule: String,
    pub(crate) severity: String,
    pub(crate) subject: String,
    pub(crate) evidence: String,
    pub(crate) places: Vec<String>,
}

impl Audited {
    pub(crate) fn findings(&self) -> Vec<Found> {
        let findings = self.report["findings"].as_array();
        let findings = findings.unwrap_or_else(|| panic!("no report: {}", self.complaints));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let found = |finding: &Value| Found {
            rule: text(&finding["rule"]),
            severity: text(&finding["severity"]),
            subject: text(&finding["subject"]),
            evidence: text(&finding["evidence"]),
            places: finding["places"]
                .as_array()
                .into_iter()
                .flatten()
                .map(text)
                .collect(),
        };
        findings.iter().map(found).collect()
    }

    /// Errors and warnings.
    pub(crate) fn faults(&self) -> Vec<Found> {
        let mut findings = self.findings();
        findings.retain(|finding| finding.severity != "note");
        findings
    }

    pub(crate) fn has(&self, rule: &str, subject: &str) -> bool {
        let found = |finding: &Found| {
            finding.rule == rule && (subject.is_empty() || finding.subject == subject)
        };
        self.findings().iter().any(found)
    }
}
