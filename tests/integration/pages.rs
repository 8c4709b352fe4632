//! The pages of the library: headers, what the policy page holds (R59 to R64, R66, R67, R69),
//! earlier editions, an application's own pages, and each page whole.

use actix_consent::{
    ConsentMiddleware, ConsentModel, Policy,
    pages::{
        BannerKind, BannerView, DefaultPages, Pages, PolicyView, RejectedPostView, Rejection,
        SettingsView, Words, style_source,
    },
};
use actix_web::http::{Method, header};

use crate::{
    helpers::{Answer, Visitor, builder, consent, keys, policy, send},
    site::{ALL, site, today},
};

/// A site that stands still on one day.
fn frozen() -> ConsentMiddleware {
    builder().today(today).build().expect("valid")
}

/// Each page of the library with a name, also the one that tells of a refusal.
async fn own_pages(consent: ConsentMiddleware) -> Vec<(&'static str, Answer)> {
    let app = site(consent).await;
    let mut visitor = Visitor::new();
    let mut pages = vec![
        ("policy", visitor.get(&app, "/privacy").await),
        ("edition", visitor.get(&app, "/privacy/versions/2").await),
        ("settings", visitor.get(&app, "/privacy/choices").await),
    ];
    let foreign = visitor
        .request(Method::POST, "/privacy/choices")
        .insert_header(("Sec-Fetch-Site", "cross-site"))
        .set_form([("action", "accept")]);
    pages.push(("refusal", send(&app, foreign).await));
    pages
}

#[actix_web::test]
async fn every_page_keeps_foreign_things_out_and_is_kept_by_no_cache() {
    for (name, page) in own_pages(consent()).await {
        assert_eq!(
            page.header("Content-Type"),
            "text/html; charset=utf-8",
            "{name}"
        );
        assert_eq!(page.header("Cache-Control"), "no-store", "{name}");
        assert_eq!(page.header("X-Content-Type-Options"), "nosniff", "{name}");
        assert_eq!(page.header("Referrer-Policy"), "same-origin", "{name}");
        assert_eq!(
            page.header("Link"),
            "</privacy>; rel=\"privacy-policy\"",
            "{name}"
        );
        assert!(page.set_cookies().is_empty(), "{name}: R63");
        let text = page.text();
        let styles: Vec<_> = text
            .split("<style>")
            .skip(1)
            .map(|rest| rest.split("</style>").next().expect("closed"))
            .collect();
        assert_eq!(styles.len(), 1, "{name}");
        assert_eq!(
            page.header("Content-Security-Policy"),
            format!(
                "default-src 'none'; style-src 'self' {}; font-src 'self'; img-src 'self'; form-action \
                 'self'; base-uri 'none'; frame-ancestors 'none'",
                style_source(styles[0])
            ),
            "{name}"
        );
        assert_eq!(
            page.headers.get_all("Content-Security-Policy").count(),
            1,
            "{name}"
        );
        for forbidden in [
            "<script",
            " style=\"",
            "<iframe",
            "<img",
            "<base",
            "javascript:",
            "@import",
            "url(",
            "src=\"",
        ] {
            assert!(!text.contains(forbidden), "{name}: {forbidden}");
        }
        assert!(
            !text.contains(" onclick") && !text.contains(" onload"),
            "{name}"
        );
        assert!(
            text.starts_with("<!doctype html>\n<html lang=\"en\">"),
            "{name}"
        );
        assert_eq!(text.matches("<h1").count(), 1, "{name}");
        assert_eq!(text.matches("<main").count(), 1, "{name}");
        assert!(
            text.contains("href=\"/privacy/choices\"") && text.contains("href=\"/privacy\""),
            "{name}: R34"
        );
    }
}

#[actix_web::test]
async fn pages_of_the_application_get_a_link_to_the_policy_and_no_headers_of_ours() {
    let app = site(consent()).await;
    let page = Visitor::new().get(&app, "/").await;
    assert_eq!(page.header("Link"), "</privacy>; rel=\"privacy-policy\"");
    assert_eq!(page.header("Content-Security-Policy"), "");
    assert_eq!(page.header("Referrer-Policy"), "");
    let plain = Visitor::new().get(&app, "/plain").await;
    assert_eq!(plain.header("Link"), "", "it is not HTML");
}

