//! Any text is parsed or rejected. A parsed policy is written so that parsing it again yields the
//! same file and the same fingerprints.

#![no_main]

use actix_consent::Policy;
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

/// The policy of the tests, and lines with the other keys.
const LINES: &str = concat!(
    include_str!("../../tests/integration/consent.toml"),
    r#"
use = ["csrf", { crate = "actix-session", cookie = "sid" }]
name = { en = "S", pl = "Ś" }
origin = "https://s.example:8443"
languages = ["en", "pl"]
title = "T"
legal_basis = "public-task"
sale_or_share = true
renew = 2
id = "x"
purposes = ["targeted-advertising", { id = "x-own", text = { en = "to own", pl = "aby" } }]
category = "necessary"
exemption = "security"
override_reason = "It opens a gate."
set_by = "third-party"
host = "v.example"
path = "/a"
domains = [".b.example"]
duration = "session"
[[storage]]
kind = "indexed"
key = "k*"
[[embed]]
script = ["https://s.v.example"]
media = ["http://m.v.example:81"]
"#
);

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    Text(&'a str),
    /// The policy of the tests, changed.
    Edited(Vec<Edit<'a>>),
}

/// Replaces some lines by one.
#[derive(Arbitrary, Debug)]
struct Edit<'a> {
    at: u8,
    cut: u8,
    put: Put<'a>,
}

#[derive(Arbitrary, Debug)]
enum Put<'a> {
    Nothing,
    Line(u8),
    Text(&'a str),
}

impl Input<'_> {
    fn text(&self) -> String {
        let edits = match self {
            Self::Text(text) => return (*text).to_owned(),
            Self::Edited(edits) => edits,
        };
        let known: Vec<&str> = LINES.lines().collect();
        let mut lines: Vec<&str> = include_str!("../../tests/integration/consent.toml")
            .lines()
            .collect();
        for Edit { at, cut, put } in edits {
            let at = usize::from(*at) % (lines.len() + 1);
            let end = lines.len().min(at + usize::from(cut % 8));
            let put = match put {
                Put::Nothing => None,
                Put::Line(line) => Some(known[usize::from(*line) % known.len()]),
                Put::Text(text) => Some(*text),
            };
            lines.splice(at..end, put);
        }
        lines.join("\n")
    }
}

fuzz_target!(|input: Input| {
    let policy = match Policy::parse(&input.text()) {
        Ok(policy) => policy,
        Err(error) => return drop(error.to_string()),
    };
    let written = toml::to_string(policy.file()).expect("it can be written");
    let again = Policy::parse(&written).unwrap_or_else(|error| panic!("{error}\n{written}"));
    assert_eq!(again.file(), policy.file());
    let categories = policy.categories().iter().map(|category| &category.id);
    for unit in categories.chain(policy.services().iter().map(|service| &service.id)) {
        assert_eq!(again.fingerprint(unit), policy.fingerprint(unit), "{unit}");
    }
});
