//! Purposes, where consent is given.

use actix_consent::{ConsentMiddleware, Policy, policy::PolicyFile};

use super::{banner, words};
use crate::{
    helpers::{Visitor, keys, policy},
    site::site,
};

/// The first layer and the settings page of the tests' policy after an edit.
async fn layers(edit: impl Fn(&mut PolicyFile)) -> [String; 2] {
    let mut file = policy().file().clone();
    edit(&mut file);
    let policy = Policy::try_from(file).unwrap_or_else(|error| panic!("{error}"));
    let consent = ConsentMiddleware::new(policy, keys()).expect("valid");
    let app = site(consent).await;
    let first = Visitor::new().get(&app, "/").await;
    let settings = Visitor::new().get(&app, "/privacy/choices").await;
    [words(banner(&first)), words(settings.text())]
}

#[actix_web::test]
async fn the_first_layer_names_the_purposes_of_services() {
    let [first, settings] = layers(|_| {}).await;
    let third = "Example Video may then set cookies to play videos.";
    assert!(first.contains(third), "{first}");
    assert!(
        settings
            .contains("To play videos: one cookie, kept for 1 year, read by this site, Example"),
        "{settings}"
    );
}

#[actix_web::test]
async fn a_service_without_purposes_has_those_of_its_category() {
    let [first, settings] = layers(|file| file.service[0].purposes.clear()).await;
    let purpose = "to measure and show advertising";
    assert!(first.contains(purpose), "{first}");
    assert!(
        settings.contains("To measure and show advertising: one cookie"),
        "{settings}"
    );
}

#[actix_web::test]
async fn every_purpose_that_accept_all_turns_on_is_named() {
    let [before, _] = layers(|_| {}).await;
    for (name, words, edit) in [
        (
            "of a cookie",
            "to reach you on social networks",
            (|file| {
                let cookie = file
                    .cookie
                    .iter_mut()
                    .find(|cookie| cookie.name == "visits");
                let cookie = cookie.expect("it is declared");
                cookie.purposes = vec!["social-media-marketing".parse().expect("a purpose")];
            }) as fn(&mut PolicyFile),
        ),
        (
            "of a service's cookie",
            "to adapt the site to you",
            |file| {
                let cookies = file.cookie.iter_mut();
                for cookie in cookies.filter(|cookie| cookie.service.is_some()) {
                    cookie.purposes = vec!["service-personalisation".parse().expect("a purpose")];
                }
            },
        ),
        (
            "of a category with two",
            "to show advertising chosen for you",
            |file| {
                for category in file.category.iter_mut().filter(|one| one.id == "analytics") {
                    category.purposes = ["usage-analytics", "personalised-advertising"]
                        .map(|id| id.parse().expect("a purpose"))
                        .to_vec();
                }
            },
        ),
        (
            "of a service of the site itself",
            "to show advertising aimed at a group",
            |file| {
                file.service[0].provider = file.controller.name.clone();
                file.service[0].purposes = vec!["targeted-advertising".parse().expect("a purpose")];
            },
        ),
    ] {
        assert!(!before.contains(words), "{name}: the control names it");
        let [first, settings] = layers(edit).await;
        assert!(first.contains(words), "{name}: {first}");
        assert!(
            settings.to_lowercase().contains(words),
            "{name}: {settings}"
        );
    }
}
