//! Policies that differ from the one that was answered.

use actix_consent::{Consent, ConsentMiddleware, Policy, choice::Day};
use actix_web::{App, test, web};

use super::{ALL, NONE, on, site, state};
use crate::helpers::{Visitor, consent, keys, policy_with, visitors};

const EXTRA: &str = r#"
[[category]]
id = "extra"
title = "Extra"
summary = "do more"
purposes = ["service-personalisation"]

[[cookie]]
name = "extra_cookie"
category = "extra"
purpose = "More."
duration = "1 day"
"#;

#[actix_web::test]
async fn answers_for_units_of_another_policy_are_kept_until_a_no() {
    let wide = || ConsentMiddleware::new(policy_with(EXTRA), keys()).unwrap();
    let handler = async |consent: Consent| {
        format!("{} {:?}", consent.allows("extra"), consent.basis("extra"))
    };
    let other =
        test::init_service(App::new().route("/", web::get().to(handler)).wrap(wide())).await;
    let app = site!(consent());
    // Accepted there and here: accepted there.
    let mut yes = Visitor::new();
    yes.press(&other, "accept").await;
    assert_eq!(yes.get(&app, "/").await.text(), ALL);
    yes.press(&app, "accept").await;
    assert_eq!(yes.get(&other, "/").await.text(), "true Some(Given)");
    // A no may be meant for what only the other policy knows, so there it is asked again.
    yes.choose(&app, &[("action", "save"), ("cat.preferences", "1")])
        .await;
    assert_eq!(yes.get(&app, "/").await.text(), "Decided +---");
    assert_eq!(yes.get(&other, "/").await.text(), "false Some(Unanswered)");
    // Rejected there, accepted here, still rejected there.
    let mut no = Visitor::new();
    no.press(&other, "reject").await;
    no.press(&app, "accept").await;
    assert_eq!(no.get(&app, "/").await.text(), ALL);
    assert_eq!(no.get(&other, "/").await.text(), "false Some(Rejected)");
}

#[actix_web::test]
async fn a_rejected_category_covers_services_of_another_policy() {
    const SERVICE: &str =
        "[[service]]\nid = \"clips\"\ncategory = \"marketing\"\nprovider = \"Clips\"\n";
    let basis = async |consent: Consent| format!("{:?}", consent.basis("clips"));
    let wide = ConsentMiddleware::new(policy_with(SERVICE), keys()).unwrap();
    let there = test::init_service(App::new().route("/", web::get().to(basis)).wrap(wide)).await;
    let here = site!(consent());
    let mut visitor = Visitor::new();
    visitor.press(&there, "accept").await;
    assert_eq!(visitor.get(&there, "/").await.text(), "Some(Given)");
    visitor
        .choose(&here, &[("action", "save"), ("cat.analytics", "1")])
        .await;
    assert_eq!(visitor.get(&there, "/").await.text(), "Some(Rejected)");
}

#[actix_web::test]
async fn a_rejection_for_another_policy_is_kept_on_later_days() {
    let wide = |day: u32| {
        let day: Day = day.to_string().parse().unwrap();
        ConsentMiddleware::builder(policy_with(EXTRA), keys())
            .clock(move || day)
            .build()
            .unwrap()
    };
    let basis = async |consent: Consent| format!("{:?}", consent.basis("extra"));
    let there = test::init_service(
        App::new()
            .route("/", web::get().to(basis))
            .wrap(wide(20_000)),
    )
    .await;
    let here = site!(on(20_050).build().unwrap());
    let mut no = Visitor::new();
    no.press(&there, "reject").await;
    no.press(&here, "accept").await;
    let later = test::init_service(
        App::new()
            .route("/", web::get().to(basis))
            .wrap(wide(20_060)),
    )
    .await;
    assert_eq!(no.get(&later, "/").await.text(), "Some(Rejected)");
}

