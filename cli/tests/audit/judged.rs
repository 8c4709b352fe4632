//! The corpus: planted faults are found, and suspicious but lawful sites pass.

use std::{fmt::Write as _, sync::Mutex, thread};

use super::{
    corpus::{self, Case, server::Server},
    program::{AT_ONCE, Audited, audit},
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

/// Result of the audit of a case.
#[derive(Default)]
struct Outcome {
    missed: usize,
    is_alarm: bool,
    /// One line for each missed fault and false alarm.
    said: String,
}

fn judged(case: &Case) -> Outcome {
    let mut outcome = Outcome::default();
    let audited = audited(case);
    let faults = audited.faults();
    for expected in case.planted {
        if !audited.has(expected.rule, expected.subject) {
            outcome.missed += 1;
            let _ = writeln!(
                outcome.said,
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
        // In a faulty case, an unknown host or cookie is not a false alarm.
        let is_unknown = found.rule == "unclassified" && !case.planted.is_empty();
        !is_planted && !is_unknown && !case.also.contains(&&*found.rule)
    });
    for found in foreign {
        outcome.is_alarm = true;
        let _ = writeln!(outcome.said, "{}: false alarm {found:?}", case.name);
    }
    let said = match outcome.said.trim_end() {
        "" => "right",
        said => said,
    };
    println!("{}: {said}", case.name);
    outcome
}

#[test]
#[ignore = "needs Chromium"]
fn planted_faults_are_found_without_false_alarms() {
    let all = std::env::var("CONSENT_CORPUS").is_ok_and(|which| which == "all");
    let only = std::env::var("CONSENT_CASE").unwrap_or_default();
    let cases = corpus::cases();
    let chosen = cases.iter().enumerate().filter(|(at, case)| match &*only {
        "" => all || at % 10 == 3,
        only => case.name.contains(only),
    });
    let chosen: Vec<&Case> = chosen.map(|(_, case)| case).collect();
    assert!(!chosen.is_empty(), "no case has this name");
    let waiting = Mutex::new(chosen.iter().copied());
    let next = || waiting.lock().unwrap().next();
    let judge = || std::iter::from_fn(next).map(judged).collect::<Vec<_>>();
    let outcomes: Vec<Outcome> = thread::scope(|scope| {
        let workers = [(); AT_ONCE].map(|()| scope.spawn(judge));
        let outcomes = workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap());
        outcomes.collect()
    });
    let tried = outcomes.len();
    assert_eq!(tried, chosen.len());
    let clean = chosen.iter().filter(|case| case.planted.is_empty()).count();
    let planted: usize = chosen.iter().map(|case| case.planted.len()).sum();
    let missed: usize = outcomes.iter().map(|outcome| outcome.missed).sum();
    let alarms = outcomes.iter().filter(|outcome| outcome.is_alarm).count();
    println!("{tried} sites, {clean} of them clean");
    println!(
        "recall: {} of {planted} planted faults found",
        planted - missed
    );
    println!(
        "precision: {} of {tried} sites without a false alarm",
        tried - alarms
    );
    let said: String = outcomes.into_iter().map(|outcome| outcome.said).collect();
    assert!(said.is_empty(), "{said}");
}
