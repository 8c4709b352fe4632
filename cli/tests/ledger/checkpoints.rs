//! Checkpoints stored outside the ledger.

use std::fs;

use crate::{add, numbered, run, site::Site, with};

const CHECK: [&str; 5] = [
    "verify",
    "--checkpoint",
    "checkpoints",
    "--keys",
    "consent.key",
];

fn checkpoint(site: &Site) -> String {
    let (code, line, err) = run(site, &["checkpoint", "--keys", "consent.key"]);
    assert_eq!((code, line.lines().count()), (0, 1), "{line}{err}");
    line
}

/// Another ledger of a site with the same keys.
fn written_anew(site: &Site) -> Site {
    let other = with(numbered(1..8));
    fs::copy(site.path("consent.key"), other.path("consent.key")).expect("it can be copied");
    other
}

#[test]
fn a_later_ledger_matches_a_checkpoint_and_another_does_not() {
    let site = with(numbered(1..8));
    let line = checkpoint(&site);
    site.write("checkpoints", &line);
    assert_eq!(run(&site, &CHECK).0, 0);
    let other = written_anew(&site);
    other.write("checkpoints", &line);
    let (code, out, _) = run(&other, &CHECK);
    assert_eq!((code, out.contains("rewritten")), (1, true), "{out}");
    site.write("checkpoints", line.replacen(" 7 ", " 6 ", 1));
    let (code, _, err) = run(&site, &CHECK);
    assert_eq!(
        (code, err.contains("has signed this checkpoint")),
        (2, true),
        "{err}"
    );
    let (code, _, err) = run(&site, &["checkpoint", "--keys", "none.key"]);
    assert_eq!((code, err.contains("no such key file")), (2, true), "{err}");
    assert!(!site.path("none.key").exists());
}

#[test]
fn verify_names_the_checkpoint_line_that_does_not_match() {
    let site = with(numbered(1..4));
    let foreign = checkpoint(&written_anew(&site));
    let early = checkpoint(&site);
    add(&site, numbered(4..8));
    let late = checkpoint(&site);
    let whole = "7 entries are unaltered; 0 of them were erased.\n";
    let check = |lines: &[&str]| {
        site.write("checkpoints", lines.concat());
        run(&site, &CHECK)
    };
    let (code, out, _) = check(&[&early, "\n", &late, &early, "  \n"]);
    assert_eq!((code, out.as_str()), (0, whole));
    for (lines, number) in [
        ([&early, &foreign, &late], 2),
        ([&foreign, &early, &late], 1),
        ([&early, &late, &foreign], 3),
    ] {
        let (code, out, err) = check(&lines.map(String::as_str));
        assert_eq!((code, err.as_str()), (1, ""));
        let named = format!("checkpoints: line {number}: entry 7 does not match");
        assert!(out.starts_with(&named), "{out}");
    }
    let forged = late.replacen(" 7 ", " 6 ", 1);
    let (code, out, err) = check(&[&early, "\n", &forged, &late]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("checkpoints: line 3: none of the keys"),
        "{err}"
    );
    let (code, _, err) = check(&[&early, "7 entries\n"]);
    assert_eq!(
        (code, err.contains("line 2: not a checkpoint")),
        (2, true),
        "{err}"
    );
    let (code, _, err) = check(&["\n"]);
    assert_eq!(
        (code, err.contains("contains no checkpoint")),
        (2, true),
        "{err}"
    );
}

#[test]
fn a_ledger_that_lost_its_end_does_not_hold_a_checkpoint_of_it() {
    let site = with(numbered(1..4));
    let (early, before) = (checkpoint(&site), site.path("before.db"));
    fs::copy(site.path("ledger.db"), &before).expect("it can be copied");
    add(&site, numbered(4..8));
    site.write("checkpoints", early + &checkpoint(&site));
    assert_eq!(run(&site, &CHECK).0, 0);
    fs::rename(before, site.path("ledger.db")).expect("it can be put back");
    let (code, out, _) = run(&site, &CHECK);
    assert_eq!(
        (code, out.as_str()),
        (1, "checkpoints: line 2: entry 4 is missing\n")
    );
}

#[test]
fn a_checkpoint_is_checked_with_the_keys_of_its_time() {
    let site = with(numbered(1..4));
    site.write("checkpoints", checkpoint(&site));
    fs::copy(site.path("consent.key"), site.path("then.key")).expect("it can be copied");
    actix_consent::SigningKeys::rotate(site.path("consent.key"), 1).expect("it can be rotated");
    let (code, _, err) = run(&site, &CHECK);
    assert_eq!((code, err.contains("rotated out")), (2, true), "{err}");
    let mut then = CHECK;
    then[4] = "then.key";
    assert_eq!(run(&site, &then).0, 0);
}
