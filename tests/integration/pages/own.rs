//! An application's own pages, frame, sentences and language.

use actix_consent::{
    ConsentMiddleware, Policy,
    pages::{
        BannerKind, BannerView, DefaultPages, Pages, PolicyView, RejectedPostView, Rejection,
        SettingsView, Words, style_source,
    },
};
use actix_web::http::Method;

use super::{earlier, own_pages};
use crate::{
    helpers::{Visitor, builder, consent, keys, send},
    site::{ALL, site, today},
};

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
            .previous_edition(earlier())
            .clock(today)
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
async fn changing_a_sentence_does_not_ask_visitors_again() {
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
    let text = include_str!("../consent.toml")
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
        // The words around the policy's texts are English until there are others.
        assert!(page.text().contains("<html lang=\"en\">"), "{name}");
    }
    let app = site(ConsentMiddleware::new(policy, keys()).expect("valid")).await;
    let banner = Visitor::new().get(&app, "/").await;
    assert!(
        banner.text().contains("liczyć odwiedziny"),
        "{}",
        banner.text()
    );
    assert!(banner.text().contains("lang=\"en\""));
    let words = DefaultPages::new().words("pl", Words::english());
    let policy = Policy::parse(&text).expect("valid");
    let builder = ConsentMiddleware::builder(policy, keys()).pages(words);
    for (name, page) in own_pages(builder.build().expect("valid")).await {
        assert!(page.text().contains("<html lang=\"pl\">"), "{name}");
    }
}
