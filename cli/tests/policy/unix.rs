//! Special files and a full standard output.

use std::{fs::File, process::Stdio};

use super::*;

/// Writing to a full device fails on each system that has one.
fn full() -> Option<File> {
    fs::OpenOptions::new().write(true).open("/dev/full").ok()
}

#[test]
fn what_cannot_be_printed_is_an_error() {
    let site = Site::with("whole.toml", WHOLE);
    for command in COMMANDS {
        let Some(full) = full() else { return };
        let mut command = site.command(&[command, &["whole.toml"]].concat());
        let ran = Ran::from(command.stdout(full).output().expect("the program runs"));
        assert_eq!(ran.code, 2, "{command:?}");
        let expected = "stdout: error: cannot be written: ";
        assert!(ran.err.starts_with(expected), "{}", ran.err);
        let ran = Ran::from(command.stdout(Stdio::piped()).output().expect("it runs"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command:?}");
    }
}

#[test]
fn a_policy_can_come_out_of_a_pipe() {
    let site = Site::with("whole.toml", WHOLE);
    for (text, code) in [(WHOLE.to_owned(), 0), (edited("[\"EU\"]", "[]"), 1)] {
        site.write("piped.toml", text);
        let piped = File::open(site.path("piped.toml")).expect("it is there");
        let mut cat = Command::new("cat")
            .stdin(piped)
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is `cat`");
        let pipe = cat.stdout.take().expect("it writes into a pipe");
        let mut command = site.command(&["check", "--complete", "/dev/stdin"]);
        let output = command.stdin(pipe).output().expect("the program runs");
        cat.wait().expect("it ends");
        let ran = Ran::from(output);
        assert_eq!((ran.code, ran.err.as_str()), (code, ""), "{}", ran.out);
    }
}
