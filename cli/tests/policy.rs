//! `consent policy` on files in a temporary directory.

use std::{fs, process::Command};

#[path = "policy/check.rs"]
mod check;
#[path = "policy/diff.rs"]
mod diff;
#[path = "policy/edits.rs"]
mod edits;
#[path = "policy/render.rs"]
mod render;
#[path = "policy/server.rs"]
mod server;
mod site;
#[cfg(unix)]
#[path = "policy/unix.rs"]
mod unix;

use site::{Ran, Site};

const COMMAND: &str = "policy";

/// A complete policy without faults and gaps.
const WHOLE: &str = include_str!("policy/consent.toml");

/// Replaces one string of a text, which must occur.
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "there is no {from}");
    text.replacen(from, to, 1)
}

/// The complete policy with one string replaced.
fn edited(from: &str, to: &str) -> String {
    replaced(WHOLE, from, to)
}

/// Each subcommand, with a policy as its last argument.
const COMMANDS: [&[&str]; 3] = [&["check"], &["diff", "whole.toml"], &["render"]];

#[test]
fn each_command_reports_an_unreadable_file() {
    let site = Site::with("whole.toml", WHOLE);
    site.write("latin.toml", b"version = 1\n# caf\xe9\n");
    fs::create_dir(site.path("policies")).expect("a directory can be made");
    for command in COMMANDS {
        for (file, expected) in [
            (
                "missing.toml",
                "missing.toml: error: cannot be read: No such file or directory (os error 2)\n",
            ),
            (
                "policies",
                "policies: error: is a directory: name the file in it, such as consent.toml\n",
            ),
            (
                "latin.toml",
                "latin.toml:2: error: is not valid UTF-8 from this line on: convert the file first, for example with iconv\n",
            ),
        ] {
            let ran = site.run(&[command, &[file]].concat());
            let told = (ran.code, ran.out.as_str(), ran.err.as_str());
            assert_eq!(told, (2, "", expected), "{command:?} {file}");
        }
        let ran = site.run(&[command, &["whole.toml"]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command:?}");
        assert_ne!(ran.out, "", "{command:?}");
    }
}

#[test]
fn a_policy_with_faults_is_neither_compared_nor_drawn() {
    let site = Site::with("whole.toml", WHOLE);
    site.write("faulty.toml", edited("\"30 days\"", "\"persistent\""));
    let expected = "faulty.toml:56: error: cookie[0].duration: a cookie cannot be persistent: write `session` or a \
                    time such as `13 months`\n";
    for arguments in [
        &["diff", "whole.toml", "faulty.toml"][..],
        &["diff", "faulty.toml", "whole.toml"],
        &["render", "faulty.toml"],
    ] {
        let ran = site.run(arguments);
        let told = (ran.code, ran.out.as_str(), ran.err.as_str());
        assert_eq!(told, (2, "", expected), "{arguments:?}");
    }
    assert_eq!(site.run(&["diff", "whole.toml", "whole.toml"]).code, 0);
    assert_eq!(site.run(&["render", "whole.toml"]).code, 0);
}

#[test]
fn the_help_of_each_command_says_what_the_exit_codes_mean() {
    let site = Site::new();
    for (command, part) in [
        ("check", "--complete"),
        ("diff", "<OLD> <NEW>"),
        ("render", "--language"),
    ] {
        let ran = site.run(&[command, "--help"]);
        assert_eq!(ran.code, 0);
        for part in [part, "Exit codes:\n  0  "] {
            assert!(ran.out.contains(part), "{part}: {}", ran.out);
        }
        assert_eq!(site.run(&[command]).code, 2, "a file is missing");
    }
}
