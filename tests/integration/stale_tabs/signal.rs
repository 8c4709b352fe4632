//! A form that stated the signal stands for what it asked alone.

use actix_consent::Policy;

use super::{asked, basis, edited, with, without};
use crate::{
    helpers::{Visitor, policy},
    site::{hidden, site},
};

fn under_the_signal() -> Visitor {
    Visitor {
        gpc: true,
        ..Visitor::new()
    }
}

/// Form token of the settings page for a visitor with the signal.
async fn asked_under_the_signal(policy: Policy) -> String {
    let app = site(with(policy)).await;
    let page = under_the_signal().get(&app, "/privacy/choices").await;
    hidden(page.text(), "asked")
}

/// A policy with a second category that is sold.
fn with_partners() -> Policy {
    edited(|file| {
        let marketing = file.category.iter().find(|other| other.id == "marketing");
        let mut partners = marketing.expect("it is there").clone();
        partners.id = "partners".to_owned();
        partners.sale_or_share = Some(true);
        partners.title = "Partners".into();
        file.category.push(partners);
    })
}

fn with_partners_and_without_marketing() -> Policy {
    let mut file = with_partners().file().clone();
    let old = without("marketing").file().clone();
    file.category.retain(|category| category.id != "marketing");
    file.service = old.service;
    file.cookie = old.cookie;
    Policy::try_from(file).unwrap_or_else(|error| panic!("{error}"))
}

#[actix_web::test]
async fn a_later_form_without_the_signal_acknowledges_nothing() {
    let app = site(with(policy())).await;
    let stated = asked_under_the_signal(policy()).await;
    // A tab from before the signal was on, and before there was a category that it leaves alone.
    let [_, narrower] = asked(without("analytics")).await;
    let mut visitor = under_the_signal();
    let form = [
        ("action", "save"),
        ("cat.analytics", "1"),
        ("asked", &*stated),
    ];
    visitor.choose(&app, &form).await;
    assert_eq!(basis(&visitor, policy(), "analytics").await, "given");
    let posted = serde_json::json!({ "action": "accept", "asked": narrower }).to_string();
    let mut by_json = visitor.clone();
    assert_eq!(by_json.post_json(&app, &posted).await.status, 200);
    let mut by_form = visitor.clone();
    by_form
        .choose(&app, &[("action", "accept"), ("asked", &narrower)])
        .await;
    for visitor in [by_json, by_form] {
        assert_eq!(basis(&visitor, policy(), "preferences").await, "given");
        assert_eq!(basis(&visitor, policy(), "analytics").await, "given");
        assert_eq!(basis(&visitor, policy(), "marketing").await, "signal");
        assert_eq!(basis(&visitor, policy(), "example-video").await, "signal");
        let unsignalled = Visitor {
            gpc: false,
            ..visitor
        };
        assert_eq!(
            basis(&unsignalled, policy(), "marketing").await,
            "given",
            "it was accepted, without the signal being stated"
        );
    }
    // The control: a form that did state it.
    let form = [("action", "accept"), ("asked", &*stated)];
    visitor.choose(&app, &form).await;
    assert_eq!(basis(&visitor, policy(), "marketing").await, "given");
}

#[actix_web::test]
async fn a_form_acknowledges_the_signal_only_for_its_categories() {
    let app = site(with(with_partners())).await;
    let partners_alone = asked_under_the_signal(with_partners_and_without_marketing()).await;
    let everything = asked_under_the_signal(with_partners()).await;
    for (asked, marketing) in [(partners_alone, "signal"), (everything, "given")] {
        // Everything was accepted while the signal was off.
        let mut visitor = Visitor::new();
        visitor.press(&app, "accept").await;
        visitor.gpc = true;
        assert_eq!(
            basis(&visitor, with_partners(), "marketing").await,
            "signal"
        );
        visitor
            .choose(&app, &[("action", "accept"), ("asked", &asked)])
            .await;
        assert_eq!(
            basis(&visitor, with_partners(), "marketing").await,
            marketing
        );
        assert_eq!(
            basis(&visitor, with_partners(), "example-video").await,
            marketing
        );
    }
    // Asked by itself, with nothing older beside it, that form does acknowledge it.
    let asked = asked_under_the_signal(with_partners_and_without_marketing()).await;
    let mut visitor = under_the_signal();
    visitor
        .choose(&app, &[("action", "accept"), ("asked", &asked)])
        .await;
    assert_eq!(basis(&visitor, with_partners(), "partners").await, "given");
}
