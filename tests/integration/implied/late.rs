//! Answers of the server that arrive after the visitor has answered in another tab.

use actix_web::http::Method;

use super::{has_notice, implied_at};
use crate::{
    helpers::{Answer, COOKIE, NOTE, Visitor, send},
    site::{ALL, sent, site},
};

/// A visitor who answered in one tab while a page was under way in another, and the page.
async fn crossing(answer: &[(&str, &str)]) -> (Visitor, Answer) {
    let app = site(implied_at(0)).await;
    let mut visitor = Visitor::new();
    assert!(has_notice(&visitor.get(&app, "/").await));
    let request = visitor.request(Method::GET, "/page/2");
    let request = request.insert_header(("Sec-Fetch-Site", "same-origin"));
    let late = send(&app, request.insert_header(("Sec-Fetch-Dest", "document"))).await;
    assert!(late.sets(NOTE), "going on is recorded");
    if !answer.is_empty() {
        visitor.choose(&app, answer).await;
    }
    visitor.keep(&late);
    (visitor, late)
}

/// After 185 days the browser has dropped the choice, which counts for 180.
async fn half_a_year_later(mut visitor: Visitor) -> String {
    visitor.cookies.remove(COOKIE);
    let later = site(implied_at(185)).await;
    visitor.on(&later).await
}

#[actix_web::test]
async fn a_late_page_implies_no_consent_after_a_lapsed_rejection() {
    let app = site(implied_at(0)).await;
    for path in ["/page/3", "/plain", "/privacy"] {
        let (mut visitor, _) = crossing(&[("action", "reject")]).await;
        assert!(visitor.cookies.contains_key(NOTE), "both are there");
        assert_eq!(visitor.on(&app).await, "", "the rejection counts");
        let answer = visitor.get(&app, path).await;
        assert!(answer.removes(NOTE), "{path}: {:?}", answer.set_cookies());
        assert!(
            !answer
                .set_cookies_named(COOKIE)
                .iter()
                .any(|set| !set.is_empty())
        );
        assert!(!visitor.cookies.contains_key(NOTE), "{path}");
        assert_eq!(half_a_year_later(visitor.clone()).await, "", "{path}");
        let later = site(implied_at(185)).await;
        visitor.cookies.remove(COOKIE);
        let page = visitor.get(&later, "/").await;
        assert!(has_notice(&page), "{path}: it is told anew");
        assert_eq!(sent(&page), "", "{path}: on a first page");
    }
    // The control: whoever answered nothing and went on is still taken to agree.
    let (mut visitor, _) = crossing(&[]).await;
    visitor.get(&app, "/page/3").await;
    assert_eq!(half_a_year_later(visitor).await, ALL);
}

#[actix_web::test]
async fn a_partial_answer_beats_a_late_page() {
    let app = site(implied_at(0)).await;
    let mut visitor = Visitor::new();
    visitor.get(&app, "/").await;
    let request = visitor.request(Method::GET, "/page/2");
    let request = request.insert_header(("Sec-Fetch-Site", "same-origin"));
    let late = send(&app, request.insert_header(("Sec-Fetch-Dest", "document"))).await;
    visitor.post(&app, "/withdraw/analytics").await;
    visitor.keep(&late);
    let answer = visitor.get(&app, "/page/3").await;
    assert_eq!(sent(&answer), "display __Host-campaign video_pref");
    let note = &answer.set_cookies_named(NOTE)[0];
    assert!(note.contains("Max-Age=15552000"), "180 days: {note}");
    assert_eq!(half_a_year_later(visitor).await, "");
}

#[actix_web::test]
async fn a_late_page_leaves_the_confirmation_and_changes_no_answer() {
    let app = site(implied_at(0)).await;
    let (mut visitor, late) = crossing(&[("action", "accept")]).await;
    assert!(!late.sets(COOKIE), "a GET writes no choice");
    visitor.get(&app, "/page/3").await;
    assert_eq!(visitor.on(&app).await, ALL);
    assert_eq!(visitor.state(&app).await["status"], "decided");
    assert!(!visitor.cookies.contains_key(NOTE));
    assert_eq!(
        visitor.get(&app, "/page/4").await.set_cookies_named(NOTE),
        [""; 0]
    );
}
