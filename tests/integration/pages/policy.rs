//! What the policy page holds: R59 to R64, R66, R67, R69.

use actix_consent::{ConsentMiddleware, ConsentModel, Policy};

use super::{frozen, readable};
use crate::{
    helpers::{Visitor, builder, keys, policy},
    site::{site, today},
};

#[actix_web::test]
async fn the_policy_page_holds_all_that_article_13_asks_for() {
    let text = include_str!("../consent.toml")
        .replace(
            "[controller]\n",
            "[controller]\ncontact = \"https://news.example/contact\"\nphone = \"+48 22 000 00 00\"\n\
             representative = \"Rep of News, Vienna\"\ndpo = \"dpo@news.example\"\n",
        )
        .replace("recipients = \"Nobody.\"", "recipients = \"Our host, Example Hosting.\"")
        .replace("transfers = \"None.\"\nretention", "transfers = \"To Japan, adequacy decision.\"\nretention");
    let policy = Policy::parse(&text)
        .expect("valid")
        .require_complete()
        .expect("complete");
    let app = site(
        ConsentMiddleware::builder(policy, keys())
            .clock(today)
            .build()
            .expect("valid"),
    )
    .await;
    let page = Visitor::new().get(&app, "/privacy").await;
    let html = page.text();
    for (article, expected) in [
        ("13(1)(a)", "Example News Ltd"),
        ("13(1)(a)", "1 Example Street, Exampletown"),
        ("13(1)(a)", "privacy@news.example"),
        ("13(1)(a)", "https://news.example/contact"),
        ("13(1)(a)", "+48 22 000 00 00"),
        ("13(1)(a)", "Rep of News, Vienna"),
        ("13(1)(b)", "dpo@news.example"),
        ("13(1)(c)", "Finding faults."),
        ("13(1)(c)", "6(1)(f)"),
        ("13(1)(c)", "6(1)(a)"),
        ("13(1)(d)", "A site that works."),
        ("14(1)(d)", "Path, status and time of each request."),
        ("13(1)(e)", "Our host, Example Hosting."),
        ("13(1)(e)", "Example Video"),
        ("13(1)(e)", "Example Ads"),
        ("13(1)(f)", "To Japan, adequacy decision."),
        ("13(2)(a)", "7 days."),
        ("13(2)(a)", "13 months"),
        ("13(2)(b)", "access"),
        ("13(2)(b)", "rectif"),
        ("13(2)(b)", "eras"),
        ("13(2)(b)", "restrict"),
        ("13(2)(b)", "object"),
        ("13(2)(b)", "port"),
        ("13(2)(c)", "withdraw"),
        ("13(2)(d)", "the data protection authority of your country"),
        ("13(2)(e)", "You do not have to give us any data."),
        ("13(2)(f)", "There are none."),
        ("R64", "22\u{a0}November 2026"),
        ("R64", "The campaign cookie is new."),
        ("R66", "Global Privacy Control"),
        ("R67", "Firefox"),
        ("R67", "Safari"),
        (
            "R62",
            "You have not chosen yet. Everything optional is off.",
        ),
    ] {
        assert!(
            html.to_lowercase().contains(&expected.to_lowercase()),
            "{article}: {expected}"
        );
    }
    insta::assert_snapshot!("policy_first_visit", readable(&page));
}

#[actix_web::test]
async fn lists_each_cookie_with_purpose_duration_and_readers() {
    let app = site(frozen()).await;
    let page = Visitor::new().get(&app, "/privacy").await;
    let text = page.text().replace("<wbr>", "");
    let rows: Vec<_> = text
        .split("<tr")
        .filter(|row| row.contains("<code>"))
        .collect();
    let row = |name: &str| -> &str {
        let mut found = rows
            .iter()
            .filter(|row| row.contains(&format!("<code>{name}</code>")));
        let row = found
            .next()
            .unwrap_or_else(|| panic!("{name} is not listed"));
        assert!(found.next().is_none(), "{name} is listed twice");
        row
    };
    for cookie in policy().cookies() {
        let row = row(&cookie.name);
        assert!(row.contains(cookie.purpose.get("en")), "{row}");
        let kept = cookie.duration.expect("declared").to_string();
        let kept = if kept == "session" {
            "browser".to_owned()
        } else {
            kept
        };
        assert!(row.contains(&kept), "{kept}: {row}");
    }
    assert!(
        row("video_pref").contains("Example Video") && row("video_pref").contains("Example Ads")
    );
    // Our own, as they are set.
    let mut visitor = Visitor::new();
    let chosen = visitor.press(&app, "accept").await;
    for name in ["__Host-consent", "__Host-consent-note"] {
        assert!(!chosen.set_cookies_named(name).is_empty(), "{name}");
    }
    assert!(
        row("__Host-consent").contains("180 days"),
        "{}",
        row("__Host-consent")
    );
    // Where the visitor is asked, the note waits for one page; where a notice is shown, it says
    // for how long that counts.
    assert!(
        row("__Host-consent-note").contains("1 minute"),
        "{}",
        row("__Host-consent-note")
    );
    assert!(
        row("__Host-consent-off-*").contains("1 day"),
        "{}",
        row("__Host-consent-off-*")
    );
    assert_eq!(rows.len(), policy().cookies().len() + 3);
}

