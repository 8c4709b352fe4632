//! Checks the claims of the README. Its Rust is compiled as a doc test.

use actix_consent::{Consent, ConsentMiddleware, Policy, SigningKeys, audit::Audit};
use actix_web::{App, HttpResponse, test::init_service, web};

const README: &str = include_str!("../../README.md");

// The handler that the README shows, word for word.
include!("readme_front.rs");

/// The code blocks of a language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README
        .split(&fence)
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect()
}

fn policy() -> &'static str {
    let policies = blocks("toml").into_iter();
    let mut policies = policies.filter(|block| block.starts_with("version = 1"));
    policies.next().expect("the README shows a policy")
}

#[test]
fn the_policy_of_the_readme_is_whole_and_valid() {
    let policy = policy();
    assert!(policy.lines().count() <= 30);
    let policy = Policy::parse(policy).expect("the policy is valid");
    assert_eq!(policy.cookies().len(), 1);
    assert_eq!(policy.gated_categories().count(), 1);
}

/// The test that the README shows, word for word, on the policy that it shows.
mod shown {
    use actix_consent::policy::PolicyError;
    use actix_web::test::init_service;

    use super::*;

    struct Policy;

    impl Policy {
        fn load(path: &str) -> Result<actix_consent::Policy, PolicyError> {
            assert_eq!(path, "consent.toml");
            actix_consent::Policy::parse(policy())
        }
    }

    include!("readme_test.rs");
}

#[actix_web::test]
async fn the_readme_shows_the_tested_application() {
    assert!(README.contains(include_str!("readme_front.rs")));
    assert!(README.contains(include_str!("readme_test.rs")));
    let consent = ConsentMiddleware::new(Policy::parse(policy()).unwrap(), SigningKeys::generate());
    let consent = consent.unwrap();
    let app = App::new()
        .route("/", web::get().to(front))
        .wrap(consent.clone());
    let report = Audit::new(&consent)
        .get("/")
        .run(&init_service(app).await)
        .await;
    assert!(report.seen().contains(&"visits".to_owned()));
}

#[test]
fn the_readme_and_what_it_shows_are_short() {
    assert!(README.lines().count() <= 150);
    let lines = |block: &str| block.lines().filter(|line| !line.is_empty()).count();
    let ([mount], [test]) = (&blocks("rust,no_run")[..], &blocks("rust,ignore")[..]) else {
        panic!("one block of Rust to mount it, and one to test it");
    };
    assert!(lines(mount) <= 15, "{} lines to mount it", lines(mount));
    assert!(lines(test) <= 6, "{} lines to test it", lines(test));
}
