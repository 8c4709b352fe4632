//! The quick start of the crate's documentation.

use actix_consent::{ConsentMiddleware, Policy, SigningKeys};
use actix_web::{App, HttpResponse, test::init_service, web};

use crate::helpers::Visitor;

/// The policy in the quick start of `lib.rs`.
fn policy() -> Policy {
    let source: String = include_str!("../../src/lib.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    let start = source.find("const POLICY: &str = r#\"").expect("a policy");
    let text = source[start..].split("\"#").next().expect("its end");
    let text = text.split_once("r#\"").expect("its start").1;
    Policy::parse(text).expect("the policy of the quick start is valid")
}

#[actix_web::test]
async fn the_policy_of_the_quick_start_gates_its_cookie() {
    let consent = ConsentMiddleware::builder(policy(), SigningKeys::generate())
        .plain_http()
        .build()
        .expect("the quick start can be built");
    let front = || async {
        HttpResponse::Ok()
            .insert_header(("Set-Cookie", "visits=1; Path=/"))
            .finish()
    };
    let routes = App::new().route("/", web::get().to(front));
    let app = init_service(routes.wrap(consent)).await;
    let mut visitor = Visitor::new();
    assert!(!visitor.get(&app, "/").await.sets("visits"));
    visitor.press(&app, "accept").await;
    assert!(visitor.get(&app, "/").await.sets("visits"));
}
