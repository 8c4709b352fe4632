//! The start: the ready line, the help, and errors with their remedy.

use std::{
    fs,
    net::TcpListener,
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::{program, site, support::site::plain, visitor::Visitor};

/// Runs the program until it ends by itself.
pub(crate) fn run(args: &[&str]) -> Output {
    plain(&mut program())
        .args(args)
        .output()
        .expect("the program can be started")
}

/// Asserts that the start failed, and that stderr names the cause.
pub(crate) fn assert_refused(output: &Output, names: &[&str]) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(output.stdout.is_empty(), "it said that it listens");
    for name in names {
        assert!(stderr.contains(name), "{name} is not in: {stderr}");
    }
}

pub(crate) fn path(dir: &TempDir) -> &str {
    dir.path().to_str().expect("the path is text")
}

#[test]
fn prints_its_address_the_other_copy_and_the_partner() {
    let mut site = site(&[]);
    let port = site.port;
    let partner = site.partner();
    assert_eq!(Visitor::of(port).open("/").status, 200);
    assert_eq!(
        site.stop().stdout,
        format!(
            "the source page's model: http://implied.localhost:{port}\n\
             partner: http://partner.localhost:{partner}\n"
        )
    );
}

#[test]
fn help_names_every_flag_with_its_variable() {
    let output = run(&["--help"]);
    let help = String::from_utf8(output.stdout).expect("it is text");
    assert_eq!(output.status.code(), Some(0));
    for (flag, variable) in [
        ("--addr", "NEWSROOM_ADDR"),
        ("--model", "NEWSROOM_MODEL"),
        ("--origin", "NEWSROOM_ORIGIN"),
        ("--partner-addr", "NEWSROOM_PARTNER_ADDR"),
        ("--ledger", "NEWSROOM_LEDGER"),
        ("--data-dir", "NEWSROOM_DATA_DIR"),
    ] {
        let line = help.lines().find(|line| line.contains(flag));
        assert!(
            line.is_some_and(|line| line.contains(variable)),
            "{flag}: {help}"
        );
    }
}

#[test]
fn names_an_unknown_flag() {
    assert_refused(&run(&["--colour", "red"]), &["--colour"]);
}

#[test]
fn names_an_unknown_model_or_origin() {
    assert_refused(&run(&["--model", "opt-out"]), &["--model", "opt-out"]);
    for origin in ["http://news.example", "https://news.example/path"] {
        assert_refused(&run(&["--origin", origin]), &["--origin", origin]);
    }
}

#[test]
fn names_an_address_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let addr = taken.local_addr().expect("it is bound").to_string();
    let data = TempDir::new().expect("a directory can be made");
    let output = run(&["--addr", &addr, "--data-dir", path(&data)]);
    assert_refused(&output, &[&addr, "--addr"]);
    let mut as_partner = vec!["--addr", "127.0.0.1:0", "--data-dir", path(&data)];
    as_partner.extend(["--partner-addr", &addr]);
    assert_refused(&run(&as_partner), &[&addr, "--partner-addr"]);
}

#[test]
fn names_an_invalid_address() {
    let data = TempDir::new().expect("a directory can be made");
    let output = run(&["--addr", "nowhere", "--data-dir", path(&data)]);
    assert_refused(&output, &["nowhere", "--addr"]);
}

/// A file in its place instead of a directory without permissions, since root may write everywhere.
#[test]
fn names_a_data_directory_that_cannot_be_created() {
    let data = TempDir::new().expect("a directory can be made");
    let file = data.path().join("a-file");
    fs::write(&file, "").expect("it can be written");
    for dir in [file.clone(), file.join("below")] {
        let dir = dir.to_str().expect("the path is text");
        let output = run(&["--addr", "127.0.0.1:0", "--data-dir", dir]);
        assert_refused(&output, &[dir, "--data-dir"]);
    }
}

#[test]
fn an_unreadable_key_file_stops_the_start_and_stays() {
    for name in ["consent.key", "session.key"] {
        let data = TempDir::new().expect("a directory can be made");
        let file = data.path().join(name);
        fs::write(&file, "not a key\n").expect("it can be written");
        let output = run(&["--addr", "127.0.0.1:0", "--data-dir", path(&data)]);
        assert_refused(&output, &[name]);
        let kept = fs::read_to_string(&file).expect("it is still there");
        assert_eq!(kept, "not a key\n", "{name}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("not a key\n"), "{stderr}");
    }
}

#[test]
fn every_flag_has_an_environment_variable() {
    let mut command = program();
    command.env("NEWSROOM_MODEL", "opt-out");
    let output = Command::output(&mut command).expect("the program can be started");
    assert_refused(&output, &["opt-out"]);
}
