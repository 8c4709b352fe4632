//! Hostile pages lead to a finding, never to a hang, and the browser always ends.

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::{
    corpus::hostile,
    judged::audited,
    program::{Audited, run, started},
};

/// Problems of the pages.
fn troubles(audited: &Audited) -> impl Iterator<Item = &str> {
    let visits = audited.report["visits"].as_array().into_iter().flatten();
    let troubles = visits.flat_map(|visit| visit["troubles"].as_array().into_iter().flatten());
    troubles.filter_map(|trouble| trouble["kind"].as_str())
}

#[test]
#[ignore = "needs Chromium"]
fn each_ends_in_time_and_in_a_finding_that_says_what_it_does() {
    let all = std::env::var("CONSENT_CORPUS").is_ok_and(|which| which == "all");
    let only = std::env::var("CONSENT_CASE").unwrap_or_default();
    let mut wrong = String::new();
    for (at, case) in hostile::cases().iter().enumerate() {
        let chosen = match &*only {
            "" => all || at % 10 == 1,
            only => case.name.contains(only),
        };
        if !chosen {
            continue;
        }
        let started = Instant::now();
        let audited = audited(case);
        let took = started.elapsed();
        if took > Duration::from_secs(240) {
            let _ = writeln!(wrong, "{} took {took:?}", case.name);
        }
        let said = match audited.exit_code {
            // If no kind is certain, ending is enough.
            Some(0 | 1) => case
                .trouble
                .is_none_or(|kind| troubles(&audited).any(|it| it == kind)),
            Some(2) => audited.complaints.contains("could not be opened"),
            _ => false,
        };
        if !said {
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
    // A port without a listener, which was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
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
        (&["ftp://news.example/"][..], "not the address of a website"),
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

/// Ids of the child processes, with their command lines.
#[cfg(unix)]
fn below(parent: u32) -> Vec<(u32, String)> {
    let listed = Command::new("ps")
        .args(["-e", "-o", "pid=,ppid=,args="])
        .output()
        .unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let all: Vec<(u32, u32, &str)> = listed
        .lines()
        .filter_map(|line| {
            let (id, rest) = line.trim().split_once(' ')?;
            let (parent, text) = rest.trim().split_once(' ')?;
            Some((id.parse().ok()?, parent.parse().ok()?, text))
        })
        .collect();
    let mut found = vec![(parent, String::new())];
    let mut at = 0;
    while let Some((holder, _)) = found.get(at).cloned() {
        let children = all.iter().filter(|(_, parent, _)| *parent == holder);
        found.extend(children.map(|(id, _, text)| (*id, (*text).to_owned())));
        at += 1;
    }
    found.split_off(1)
}

#[cfg(unix)]
fn send(signal: &str, id: u32) -> bool {
    let mut kill = Command::new("kill");
    let kill = kill.args([signal, &id.to_string()]).stderr(Stdio::null());
    kill.status().unwrap().success()
}

/// A site that never responds, so that an audit lasts as long as the test needs.
#[cfg(unix)]
fn silent() -> (TcpListener, String) {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", silent.local_addr().unwrap());
    (silent, address)
}

#[cfg(unix)]
#[test]
#[ignore = "needs Chromium"]
fn a_command_that_is_told_to_end_takes_its_browser_with_it() {
    let (silent, address) = silent();
    let program = started(&[&address]);
    // The browser is running once it has connected.
    let _connection = silent.accept().unwrap();
    // Its child processes end after it.
    let mut browsers = below(program.id());
    browsers.retain(|(_, text)| !text.contains("--type="));
    assert!(!browsers.is_empty(), "a browser runs");
    assert!(send("-TERM", program.id()));
    let ended = program.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(2), "{said}");
    assert!(said.contains("interrupted"), "{said}");
    for (id, text) in browsers {
        assert!(!send("-0", id), "{id} still runs: {text}");
    }
}

#[cfg(unix)]
#[test]
#[ignore = "needs Chromium"]
fn a_tab_that_crashes_ends_in_a_finding() {
    let (silent, address) = silent();
    let program = started(&[&address, "--format", "json"]);
    let _connection = silent.accept().unwrap();
    let mut tabs = below(program.id());
    tabs.retain(|(_, text)| text.contains("--type=renderer"));
    assert!(!tabs.is_empty(), "a tab is open");
    for (id, _) in tabs {
        send("-KILL", id);
    }
    let ended = program.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(said.contains("\"crashed\""), "{said}");
}

#[test]
#[ignore = "needs Chromium and openssl"]
fn a_site_with_a_bad_certificate_is_no_audited_site() {
    let folder = tempfile::tempdir().unwrap();
    let (key, certificate) = (folder.path().join("key"), folder.path().join("certificate"));
    let made = Command::new("openssl")
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
        ])
        .args(["-subj", "/CN=localhost", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("openssl is installed");
    assert!(made.status.success(), "{made:?}");
    let mut server = Command::new("openssl")
        .args(["s_server", "-www", "-accept", "127.0.0.1:0", "-key"])
        .arg(&key)
        .arg("-cert")
        .arg(&certificate)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = BufReader::new(server.stdout.take().unwrap()).lines();
    let port = said.map_while(Result::ok).find_map(|line| {
        line.strip_prefix("ACCEPT ")?
            .rsplit(':')
            .next()
            .map(str::to_owned)
    });
    let output = run(&[&format!(
        "https://localhost:{}/",
        port.expect("it says its port")
    )]);
    server.kill().unwrap();
    server.wait().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("ERR_CERT"), "{said}");
}
