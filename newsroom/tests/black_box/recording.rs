//! `--ledger`: the place where choices are recorded.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{program, support::site::Site, visitor::Visitor};

/// Accepts everything and requests the receipt. Returns its status, and true if the policy mentions
/// records.
fn accepted(data: &Path, args: &[&str]) -> (u16, bool) {
    let site = Site::start_in(program(), data, args);
    let mut visitor = Visitor::of(site.port);
    assert_eq!(visitor.choose("accept").status, 303);
    let receipt = visitor.open("/privacy/receipt.json").status;
    let tells = visitor.open("/privacy").text().contains("on record");
    site.stop();
    (receipt, tells)
}

#[test]
fn records_choices_in_the_chosen_ledger_or_in_none() {
    let data = TempDir::new().expect("a directory can be made");
    let own = data.path().join("ledger.db");
    assert_eq!(accepted(data.path(), &["--ledger", "none"]), (404, false));
    assert!(!own.exists());
    let elsewhere = data.path().join("elsewhere.db");
    let address = format!("sqlite:{}", elsewhere.display());
    assert_eq!(accepted(data.path(), &["--ledger", &address]), (200, true));
    assert!(elsewhere.exists() && !own.exists());
    assert_eq!(accepted(data.path(), &[]), (200, true));
    assert!(own.exists());
}

#[test]
fn an_unusable_ledger_stops_the_start_and_stays_as_it_is() {
    let data = TempDir::new().expect("a directory can be made");
    let file = data.path().join("ledger.db");
    let letter = "Dear reader, this is no ledger. ".repeat(40);
    fs::write(&file, &letter).expect("it can be written");
    for address in [
        "mysql://host/x",
        "sqlite:",
        &format!("sqlite:{}", file.display()),
    ] {
        let output = crate::starting::run(&[
            "--addr",
            "127.0.0.1:0",
            "--data-dir",
            crate::starting::path(&data),
            "--ledger",
            address,
        ]);
        crate::starting::assert_refused(&output, &[address, "--ledger"]);
    }
    assert_eq!(fs::read_to_string(&file).expect("it is there"), letter);
}
