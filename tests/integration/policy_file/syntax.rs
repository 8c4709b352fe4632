//! What cannot be read: keys, types, the file itself.

use actix_consent::{
    Policy,
    policy::{Fault, PolicyError},
};

use super::{COOKIE, NECESSARY, SERVICE, SMALL, STORAGE, Wrong};
use crate::helpers::policy;

#[test]
#[rustfmt::skip] // One row a line.
fn unknown_keys_and_wrong_types_are_errors_at_their_line() {
    let mut wrong = Wrong::default();
    for (name, text, line, word) in [
        ("not TOML", "version = \n".to_owned(), 1, ""),
        ("at the top", format!("titel = 1\n{SMALL}"), 1, "titel"),
        ("in site", SMALL.replace("name = \"S\"\n", "name = \"S\"\nnaem = \"S\"\n"), 4, "naem"),
        ("in controller", SMALL.replace("email", "e-mail"), 6, "e-mail"),
        ("in policy", format!("{SMALL}[policy]\nnumber = 1\n"), 15, "number"),
        ("in a category", SMALL.replace("summary", "sumary"), 10, "sumary"),
        ("in a cookie", format!("{SMALL}{}", COOKIE.replace("duration", "max_age")), 18, "max_age"),
        ("in a service", format!("{SMALL}{}", SERVICE.replace("provider", "vendor")), 17, "vendor"),
        ("in storage", format!("{SMALL}{}", STORAGE.replace("kind", "type")), 15, "type"),
        ("in an embed", format!("{SMALL}[[embed]]\nservice = \"a\"\nobject = []\n"), 16, "object"),
        ("in processing", format!("{SMALL}[[processing]]\nid = \"a\"\nbasis = \"consent\"\n"), 16, "basis"),
        ("in a purpose", SMALL.replace("[\"usage-analytics\"]", "[{ id = \"x-a\", text = \"to a\", txet = \"b\" }]"), 11, "txet"),
        ("in use", SMALL.replace("name = \"S\"\n", "name = \"S\"\nuse = [{ crate = \"csrf\", cookie = \"c\", cokie = \"d\" }]\n"), 4, "cokie"),
        ("a misspelt table", format!("{SMALL}[[cookies]]\nname = \"a\"\n"), 14, "cookies"),
        ("version as a string", SMALL.replace("version = 1", "version = \"1\""), 1, ""),
        ("a list for a string", SMALL.replace("\"S Ltd\"", "[\"S Ltd\"]"), 5, ""),
        ("a string for a list", SMALL.replace("[\"usage-analytics\"]", "\"usage-analytics\""), 11, ""),
        ("a table for a list of tables", format!("{SMALL}[cookie]\nname = \"a\"\n"), 14, ""),
        ("a purpose that is none", SMALL.replace("usage-analytics", "usage-analytic"), 11, "usage-analytics"),
        ("an own purpose without words", SMALL.replace("usage-analytics", "x-count"), 11, "text"),
        ("an own purpose with empty words", SMALL.replace("\"usage-analytics\"", "{ id = \"x-a\", text = \"\" }"), 11, ""),
        ("an own purpose without x-", SMALL.replace("\"usage-analytics\"", "{ id = \"count\", text = \"to count\" }"), 11, "x-"),
        ("a duration that is none", format!("{SMALL}{}", COOKIE.replace("30 days", "30 dayz")), 18, "30 dayz"),
        ("a duration of nothing", format!("{SMALL}{}", COOKIE.replace("30 days", "0 days")), 18, "0 days"),
        ("a negative duration", format!("{SMALL}{}", COOKIE.replace("30 days", "-1 days")), 18, "-1 days"),
        ("a duration as a number", format!("{SMALL}{}", COOKIE.replace("\"30 days\"", "30")), 18, ""),
        ("an exemption that is none", format!("{SMALL}{}", NECESSARY.replace("user-input", "needed")), 19, "needed"),
        ("a setter that is none", format!("{SMALL}{COOKIE}set_by = \"client\"\n"), 19, "client"),
        ("a legal basis that is none", format!("{SMALL}[[processing]]\nid = \"a\"\npurpose = \"P\"\nlegal_basis = \"interest\"\n" ), 17, "interest"),
        ("a day that is none", format!("{SMALL}[policy]\neffective = \"22 November\"\n"), 15, ""),
        ("a key twice", SMALL.replace("name = \"S\"\n", "name = \"S\"\nname = \"T\"\n"), 4, ""),
    ] {
        assert_ne!(text, SMALL, "{name}");
        let is_toml = !["not TOML", "a key twice"].contains(&name);
        match Policy::parse(&text) {
            Err(PolicyError::Syntax { line: at, message }) if !is_toml => {
                wrong.unless_equal(name, at, line);
                wrong.unless_equal(&format!("{name}: {message}"), message.contains(word), true);
            }
            Err(PolicyError::Faults(faults)) if is_toml => {
                // An entry under another key is also missing under its own.
                let missing = |fault: &&Fault| fault.message.starts_with("unknown") || faults.len() == 1;
                let found: Vec<_> = faults.iter().filter(missing).collect();
                let lines: Vec<_> = found.iter().map(|fault| fault.line).collect();
                wrong.unless_equal(&format!("{name}: {faults:?}"), lines, vec![Some(line)]);
                let told = found.iter().all(|fault| fault.message.contains(word));
                wrong.unless_equal(&format!("{name}: {found:?}"), told, true);
            }
            Err(other) => wrong.0.push(format!("{name}: another error: {other}")),
            Ok(_) => wrong.0.push(format!("{name}: valid")),
        }
    }
}

