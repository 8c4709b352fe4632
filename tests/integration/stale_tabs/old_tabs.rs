//! A form answers for what it showed, and for nothing else.

use actix_web::http::Method;

use super::{asked, basis, category, edited, with, with_social, without};
use crate::{
    helpers::{Visitor, policy, send},
    site::{ALL, hidden, sent, site},
};

#[actix_web::test]
async fn what_a_form_asked_is_the_same_for_every_visitor_and_path() {
    let app = site(with(policy())).await;
    let mut seen = Vec::new();
    for path in ["/", "/page/2?x=y"] {
        let page = Visitor::new().with("id", path).get(&app, path).await;
        seen.push(hidden(page.text(), "asked"));
    }
    assert_eq!(seen[0], seen[1]);
    // The control: another policy asks something else.
    assert_ne!(asked(with_social()).await[0], seen[0]);
}

#[actix_web::test]
async fn an_old_tab_grants_nothing_that_it_did_not_show() {
    for asked in asked(without("marketing")).await {
        let app = site(with(policy())).await;
        let mut visitor = Visitor::new();
        visitor
            .choose(&app, &[("action", "accept"), ("asked", &asked)])
            .await;
        assert_eq!(visitor.on(&app).await, "display visits");
        assert_eq!(basis(&visitor, policy(), "marketing").await, "unanswered");
        assert_eq!(
            basis(&visitor, policy(), "example-video").await,
            "unanswered"
        );
        let form = [
            ("action", "save"),
            ("cat.marketing", "1"),
            ("cat.analytics", "1"),
            ("asked", &asked),
        ];
        visitor.choose(&app, &form).await;
        assert_eq!(visitor.on(&app).await, "visits");
        assert_eq!(basis(&visitor, policy(), "marketing").await, "unanswered");
    }
    for asked in asked(policy()).await {
        let app = site(with(policy())).await;
        let mut visitor = Visitor::new();
        visitor
            .choose(&app, &[("action", "accept"), ("asked", &asked)])
            .await;
        assert_eq!(visitor.on(&app).await, ALL, "the control: today's tab");
    }
}

#[actix_web::test]
async fn an_old_tab_rejects_only_the_units_that_it_showed() {
    for asked in asked(without("marketing")).await {
        let app = site(with(policy())).await;
        let mut visitor = Visitor::new();
        let answer = visitor
            .choose(&app, &[("action", "reject"), ("asked", &asked)])
            .await;
        assert_eq!(answer.status, 303);
        assert_eq!(basis(&visitor, policy(), "analytics").await, "rejected");
        assert_eq!(basis(&visitor, policy(), "preferences").await, "rejected");
        assert_eq!(basis(&visitor, policy(), "marketing").await, "unanswered");
        assert!(
            visitor
                .get(&app, "/")
                .await
                .text()
                .contains("role=\"status\"")
        );
        assert!(
            visitor
                .get(&app, "/")
                .await
                .text()
                .contains("data-consent-banner"),
            "it is asked"
        );
    }
}

#[actix_web::test]
async fn an_old_tab_leaves_what_it_did_not_show_as_it_was() {
    let app = site(with(policy())).await;
    for asked in asked(without("marketing")).await {
        let mut visitor = Visitor::new();
        visitor.press(&app, "accept").await;
        visitor
            .choose(&app, &[("action", "reject"), ("asked", &asked)])
            .await;
        assert_eq!(visitor.on(&app).await, "__Host-campaign video_pref");
    }
}

#[actix_web::test]
async fn what_was_shown_and_not_posted_as_1_is_rejected() {
    for asked in asked(policy()).await {
        let app = site(with(policy())).await;
        let mut visitor = Visitor::new();
        let form = [
            ("action", "save"),
            ("cat.analytics", "1"),
            ("cat.preferences", "yes"),
            ("asked", &asked),
        ];
        visitor.choose(&app, &form).await;
        for (unit, expected) in [
            ("analytics", "given"),
            ("preferences", "rejected"),
            ("marketing", "rejected"),
            ("example-video", "rejected"),
        ] {
            assert_eq!(basis(&visitor, policy(), unit).await, expected, "{unit}");
        }
    }
}

#[actix_web::test]
async fn a_category_does_not_answer_for_a_service_in_the_form() {
    let [_, asked] = asked(policy()).await;
    for (form, expected) in [
        (&[("cat.marketing", "1")][..], "__Host-campaign"),
        (
            &[("cat.marketing", "1"), ("svc.example-video", "1")],
            "__Host-campaign video_pref",
        ),
        (
            &[("cat.marketing", "1"), ("svc.example-video", "0")],
            "__Host-campaign",
        ),
        (&[("cat.marketing", "0")], ""),
    ] {
        let app = site(with(policy())).await;
        let mut visitor = Visitor::new();
        let mut whole = vec![("action", "save"), ("asked", &*asked)];
        whole.extend(form);
        visitor.choose(&app, &whole).await;
        assert_eq!(visitor.on(&app).await, expected, "{form:?}");
    }
}

