//! What the settings page tells visitors of their own record.

use actix_consent::{ConsentMiddleware, Policy};

use super::{id, recorded_site_of};
use crate::{
    helpers::{Visitor, builder, keys, policy, policy_with},
    site::site,
};

#[actix_web::test]
async fn the_settings_page_tells_the_id_and_what_was_said_when() {
    known!(notebook, app, visitor, _outbox);
    let page = visitor.get(&app, "/privacy/choices").await;
    let text = page.text();
    assert!(
        text.contains("Your record") && text.contains(&id(&visitor)),
        "{text}"
    );
    for words in [
        "a random identifier that does not by itself name you",
        "A choice holds for 180 days from the day you made it.",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(
        text.contains(r#"href="/privacy/receipt.json" download"#),
        "{text}"
    );
    let latest = text
        .find("On after this choice: preferences and analytics")
        .expect("the latest");
    let first = text
        .find("On after this choice: preferences, analytics")
        .expect("the first");
    assert!(latest < first);
    let mut rejecting = Visitor::new();
    rejecting.press(&app, "reject").await;
    let page = rejecting.get(&app, "/privacy/choices").await;
    assert!(
        !page.text().contains("Your record"),
        "a rejection is nobody's"
    );
    drop(notebook);
}

#[actix_web::test]
async fn after_everything_was_taken_back_the_id_is_shown_once() {
    known!(notebook, app, visitor, _outbox);
    let held = id(&visitor);
    visitor.press(&app, "reject").await;
    let page = visitor.get(&app, "/privacy/choices").await;
    let text = page.text();
    assert!(
        text.contains(&held) && text.contains("You withdrew your consent."),
        "{text}"
    );
    assert!(
        !text.contains("receipt.json"),
        "the browser holds no id to ask for it with"
    );
    let page = visitor.get(&app, "/privacy/choices").await;
    assert!(!page.text().contains(&held));
    for value in visitor.cookies.values() {
        assert!(!value.contains(&held), "{value}");
    }
    drop(notebook);
}

#[actix_web::test]
async fn every_confirmation_shows_the_former_consent_id() {
    known!(notebook, app, visitor, _outbox);
    let (mut scripted, mut reading) = (visitor.clone(), visitor.clone());
    let held = id(&visitor);
    reading.press(&app, "reject").await;
    for there in [true, false] {
        let policy = reading.get(&app, "/privacy").await;
        assert_eq!(policy.text().contains(&held), there, "{}", policy.text());
    }
    visitor.press(&app, "reject").await;
    let page = visitor.get(&app, "/").await;
    assert!(page.text().contains(&held), "{}", page.text());
    assert!(!visitor.get(&app, "/").await.text().contains(&held), "once");
    let body = r#"{"action":"reject","page":true,"return_to":"/"}"#;
    let answer = scripted.post_json(&app, body).await.json();
    let html = answer["html"].as_str().expect("a confirmation");
    assert!(html.contains(&held), "{html}");
    let mut program = visitor.clone();
    program.press(&app, "accept").await;
    program.get(&app, "/").await;
    let held = id(&program);
    program.post_json(&app, r#"{"action":"reject"}"#).await;
    let page = program.get(&app, "/").await;
    assert!(page.text().contains(&held), "{}", page.text());
    // The control: who still holds it is not told.
    let mut keeps = Visitor::new();
    keeps.press(&app, "accept").await;
    let held = id(&keeps);
    keeps.post(&app, "/withdraw/analytics").await;
    keeps.press(&app, "accept").await;
    assert!(!keeps.get(&app, "/").await.text().contains(&held));
    drop(notebook);
}

#[actix_web::test]
async fn the_policy_names_the_identifier_only_if_choices_are_recorded() {
    known!(notebook, app, visitor, _outbox);
    let silent = site(builder().build().expect("it can be used")).await;
    let said = visitor.get(&app, "/privacy").await.text().to_owned();
    let control = visitor.get(&silent, "/privacy").await.text().to_owned();
    for words in [
        "the random identifier under which your choice is on record",
        "does not by itself name you",
        "the identifier of your record",
    ] {
        assert!(said.contains(words), "{said}");
        assert!(!control.contains(words), "{control}");
    }
    drop(notebook);
}

/// A category that only the first edition has.
const HEAT_MAPS: &str = r#"
[[category]]
id = "heat-maps"
title = "Heat maps"
summary = "see where you click"
purposes = ["usage-analytics"]
[[cookie]]
name = "clicks"
category = "heat-maps"
purpose = "Counts where you click."
duration = "1 day"
"#;

#[actix_web::test]
async fn what_the_policy_no_longer_has_was_on_all_the_same() {
    let mut first = policy_with(HEAT_MAPS).file().clone();
    first.policy.version = 1;
    let first = Policy::try_from(first).expect("it is valid");
    let (notebook, app, _outbox) = recorded_site_of(first.clone()).await;
    let mut visitor = Visitor::new();
    visitor.post(&app, "/accept/heat-maps").await;
    let off = "Nothing optional was on after this choice";
    for (keeps_first, called) in [(true, "Heat maps"), (false, "heat-maps")] {
        let (recording, _outbox) = notebook.recording();
        let mut consent = ConsentMiddleware::builder(policy(), keys()).ledger(recording);
        if keeps_first {
            consent = consent.previous_edition(first.clone());
        }
        let app = site(consent.build().expect("it can be used")).await;
        let page = visitor.clone().get(&app, "/privacy/choices").await;
        let text = page.text();
        assert!(
            text.contains(&format!("On after this choice: {called}<")),
            "{text}"
        );
        assert!(!text.contains(off), "{text}");
    }
    // The control: where nothing was on, it says so.
    notebook.edit(|records| {
        for answer in &mut records[0].answers {
            answer.granted = false;
        }
    });
    let page = visitor.get(&app, "/privacy/choices").await;
    assert!(page.text().contains(off), "{}", page.text());
}

#[actix_web::test]
async fn lists_the_latest_choice_first_in_any_order_of_arrival() {
    known!(notebook, app, visitor, _outbox);
    notebook.edit(|records| {
        records[1].time = records[0].time + std::time::Duration::from_secs(60);
    });
    for _order in 0..2 {
        let page = visitor.get(&app, "/privacy/choices").await;
        let at = |text: &str| page.text().find(text).expect("it is there");
        let later = at("On after this choice: preferences and analytics");
        assert!(later < at("On after this choice: preferences, analytics"));
        notebook.edit(|records| records.reverse());
    }
}
