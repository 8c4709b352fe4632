//! The program, on a ledger and on key files in a directory of their own.

mod site;

use std::fs;

use actix_consent::{
    SigningKeys,
    ledger::{ConsentRecord, Ledger as _},
};
use actix_consent_ledger::{Store, acceptance::record};
use site::Site;

const COMMAND: &str = "ledger";

const LEDGER: [&str; 2] = ["--ledger", "sqlite:ledger.db"];

/// A directory with a key file and a ledger of these records.
fn with(records: impl IntoIterator<Item = ConsentRecord>) -> Site {
    let site = Site::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let address = format!("sqlite:{}", site.path("ledger.db").display());
        let store = Store::open(&address).await.expect("it can be made");
        for record in records {
            store.append(record).await.expect("it is kept");
        }
    });
    SigningKeys::load_or_create(site.path("consent.key")).expect("it can be made");
    site
}

fn numbered(numbers: std::ops::Range<u64>) -> impl Iterator<Item = ConsentRecord> {
    numbers.map(|number| record(number, (number % 3 != 0).then_some(number)))
}

fn id(number: u64) -> String {
    record(0, Some(number))
        .subject
        .expect("it has one")
        .to_string()
}

fn run(site: &Site, arguments: &[&str]) -> (i32, String, String) {
    let ran = site.run(&[&LEDGER, arguments].concat());
    (ran.code, ran.out, ran.err)
}

fn said(code: i32, out: &str, err: &str) -> (i32, String, String) {
    (code, out.to_owned(), err.to_owned())
}

/// Changes a byte of the first record, as it lies in the file.
fn meddle(site: &Site) {
    let path = site.path("ledger.db");
    let mut bytes = fs::read(&path).expect("it is there");
    let at = bytes
        .windows(8)
        .position(|part| part == b"\"opt-in\"")
        .expect("a record");
    bytes[at + 1] = b'O';
    fs::write(&path, bytes).expect("it can be written");
}

#[test]
fn a_ledger_that_is_whole_is_said_to_be_and_one_that_was_changed_is_named() {
    let site = with(numbered(1..8));
    let whole = "7 entries are as they were written; 0 of them were erased.\n";
    assert_eq!(run(&site, &["verify"]), said(0, whole, ""));
    meddle(&site);
    let (code, out, _) = run(&site, &["verify"]);
    assert_eq!(code, 1, "{out}");
    assert!(
        out.starts_with("entry ") && out.contains(" was changed"),
        "{out}"
    );
}

