//! What the README shows is true and as short as it claims. Its Rust is compiled as a doc test.

use actix_consent::{Consent, ConsentMiddleware, Policy, SigningKeys, audit::Audit};
use actix_web::{
    App, HttpResponse,
    cookie::{Cookie, SameSite},
    test::init_service,
    web,
};

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

#[actix_web::test]
async fn the_application_of_the_readme_passes_the_test_of_the_readme() {
    assert!(README.contains(include_str!("readme_front.rs")));
    let policy = blocks("toml")[1];
    let consent = ConsentMiddleware::new(Policy::parse(policy).unwrap(), SigningKeys::generate());
    let consent = consent.unwrap();
    let app = App::new()
        .route("/", web::get().to(front))
        .wrap(consent.clone());
    let app = init_service(app).await;
    let report = Audit::new(&consent).get("/").run(&app).await;
    report.assert_clean();
    assert!(report.seen().contains(&"visits".to_owned()));
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