#[actix_web::test]
async fn lists_storage_by_kind_and_third_party_cookies_by_host() {
    let more = "[[storage]]\nkind = \"local\"\nkey = \"scroll*\"\ncategory = \"analytics\"\npurpose = \
                \"Keeps the place.\"\nduration = \"persistent\"\n[[cookie]]\nname = \"ad_id\"\nservice = \
                \"example-video\"\npurpose = \"Tells you apart.\"\nduration = \"13 months\"\nset_by = \
                \"third-party\"\nhost = \"ads.example\"\n";
    let policy = crate::helpers::policy_with(more);
    let app = site(ConsentMiddleware::new(policy, keys()).expect("valid")).await;
    let page = Visitor::new().get(&app, "/privacy").await;
    let row = |name: &str| {
        let mut rows = page
            .text()
            .split("<tr")
            .filter(|row| row.contains(&format!("<code>{name}</code>")));
        rows.next()
            .unwrap_or_else(|| panic!("{name} is not listed"))
            .to_owned()
    };
    let storage = row("scroll*");
    for expected in ["Keeps the place.", "ntil you delete it", "torage"] {
        assert!(storage.contains(expected), "{expected}: {storage}");
    }
    let cookie = row("ad_id");
    for expected in ["Tells you apart.", "13 months", "ads.example"] {
        assert!(cookie.contains(expected), "{expected}: {cookie}");
    }
    assert!(!row("visits").contains("torage"), "the control");
}

#[actix_web::test]
async fn implied_policy_does_not_claim_to_wait_for_consent() {
    for (model, claims) in [(ConsentModel::OptIn, true), (ConsentModel::Implied, false)] {
        let app = site(builder().model(model).build().expect("valid")).await;
        let page = Visitor::new().get(&app, "/privacy").await;
        for claim in ["waits for your permission", "off unless you turn"] {
            assert_eq!(page.text().contains(claim), claims, "{model}: {claim}");
        }
        let settings = Visitor::new().get(&app, "/privacy/choices").await;
        assert!(
            settings.text().contains("You have not chosen yet"),
            "{model}"
        );
    }
}

#[actix_web::test]
async fn the_durations_of_our_own_cookies_are_those_that_are_enforced() {
    for days in [30, 399] {
        let app = site(builder().validity_days(days).build().expect("valid")).await;
        let page = Visitor::new().get(&app, "/privacy").await;
        assert!(page.text().contains(&format!("{days} days")), "{days}");
        let chosen = Visitor::new().press(&app, "reject").await;
        let cookie = &chosen.set_cookies_named("__Host-consent")[0];
        assert!(
            cookie.contains(&format!("Max-Age={}", days * 86_400)),
            "{cookie}"
        );
    }
    let text = include_str!("../consent.toml").replace("partitioned = true", "");
    let plain =
        ConsentMiddleware::builder(Policy::parse(&text).expect("valid"), keys()).plain_http();
    let app = site(plain.build().expect("valid")).await;
    let page = Visitor::new().get(&app, "/privacy").await;
    assert!(
        page.text().contains("<code>consent</code>") && !page.text().contains("__Host-consent")
    );
}

#[actix_web::test]
async fn the_pages_tell_the_choice_and_its_day() {
    let app = site(frozen()).await;
    for (form, expected) in [
        (&[("action", "accept")][..], "22\u{a0}November 2026"),
        (&[("action", "reject")], "22\u{a0}November 2026"),
        (
            &[("action", "save"), ("cat.analytics", "1")],
            "On 22\u{a0}November 2026, you turned analytics on.",
        ),
    ] {
        let mut visitor = Visitor::new();
        visitor.choose(&app, form).await;
        for path in ["/privacy", "/privacy/choices"] {
            let page = visitor.get(&app, path).await;
            let state = page
                .text()
                .split("class=\"axc-state\">")
                .nth(1)
                .expect("a state line");
            let state = state.split("</p>").next().expect("closed");
            assert!(
                state.to_lowercase().contains(&expected.to_lowercase()),
                "{path}: {state}"
            );
        }
    }
}

#[actix_web::test]
async fn what_the_policy_says_is_escaped() {
    let text = include_str!("../consent.toml")
        .replace("Example News Ltd", "<b>&\\\"'Ltd")
        .replace("Counts your visits.", "<script>alert(1)</script>")
        .replace("title = \"Analytics\"", "title = \"<i>A</i>\"")
        .replace("\"count visits\"", "\"count <u>visits</u>\"")
        .replace("provider = \"Example Video\"", "provider = \"<s>V</s>\"")
        .replace("https://video.example/privacy", "javascript:alert(1)")
        .replace("name = \"Example News\"", "name = \"</title><img src=x>\"");
    let policy = Policy::parse(&text);
    // A provider's page that is no page may as well be a fault.
    let policy = policy
        .or_else(|_| Policy::parse(&text.replace("javascript:alert(1)", "https://v.example")));
    let app = site(ConsentMiddleware::new(policy.expect("valid"), keys()).expect("valid")).await;
    for path in ["/privacy", "/privacy/choices", "/"] {
        let page = Visitor::new().get(&app, path).await;
        for tag in [
            "<b>",
            "<i>",
            "<u>",
            "<s>",
            "<script>",
            "<img",
            "href=\"javascript:",
        ] {
            assert!(!page.text().contains(tag), "{path}: {tag}");
        }
    }
}
