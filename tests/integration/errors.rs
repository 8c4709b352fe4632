//! Errors as `main` prints them.

use std::{collections::BTreeSet, error::Error, fs, path::Path, process::Command};

use actix_consent::{
    Policy, SigningKey,
    choice::Choice,
    error::{AcceptError, ConfigError, MountError},
    ledger::{LedgerError, RecordId},
};

/// One of each public error type.
fn errors() -> Vec<(&'static str, Box<dyn Error>)> {
    vec![
        (
            "ConfigError",
            Box::new(ConfigError::BasePath("privacy".into())),
        ),
        (
            "KeyError",
            Box::new(SigningKey::from_bytes(&[1]).expect_err("too short")),
        ),
        (
            "LedgerError",
            Box::new(LedgerError::Broken("the file is damaged".into())),
        ),
        ("MountError", Box::new(MountError::Twice)),
        (
            "ParseError",
            Box::new("".parse::<Choice>().expect_err("no choice")),
        ),
        (
            "NotARecordId",
            Box::new("".parse::<RecordId>().expect_err("no id")),
        ),
        ("AcceptError", Box::new(AcceptError::CrossSite)),
        (
            "PolicyError",
            Box::new(Policy::parse("version = 2").expect_err("no policy")),
        ),
    ]
}

/// The types in a directory of sources that implement `Error` and are public.
fn public_errors(directory: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).expect("it is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            public_errors(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        for line in text.lines() {
            let Some(rest) = line.strip_prefix("impl std::error::Error for ") else {
                continue;
            };
            let name = rest.split([' ', '{']).next().expect("a name");
            let is_public = ["enum", "struct"]
                .iter()
                .any(|kind| text.contains(&format!("\npub {kind} {name}")));
            if is_public {
                found.insert(name.to_owned());
            }
        }
    }
}

#[test]
fn debug_of_every_public_error_is_its_text() {
    let errors = errors();
    for (name, error) in &errors {
        assert_eq!(format!("{error:?}"), error.to_string(), "{name}");
        assert_eq!(format!("{error:#?}"), error.to_string(), "{name}");
    }
    let known: BTreeSet<String> = errors.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut found = BTreeSet::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    public_errors(&source, &mut found);
    assert_eq!(found, known, "a new error type belongs into this list");
}

/// Returned by a test as by `main`, which prints it the same way.
#[test]
fn main_prints_the_readable_text() -> Result<(), Box<dyn Error>> {
    if std::env::var("CONSENT_TEST_CHILD").is_ok() {
        Policy::load("/no/such/consent.toml")?;
    }
    let output = Command::new(std::env::current_exe()?)
        .args([
            "--exact",
            "--nocapture",
            "errors::main_prints_the_readable_text",
        ])
        .env("CONSENT_TEST_CHILD", "1")
        .output()?;
    assert!(!output.status.success());
    let text = String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?;
    assert!(
        text.contains("Error: cannot read the policy /no/such/consent.toml: "),
        "{text}"
    );
    Ok(())
}
