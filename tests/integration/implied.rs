//! The source page's model: DESIGN, "The source page's model", requirements 1.1 to 1.3 and R21.

use actix_consent::{ConsentMiddleware, ConsentModel, Placement, Policy};
use actix_web::{
    http::{Method, header},
    test::TestRequest,
};

use crate::{
    helpers::{Answer, Visitor, builder, keys, policy, send},
    site::{ALL, sent, site, today},
};

const COOKIE: &str = "__Host-consent";
const NOTE: &str = "__Host-consent-note";

fn implied() -> ConsentMiddleware {
    builder()
        .model(ConsentModel::Implied)
        .build()
        .expect("valid")
}

fn implied_at(days: i64) -> ConsentMiddleware {
    let day = move || actix_consent::choice::Day::from(today().date() + time::Duration::days(days));
    builder()
        .model(ConsentModel::Implied)
        .today(day)
        .build()
        .expect("valid")
}

fn has_notice(page: &Answer) -> bool {
    page.text().contains("data-consent-banner")
}

/// A visitor who has been shown the notice and has not gone on yet.
async fn shown() -> Visitor {
    let app = site(implied()).await;
    let mut visitor = Visitor::new();
    assert!(has_notice(&visitor.get(&app, "/").await));
    visitor
}

#[actix_web::test]
async fn on_the_first_page_everything_optional_is_off() {
    let app = site(implied()).await;
    let mut visitor = Visitor::new();
    let page = visitor.get(&app, "/").await;
    assert!(has_notice(&page));
    assert_eq!(sent(&page), "");
    assert!(page.sets(NOTE), "it was shown");
    assert!(!page.sets(COOKIE), "it is not an answer");
    assert_eq!(visitor.state(&app).await["status"], "undecided");
}

#[actix_web::test]
async fn going_on_to_another_page_is_taken_as_implied_and_recorded_as_that() {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    let page = visitor.get(&app, "/page/2").await;
    assert_eq!(sent(&page), ALL);
    assert!(
        page.sets(NOTE) && !page.sets(COOKIE),
        "a GET writes no grant"
    );
    let state = visitor.state(&app).await;
    assert_eq!(state["status"], "implied");
    assert_eq!(state["model"], "implied");
    assert_eq!(state["day"], serde_json::Value::Null, "nobody answered");
    for category in ["preferences", "analytics", "marketing"] {
        assert_eq!(
            state["categories"][category]["basis"], "implied",
            "{category}"
        );
    }
    assert_eq!(state["categories"]["necessary"]["basis"], "necessary");
    // From then on it holds, for every kind of request.
    assert_eq!(visitor.on(&app).await, ALL);
}

#[actix_web::test]
async fn going_on_to_the_same_page_again_counts_as_well() {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    assert_eq!(sent(&visitor.get(&app, "/").await), ALL);
}

#[actix_web::test]
async fn a_page_without_the_notice_shows_nothing_and_so_nothing_is_implied() {
    let app = site(implied()).await;
    let mut visitor = Visitor::new();
    for _ in 0..3 {
        let page = visitor.get(&app, "/plain").await;
        assert_eq!(sent(&page), "");
        assert!(page.set_cookies_named(NOTE).is_empty());
    }
    visitor.get(&app, "/").await;
    assert_eq!(sent(&visitor.get(&app, "/plain").await), ALL);
}

/// A request of a browser that has been shown the notice.
async fn goes_on(path: &str, method: Method, headers: &[(&str, &str)]) -> bool {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    let mut request = TestRequest::with_uri(path)
        .method(method)
        .insert_header((header::HOST, "news.example"))
        .insert_header((header::COOKIE, format!("{NOTE}={}", visitor.cookies[NOTE])));
    for header in headers {
        request = request.insert_header(*header);
    }
    let answer = send(&app, request).await;
    visitor.keep(&answer);
    let state = visitor.state(&app).await;
    let implied = state["status"] == "implied";
    if ["/", "/plain", "/page/2"].contains(&path) {
        assert_eq!(!sent(&answer).is_empty(), implied, "{path} {headers:?}");
    }
    implied
}

