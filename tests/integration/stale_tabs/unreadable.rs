//! Tabs of another version of the library, whose `asked` this one cannot read.

use super::{asked, basis, with};
use crate::{
    helpers::{COOKIE, Visitor, policy},
    site::{ALL, site},
};

/// Ways to say what was asked that are not ours, and one said twice.
async fn unreadable() -> Vec<Vec<String>> {
    let [all, _] = asked(policy()).await;
    let (text, units) = all.rsplit_once('.').expect("our form");
    [
        &["2:new-format"][..],
        &[""],
        &["\0"],
        &[&format!("{text}.{units}x")],
        &[&"x".repeat(5000)],
        &[&all, &all],
        &["2:new-format", &all],
    ]
    .iter()
    .map(|values| values.iter().map(ToString::to_string).collect())
    .collect()
}

fn form<'f>(fields: &[(&'f str, &'f str)], asked: &'f [String]) -> Vec<(&'f str, &'f str)> {
    let asked = asked.iter().map(|value| ("asked", value.as_str()));
    fields.iter().copied().chain(asked).collect()
}

#[actix_web::test]
async fn an_unreadable_form_can_reject_everything() {
    let app = site(with(policy())).await;
    for asked in unreadable().await {
        for accepted_before in [false, true] {
            let mut visitor = Visitor::new();
            if accepted_before {
                visitor.press(&app, "accept").await;
                assert_eq!(visitor.on(&app).await, ALL, "the control");
            }
            let answer = visitor
                .choose(&app, &form(&[("action", "reject")], &asked))
                .await;
            assert_eq!(answer.status, 303, "{asked:?}");
            assert_eq!(visitor.on(&app).await, "", "{asked:?}");
            for unit in ["preferences", "analytics", "marketing", "example-video"] {
                let basis = basis(&visitor, policy(), unit).await;
                assert_eq!(basis, "rejected", "{unit}: {asked:?}");
            }
        }
    }
}

#[actix_web::test]
async fn an_acceptance_is_refused_where_what_was_asked_cannot_be_read() {
    let app = site(with(policy())).await;
    for asked in unreadable().await {
        let mut visitor = Visitor::new();
        let answer = visitor
            .choose(&app, &form(&[("action", "accept")], &asked))
            .await;
        assert_eq!(answer.status, 400, "{asked:?}");
        assert!(answer.set_cookies().is_empty(), "{asked:?}");
    }
    let [all, _] = asked(policy()).await;
    let mut visitor = Visitor::new();
    let readable = form(&[("action", "accept")], std::slice::from_ref(&all));
    visitor.choose(&app, &readable).await;
    assert_eq!(visitor.on(&app).await, ALL, "the control");
}

#[actix_web::test]
async fn only_rejections_of_an_unreadable_form_count() {
    let app = site(with(policy())).await;
    for asked in unreadable().await {
        let mut visitor = Visitor::new();
        let fields = [("action", "save"), ("cat.analytics", "1")];
        let answer = visitor.choose(&app, &form(&fields, &asked)).await;
        assert_eq!(answer.status, 303, "{asked:?}");
        assert_eq!(visitor.on(&app).await, "", "{asked:?}");
        assert_eq!(basis(&visitor, policy(), "analytics").await, "unanswered");
        assert_eq!(basis(&visitor, policy(), "marketing").await, "rejected");
        // What was on stays on where it is selected, and goes off where it is not.
        let mut visitor = Visitor::new();
        visitor.press(&app, "accept").await;
        visitor.choose(&app, &form(&fields, &asked)).await;
        assert_eq!(visitor.on(&app).await, "visits", "{asked:?}");
    }
}

#[actix_web::test]
async fn by_json_as_well_rejecting_works_and_accepting_does_not() {
    let app = site(with(policy())).await;
    let posted = |action: &str| serde_json::json!({ "action": action, "asked": "2:new" });
    let mut visitor = Visitor::new();
    let answer = visitor.post_json(&app, &posted("accept").to_string()).await;
    assert_eq!(answer.status, 400);
    assert!(!answer.sets(COOKIE));
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.on(&app).await, ALL, "the control");
    let answer = visitor.post_json(&app, &posted("reject").to_string()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(visitor.on(&app).await, "");
    assert_eq!(basis(&visitor, policy(), "marketing").await, "rejected");
}
