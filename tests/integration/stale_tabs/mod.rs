//! Forms and choices from before the policy changed: DESIGN, rules 2 and 7.

mod edits;
mod news;
mod old_tabs;
mod signal;
mod units;
mod unreadable;

use actix_consent::{ConsentMiddleware, Policy, policy::PolicyFile};

use crate::{
    helpers::{Visitor, keys, policy},
    site::{hidden, site},
};

/// The tests' policy after an edit.
fn edited(edit: impl Fn(&mut PolicyFile)) -> Policy {
    let mut file = policy().file().clone();
    edit(&mut file);
    Policy::try_from(file).unwrap_or_else(|error| panic!("{error}"))
}

fn with(policy: Policy) -> ConsentMiddleware {
    ConsentMiddleware::new(policy, keys()).expect("valid")
}

/// The tests' policy without a category, its services and its cookies: as it was before.
fn without(category: &str) -> Policy {
    edited(|file| {
        let services: Vec<_> = file
            .service
            .iter()
            .filter(|s| s.category == category)
            .map(|s| s.id.clone())
            .collect();
        file.category.retain(|other| other.id != category);
        file.service.retain(|other| other.category != category);
        file.cookie.retain(|cookie| {
            cookie.category.as_deref() != Some(category)
                && !cookie
                    .service
                    .as_ref()
                    .is_some_and(|service| services.contains(service))
        });
    })
}

/// A policy with one category more.
fn with_social() -> Policy {
    let text = format!(
        "{}\n[[category]]\nid = \"social\"\ntitle = \"Social networks\"\nsummary = \"show what \
         others say\"\npurposes = [\"social-media-marketing\"]\n[[cookie]]\nname = \"social\"\n\
         category = \"social\"\npurpose = \"P.\"\nduration = \"1 day\"\n",
        include_str!("../consent.toml")
    );
    Policy::parse(&text).expect("valid")
}

fn category<'f>(file: &'f mut PolicyFile, id: &str) -> &'f mut actix_consent::policy::Category {
    file.category
        .iter_mut()
        .find(|category| category.id == id)
        .expect("it is there")
}

/// Form tokens of this policy, on the banner and on the settings page.
async fn asked(policy: Policy) -> [String; 2] {
    let app = site(with(policy)).await;
    let banner = Visitor::new().get(&app, "/").await;
    let settings = Visitor::new().get(&app, "/privacy/choices").await;
    [
        hidden(banner.text(), "asked"),
        hidden(settings.text(), "asked"),
    ]
}

/// `given` etc. of `state.json`.
async fn basis(visitor: &Visitor, policy: Policy, unit: &str) -> String {
    let state = visitor.state(&site(with(policy)).await).await;
    let found = match &state["categories"][unit] {
        serde_json::Value::Null => &state["services"][unit],
        found => found,
    };
    found["basis"].as_str().unwrap_or("nothing").to_owned()
}
