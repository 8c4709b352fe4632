//! Mounting the middleware: place, number and scope; and the values that handlers get.

mod bodies;
mod composition;
mod cors;
mod handlers;
mod hosts;
mod mistakes;
mod prefixes;
mod scopes;
mod shadowed;

use crate::helpers::Answer;

/// A visitor learns nothing about the inside of the site.
fn is_opaque(answer: &Answer) {
    let mut all = answer.text().to_owned();
    for (name, value) in &answer.headers {
        all.push_str(&format!(
            "\n{name}: {}",
            String::from_utf8_lossy(value.as_bytes())
        ));
    }
    for word in ["onsent", "iddleware", "wrap", "ession", "actix", "visits"] {
        assert!(!all.contains(word), "{word}: {all}");
    }
}

/// Asserts that a test runs the Rust code that a section of `docs/hosting.md` shows.
fn runs_what_is_shown(section: &str, test: &str) {
    let document = include_str!("../../../docs/hosting.md");
    let (_, section) = document.split_once(section).expect("the section");
    let (_, block) = section.split_once("```rust\n").expect("a block");
    let block = block.split("```").next().unwrap_or_default();
    let shown = block.lines().filter(|line| !line.starts_with("# "));
    let without_spaces = |text: &str| text.split_whitespace().collect::<String>();
    let shown: String = shown.map(without_spaces).collect();
    assert!(shown.len() > 100, "{shown}");
    assert!(without_spaces(test).contains(&shown), "{shown}");
}
