//! What is new is asked about by name.

use super::{basis, edited, with, with_social};
use crate::{
    helpers::{Visitor, policy},
    site::{ALL, sent, site},
};

#[actix_web::test]
async fn a_new_category_is_asked_by_name_and_what_was_answered_stays() {
    let before = site(with(policy())).await;
    let after = site(with(with_social())).await;
    for (action, on) in [("accept", ALL), ("reject", "")] {
        let mut visitor = Visitor::new();
        visitor.press(&before, action).await;
        visitor.get(&before, "/").await;
        assert!(
            !visitor
                .get(&before, "/")
                .await
                .text()
                .contains("data-consent-banner")
        );
        let page = visitor.get(&after, "/").await;
        assert_eq!(sent(&page), on, "{action}");
        assert_eq!(basis(&visitor, with_social(), "social").await, "unanswered");
        let text = page.text();
        assert!(text.contains("data-consent-banner"), "{action}");
        let news = text
            .split("New since")
            .nth(1)
            .unwrap_or_else(|| panic!("no news: {text}"));
        let news = news.split('.').next().unwrap_or_default();
        let news = news.to_lowercase();
        assert!(news.contains("social networks"), "{action}: {news}");
        for old in ["analytics", "preferences", "marketing", "example video"] {
            assert!(!news.contains(old), "{action}: {old} is not new: {news}");
        }
        // Answering it ends the question.
        visitor.press(&after, "reject").await;
        assert_eq!(visitor.state(&after).await["status"], "decided");
    }
    let first = Visitor::new().get(&after, "/").await;
    assert!(
        !first.text().contains("New since"),
        "nothing is new on a first visit"
    );
}

#[actix_web::test]
async fn a_new_service_in_a_granted_category_is_asked_by_name_and_off_until_then() {
    let before = site(with(edited(|file| {
        file.service.clear();
        file.cookie.retain(|cookie| cookie.service.is_none());
    })))
    .await;
    let after = site(with(policy())).await;
    let mut visitor = Visitor::new();
    visitor.press(&before, "accept").await;
    visitor.get(&before, "/").await;
    let page = visitor.get(&after, "/").await;
    assert_eq!(sent(&page), "display visits __Host-campaign");
    assert!(page.text().contains("Example Video"), "{}", page.text());
    assert!(page.text().contains("data-consent-banner"));
    let mut visitor = Visitor::new();
    visitor.press(&before, "reject").await;
    visitor.get(&before, "/").await;
    let page = visitor.get(&after, "/").await;
    assert_eq!(sent(&page), "");
    assert!(
        !page.text().contains("data-consent-banner"),
        "the category's no is its no"
    );
}