#[actix_web::test]
async fn an_edition_that_does_not_exist_is_not_found() {
    let app = site(builder().earlier(earlier()).build().expect("valid")).await;
    for (path, status) in [
        ("/privacy/versions/1", 200),
        ("/privacy/versions/2", 200),
        ("/privacy/versions/0", 404),
        ("/privacy/versions/3", 404),
        ("/privacy/versions/01", 404),
        ("/privacy/versions/+1", 404),
        ("/privacy/versions/x", 404),
        ("/privacy/versions/", 404),
        ("/privacy/versions/1/", 404),
        ("/privacy/versions/1/x", 404),
        ("/privacy/versions", 404),
    ] {
        let answer = Visitor::new().get(&app, path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.set_cookies().is_empty(), "{path}");
    }
}

/// The edition before.
fn earlier() -> Policy {
    let text = include_str!("consent.toml")
        .replace(
            "version = 2\neffective = 2026-11-22",
            "version = 1\neffective = 2025-01-31",
        )
        .replace("changes = \"The campaign cookie is new.\"\n", "")
        .replace("Example News Ltd", "Earlier News Ltd")
        .replace("count visits", "count visits as we did then");
    Policy::parse(&text).expect("valid")
}

#[actix_web::test]
async fn an_earlier_edition_can_be_read_and_says_that_it_is_superseded() {
    let app = site(
        builder()
            .earlier(earlier())
            .today(today)
            .build()
            .expect("valid"),
    )
    .await;
    let old = Visitor::new().get(&app, "/privacy/versions/1").await;
    let current = Visitor::new().get(&app, "/privacy").await;
    let same = Visitor::new().get(&app, "/privacy/versions/2").await;
    assert!(old.text().contains("Earlier News Ltd") && !old.text().contains("Example News Ltd"));
    assert!(old.text().contains("31 January 2025"), "{}", old.text());
    assert!(
        old.text().to_lowercase().contains("earlier")
            || old.text().to_lowercase().contains("replaced"),
        "{}",
        old.text()
    );
    assert!(old.text().contains("href=\"/privacy\""));
    assert!(!current.text().contains("Earlier News Ltd"));
    assert!(
        current.text().contains("href=\"/privacy/versions/1\""),
        "the list of editions"
    );
    assert!(current.text().contains("22 November 2026"));
    assert_eq!(same.text(), current.text());
    insta::assert_snapshot!("policy_earlier_edition", readable(&old));
}

