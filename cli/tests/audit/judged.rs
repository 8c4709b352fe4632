//! The corpus: what was planted is found, and what only looks like a fault is not called one.

use std::fmt::Write as _;

use super::{
    corpus::{self, Case, server::Server},
    program::{Audited, audit},
};

/// Audits one case.
pub(crate) fn audited(case: &Case) -> Audited {
    let server = Server::start(case);
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("consent.toml");
    let mut arguments = vec!["--pages", "3", "--timeout", "8"];
    if let Some(text) = case.policy {
        std::fs::write(&policy, text).unwrap();
        arguments.extend(["--policy", policy.to_str().unwrap()]);
    }
    audit(&server.address(), &arguments)
}

#[test]
#[ignore = "needs Chromium"]
fn what_was_planted_is_found_and_what_only_looks_like_a_fault_is_not_called_one() {
    let all = std::env::var("CONSENT_CORPUS").is_ok_and(|which| which == "all");
    let only = std::env::var("CONSENT_CASE").unwrap_or_default();
    let cases = corpus::cases();
    let chosen = cases.iter().enumerate().filter(|(at, case)| match &*only {
        "" => all || at % 10 == 3,
        only => case.name.contains(only),
    });
    let (mut planted, mut missed, mut alarms, mut clean, mut tried) = (0, 0, 0, 0, 0);
    let mut said = String::new();
    for (_, case) in chosen {
        tried += 1;
        let before = said.len();
        let audited = audited(case);
        let faults = audited.faults();
        for expected in case.planted {
            planted += 1;
            if !audited.has(expected.rule, expected.subject) {
                missed += 1;
                let _ = writeln!(
                    said,
                    "{}: missed {} {:?}",
                    case.name, expected.rule, expected.subject
                );
            }
        }
        let foreign = faults.iter().filter(|found| {
            let is_planted = case.planted.iter().any(|expected| {
                let named = expected.subject.is_empty() || expected.subject == found.subject;
                expected.rule == found.rule && named
            });
            // Beside a fault it is no alarm that nobody knows a host or a cookie.
            let is_unknown = found.rule == "unclassified" && !case.planted.is_empty();
            !is_planted && !is_unknown && !case.also.contains(&&*found.rule)
        });
        let mut false_alarm = false;
        for found in foreign {
            false_alarm = true;
            let _ = writeln!(said, "{}: false alarm {found:?}", case.name);
        }
        println!(
            "{}: {}",
            case.name,
            if said.len() == before {
                "right"
            } else {
                said[before..].trim_end()
            }
        );
        alarms += usize::from(false_alarm);
        clean += usize::from(case.planted.is_empty());
    }
    assert!(tried > 0, "no case has this name");
    let found = planted - missed;
    println!("{tried} sites, {clean} of them clean");
    println!("recall: {found} of {planted} planted faults found");
    println!(
        "precision: {} of {tried} sites without a false alarm",
        tried - alarms
    );
    assert!(said.is_empty(), "{said}");
}
