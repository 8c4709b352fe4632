//! Answers beat what is implied.

use actix_web::http::Method;

use super::{has_notice, implied, implied_at, shown};
use crate::{
    helpers::{Visitor, send},
    site::{ALL, sent, site},
};

#[actix_web::test]
async fn rejecting_ends_it_for_good() {
    let app = site(implied()).await;
    for going_on_first in [false, true] {
        let mut visitor = shown().await;
        if going_on_first {
            assert_eq!(sent(&visitor.get(&app, "/page/2").await), ALL);
        }
        visitor.press(&app, "reject").await;
        assert_eq!(visitor.on(&app).await, "");
        for number in 0..3 {
            let page = visitor.get(&app, &format!("/page/{number}")).await;
            assert_eq!(sent(&page), "", "{number}");
            assert!(!has_notice(&page), "{number}");
        }
        let state = visitor.state(&app).await;
        assert_eq!(state["status"], "decided");
        assert_eq!(state["categories"]["analytics"]["basis"], "rejected");
    }
}

#[actix_web::test]
async fn a_rejection_outlives_its_end_as_a_notice_that_is_shown_anew() {
    let app = site(implied_at(0)).await;
    let mut visitor = Visitor::new();
    visitor.get(&app, "/").await;
    visitor.get(&app, "/page/2").await;
    visitor.press(&app, "reject").await;
    visitor.get(&app, "/page/3").await;
    let later = site(implied_at(200)).await;
    let page = visitor.get(&later, "/").await;
    assert!(
        has_notice(&page),
        "the choice has expired, so it is asked again"
    );
    assert_eq!(
        sent(&page),
        "",
        "and the first page after it is a first page"
    );
}

#[actix_web::test]
async fn an_answer_beats_what_is_implied_unit_by_unit() {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    visitor.get(&app, "/page/2").await;
    visitor
        .choose(&app, &[("action", "save"), ("cat.analytics", "1")])
        .await;
    assert_eq!(visitor.on(&app).await, "visits");
    let state = visitor.state(&app).await;
    assert_eq!(state["categories"]["analytics"]["basis"], "given");
    assert_eq!(state["categories"]["marketing"]["basis"], "rejected");
    // One unit alone, in a handler: the others go on being implied.
    let mut visitor = shown().await;
    visitor.get(&app, "/page/2").await;
    visitor.keep(&send(&app, visitor.request(Method::GET, "/withdraw/analytics")).await);
    assert_eq!(visitor.on(&app).await, "display __Host-campaign video_pref");
    assert_eq!(visitor.state(&app).await["status"], "implied");
}