#[test]
fn a_checkpoint_is_a_line_that_a_later_ledger_holds_and_another_does_not() {
    let site = with(numbered(1..8));
    let (code, line, _) = run(&site, &["checkpoint", "--keys", "consent.key"]);
    assert_eq!(code, 0);
    assert_eq!(line.lines().count(), 1, "{line}");
    site.write("checkpoint", &line);
    let check = [
        "verify",
        "--checkpoint",
        "checkpoint",
        "--keys",
        "consent.key",
    ];
    assert_eq!(run(&site, &check).0, 0);
    let other = with(numbered(1..8));
    other.write("checkpoint", &line);
    fs::copy(site.path("consent.key"), other.path("consent.key")).expect("it can be copied");
    let (code, out, _) = run(&other, &check);
    assert_eq!((code, out.contains("written anew")), (1, true), "{out}");
    site.write("checkpoint", line.replacen(" 7 ", " 6 ", 1));
    let (code, _, err) = run(&site, &check);
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
fn records_are_exported_by_subject_and_by_day_as_lines_and_as_rows() {
    let site = with(numbered(1..8));
    let (code, out, err) = run(&site, &["export", "--subject", &id(2)]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out, format!("{}\n", record(2, Some(2)).to_json()));
    let (_, all, _) = run(&site, &["export"]);
    assert_eq!(all.lines().count(), 7);
    assert!(
        all.lines()
            .all(|line| ConsentRecord::from_json(line).is_ok())
    );
    let (_, rows, _) = run(
        &site,
        &["export", "--format", "csv", "--until", "2026-12-01"],
    );
    let mut lines = rows.lines();
    assert_eq!(lines.next().map(|head| head.split(',').count()), Some(14));
    assert!(
        lines.next().is_some_and(|row| row.contains(",accepted,")),
        "{rows}"
    );
    assert_eq!(lines.count(), 6);
    let (code, out, _) = run(&site, &["export", "--since", "2027-01-01"]);
    assert_eq!((code, out.as_str()), (1, ""), "nothing is in it");
    let (code, _, err) = run(&site, &["export", "--since", "yesterday"]);
    assert_eq!((code, err.contains("2026-11-25")), (2, true), "{err}");
}

#[test]
fn a_subject_is_erased_and_the_chain_holds() {
    let site = with(numbered(1..8));
    let erased = format!("1 records of {} were erased.\n", id(2));
    assert_eq!(
        run(&site, &["erase", "--subject", &id(2)]),
        said(0, &erased, "")
    );
    let (code, _, err) = run(&site, &["erase", "--subject", &id(2)]);
    assert_eq!(
        (code, err.contains("nothing is on record")),
        (1, true),
        "{err}"
    );
    let whole = "8 entries are as they were written; 1 of them were erased.\n";
    assert_eq!(run(&site, &["verify"]), said(0, whole, ""));
    let (code, _, err) = run(&site, &["erase", "--subject", "me"]);
    assert_eq!((code, err.contains("22 letters")), (2, true), "{err}");
}

#[test]
fn what_is_old_is_pruned() {
    let mut old = record(1, Some(1));
    old.time -= time::Duration::days(2000);
    let site = with([old, record(2, Some(2))]);
    let pruned = said(0, "1 records were taken away.\n", "");
    assert_eq!(run(&site, &["prune", "--older-than", "3 years"]), pruned);
    assert_eq!(run(&site, &["prune", "--older-than", "soon"]).0, 2);
    assert_eq!(run(&site, &["verify"]).0, 0);
}

#[test]
fn choices_are_counted_and_small_groups_are_not_told() {
    let site = with(numbered(1..31));
    let (code, out, err) = run(&site, &["stats", "--html", "stats.html"]);
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!(out, @r"
    30 choices, 0 withdrawals, 0 implied, 0 signals.

    unit         choices   said yes
    analytics         30     66.7 %

    Edition of the policy
      edition 2: analytics 66.7 %

    Language
      en: analytics 66.7 %

    Model
      opt-in: analytics 66.7 %

    Place
      banner: analytics 66.7 %

    Groups of fewer than 10 choices are not shown. A choice is not a visitor.
    ");
    let page = site.text("stats.html");
    assert!(page.contains("66.7 %") && page.contains("<svg"), "{page}");
    for foreign in ["<script", "src=", "url(", "http:", "https:"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    let few = with(numbered(1..9));
    let (_, out, _) = run(&few, &["stats"]);
    assert!(out.contains('–') && !out.contains('%'), "{out}");
}

#[test]
fn a_ledger_that_is_not_there_is_not_made() {
    let site = Site::new();
    let (code, out, err) = run(&site, &["verify"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("ledger.db: there is no such file"), "{err}");
    assert!(!site.path("ledger.db").exists());
    let ran = site.run(&["verify"]);
    assert_eq!(
        (ran.code, ran.err.contains("--ledger")),
        (2, true),
        "{}",
        ran.err
    );
    let ran = site.run(&["--ledger", "postgres://u:secret@%2Fnone/x", "verify"]);
    assert_eq!(
        (ran.code, ran.err.contains("secret")),
        (2, false),
        "{}",
        ran.err
    );
}

#[test]
fn what_was_shown_is_printed_by_its_hash() {
    let site = with([]);
    let (code, _, err) = run(&site, &["shown", "nothing"]);
    assert_eq!(
        (code, err.contains("nothing was shown")),
        (1, true),
        "{err}"
    );
}

#[test]
fn keys_are_made_once_and_rotated_with_the_old_ones_behind() {
    let site = Site::new();
    let key = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_consent"));
        command
            .current_dir(site.0.path())
            .arg("key")
            .args(arguments);
        site::Ran::from(command.output().expect("the program runs"))
    };
    let keys = || -> Vec<String> {
        let text = site.text("consent.key");
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(key(&["generate", "consent.key"]).code, 0);
    let first = keys();
    assert_eq!(first.len(), 1);
    let again = key(&["generate", "consent.key"]);
    assert_eq!(
        (again.code, again.err.contains("it is there already")),
        (2, true)
    );
    assert_eq!(keys(), first);
    for _ in 0..3 {
        assert_eq!(key(&["rotate", "consent.key"]).code, 0);
    }
    let rotated = keys();
    assert_eq!(rotated.len(), 3, "three stay");
    assert!(!rotated.contains(&first[0]));
    assert_eq!(key(&["rotate", "--keep", "9", "consent.key"]).code, 0);
    assert_eq!(keys()[1..], rotated);
    site.write("broken.key", "no key\n");
    let broken = key(&["rotate", "broken.key"]);
    assert_eq!(
        (broken.code, broken.err.contains("not base64")),
        (2, true),
        "{}",
        broken.err
    );
    assert_eq!(site.text("broken.key"), "no key\n");
    assert_eq!(key(&["rotate", "none.key"]).code, 2);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = fs::metadata(site.path("consent.key")).expect("it is there");
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
}
