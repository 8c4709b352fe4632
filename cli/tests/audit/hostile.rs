//! Pages that resist end in a clear finding, never in a hang, and the browser is always ended.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use super::{corpus::hostile, judged::audited, program::run};

#[test]
#[ignore = "needs Chromium"]
fn each_ends_in_time_and_in_a_finding_that_says_what_it_does() {
    let all = std::env::var("CONSENT_CORPUS").is_ok_and(|which| which == "all");
    let mut wrong = String::new();
    for (at, case) in hostile::cases().iter().enumerate() {
        if !all && at % 10 != 1 {
            continue;
        }
        let started = Instant::now();
        let audited = audited(case);
        let took = started.elapsed();
        if took > Duration::from_secs(240) {
            let _ = writeln!(wrong, "{} took {took:?}", case.name);
        }
        // Where no kind is certain, that it ends is enough.
        let told = audited.report["visits"].to_string();
        let said = case
            .trouble
            .is_none_or(|trouble| told.contains(&format!("\"{trouble}\"")));
        if audited.exit_code.is_none() || !(said || audited.exit_code == Some(2)) {
            let findings = &audited.report["findings"];
            let _ = writeln!(wrong, "{}: {} {findings}", case.name, audited.complaints);
        }
        println!("{} ended after {} s", case.name, took.as_secs());
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
#[ignore = "needs Chromium"]
fn a_site_that_does_not_answer_is_no_clean_site() {
    // A port that nobody listens on: it was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://127.0.0.1:{}/", free.local_addr().unwrap().port());
    drop(free);
    let output = run(&[&address]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("could not be opened") && said.contains("REFUSED"),
        "{said}"
    );
}

#[test]
fn without_a_browser_it_says_how_to_get_one() {
    let output = run(&["http://127.0.0.1:9/", "--browser", "/nowhere/chromium"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("/nowhere/chromium") || said.contains("did not start"),
        "{said}"
    );
}

#[test]
fn mistakes_are_said_before_a_browser_is_started() {
    for (arguments, told) in [
        (&["ftp://news.example/"][..], "no address of a website"),
        (
            &["http://news.example/", "--policy", "/nowhere/consent.toml"],
            "/nowhere/consent.toml",
        ),
        (
            &["http://news.example/", "--output", "report.doc"],
            "report.doc",
        ),
        (&["http://news.example/", "--format", "pdf"], "pdf"),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(told), "{arguments:?}: {said}");
    }
}

#[cfg(unix)]
#[test]
#[ignore = "needs Chromium"]
fn a_command_that_is_told_to_end_takes_its_browser_with_it() {
    use std::{
        io::Read as _,
        process::{Command, Stdio},
    };

    // A site that never answers, so that the audit is in the middle of it.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", silent.local_addr().unwrap());
    let mut program = Command::new(env!("CARGO_BIN_EXE_consent"))
        .args(["audit", &address])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The browser is there when it has connected.
    let _connection = silent.accept().unwrap();
    let browsers = |parent: u32| {
        let listed = Command::new("ps")
            .args(["-o", "pid=", "--ppid", &parent.to_string()])
            .output()
            .unwrap();
        String::from_utf8_lossy(&listed.stdout)
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let started = browsers(program.id());
    assert!(!started.is_empty(), "a browser runs");
    let killed = Command::new("kill")
        .arg(program.id().to_string())
        .status()
        .unwrap();
    assert!(killed.success());
    let ended = program.wait().unwrap();
    let mut said = String::new();
    program
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(ended.code(), Some(2), "{said}");
    assert!(said.contains("interrupted"), "{said}");
    for id in started {
        let alive = Command::new("kill")
            .args(["-0", &id])
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(!alive.success(), "the browser {id} still runs");
    }
}
