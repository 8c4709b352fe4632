//! For how long a choice counts.

use actix_web::http::Method;

use super::Day;
use crate::{
    helpers::{COOKIE, Visitor, builder, send},
    site::{ALL, site, today},
};

#[actix_web::test]
async fn a_longer_validity_than_399_days_cannot_be_configured() {
    for (days, fits) in [
        (1, true),
        (399, true),
        (0, false),
        (400, false),
        (u32::MAX, false),
    ] {
        assert_eq!(
            builder().validity_days(days).build().is_ok(),
            fits,
            "{days}"
        );
    }
    let app = site(builder().validity_days(399).build().expect("valid")).await;
    let answer = Visitor::new().press(&app, "accept").await;
    assert!(
        answer.set_cookies_named(COOKIE)[0].contains("Max-Age=34473600"),
        "at most 400 days"
    );
}

#[actix_web::test]
async fn a_choice_counts_for_180_days_and_not_from_the_future() {
    let made = site(builder().clock(today).build().expect("valid")).await;
    for action in ["accept", "reject"] {
        let mut visitor = Visitor::new();
        visitor.press(&made, action).await;
        for (days, counts) in [
            (0, true),
            (1, true),
            (179, true),
            (181, false),
            (400, false),
            (100_000, false),
            (-1, true),
            (-2, false),
            (-400, false),
        ] {
            let app = site(builder().clock(move || Day(days)).build().expect("valid")).await;
            let state = visitor.state(&app).await;
            let status = if counts { "decided" } else { "undecided" };
            assert_eq!(state["status"], status, "{action} {days}");
            let on = if counts && action == "accept" {
                ALL
            } else {
                ""
            };
            assert_eq!(visitor.on(&app).await, on, "{action} {days}");
            let page = visitor.clone().get(&app, "/plain").await;
            assert!(!page.sets(COOKIE), "reading a choice does not prolong it");
        }
    }
}

#[actix_web::test]
async fn a_yes_and_a_no_end_on_the_same_day() {
    let made = site(builder().clock(today).build().expect("valid")).await;
    let (mut yes, mut no) = (Visitor::new(), Visitor::new());
    yes.press(&made, "accept").await;
    no.press(&made, "reject").await;
    for days in 175..185 {
        let app = site(builder().clock(move || Day(days)).build().expect("valid")).await;
        assert_eq!(
            yes.state(&app).await["status"],
            no.state(&app).await["status"],
            "after {days} days"
        );
    }
}

#[actix_web::test]
async fn the_validity_is_configurable_and_the_same_for_both() {
    let made = site(builder().clock(today).build().expect("valid")).await;
    let app = site(
        builder()
            .clock(|| Day(31))
            .validity_days(30)
            .build()
            .expect("valid"),
    )
    .await;
    let long = site(
        builder()
            .clock(|| Day(31))
            .validity_days(60)
            .build()
            .expect("valid"),
    )
    .await;
    for action in ["accept", "reject"] {
        let mut visitor = Visitor::new();
        visitor.press(&made, action).await;
        assert_eq!(visitor.state(&app).await["status"], "undecided");
        assert_eq!(visitor.state(&long).await["status"], "decided");
    }
}

/// Otherwise one press a year would keep a consent alive for ever.
#[actix_web::test]
async fn a_new_answer_does_not_prolong_other_grants() {
    let first = site(builder().clock(today).build().expect("valid")).await;
    let later = site(builder().clock(|| Day(170)).build().expect("valid")).await;
    let last = site(builder().clock(|| Day(190)).build().expect("valid")).await;
    let mut visitor = Visitor::new();
    visitor.press(&first, "accept").await;
    let request = visitor
        .request(Method::POST, "/accept/preferences")
        .insert_header(("Sec-Fetch-Site", "same-origin"));
    visitor.keep(&send(&later, request).await);
    assert_eq!(visitor.on(&later).await, ALL);
    let on = visitor.on(&last).await;
    assert!(
        !on.contains("visits"),
        "analytics was granted 190 days ago: {on}"
    );
}
