//! Runs of the program and their JSON reports.

use std::{
    process::{Child, Command, Output, Stdio},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;

/// Exit code and output of the program.
pub(crate) struct Audited {
    pub(crate) exit_code: Option<i32>,
    pub(crate) report: Value,
    pub(crate) complaints: String,
}

/// Number of audits at the same time. Each uses several tabs and waits half of its time; on two
/// cores, pages of more audits would exceed their time limit.
pub(crate) const AT_ONCE: usize = 2;

/// Number of running audits.
static UNDER_WAY: Mutex<usize> = Mutex::new(0);
static ENDED: Condvar = Condvar::new();

/// A running audit, until it is dropped.
struct Turn;

impl Turn {
    fn wait() -> Self {
        let full = |under_way: &mut usize| *under_way >= AT_ONCE;
        let waited = ENDED.wait_while(under_way(), full);
        *waited.unwrap_or_else(PoisonError::into_inner) += 1;
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *under_way() -= 1;
        ENDED.notify_one();
    }
}

fn under_way() -> MutexGuard<'static, usize> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    let _turn = Turn::wait();
    let ended = started(arguments).wait_with_output();
    ended.expect("its output can be read")
}

/// Starts the program.
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

/// The compared parts of a finding.
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

    /// Returns errors and warnings.
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