#[actix_web::test]
async fn a_no_to_a_category_turns_its_services_off() {
    let app = site(with(policy())).await;
    for form in [
        &[("action", "reject")][..],
        &[("action", "save"), ("cat.marketing", "0")],
    ] {
        let mut visitor = Visitor::new();
        visitor.press(&app, "accept").await;
        assert!(visitor.on(&app).await.contains("video_pref"));
        visitor.choose(&app, form).await;
        assert!(!visitor.on(&app).await.contains("video_pref"), "{form:?}");
        assert_eq!(
            basis(&visitor, policy(), "example-video").await,
            "rejected",
            "{form:?}"
        );
    }
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let request = visitor.request(Method::GET, "/withdraw/marketing");
    let answer = send(&app, request).await;
    assert!(!sent(&answer).contains("video_pref"));
    visitor.keep(&answer);
    assert!(!visitor.on(&app).await.contains("video_pref"));
}

#[actix_web::test]
async fn a_post_without_asked_answers_categories_with_services() {
    let app = site(with(policy())).await;
    for (form, expected) in [
        (
            &[("action", "save"), ("cat.marketing", "1")][..],
            "__Host-campaign video_pref",
        ),
        (
            &[
                ("action", "save"),
                ("cat.marketing", "1"),
                ("svc.example-video", "0"),
            ],
            "__Host-campaign",
        ),
        (&[("action", "accept")], ALL),
    ] {
        let mut visitor = Visitor::new();
        visitor.choose(&app, form).await;
        assert_eq!(visitor.on(&app).await, expected, "{form:?}");
        assert_eq!(visitor.state(&app).await["status"], "decided", "{form:?}");
    }
}

#[actix_web::test]
async fn accepting_a_former_meaning_does_not_accept_todays() {
    let renewed = || edited(|file| category(file, "analytics").renew = 1);
    for old in asked(policy()).await {
        let app = site(with(renewed())).await;
        let mut visitor = Visitor::new();
        visitor
            .choose(&app, &[("action", "accept"), ("asked", &old)])
            .await;
        assert_eq!(visitor.on(&app).await, "display __Host-campaign video_pref");
        assert_eq!(basis(&visitor, renewed(), "analytics").await, "unanswered");
        let mut visitor = Visitor::new();
        let form = [("action", "save"), ("cat.analytics", "1"), ("asked", &old)];
        visitor.choose(&app, &form).await;
        assert_eq!(basis(&visitor, renewed(), "analytics").await, "unanswered");
    }
}

#[actix_web::test]
async fn rejecting_a_former_meaning_rejects_todays() {
    let renewed = || edited(|file| category(file, "analytics").renew = 1);
    for old in asked(policy()).await {
        for action in ["reject", "save"] {
            let app = site(with(renewed())).await;
            let mut visitor = Visitor::new();
            visitor.choose(&app, &[("action", "accept")]).await;
            assert_eq!(basis(&visitor, renewed(), "analytics").await, "given");
            visitor
                .choose(&app, &[("action", action), ("asked", &old)])
                .await;
            assert_eq!(
                basis(&visitor, renewed(), "analytics").await,
                "rejected",
                "{action}"
            );
        }
    }
}

#[actix_web::test]
async fn a_yes_from_an_old_tab_does_not_take_back_a_yes_of_today() {
    let renewed = || edited(|file| category(file, "analytics").renew = 1);
    let [old, _] = asked(policy()).await;
    let app = site(with(renewed())).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    visitor
        .choose(&app, &[("action", "accept"), ("asked", &old)])
        .await;
    assert_eq!(visitor.on(&app).await, ALL);
}

#[actix_web::test]
async fn a_tab_with_unknown_units_answers_none_of_todays() {
    let [large, _] = asked(with_social()).await;
    let app = site(with(policy())).await;
    let mut visitor = Visitor::new();
    assert_eq!(
        visitor
            .choose(&app, &[("action", "accept"), ("asked", &large)])
            .await
            .status,
        303
    );
    assert_eq!(visitor.on(&app).await, ALL);
    // One that showed nothing asks nothing.
    let text = large.split('.').next().expect("a text");
    let mut visitor = Visitor::new();
    let nothing = format!("{text}..");
    visitor
        .choose(&app, &[("action", "accept"), ("asked", &nothing)])
        .await;
    assert_eq!(visitor.on(&app).await, "");
}

#[actix_web::test]
async fn of_two_fields_asked_neither_widens_the_other() {
    let [all, _] = asked(policy()).await;
    let [some, _] = asked(without("marketing")).await;
    for pair in [[&*all, &*some], [&*some, &*all]] {
        let app = site(with(policy())).await;
        let mut visitor = Visitor::new();
        let form = [("action", "accept"), ("asked", pair[0]), ("asked", pair[1])];
        visitor.choose(&app, &form).await;
        assert!(!visitor.on(&app).await.contains("campaign"), "{form:?}");
    }
}

#[actix_web::test]
async fn by_json_an_old_state_narrows_as_a_form_does() {
    let old = site(with(without("marketing"))).await;
    let app = site(with(policy())).await;
    let asked = Visitor::new().state(&old).await["asked"]
        .as_str()
        .expect("a text")
        .to_owned();
    let mut visitor = Visitor::new();
    let body = serde_json::json!({ "action": "accept", "asked": asked }).to_string();
    assert_eq!(visitor.post_json(&app, &body).await.status, 200);
    assert_eq!(visitor.on(&app).await, "display visits");
}
