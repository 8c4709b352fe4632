//! How far long work is, on a terminal; and readers who have seen enough.

use std::process::{Command, Stdio};

use crate::{LEDGER, numbered, run, site::Site, with};

/// Runs it with a terminal, and says what is seen on it.
#[cfg(target_os = "linux")]
fn on_a_terminal(site: &Site, command: &str) -> String {
    let line = format!(
        "'{}' ledger --ledger sqlite:ledger.db {command}",
        env!("CARGO_BIN_EXE_consent")
    );
    let mut script = Command::new("script");
    script.current_dir(site.0.path()).stdin(Stdio::null());
    let ran = script.args(["-qec", &line, "/dev/null"]).output();
    let ran = ran.expect("util-linux is installed, and has `script`");
    let seen = String::from_utf8(ran.stdout).expect("it is text");
    assert!(ran.status.success(), "{seen}");
    seen
}

#[test]
#[cfg(target_os = "linux")]
fn progress_is_told_on_a_terminal_and_taken_away_and_never_in_a_pipe() {
    let site = with(numbered(1..31));
    for command in [
        &["verify"][..],
        &["export"],
        &["stats"],
        &["checkpoint", "--keys", "consent.key"],
    ] {
        let seen = on_a_terminal(&site, &command.join(" "));
        let told = seen.rfind("30 entries …").expect("progress");
        assert!(seen[told..].contains("\r\x1b[2K"), "{seen:?}");
        let (code, out, err) = run(&site, command);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(!out.contains("30 entries …"), "{out}");
    }
}

/// Runs it with an output that nobody reads, or that is full.
fn into(site: &Site, arguments: &[&str], out: impl Into<Stdio>) -> (Option<i32>, String) {
    let mut command = site.command(&[&LEDGER, arguments].concat());
    let ran = command.stdout(out).stderr(Stdio::piped()).spawn();
    let ran = ran.expect("the program runs").wait_with_output();
    let ran = ran.expect("it ends");
    let err = String::from_utf8_lossy(&ran.stderr).into_owned();
    (ran.status.code(), err)
}

#[test]
fn who_closes_the_pipe_has_seen_enough_and_a_full_disk_is_an_error() {
    // More than is held back before it is written.
    let site = with(numbered(1..300));
    for command in [
        &["export"][..],
        &["export", "--format", "csv"],
        &["verify"],
        &["stats"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        assert_eq!(into(&site, command, writer), (Some(0), String::new()));
        #[cfg(target_os = "linux")]
        {
            let full = std::fs::File::create("/dev/full").expect("it is on each Linux");
            let (code, err) = into(&site, command, full);
            assert_eq!((code, err.contains("stdout")), (Some(2), true), "{err}");
        }
    }
}
