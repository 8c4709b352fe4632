//! What cannot be read: keys, types, the file itself.

use actix_consent::{Policy, policy::PolicyError};

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
        match Policy::parse(&text) {
            Err(PolicyError::Syntax { line: at, message }) => {
                wrong.unless_equal(name, at, line);
                wrong.unless_equal(&format!("{name}: {message}"), message.contains(word), true);
            }
            Err(other) => wrong.0.push(format!("{name}: no syntax error: {other}")),
            Ok(_) => wrong.0.push(format!("{name}: valid")),
        }
    }
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
    assert!(text.contains("Cargo.toml: the policy, line "), "{text}");
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/integration/consent.toml"
    );
    assert_eq!(
        Policy::load(path).expect("it is there").file(),
        policy().file()
    );
}
