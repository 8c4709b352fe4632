//! Minors: the application says who is one, by a cookie in these tests.

use actix_consent::{ConsentBuilder, choice::Day as AnyDay};
use actix_web::{http::header, web::Bytes};

use super::Day;
use crate::{
    helpers::{Visitor, builder},
    site::{ALL, site},
};

/// A site that knows a minor by the cookie `minor`.
fn site_with_minors() -> ConsentBuilder {
    builder().is_minor(|head| {
        let cookies = head.headers().get(header::COOKIE);
        cookies.is_some_and(|line| Bytes::copy_from_slice(line.as_bytes()).ends_with(b"minor=1"))
    })
}

fn minor() -> Visitor {
    Visitor::new().with("minor", "1")
}

/// The same browser once nobody is signed in any more.
fn signed_out(mut visitor: Visitor) -> Visitor {
    visitor.cookies.remove("minor").expect("it was a minor");
    visitor
}

#[actix_web::test]
async fn a_minors_yes_is_none_also_once_the_flag_is_gone() {
    let app = site(site_with_minors().build().expect("valid")).await;
    let says = async |visitor: &mut Visitor, how: &str| {
        let status = match how {
            "form" => visitor.press(&app, "accept").await.status,
            "settings" => {
                let form = [("action", "save"), ("cat.marketing", "1")];
                visitor.choose(&app, &form).await.status
            }
            "json" => {
                let body = r#"{"action":"accept"}"#;
                visitor.post_json(&app, body).await.status
            }
            _ => visitor.post(&app, "/accept/marketing").await.status,
        };
        assert!(status.is_success() || status == 303, "{how}: {status}");
    };
    for how in ["form", "settings", "json", "handler"] {
        let mut young = minor();
        says(&mut young, how).await;
        assert_eq!(young.on(&app).await, "", "{how}");
        let later = signed_out(young);
        assert_eq!(later.on(&app).await, "", "{how}: the flag is gone");
        let state = later.state(&app).await;
        for unit in ["marketing", "example-video"] {
            let found = [&state["categories"][unit], &state["services"][unit]];
            let basis = found.iter().find_map(|unit| unit["basis"].as_str());
            assert_eq!(basis, Some("unanswered"), "{how}: {unit}");
        }
        // The control: the same from someone else.
        let mut adult = Visitor::new();
        says(&mut adult, how).await;
        assert!(adult.on(&app).await.contains("campaign"), "{how}");
    }
}

#[actix_web::test]
async fn a_minors_no_is_stored_like_everyones() {
    let app = site(site_with_minors().build().expect("valid")).await;
    let mut adult = Visitor::new();
    adult.press(&app, "accept").await;
    let accepted = adult.with("minor", "1");
    let mut rejecting = accepted.clone();
    rejecting.press(&app, "reject").await;
    assert_eq!(signed_out(rejecting).on(&app).await, "");
    // A selection says no to what is not in it, and nothing to what is.
    let mut selecting = accepted.clone();
    let form = [("action", "save"), ("cat.analytics", "1")];
    selecting.choose(&app, &form).await;
    assert_eq!(signed_out(selecting).on(&app).await, "visits");
    let mut selecting = minor();
    selecting.choose(&app, &form).await;
    let state = signed_out(selecting).state(&app).await;
    assert_eq!(state["categories"]["analytics"]["basis"], "unanswered");
    assert_eq!(state["categories"]["marketing"]["basis"], "rejected");
    // The control: what was chosen before waits for whoever chose it.
    assert_eq!(accepted.on(&app).await, "");
    assert_eq!(signed_out(accepted).on(&app).await, ALL);
}

#[actix_web::test]
async fn a_minor_is_not_asked_for_what_would_not_count() {
    let app = site(site_with_minors().build().expect("valid")).await;
    for (mut visitor, asked) in [(minor(), false), (Visitor::new(), true)] {
        let page = visitor.get(&app, "/").await;
        assert_eq!(page.text().contains("data-consent-banner"), asked);
    }
}

#[actix_web::test]
async fn a_minors_yes_does_not_make_an_earlier_yes_last_longer() {
    let on = |day: AnyDay| {
        site_with_minors()
            .clock(move || day)
            .build()
            .expect("valid")
    };
    let (first, then) = (site(on(Day(0))).await, site(on(Day(100))).await);
    let after = site(on(Day(200))).await;
    let mut visitor = Visitor::new();
    visitor.press(&first, "accept").await;
    let mut again = visitor.clone();
    again.press(&then, "accept").await;
    assert_eq!(
        again.on(&after).await,
        ALL,
        "the control: an adult's yes does"
    );
    let mut young = visitor.with("minor", "1");
    young.press(&then, "accept").await;
    let young = signed_out(young);
    assert_eq!(young.on(&then).await, ALL, "the earlier yes still counts");
    assert_eq!(young.on(&after).await, "", "and ends with its own 180 days");
}
