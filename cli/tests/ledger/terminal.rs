//! Progress on a terminal, closed pipes and full disks.

use std::process::{Command, Stdio};

use crate::{LEDGER, numbered, run, site::Site, with};

/// Runs a command on a terminal and returns the output.
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
fn progress_is_shown_on_a_terminal_only_and_removed() {
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

/// Runs a command with a closed or full output.
fn into(site: &Site, arguments: &[&str], out: impl Into<Stdio>) -> (Option<i32>, String) {
    let mut command = site.command(&[&LEDGER, arguments].concat());
    let ran = command.stdout(out).stderr(Stdio::piped()).spawn();
    let ran = ran.expect("the program runs").wait_with_output();
    let ran = ran.expect("it ends");
    let err = String::from_utf8_lossy(&ran.stderr).into_owned();
    (ran.status.code(), err)
}

#[test]
fn a_closed_pipe_is_no_error_and_a_full_disk_is() {
    // More than the output buffer holds.
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
