//! Global Privacy Control under this model.

use super::{has_notice, implied, shown};
use crate::{
    helpers::Visitor,
    site::{ALL, sent, site},
};

#[actix_web::test]
async fn the_signal_denies_here_too_and_no_going_on_overrides_it() {
    let app = site(implied()).await;
    let mut visitor = Visitor {
        gpc: true,
        ..Visitor::new()
    };
    assert!(has_notice(&visitor.get(&app, "/").await));
    assert_eq!(sent(&visitor.get(&app, "/page/2").await), "display visits");
    let state = visitor.state(&app).await;
    assert_eq!(state["categories"]["marketing"]["basis"], "signal");
    assert_eq!(state["status"], "implied");
}

#[actix_web::test]
async fn the_signal_turned_on_later_denies_at_once() {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    assert_eq!(sent(&visitor.get(&app, "/page/2").await), ALL);
    visitor.gpc = true;
    let on = visitor.on(&app).await;
    assert!(!on.contains("campaign") && !on.contains("video"), "{on}");
}

/// Rule 18: the absence of the signal changes nothing.
#[actix_web::test]
async fn a_closed_notice_stays_closed_when_the_signal_changes() {
    let app = site(implied()).await;
    for gpc in [false, true] {
        let mut visitor = Visitor {
            gpc,
            ..Visitor::new()
        };
        visitor.get(&app, "/").await;
        visitor.get(&app, "/page/2").await;
        visitor.press(&app, "dismiss").await;
        assert!(!has_notice(&visitor.get(&app, "/").await));
        visitor.gpc = false;
        assert!(
            !has_notice(&visitor.get(&app, "/").await),
            "closed with gpc {gpc}, now off"
        );
    }
}