#[actix_web::test]
async fn only_a_navigation_is_going_on() {
    const HTML: (&str, &str) = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    const DOCUMENT: (&str, &str) = ("Sec-Fetch-Dest", "document");
    for (headers, expected) in [
        (&[DOCUMENT][..], true),
        (&[DOCUMENT, HTML], true),
        (&[HTML], true),
        (&[], false),
        (&[("Accept", "*/*")], false),
        (&[("Accept", "application/json")], false),
        (&[("Accept", "image/avif,image/webp,*/*")], false),
        (&[("Sec-Fetch-Dest", "image"), HTML], false),
        (&[("Sec-Fetch-Dest", "empty"), HTML], false),
        (&[("Sec-Fetch-Dest", "script")], false),
        (&[("Sec-Fetch-Dest", "style")], false),
        (&[("Sec-Fetch-Dest", "iframe"), HTML], false),
        (&[("Sec-Fetch-Dest", "")], false),
        (&[("Sec-Fetch-Dest", ""), HTML], false),
        (&[DOCUMENT, ("Sec-Purpose", "prefetch")], false),
        (&[DOCUMENT, ("Sec-Purpose", "prefetch;prerender")], false),
        (&[HTML, ("Sec-Purpose", "prefetch")], false),
    ] {
        assert_eq!(
            goes_on("/plain", Method::GET, headers).await,
            expected,
            "{headers:?}"
        );
    }
    for method in [Method::HEAD, Method::POST, Method::OPTIONS] {
        assert!(
            !goes_on("/plain", method.clone(), &[DOCUMENT]).await,
            "{method}"
        );
    }
}

#[actix_web::test]
async fn reading_about_it_is_not_going_on() {
    for (path, expected) in [
        ("/page/2", true),
        ("/privacy", false),
        ("/privacy/choices", false),
        ("/privacy/versions/2", false),
        ("/privacy/versions/9", false),
        ("/privacy/state.json", false),
        ("/.well-known/gpc.json", false),
    ] {
        let document = [("Sec-Fetch-Dest", "document")];
        assert_eq!(
            goes_on(path, Method::GET, &document).await,
            expected,
            "{path}"
        );
    }
}

#[actix_web::test]
async fn a_prefetched_page_has_been_shown_to_nobody() {
    let app = site(implied()).await;
    for headers in [
        &[("Sec-Purpose", "prefetch"), ("Sec-Fetch-Dest", "document")][..],
        &[
            ("Sec-Purpose", "prefetch;prerender"),
            ("Sec-Fetch-Dest", "document"),
        ],
        // A fragment that a script fetched may never be put into the page.
        &[("Sec-Fetch-Dest", "empty")],
    ] {
        let mut visitor = Visitor::new();
        let mut request = visitor.request(Method::GET, "/");
        for header in headers {
            request = request.insert_header(*header);
        }
        let answer = send(&app, request).await;
        visitor.keep(&answer);
        let first_seen = visitor.get(&app, "/page/1").await;
        assert_eq!(
            sent(&first_seen),
            "",
            "{headers:?}: the first page that was seen"
        );
        assert_eq!(
            sent(&visitor.get(&app, "/page/2").await),
            ALL,
            "{headers:?}"
        );
    }
}

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
async fn closing_the_notice_on_the_first_page_is_no_answer_and_going_on_still_counts() {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    visitor.press(&app, "dismiss").await;
    assert_eq!(visitor.on(&app).await, "", "closing alone implies nothing");
    assert_eq!(visitor.state(&app).await["status"], "undecided");
    assert_eq!(sent(&visitor.get(&app, "/page/2").await), ALL);
}

