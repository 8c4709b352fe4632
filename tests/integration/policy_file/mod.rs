//! `consent.toml`: DESIGN, "`consent.toml`", rules 2 and 16; R49 to R51, R97, R102.

mod declarations;
mod gaps;
mod meaning;
mod places;
mod round_trip;
mod start;
mod syntax;

use actix_consent::{Policy, policy::PolicyError};

/// The smallest policy that says what it gates. Its last line is number 13.
const SMALL: &str = r#"version = 1
[site]
name = "S"
[controller]
name = "S Ltd"
email = "s@s.example"
[[category]]
id = "analytics"
title = "Analytics"
summary = "count visits"
purposes = ["usage-analytics"]
[[category]]
id = "necessary"
"#;

/// A cookie that is right, from line 14 on.
const COOKIE: &str = r#"[[cookie]]
name = "visits"
category = "analytics"
purpose = "Counts."
duration = "30 days"
"#;

const NECESSARY: &str = r#"[[cookie]]
name = "sid"
category = "necessary"
purpose = "Keeps."
duration = "session"
exemption = "user-input"
"#;

const SERVICE: &str = r#"[[service]]
id = "video"
category = "analytics"
provider = "Video"
"#;

const STORAGE: &str = r#"[[storage]]
kind = "local"
key = "scroll"
category = "analytics"
purpose = "Keeps."
duration = "persistent"
"#;

/// Place and line of each fault.
fn faults(text: &str) -> Vec<(String, Option<usize>)> {
    match Policy::parse(text) {
        Ok(_) => Vec::new(),
        Err(PolicyError::Faults(faults)) => faults
            .into_iter()
            .map(|fault| (fault.place, fault.line))
            .collect(),
        Err(other) => panic!("{other}\n{text}"),
    }
}

/// The rows of a table that did not turn out as expected, all of them at once.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn unless_equal<T: PartialEq + std::fmt::Debug>(&mut self, row: &str, found: T, expected: T) {
        if found != expected {
            self.0.push(format!("{row}: {found:?}, not {expected:?}"));
        }
    }
}

impl Drop for Wrong {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "\n{}", self.0.join("\n"));
        }
    }
}

#[test]
fn what_the_tests_start_from_is_valid() {
    for more in ["", COOKIE, NECESSARY, SERVICE, STORAGE] {
        let text = format!("{SMALL}{more}");
        Policy::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
    assert_eq!(SMALL.lines().count(), 13);
}
