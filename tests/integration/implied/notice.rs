//! The notice: until when it is shown, what it says, and what it does not cover.

use actix_consent::{ConsentMiddleware, ConsentModel, Policy};

use super::{has_notice, implied, implied_at, shown};
use crate::{
    helpers::{COOKIE, NOTE, Visitor, builder, keys, policy},
    site::{ALL, sent, site, today},
};

#[actix_web::test]
async fn the_notice_stays_until_it_is_closed() {
    let app = site(implied()).await;
    let mut visitor = Visitor::new();
    for number in 0..4 {
        let page = visitor.get(&app, &format!("/page/{number}")).await;
        assert!(has_notice(&page), "{number}");
    }
    let answer = visitor.press(&app, "dismiss").await;
    assert_eq!(answer.status, 303);
    assert!(!answer.sets(COOKIE), "closing is no answer");
    let note = &answer.set_cookies_named(NOTE)[0];
    assert!(note.contains("Max-Age=31536000"), "365 days: {note}");
    let page = visitor.get(&app, "/").await;
    assert_eq!(
        page.text().split("<body>").nth(1),
        Some(""),
        "no confirmation either"
    );
    assert_eq!(sent(&page), ALL);
    assert_eq!(visitor.state(&app).await["status"], "implied");
}

#[actix_web::test]
async fn closing_the_notice_is_no_answer_and_going_on_counts() {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    visitor.press(&app, "dismiss").await;
    assert_eq!(visitor.on(&app).await, "", "closing alone implies nothing");
    assert_eq!(visitor.state(&app).await["status"], "undecided");
    assert_eq!(sent(&visitor.get(&app, "/page/2").await), ALL);
}

#[actix_web::test]
async fn a_closed_notice_returns_after_365_days_despite_visits() {
    let app = site(implied_at(0)).await;
    let mut visitor = Visitor::new();
    visitor.get(&app, "/").await;
    visitor.press(&app, "dismiss").await;
    for (days, notice) in [(1, false), (364, false), (366, true), (1000, true)] {
        let later = site(implied_at(days)).await;
        assert_eq!(
            has_notice(&visitor.clone().get(&later, "/").await),
            notice,
            "after {days} days"
        );
    }
}

#[actix_web::test]
async fn the_notice_has_one_button_that_closes_and_never_says_accept() {
    let app = site(implied()).await;
    let page = Visitor::new().get(&app, "/").await;
    let html = page.text();
    let buttons: Vec<_> = html.split("<button").skip(1).collect();
    assert_eq!(buttons.len(), 1);
    assert!(
        buttons[0].contains("name=\"action\" value=\"dismiss\">Close</button>"),
        "{}",
        buttons[0]
    );
    for never in ["Accept", "accept", "Agree\"", "I agree", "consent to"] {
        let text = html.split_once("<form").expect("a form").1;
        assert!(!text.contains(never), "{never}: {text}");
    }
    for expected in [
        // What the page says that the model is taken from: quality, small files on the device, the
        // settings of the browser, and use as consent to processing.
        "high-quality service",
        "Using this site stores small files (cookies)",
        "on your device",
        "You can change your browser settings any time",
        "Reading on counts as consent",
        "processing personal data you send us electronically",
        // What is added to it.
        "Cookie settings",
        "Privacy policy and cookie list",
        "href=\"/privacy\"",
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
}

#[actix_web::test]
async fn the_settings_say_what_is_implied_and_preset_nothing() {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    visitor.get(&app, "/page/2").await;
    let page = visitor.get(&app, "/privacy/choices").await;
    let on = page.text().split("<input").filter(|tag| {
        tag.contains("value=\"1\"")
            && tag
                .split('>')
                .next()
                .is_some_and(|tag| tag.contains("checked"))
    });
    assert_eq!(on.count(), 0, "nobody turned anything on");
    assert!(
        !page
            .text()
            .contains("You have not chosen yet. Everything optional is off."),
        "that is not so"
    );
}

#[actix_web::test]
async fn what_was_not_in_the_notice_is_not_implied_by_having_seen_it() {
    let app = site(implied()).await;
    let after = |text: &str| {
        let policy = Policy::parse(text).expect("valid");
        ConsentMiddleware::builder(policy, keys())
            .model(ConsentModel::Implied)
            .build()
            .expect("valid")
    };
    let text = include_str!("../consent.toml");
    let category = format!(
        "{text}\n[[category]]\nid = \"social\"\ntitle = \"Social\"\nsummary = \"show what others \
         say\"\npurposes = [\"social-media-marketing\"]\n"
    );
    let service = format!(
        "{text}\n[[service]]\nid = \"pixels\"\ncategory = \"analytics\"\nprovider = \"Pixel Ltd\"\n\
         provider_url = \"https://p.example\"\ntransfers = \"To nowhere.\"\n"
    );
    for (name, changed, unit) in [
        ("category", &*category, "social"),
        ("service", &service, "pixels"),
        (
            "purpose",
            &text.replace(
                "\"usage-analytics\"",
                "\"usage-analytics\", \"advertising\"",
            ),
            "analytics",
        ),
        (
            "renew",
            &text.replace("id = \"analytics\"", "id = \"analytics\"\nrenew = 1"),
            "analytics",
        ),
        (
            "access",
            &text.replace("\"Example Ads\"", "\"Example Ads\", \"Other Ads\""),
            "example-video",
        ),
    ] {
        let mut visitor = shown().await;
        visitor.get(&app, "/page/2").await;
        assert_eq!(visitor.on(&app).await, ALL);
        visitor.press(&app, "dismiss").await;
        let after = site(after(changed)).await;
        let basis = async |visitor: &Visitor| {
            let state = visitor.state(&after).await;
            let unit = [&state["categories"][unit], &state["services"][unit]]
                .into_iter()
                .find(|found| !found.is_null())
                .expect("it is declared");
            unit["basis"].clone()
        };
        let page = visitor.get(&after, "/").await;
        assert_eq!(
            basis(&visitor).await,
            "unanswered",
            "a new {name}, on the first page since"
        );
        assert!(has_notice(&page), "a new {name} is told");
        visitor.get(&after, "/page/2").await;
        assert_eq!(
            basis(&visitor).await,
            "implied",
            "a new {name}, after going on"
        );
    }
}

#[actix_web::test]
async fn nothing_that_is_remembered_tells_two_visitors_apart() {
    let app = site(
        builder()
            .model(ConsentModel::Implied)
            .clock(today)
            .build()
            .expect("valid"),
    )
    .await;
    let (mut one, mut other) = (Visitor::new(), Visitor::new());
    for visitor in [&mut one, &mut other] {
        visitor.get(&app, "/").await;
        visitor.get(&app, "/page/2").await;
        visitor.press(&app, "dismiss").await;
    }
    assert_eq!(one.cookies[NOTE], other.cookies[NOTE]);
    assert_eq!(policy().categories().len(), 4);
}