/// A policy with seven faults: of the schema, of the meaning, and of both in one entry.
const SEVEN: &str = r#"version = 1
[site]
name = "S"
serves = ["Germany"]
langauges = ["en"]
[controller]
name = "S Ltd"
email = ["s@s.example"]
[[category]]
id = "analytics"
title = "Analytics"
sumary = "count visits"
purposes = ["usage-analytics", "usage-analytic"]
[[cookie]]
name = "visits"
category = "analytcs"
purpose = "Counts."
duration = "30 dayz"
[[cookie]]
name = "other"
category = "analytics"
purpose = "Counts."
duration = "1 day"
"#;

#[test]
fn faults_of_schema_and_meaning_come_all_at_once() {
    let error = Policy::parse(SEVEN).expect_err("it has faults");
    let PolicyError::Faults(faults) = &error else {
        panic!("{error}");
    };
    let found: Vec<_> = faults
        .iter()
        .map(|Fault { line, place, .. }| (line.unwrap_or_default(), place.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (4, "site.serves[0]"),
            (5, "site.langauges"),
            (8, "controller.email"),
            (12, "category[0].sumary"),
            (13, "category[0].purposes[1]"),
            (16, "cookie[0].category"),
            (18, "cookie[0].duration"),
        ],
        "{error}"
    );
    let text = error.to_string();
    for remedy in [
        "did you mean `languages`?",
        "did you mean `summary`?",
        "`DE`",
        "13 months",
    ] {
        assert!(text.contains(remedy), "{remedy}: {text}");
    }
    // The control: each of them alone is one fault, and without them the policy is valid.
    let repaired = [
        ("Germany", "DE"),
        ("langauges", "languages"),
        ("[\"s@s.example\"]", "\"s@s.example\""),
        ("sumary", "summary"),
        (", \"usage-analytic\"", ""),
        ("analytcs", "analytics"),
        ("dayz", "days"),
    ];
    let whole = repaired
        .iter()
        .fold(SEVEN.to_owned(), |text, (from, to)| text.replace(from, to));
    Policy::parse(&whole).unwrap_or_else(|error| panic!("{error}"));
    for (from, to) in repaired {
        let others = repaired.iter().filter(|other| other.0 != from);
        let text = others.fold(SEVEN.to_owned(), |text, (from, to)| text.replace(from, to));
        match Policy::parse(&text) {
            Err(PolicyError::Faults(faults)) => assert_eq!(faults.len(), 1, "{to}: {faults:?}"),
            other => panic!("{to}: {other:?}"),
        }
    }
}

