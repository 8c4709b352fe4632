//! Each page whole, in each of its states.

use actix_consent::{ConsentMiddleware, ConsentModel, Policy};

use super::{frozen, own_pages, readable};
use crate::{
    helpers::{Visitor, builder, keys},
    site::{site, today},
};

#[actix_web::test]
async fn the_settings_page_in_each_state() {
    let app = site(frozen()).await;
    let mut visitor = Visitor::new();
    insta::assert_snapshot!(
        "settings_first_visit",
        readable(&visitor.get(&app, "/privacy/choices").await)
    );
    visitor
        .choose(&app, &[("action", "save"), ("cat.analytics", "1")])
        .await;
    insta::assert_snapshot!(
        "settings_just_saved",
        readable(&visitor.get(&app, "/privacy/choices").await)
    );
    visitor.press(&app, "accept").await;
    visitor.get(&app, "/").await;
    visitor.gpc = true;
    insta::assert_snapshot!(
        "settings_under_the_signal",
        readable(&visitor.get(&app, "/privacy/choices").await)
    );
}

#[actix_web::test]
async fn the_banner_in_each_state() {
    let app = site(frozen()).await;
    let mut visitor = Visitor::new();
    insta::assert_snapshot!(
        "banner_first_visit",
        readable(&visitor.get(&app, "/page?a=b").await)
    );
    visitor.gpc = true;
    insta::assert_snapshot!(
        "banner_under_the_signal",
        readable(&visitor.get(&app, "/").await)
    );
    visitor.gpc = false;
    visitor.press(&app, "reject").await;
    insta::assert_snapshot!(
        "banner_just_rejected",
        readable(&visitor.get(&app, "/").await)
    );
    insta::assert_snapshot!("banner_decided", readable(&visitor.get(&app, "/").await));
    let implied = builder()
        .model(ConsentModel::Implied)
        .clock(today)
        .build()
        .expect("valid");
    let app = site(implied).await;
    insta::assert_snapshot!(
        "banner_implied",
        readable(&Visitor::new().get(&app, "/").await)
    );
}

#[actix_web::test]
async fn the_page_of_a_refusal() {
    for (name, page) in own_pages(frozen()).await {
        if name == "refusal" {
            insta::assert_snapshot!("refusal", readable(&page));
        }
    }
}

#[actix_web::test]
async fn the_policy_of_a_site_that_keeps_nothing() {
    let text =
        "version = 1\n[site]\nname = \"N\"\n[controller]\nname = \"N\"\nemail = \"n@n.example\"\n";
    let policy = Policy::parse(text).expect("valid");
    let app = site(
        ConsentMiddleware::builder(policy, keys())
            .clock(today)
            .build()
            .expect("valid"),
    )
    .await;
    let mut visitor = Visitor::new();
    insta::assert_snapshot!(
        "policy_of_nothing",
        readable(&visitor.get(&app, "/privacy").await)
    );
    insta::assert_snapshot!(
        "settings_of_nothing",
        readable(&visitor.get(&app, "/privacy/choices").await)
    );
}
