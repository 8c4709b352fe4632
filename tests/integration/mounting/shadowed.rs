//! Routes of the application that the built-in pages answer in place of.

use actix_web::{App, test, web};

use crate::helpers::{Visitor, builder, consent, listen, logged};

async fn page() -> &'static str {
    "the application's"
}

#[actix_web::test]
async fn a_route_that_a_built_in_page_shadows_is_logged() {
    listen();
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(page))
            .route("/privacy", web::get().to(page))
            .route("/privacy/{section}.json", web::get().to(page))
            .service(web::scope("/privacy").route("/choices", web::get().to(page)))
            .route("/{other:.*}", web::get().to(page))
            .wrap(consent()),
    )
    .await;
    logged();
    let mut visitor = Visitor::new();
    for _ in 0..2 {
        assert_eq!(visitor.get(&app, "/").await.status, 200);
        let answer = visitor.get(&app, "/privacy").await;
        assert_ne!(answer.text(), "the application's");
    }
    let log = logged();
    for route in ["route /privacy:", "route /privacy/{section}.json:"] {
        let told = log.iter().filter(|line| line.contains(route));
        assert_eq!(told.count(), 1, "{route} {log:?}");
    }
    for line in &log {
        assert!(
            line.starts_with("WARN") && line.contains("base_path"),
            "{line}"
        );
    }
}

#[actix_web::test]
async fn routes_beside_the_built_in_pages_are_not_logged() {
    listen();
    let moved = builder().base_path("/legal").build().expect("a base path");
    let app = test::init_service(
        App::new()
            .route("/privacy", web::get().to(page))
            .route("/{other:.*}", web::get().to(page))
            .wrap(moved),
    )
    .await;
    logged();
    let answer = Visitor::new().get(&app, "/privacy").await;
    assert_eq!(answer.text(), "the application's");
    assert_ne!(
        Visitor::new().get(&app, "/legal").await.text(),
        "the application's"
    );
    assert_eq!(logged(), [""; 0]);
}