#[actix_web::test]
async fn a_closed_notice_comes_back_after_365_days_however_often_the_visitor_came() {
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

#[actix_web::test]
async fn what_is_implied_here_never_counts_in_opt_in() {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    visitor.get(&app, "/page/2").await;
    assert_eq!(visitor.on(&app).await, ALL);
    let opt_in = site(builder().build().expect("valid")).await;
    assert_eq!(visitor.on(&opt_in).await, "");
    let state = visitor.state(&opt_in).await;
    assert_eq!(state["status"], "undecided");
    assert_eq!(state["categories"]["analytics"]["basis"], "unanswered");
    assert!(has_notice(&visitor.get(&opt_in, "/").await), "it is asked");
    // Neither does a closed notice keep the question away.
    visitor.press(&app, "dismiss").await;
    assert!(has_notice(&visitor.get(&opt_in, "/").await));
}

#[actix_web::test]
async fn a_visit_in_opt_in_is_no_first_page_here() {
    let opt_in = site(builder().build().expect("valid")).await;
    let app = site(implied()).await;
    let mut visitor = Visitor::new();
    visitor.get(&opt_in, "/").await;
    visitor.get(&opt_in, "/page/1").await;
    assert_eq!(
        sent(&visitor.get(&app, "/page/2").await),
        "",
        "another text was shown there"
    );
}

#[actix_web::test]
async fn an_answer_counts_in_both_models() {
    let app = site(implied()).await;
    let opt_in = site(builder().build().expect("valid")).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.on(&opt_in).await, ALL);
    visitor.press(&opt_in, "reject").await;
    assert_eq!(visitor.on(&app).await, "");
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
        "stored on your device",
        "browser",
        "Cookie settings",
        "Which cookies, and why",
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
async fn a_notice_that_was_closed_stays_closed_when_the_signal_comes_or_goes() {
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
    let text = include_str!("consent.toml");
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
async fn the_model_can_differ_from_request_to_request_and_unknown_is_the_strictest() {
    let consent = builder()
        .placement(|head| match head.headers().get("host")?.to_str().ok()? {
            "implied.example" => Some(Placement::new(ConsentModel::Implied).in_jurisdiction("JP")),
            "eu.example" => Some(Placement::new(ConsentModel::OptIn).in_jurisdiction("EU")),
            _ => None,
        })
        .build()
        .expect("valid");
    let app = site(consent).await;
    for (host, model, jurisdiction) in [
        ("implied.example", "implied", Some("JP")),
        ("eu.example", "opt-in", Some("EU")),
        ("elsewhere.example", "opt-in", None),
    ] {
        let request =
            TestRequest::with_uri("/privacy/state.json").insert_header((header::HOST, host));
        let state = send(&app, request).await.json();
        assert_eq!(state["model"], model, "{host}");
        assert_eq!(state["jurisdiction"].as_str(), jurisdiction, "{host}");
        let request = TestRequest::with_uri("/").insert_header((header::HOST, host));
        let page = send(&app, request).await;
        assert_eq!(
            page.text().contains("value=\"dismiss\""),
            model == "implied",
            "{host}"
        );
        assert_eq!(
            page.text().contains("value=\"accept\""),
            model == "opt-in",
            "{host}"
        );
    }
}

#[actix_web::test]
async fn a_page_that_implies_is_not_kept_by_shared_caches() {
    let app = site(implied()).await;
    let mut visitor = shown().await;
    let page = visitor.get(&app, "/page/2").await;
    assert!(
        page.header("Cache-Control").contains("no-store"),
        "{page:?}"
    );
    let plain = visitor.get(&app, "/plain").await;
    assert!(
        plain.header("Cache-Control").contains("private"),
        "{plain:?}"
    );
}

#[actix_web::test]
async fn nothing_that_is_remembered_tells_two_visitors_apart() {
    let app = site(
        builder()
            .model(ConsentModel::Implied)
            .today(today)
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
