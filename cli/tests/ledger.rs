//! `consent ledger` and `consent key` on files in a temporary directory.

#[path = "ledger/checkpoints.rs"]
mod checkpoints;
#[path = "ledger/export.rs"]
mod export;
#[path = "ledger/key.rs"]
mod key;
#[path = "ledger/shown.rs"]
mod shown;
mod site;
#[path = "ledger/stats.rs"]
mod stats;
#[path = "ledger/terminal.rs"]
mod terminal;

use std::{
    fs,
    time::{Duration, Instant},
};

use actix_consent::{
    SigningKeys,
    ledger::{ConsentRecord, Ledger as _},
};
use actix_consent_ledger::{Store, acceptance::record};
use futures_util::future::join_all;
use site::Site;

const COMMAND: &str = "ledger";

const LEDGER: [&str; 2] = ["--ledger", "sqlite:ledger.db"];

/// A directory with a key file and a ledger of these records.
fn with(records: impl IntoIterator<Item = ConsentRecord>) -> Site {
    let site = Site::new();
    SigningKeys::load_or_create(site.path("consent.key")).expect("it can be made");
    add(&site, records);
    site
}

/// Adds records to the ledger.
fn add(site: &Site, records: impl IntoIterator<Item = ConsentRecord>) {
    on_store(site, async |store| {
        let records: Vec<_> = records.into_iter().collect();
        // As many as may wait together: they are written in this order in one transaction.
        for some in records.chunks(4096) {
            let kept = some.iter().map(|record| store.append(record.clone()));
            for kept in join_all(kept).await {
                kept.expect("it is kept");
            }
        }
    });
}

fn on_store(site: &Site, work: impl AsyncFnOnce(&Store)) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let address = format!("sqlite:{}", site.path("ledger.db").display());
        work(&Store::open(&address).await.expect("it can be opened")).await;
    });
    // The write-ahead log disappears once the writing thread has closed the file.
    let (log, began) = (site.path("ledger.db-wal"), Instant::now());
    while log.exists() {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "it is not closed"
        );
        std::thread::yield_now();
    }
}

fn numbered(numbers: std::ops::Range<u64>) -> impl Iterator<Item = ConsentRecord> + Clone {
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

/// Changes a byte of the first record in the file.
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
fn verify_names_the_first_altered_entry() {
    let site = with(numbered(1..8));
    let whole = "7 entries are unaltered; 0 of them were erased.\n";
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
fn a_subject_is_erased_and_the_chain_holds() {
    let site = with(numbered(1..8));
    let erased = format!("1 records of {} were erased.\n", id(2));
    assert_eq!(
        run(&site, &["erase", "--subject", &id(2)]),
        said(0, &erased, "")
    );
    let (code, _, err) = run(&site, &["erase", "--subject", &id(2)]);
    assert_eq!((code, err.contains("no record of")), (1, true), "{err}");
    let whole = "8 entries are unaltered; 1 of them were erased.\n";
    assert_eq!(run(&site, &["verify"]), said(0, whole, ""));
    let (code, _, err) = run(&site, &["erase", "--subject", "me"]);
    assert_eq!((code, err.contains("22 letters")), (2, true), "{err}");
}

#[test]
fn what_is_old_is_pruned() {
    let mut old = record(1, Some(1));
    old.time -= time::Duration::days(2000);
    let site = with([old, record(2, Some(2))]);
    let pruned = said(0, "1 records were erased.\n", "");
    assert_eq!(run(&site, &["prune", "--older-than", "3 years"]), pruned);
    assert_eq!(run(&site, &["prune", "--older-than", "soon"]).0, 2);
    let (code, _, err) = run(&site, &["prune", "--older-than", "20000 years"]);
    assert_eq!((code, err.contains("before the year")), (2, true), "{err}");
    assert_eq!(run(&site, &["verify"]).0, 0);
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
fn help_names_the_variable_and_not_what_is_in_it() {
    let site = Site::new();
    for arguments in [&["--help"][..], &["verify", "--help"]] {
        let mut command = site.command(arguments);
        command.env("CONSENT_LEDGER", "postgres://u:secret@host/x");
        let ran = site::Ran::from(command.output().expect("the program runs"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        assert!(ran.out.contains("CONSENT_LEDGER"), "{}", ran.out);
        assert!(!ran.out.contains("secret"), "{}", ran.out);
    }
}