#[actix_web::test]
async fn the_policy_page_holds_all_that_article_13_asks_for() {
    let text = include_str!("consent.toml")
        .replace(
            "[controller]\n",
            "[controller]\ncontact = \"https://news.example/contact\"\nphone = \"+48 22 000 00 00\"\n\
             representative = \"Rep of News, Vienna\"\ndpo = \"dpo@news.example\"\n",
        )
        .replace("recipients = \"Nobody.\"", "recipients = \"Our host, Example Hosting.\"")
        .replace("transfers = \"None.\"\nretention", "transfers = \"To Japan, adequacy decision.\"\nretention");
    let policy = Policy::parse(&text)
        .expect("valid")
        .complete()
        .expect("complete");
    let app = site(
        ConsentMiddleware::builder(policy, keys())
            .today(today)
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
        ("R64", "22 November 2026"),
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
async fn the_policy_page_lists_every_cookie_with_purpose_duration_and_who_reads_it() {
    let app = site(frozen()).await;
    let page = Visitor::new().get(&app, "/privacy").await;
    let rows: Vec<_> = page
        .text()
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
    assert!(
        row("__Host-consent-note").contains("365 days"),
        "{}",
        row("__Host-consent-note")
    );
    assert_eq!(rows.len(), policy().cookies().len() + 2);
}

#[actix_web::test]
async fn storage_and_what_third_parties_set_is_listed_with_its_kind_and_host() {
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
async fn under_the_implied_model_the_policy_does_not_claim_to_wait_for_a_yes() {
    for (model, claims) in [(ConsentModel::OptIn, true), (ConsentModel::Implied, false)] {
        let app = site(builder().model(model).build().expect("valid")).await;
        let page = Visitor::new().get(&app, "/privacy").await;
        for claim in ["waits for your yes", "off unless you turn"] {
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
    let text = include_str!("consent.toml").replace("partitioned = true", "");
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
        (&[("action", "accept")][..], "22 November 2026"),
        (&[("action", "reject")], "22 November 2026"),
        (
            &[("action", "save"), ("cat.analytics", "1")],
            "You turned analytics on, 22 November 2026.",
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
    let text = include_str!("consent.toml")
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

/// Pages of an application that draws them itself.
struct Own;

impl Pages for Own {
    fn banner(&self, view: &BannerView<'_>) -> String {
        let frame = &view.frame;
        match view.kind {
            BannerKind::Saved(outcome) => {
                format!("<p>own saved {outcome:?} {}</p>", frame.return_to)
            }
            kind => format!(
                "<p>own {kind:?} {} {} gpc {} news {:?}</p><input name=\"asked\" value=\"{}\"><a href=\"{}\">back</a>",
                frame.policy.file().site.name.get("en"),
                frame.model,
                frame.gpc,
                view.news,
                frame.asked,
                frame.return_to
            ),
        }
    }

    fn settings(&self, view: &SettingsView<'_>) -> String {
        let units: Vec<_> = view
            .categories
            .iter()
            .map(|category| {
                let services: Vec<_> = category
                    .services
                    .iter()
                    .map(|service| (service.id, service.chosen))
                    .collect();
                format!(
                    "{} {} {} {services:?}",
                    category.id, category.basis, category.chosen
                )
            })
            .collect();
        format!(
            "own settings {:?} {:?} {units:#?}",
            view.state.status, view.saved
        )
    }

    fn policy(&self, view: &PolicyView<'_>) -> String {
        let own: Vec<_> = view
            .own_cookies
            .iter()
            .map(|cookie| cookie.name.as_str())
            .collect();
        let editions: Vec<_> = view
            .editions
            .iter()
            .map(|edition| (edition.version, edition.path.as_str()))
            .collect();
        format!(
            "own policy {} superseded {} {own:?} {editions:?} on {:?} off {:?} day {:?}",
            view.frame.policy.file().policy.version,
            view.superseded,
            view.state.on,
            view.state.off_by_signal,
            view.state.day
        )
    }

    fn rejected_post(&self, view: &RejectedPostView<'_>) -> String {
        assert_eq!(view.reason, Rejection::CrossSite);
        "own refusal".to_owned()
    }
}

#[actix_web::test]
async fn an_application_can_draw_every_page_itself() {
    let app = site(
        builder()
            .pages(Own)
            .earlier(earlier())
            .today(today)
            .build()
            .expect("valid"),
    )
    .await;
    let mut visitor = Visitor::new();
    let mut seen = vec![
        visitor.get(&app, "/page?a=1&b=2").await,
        visitor.get(&app, "/privacy").await,
        visitor.get(&app, "/privacy/versions/1").await,
        visitor.get(&app, "/privacy/choices").await,
    ];
    visitor
        .choose(
            &app,
            &[
                ("action", "save"),
                ("cat.marketing", "1"),
                ("svc.example-video", "0"),
            ],
        )
        .await;
    seen.push(visitor.get(&app, "/").await);
    seen.push(visitor.get(&app, "/privacy/choices").await);
    visitor.gpc = true;
    seen.push(visitor.get(&app, "/privacy").await);
    let foreign = visitor
        .request(Method::POST, "/privacy/choices")
        .insert_header(("Sec-Fetch-Site", "cross-site"))
        .set_form([("action", "accept")]);
    let refusal = send(&app, foreign).await;
    assert_eq!(refusal.status, 403);
    assert!(
        refusal
            .header("Content-Security-Policy")
            .contains("style-src 'self';"),
        "no inline style, no hash"
    );
    seen.push(refusal);
    let seen: Vec<_> = seen
        .iter()
        .map(|answer| answer.text().replace("<!doctype html>", ""))
        .collect();
    insta::assert_snapshot!("own_pages", seen.join("\n---\n"));
}

#[actix_web::test]
async fn an_application_puts_its_own_frame_round_the_pages() {
    let pages = DefaultPages::new()
        .head("<link rel=\"stylesheet\" href=\"/assets/site.css\">")
        .header("<header>own masthead</header>")
        .footer("<footer><a href=\"/privacy/choices\">Cookie settings</a><a href=\"/privacy\">Privacy</a></footer>")
        .style(":root{--consent-link:#7a2e1d}");
    for (name, page) in own_pages(builder().pages(pages.clone()).build().expect("valid")).await {
        let html = page.text();
        let (head, body) = html.split_once("<body>").expect("a body");
        assert!(
            head.contains("<link rel=\"stylesheet\" href=\"/assets/site.css\">"),
            "{name}"
        );
        assert!(
            body.trim_start()
                .starts_with("<header>own masthead</header>"),
            "{name}: {body}"
        );
        let (_, foot) = body.split_once("</main>").expect("a main");
        assert!(foot.trim_start().starts_with("<footer>"), "{name}: {foot}");
        let style = html
            .split("<style>")
            .nth(1)
            .and_then(|rest| rest.split("</style>").next())
            .expect("a style");
        assert!(style.contains("--consent-link:#7a2e1d"), "{name}");
        assert!(
            page.header("Content-Security-Policy")
                .contains(&style_source(style)),
            "{name}"
        );
    }
    let app = site(builder().pages(pages).build().expect("valid")).await;
    let banner = Visitor::new().get(&app, "/").await;
    assert!(banner.text().contains("--consent-link:#7a2e1d"));
    // What an application adds to a style cannot end it.
    let closing = DefaultPages::new().style("</style><script>alert(1)</script>");
    let app = site(builder().pages(closing).build().expect("valid")).await;
    for path in ["/", "/privacy", "/privacy/choices"] {
        let page = Visitor::new().get(&app, path).await;
        let (style, rest) = page.text().split_once("</style>").expect("a style");
        assert!(style.contains("alert(1)"), "{path}: it is put in, as style");
        assert!(!rest.contains("alert(1)"), "{path}");
    }
}

#[actix_web::test]
async fn an_application_changes_single_sentences_and_asks_nobody_again_by_that() {
    let mut words = Words::english();
    words.banner_heading = "Biscuits at {site}".into();
    let pages = DefaultPages::new().words("en", words);
    let plain = site(consent()).await;
    let own = site(builder().pages(pages).build().expect("valid")).await;
    let page = Visitor::new().get(&own, "/").await;
    assert!(page.text().contains("Biscuits at Example News"));
    let mut visitor = Visitor::new();
    visitor.press(&plain, "accept").await;
    assert_eq!(visitor.on(&own).await, ALL);
    assert_eq!(visitor.state(&own).await["status"], "decided");
}

#[actix_web::test]
async fn a_policy_in_another_language_says_so_on_every_page() {
    let text = include_str!("consent.toml")
        .replace(
            "serves = [\"EU\"]",
            "serves = [\"EU\"]\nlanguages = [\"pl\", \"en\"]",
        )
        .replace(
            "summary = \"count visits\"",
            "summary = { en = \"count visits\", pl = \"liczyć odwiedziny\" }",
        );
    let policy = Policy::parse(&text).expect("valid");
    for (name, page) in
        own_pages(ConsentMiddleware::new(policy.clone(), keys()).expect("valid")).await
    {
        assert!(page.text().contains("<html lang=\"pl\">"), "{name}");
    }
    let app = site(ConsentMiddleware::new(policy, keys()).expect("valid")).await;
    let banner = Visitor::new().get(&app, "/").await;
    assert!(
        banner.text().contains("liczyć odwiedziny"),
        "{}",
        banner.text()
    );
    assert!(banner.text().contains("lang=\"pl\""));
}

/// No word that ad blockers hide stands in an id or class that has to stay visible (c-6).
#[actix_web::test]
async fn no_id_or_class_of_the_pages_is_one_that_ad_blockers_hide() {
    let mut pages: Vec<_> = own_pages(consent())
        .await
        .into_iter()
        .map(|(_, page)| page)
        .collect();
    let app = site(consent()).await;
    pages.push(Visitor::new().get(&app, "/").await);
    for page in pages {
        for attribute in [" id=\"", " class=\""] {
            for value in page
                .text()
                .split(attribute)
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
            {
                for word in ["cookie", "consent", "gdpr", "privacy", "banner", "cmp"] {
                    assert!(!value.to_lowercase().contains(word), "{attribute}{value}");
                }
            }
        }
    }
}

/// The page with a line for each tag of its style left out, so that a snapshot shows the markup.
fn readable(page: &Answer) -> String {
    let mut out = String::new();
    let mut rest = page.text();
    while let Some((before, style)) = rest.split_once("<style>") {
        out.push_str(before);
        out.push_str("<style>…</style>");
        rest = style.split_once("</style>").expect("closed").1;
    }
    out.push_str(rest);
    format!("{} {}\n\n{out}", page.status, page.header("Content-Type"))
}

#[actix_web::test]
async fn the_settings_page_in_each_state() {
    let app = site(frozen()).await;
    let mut visitor = Visitor::new();
    insta::assert_snapshot!(
        "settings_first_visit",
        readable(&visitor.get(&app, "/privacy/choices").await)
    );
    visitor
        .choose(&app, &[("action", "save"), ("cat.analytics", "1")])
        .await;
    insta::assert_snapshot!(
        "settings_just_saved",
        readable(&visitor.get(&app, "/privacy/choices").await)
    );
    visitor.press(&app, "accept").await;
    visitor.get(&app, "/").await;
    visitor.gpc = true;
    insta::assert_snapshot!(
        "settings_under_the_signal",
        readable(&visitor.get(&app, "/privacy/choices").await)
    );
}

#[actix_web::test]
async fn the_banner_in_each_state() {
    let app = site(frozen()).await;
    let mut visitor = Visitor::new();
    insta::assert_snapshot!(
        "banner_first_visit",
        readable(&visitor.get(&app, "/page?a=b").await)
    );
    visitor.gpc = true;
    insta::assert_snapshot!(
        "banner_under_the_signal",
        readable(&visitor.get(&app, "/").await)
    );
    visitor.gpc = false;
    visitor.press(&app, "reject").await;
    insta::assert_snapshot!(
        "banner_just_rejected",
        readable(&visitor.get(&app, "/").await)
    );
    insta::assert_snapshot!("banner_decided", readable(&visitor.get(&app, "/").await));
    let implied = builder()
        .model(ConsentModel::Implied)
        .today(today)
        .build()
        .expect("valid");
    let app = site(implied).await;
    insta::assert_snapshot!(
        "banner_implied",
        readable(&Visitor::new().get(&app, "/").await)
    );
}

#[actix_web::test]
async fn the_page_of_a_refusal() {
    for (name, page) in own_pages(frozen()).await {
        if name == "refusal" {
            insta::assert_snapshot!("refusal", readable(&page));
        }
    }
}

#[actix_web::test]
async fn the_policy_of_a_site_that_keeps_nothing() {
    let text =
        "version = 1\n[site]\nname = \"N\"\n[controller]\nname = \"N\"\nemail = \"n@n.example\"\n";
    let policy = Policy::parse(text).expect("valid");
    let app = site(
        ConsentMiddleware::builder(policy, keys())
            .today(today)
            .build()
            .expect("valid"),
    )
    .await;
    let mut visitor = Visitor::new();
    insta::assert_snapshot!(
        "policy_of_nothing",
        readable(&visitor.get(&app, "/privacy").await)
    );
    insta::assert_snapshot!(
        "settings_of_nothing",
        readable(&visitor.get(&app, "/privacy/choices").await)
    );
}

#[actix_web::test]
async fn the_pages_answer_head_as_get() {
    let app = site(frozen()).await;
    for path in [
        "/privacy",
        "/privacy/choices",
        "/privacy/state.json",
        "/.well-known/gpc.json",
    ] {
        let mut both = Vec::new();
        for method in [Method::GET, Method::HEAD] {
            let request = Visitor::new()
                .request(method, path)
                .insert_header((header::ACCEPT, "*/*"));
            let answer = send(&app, request).await;
            let mut headers: Vec<_> = answer
                .headers
                .iter()
                .map(|(name, value)| format!("{name}: {value:?}"))
                .collect();
            headers.sort();
            both.push((answer.status, headers));
        }
        assert_eq!(both[0], both[1], "{path}");
    }
}
