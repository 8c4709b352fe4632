//! The library's own audit of the site, under both models.

use actix_consent::{
    ConsentModel, SigningKeys,
    audit::{Audit, Report, Rule, Step},
};
use actix_web::{App, cookie::Key, test};
use newsroom::{partner::Partner, site::Site};

/// Every page, and every address that sets a cookie.
async fn audited(host: &str) -> Report {
    let site =
        Site::new(ConsentModel::OptIn, None, Key::generate()).with_partner(Partner::at(8090));
    let consent = site
        .consent(SigningKeys::generate())
        .expect("the site's policy is valid");
    let app = App::new()
        .configure(|cfg| site.routes(cfg))
        .wrap(consent.clone());
    let app = test::init_service(app).await;
    Audit::new(&consent)
        .host(host)
        .get("/")
        .get("/?ref=newsletter")
        .get("/?text=large&theme=dark")
        .get("/reports/peacekeeping-asian-partners")
        .get("/events/wps-national-focal-points-network")
        .get("/about")
        .get("/feed.xml")
        .get("/nowhere")
        .allow(Rule::UnexpectedStatus, "GET /nowhere")
        .step(Step::post("/reading-list").form(&[("add", "peacekeeping-asian-partners")]))
        .get("/reading-list")
        .run(&app)
        .await
}

#[actix_web::test]
async fn the_site_keeps_its_policy() {
    audited("127.0.0.1:8080").await.assert_clean();
}

#[actix_web::test]
async fn under_the_implied_model_only_the_model_is_wrong() {
    let report = audited("implied.localhost:8080").await;
    insta::assert_snapshot!(report);
}
