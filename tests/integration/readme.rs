//! What the README shows is true and as short as it claims. Its Rust is compiled as a doc test.

use actix_consent::Policy;

const README: &str = include_str!("../../README.md");

/// The code blocks of a language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README
        .split(&fence)
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect()
}

#[test]
fn the_policy_of_the_readme_is_whole_and_valid() {
    let policy = blocks("toml")
        .into_iter()
        .find(|block| block.starts_with("version = 1"))
        .expect("the README shows a policy");
    assert!(policy.lines().count() <= 30);
    let policy = Policy::parse(policy).expect("the policy is valid");
    assert_eq!(policy.cookies().len(), 1);
    assert_eq!(policy.gated_categories().count(), 1);
}

#[test]
fn the_readme_and_what_it_shows_are_short() {
    assert!(README.lines().count() <= 150);
    let lines = |block: &str| {
        let shown = |line: &&str| !line.is_empty() && !line.starts_with("# ");
        block.lines().filter(shown).count()
    };
    let rust = blocks("rust,no_run");
    let [mount, test] = rust[..] else {
        panic!("two blocks of Rust, not {}", rust.len());
    };
    assert!(lines(mount) <= 15, "{} lines to mount it", lines(mount));
    assert!(lines(test) <= 6, "{} lines to test it", lines(test));
}