#[test]
fn an_entry_that_cannot_be_read_brings_about_no_other_fault() {
    let cookie = |line: &str| format!("{SMALL}{}", COOKIE.replace("duration = \"30 days\"", line));
    for (name, text) in [
        (
            "one table for a list",
            SMALL
                .replace(
                    "[[category]]\nid = \"analytics\"",
                    "[category]\nid = \"analytics\"",
                )
                .replace("[[category]]\nid = \"necessary\"\n", "")
                + COOKIE,
        ),
        (
            "an id that is no text",
            SMALL.replace("\"analytics\"", "7") + COOKIE,
        ),
        (
            "the only purpose",
            SMALL.replace("usage-analytics", "usage"),
        ),
        ("a duration that is a number", cookie("duration = 30")),
        (
            "a site that is no table",
            SMALL.replace("[site]\nname = \"S\"\n", "site = 1\n"),
        ),
    ] {
        match Policy::parse(&text) {
            Err(PolicyError::Faults(faults)) => assert_eq!(faults.len(), 1, "{name}: {faults:?}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn a_misspelt_table_hides_no_fault_of_the_others() {
    let faults = |more: &str| match Policy::parse(&format!("{SMALL}{}{more}", "[[cookie]]\n")) {
        Err(PolicyError::Faults(faults)) => faults,
        other => panic!("{other:?}"),
    };
    // The control: the entry has faults of its own.
    let alone = faults("");
    assert!(alone.len() > 2, "{alone:?}");
    let beside = faults("[[cokie]]\nname = \"a\"\n");
    assert_eq!(beside.len(), alone.len() + 1, "{beside:?}");
    let twice = SMALL.replace("name = \"S\"\n", "name = \"\"\nnaem = \"S\"\n");
    match Policy::parse(&twice) {
        Err(PolicyError::Faults(faults)) => assert_eq!(faults.len(), 2, "{faults:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wrong_type_is_told_in_words_of_the_file() {
    for (from, to, told) in [
        ("\"S\"", "5", "one text in quotes"),
        (
            "\"S Ltd\"",
            "[\"S Ltd\"]",
            "a list: write a text, in quotes",
        ),
        (
            "version = 1",
            "version = \"1\"",
            "a whole number, without quotes",
        ),
        (
            "[\"usage-analytics\"]",
            "true",
            "`true`: write a list, in brackets",
        ),
        (
            "[site]\nname = \"S\"\n",
            "site = \"S\"\n",
            "the text \"S\": write a table",
        ),
    ] {
        let text = SMALL.replace(from, to);
        assert_ne!(text, SMALL, "{from}");
        let error = Policy::parse(&text).expect_err(to).to_string();
        assert!(error.contains(told), "{error}");
        for jargon in ["enum", "struct", "u32", "sequence", "invalid type"] {
            assert!(!error.contains(jargon), "{error}");
        }
    }
}

#[test]
fn several_errors_of_toml_are_told_together() {
    let text = SMALL
        .replace("\"S Ltd\"", "\"S Ltd")
        .replace("\"Analytics\"", "\"Analytics");
    let error = Policy::parse(&text)
        .expect_err("it is not TOML")
        .to_string();
    assert!(
        error.contains("line 5: ") && error.contains("line 9: "),
        "{error}"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = Policy::load("/no/such/consent.toml").expect_err("it is not there");
    assert!(matches!(error, PolicyError::Read { .. }));
    assert!(
        error.to_string().contains("/no/such/consent.toml"),
        "{error}"
    );
    assert!(std::error::Error::source(&error).is_some());
    // One that is there and is no policy is named as well, before the line in it.
    let toml = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let error = Policy::load(toml).expect_err("it is another file");
    let text = error.to_string();
    assert!(
        text.contains("Cargo.toml: the policy cannot be used:"),
        "{text}"
    );
    assert!(text.contains("line 1: workspace: unknown key"), "{text}");
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/integration/consent.toml"
    );
    assert_eq!(
        Policy::load(path).expect("it is there").file(),
        policy().file()
    );
}
