//! This model beside opt-in.

use actix_consent::{ConsentModel, Placement};
use actix_web::{http::header, test::TestRequest};

use super::{has_notice, implied, shown};
use crate::{
    helpers::{Visitor, builder, send},
    site::{ALL, sent, site},
};

#[actix_web::test]
async fn what_is_implied_here_never_counts_in_opt_in() {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    visitor.get(&app, "/page/2").await;
    assert_eq!(visitor.on(&app).await, ALL);
    let opt_in = site(builder().build().expect("valid")).await;
    assert_eq!(visitor.on(&opt_in).await, "");
    let state = visitor.state(&opt_in).await;
    assert_eq!(state["status"], "undecided");
    assert_eq!(state["categories"]["analytics"]["basis"], "unanswered");
    assert!(has_notice(&visitor.get(&opt_in, "/").await), "it is asked");
    // Neither does a closed notice keep the question away.
    visitor.press(&app, "dismiss").await;
    assert!(has_notice(&visitor.get(&opt_in, "/").await));
}

#[actix_web::test]
async fn a_visit_in_opt_in_is_no_first_page_here() {
    let opt_in = site(builder().build().expect("valid")).await;
    let app = site(implied()).await;
    let mut visitor = Visitor::new();
    visitor.get(&opt_in, "/").await;
    visitor.get(&opt_in, "/page/1").await;
    assert_eq!(
        sent(&visitor.get(&app, "/page/2").await),
        "",
        "another text was shown there"
    );
}

#[actix_web::test]
async fn an_answer_counts_in_both_models() {
    let app = site(implied()).await;
    let opt_in = site(builder().build().expect("valid")).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.on(&opt_in).await, ALL);
    visitor.press(&opt_in, "reject").await;
    assert_eq!(visitor.on(&app).await, "");
}

#[actix_web::test]
async fn the_model_may_vary_by_request_and_unknown_is_strictest() {
    let consent = builder()
        .placement(|head| match head.headers().get("host")?.to_str().ok()? {
            "implied.example" => Some(Placement::new(ConsentModel::Implied).in_jurisdiction("JP")),
            "eu.example" => Some(Placement::new(ConsentModel::OptIn).in_jurisdiction("EU")),
            _ => None,
        })
        .build()
        .expect("valid");
    let app = site(consent).await;
    for (host, model, jurisdiction) in [
        ("implied.example", "implied", Some("JP")),
        ("eu.example", "opt-in", Some("EU")),
        ("elsewhere.example", "opt-in", None),
    ] {
        let request =
            TestRequest::with_uri("/privacy/state.json").insert_header((header::HOST, host));
        let state = send(&app, request).await.json();
        assert_eq!(state["model"], model, "{host}");
        assert_eq!(state["jurisdiction"].as_str(), jurisdiction, "{host}");
        let request = TestRequest::with_uri("/").insert_header((header::HOST, host));
        let page = send(&app, request).await;
        assert_eq!(
            page.text().contains("value=\"dismiss\""),
            model == "implied",
            "{host}"
        );
        assert_eq!(
            page.text().contains("value=\"accept\""),
            model == "opt-in",
            "{host}"
        );
    }
}