#[actix_web::test]
async fn a_category_declared_after_the_choice_is_not_covered_by_it() {
    let app = site!(consent());
    let handler = async |consent: Consent| {
        format!(
            "{} {:?} {}",
            state(consent.clone()).await,
            consent.basis("extra"),
            consent.banner()
        )
    };
    let wide = ConsentMiddleware::new(policy_with(EXTRA), keys()).unwrap();
    let later = test::init_service(App::new().route("/", web::get().to(handler)).wrap(wide)).await;
    let [_, no, yes] = visitors(&app).await;
    for (mut visitor, expected) in [
        (yes, "Undecided ++++ Some(Unanswered)"),
        (no, "Undecided ---- Some(Unanswered)"),
    ] {
        visitor.cookies.remove("__Host-consent-note");
        let answer = visitor.get(&later, "/").await;
        assert!(answer.text().starts_with(expected), "{}", answer.text());
        assert!(answer.text().contains("data-consent-banner"));
        let new = answer
            .text()
            .split("New or changed since you last chose")
            .nth(1)
            .expect("it names what is new");
        let new = new.split(". ").next().unwrap().to_lowercase();
        assert!(new.contains("extra") && !new.contains("analytics"), "{new}");
    }
}

#[actix_web::test]
async fn asks_again_only_for_grants_with_another_meaning() {
    let app = site!(consent());
    let [_, no, yes] = visitors(&app).await;
    let base = include_str!("../consent.toml");
    // Each of these changes what a unit means.
    for (from, to, left) in [
        (
            "purposes = [\"usage-analytics\"]",
            "purposes = [\"usage-analytics\", \"service-personalisation\"]",
            "+-++",
        ),
        (
            "purposes = [\"usage-analytics\"]",
            "purposes = [\"usage-analytics\"]\nsale_or_share = true",
            "+-++",
        ),
        (
            "purposes = [\"usage-analytics\"]",
            "purposes = [\"usage-analytics\"]\nrenew = 1",
            "+-++",
        ),
        (
            "provider = \"Example Video\"",
            "provider = \"Other Video\"",
            "+++-",
        ),
        (
            "access = [\"Example Ads\"]",
            "access = [\"Example Ads\", \"More Ads\"]",
            "+++-",
        ),
    ] {
        assert!(base.contains(from));
        let changed = || {
            ConsentMiddleware::new(Policy::parse(&base.replace(from, to)).unwrap(), keys()).unwrap()
        };
        let later = site!(changed());
        let answer = yes.clone().get(&later, "/").await;
        assert_eq!(answer.text(), format!("Undecided {left}"), "{to}");
        // A no stays a no, whatever the unit comes to mean.
        assert_eq!(no.clone().get(&later, "/").await.text(), NONE, "{to}");
        // Answered again, everything is decided.
        let mut yes = yes.clone();
        yes.press(&later, "accept").await;
        assert_eq!(yes.get(&later, "/").await.text(), ALL, "{to}");
    }
    // And these do not.
    for (from, to) in [
        ("title = \"Analytics\"", "title = \"Statistics\""),
        (
            "summary = \"count visits\"",
            "summary = \"count all visits\"",
        ),
        ("purpose = \"Counts your visits.\"", "purpose = \"Counts.\""),
        ("duration = \"30 days\"", "duration = \"20 days\""),
        ("name = \"visits\"", "name = \"visitors\""),
    ] {
        assert!(base.contains(from));
        let changed = Policy::parse(&base.replace(from, to)).unwrap();
        let later = site!(ConsentMiddleware::new(changed, keys()).unwrap());
        assert_eq!(yes.clone().get(&later, "/").await.text(), ALL, "{to}");
    }
}

#[actix_web::test]
async fn the_question_about_a_changed_meaning_names_what_changed() {
    let app = site!(consent());
    let [_, _, yes] = visitors(&app).await;
    let text = include_str!("../consent.toml").replace(
        "purposes = [\"usage-analytics\"]",
        "purposes = [\"usage-analytics\"]\nrenew = 1",
    );
    let changed = ConsentMiddleware::new(Policy::parse(&text).unwrap(), keys()).unwrap();
    let handler = async |consent: Consent| consent.banner().to_string();
    let later =
        test::init_service(App::new().route("/", web::get().to(handler)).wrap(changed)).await;
    let mut yes = yes;
    yes.cookies.remove("__Host-consent-note");
    let banner = yes.get(&later, "/").await;
    let new = banner
        .text()
        .split("New or changed since you last chose")
        .nth(1)
        .expect("it names what is new");
    let new = new.split(". ").next().unwrap().to_lowercase();
    assert!(new.contains("analytics"), "{new}");
    assert!(
        !new.contains("marketing") && !new.contains("preferences") && !new.contains("video"),
        "{new}"
    );
}
