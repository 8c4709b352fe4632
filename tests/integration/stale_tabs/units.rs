//! Units that move, get another id, or belong to another node.

use super::{asked, basis, category, edited, with, with_social};
use crate::{
    helpers::{COOKIE, Visitor, policy},
    site::site,
};

/// Rule 2: no later edit turns a no into "not asked".
#[actix_web::test]
async fn a_moved_service_stays_rejected() {
    let moved = || edited(|file| file.service[0].category = "analytics".into());
    let before = site(with(policy())).await;
    for form in [
        // The category's no, beside a yes to the one that the service moves to.
        &[("action", "save"), ("cat.analytics", "1")][..],
        &[
            ("action", "save"),
            ("cat.analytics", "1"),
            ("cat.marketing", "1"),
            ("svc.example-video", "0"),
        ],
    ] {
        for with_asked in [false, true] {
            let [_, asked] = asked(policy()).await;
            let mut form = form.to_vec();
            form.extend(with_asked.then_some(("asked", &*asked)));
            let mut visitor = Visitor::new();
            visitor.choose(&before, &form).await;
            assert_eq!(basis(&visitor, policy(), "example-video").await, "rejected");
            assert_eq!(
                basis(&visitor, moved(), "example-video").await,
                "rejected",
                "{form:?}"
            );
        }
    }
    let mut visitor = Visitor::new();
    visitor.press(&before, "accept").await;
    let basis = basis(&visitor, moved(), "example-video").await;
    assert_eq!(basis, "unanswered", "a yes meant the old category");
}

#[actix_web::test]
async fn a_service_stays_rejected_when_its_category_is_renamed() {
    let renamed = || {
        edited(|file| {
            category(file, "marketing").id = "ads".into();
            file.service[0].category = "ads".into();
            for cookie in &mut file.cookie {
                if cookie.category.as_deref() == Some("marketing") {
                    cookie.category = Some("ads".into());
                }
            }
        })
    };
    let before = site(with(policy())).await;
    let mut visitor = Visitor::new();
    visitor.press(&before, "reject").await;
    assert_eq!(
        basis(&visitor, renamed(), "ads").await,
        "unanswered",
        "another unit"
    );
    assert_eq!(
        basis(&visitor, renamed(), "example-video").await,
        "rejected"
    );
}

#[actix_web::test]
async fn answers_about_units_of_another_node_are_kept() {
    let small = site(with(policy())).await;
    let large = site(with(with_social())).await;
    let social = async |visitor: &Visitor| basis(visitor, with_social(), "social").await;
    // A grant of today, beside an answer given elsewhere today.
    let mut visitor = Visitor::new();
    visitor.press(&large, "accept").await;
    visitor.press(&small, "accept").await;
    assert_eq!(social(&visitor).await, "given");
    // A rejection, whatever is said elsewhere.
    let mut visitor = Visitor::new();
    visitor.press(&large, "reject").await;
    visitor.press(&small, "accept").await;
    assert_eq!(social(&visitor).await, "rejected");
    // And they are ignored where they are not known.
    assert_eq!(visitor.state(&small).await["status"], "decided");
    assert!(
        visitor.state(&small).await["categories"]
            .get("social")
            .is_none()
    );
}

/// Rule 3 against rule 2: `Reject all` says all.
#[actix_web::test]
async fn rejecting_everything_grants_nothing_elsewhere_either() {
    let small = site(with(policy())).await;
    let large = site(with(with_social())).await;
    let mut visitor = Visitor::new();
    visitor.press(&large, "accept").await;
    visitor.press(&small, "reject").await;
    let value = &visitor.cookies[COOKIE];
    let choice: actix_consent::choice::Choice = value[value.find("1.").expect("a choice")..]
        .parse()
        .expect("one");
    assert!(!choice.grants(), "{choice}");
}
