//! What tags of other vendors are told, before any of them.

use actix_consent::{
    ConsentMiddleware,
    error::ConfigError,
    markup::{CacheMode, Google, Markup, Matomo},
};

use super::{policy, site};
use crate::helpers::{Answer, Visitor, keys, visitors};

const PAGE: &str = "<!doctype html><html><head><script type=text/plain data-category=analytics data-src=https://tags.example/gtag.js></script></head><body><a href=\"/privacy/choices\">x</a></body></html>";

fn bare() -> Markup {
    super::bare()
}

/// The addresses of the scripts of a page, in order.
fn scripts(answer: &Answer) -> Vec<String> {
    let tags = answer.text().split("<script ").skip(1);
    let sources = tags.filter_map(|tag| tag.split("src=\"").nth(1)?.split('"').next());
    sources.map(str::to_owned).collect()
}

/// What the first script of the page says to this visitor.
async fn told(markup: Markup, form: &[(&str, &str)]) -> String {
    let app = site(markup, PAGE).await;
    let mut visitor = Visitor::new();
    if !form.is_empty() {
        assert_eq!(visitor.choose(&app, form).await.status, 303);
    }
    let page = visitor.get(&app, "/").await;
    let asset = visitor.get(&app, &scripts(&page)[0]).await;
    assert_eq!(
        asset.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    asset.text().to_owned()
}

#[actix_web::test]
async fn google_is_told_all_seven_types_as_they_are_decided() {
    for (form, expected) in [
        (&[][..], ["denied"; 4]),
        (&[("action", "reject")], ["denied"; 4]),
        (&[("action", "accept")], ["granted"; 4]),
        (
            &[("action", "save"), ("cat.analytics", "1")],
            ["denied", "granted", "denied", "denied"],
        ),
    ] {
        let file = told(bare().google(Google::new()), form).await;
        let [ads, analytics, functionality, personalization] = expected;
        let default = format!(
            "gtag('consent','default',{{ad_storage:'{ads}',ad_user_data:'{ads}',ad_personalization:'{ads}',\
             analytics_storage:'{analytics}',functionality_storage:'{functionality}',\
             personalization_storage:'{personalization}',security_storage:'granted'}});\n"
        );
        assert!(file.contains(&default), "{file}");
        assert!(file.starts_with(
            "window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}"
        ));
    }
}

#[actix_web::test]
async fn what_is_told_stands_before_every_tag_on_every_page() {
    for page in [
        PAGE,
        "<html><head>\n<title>x</title><script src=/a.js></script></head><body>x</body>",
        "<title>x</title><script src=/a.js></script><body>x</body>",
        "<script src=/a.js></script><p>x</p>",
        "<p>x</p><script src=/a.js></script>",
    ] {
        let app = site(
            bare()
                .google(Google::new())
                .matomo(Matomo::new("analytics")),
            page,
        )
        .await;
        let [mut silent, mut no, mut yes] = visitors(&app).await;
        for visitor in [&mut silent, &mut no, &mut yes] {
            let answer = visitor.get(&app, "/").await;
            let found: Vec<&str> = answer
                .text()
                .split("<script ")
                .skip(1)
                .filter_map(|tag| tag.split("src=").nth(1)?.split('>').next())
                .collect();
            assert!(
                found[0].starts_with("\"/privacy/signals."),
                "{page}: {found:?}"
            );
            assert!(
                found[1].starts_with("\"/privacy/measure."),
                "{page}: {found:?}"
            );
            assert_eq!(answer.text().matches("/privacy/signals.").count(), 1);
        }
    }
}

#[actix_web::test]
async fn the_basic_mode_asks_for_nothing_of_google_before_a_yes() {
    let app = site(bare().google(Google::new()), PAGE).await;
    let [mut silent, mut no, mut yes] = visitors(&app).await;
    for visitor in [&mut silent, &mut no] {
        assert!(!visitor.get(&app, "/").await.text().contains("tags.example"));
    }
    assert!(
        yes.get(&app, "/")
            .await
            .text()
            .contains("src=\"https://tags.example/gtag.js\"")
            || yes
                .get(&app, "/")
                .await
                .text()
                .contains("src=https://tags.example")
    );
}

#[actix_web::test]
async fn the_advanced_mode_is_for_the_service_that_asks_for_it() {
    let page = "<head></head><script src=\"https://video.example/tag.js\"></script><iframe src=\"https://maps.example:8443/\"></iframe>";
    let app = site(bare().google(Google::new().advanced("example-video")), page).await;
    let answer = Visitor::new().get(&app, "/").await;
    assert!(
        answer.text().contains("video.example/tag.js") && !answer.text().contains("maps.example")
    );
}

#[actix_web::test]
async fn redaction_is_off_by_default_and_passthrough_needs_consent() {
    let plain = told(bare().google(Google::new()), &[("action", "accept")]).await;
    assert!(!plain.contains("ads_data_redaction") && !plain.contains("url_passthrough"));
    let google = || Google::new().ads_data_redaction(true).url_passthrough(true);
    let silent = told(bare().google(google()), &[]).await;
    assert!(silent.contains("gtag('set','ads_data_redaction',true)"));
    assert!(!silent.contains("url_passthrough"));
    let accepted = told(bare().google(google()), &[("action", "accept")]).await;
    assert!(accepted.contains("gtag('set','url_passthrough',true)"));
}

#[actix_web::test]
async fn signals_can_follow_other_categories_and_services() {
    let google = Google::new().signal("ad_storage", "example-video");
    let file = told(
        bare().google(google),
        &[("action", "save"), ("svc.example-video", "1")],
    )
    .await;
    assert!(
        file.contains("ad_storage:'granted'") && file.contains("ad_user_data:'denied'"),
        "{file}"
    );
}

#[actix_web::test]
async fn matomo_waits_for_consent_and_gets_it_where_it_was_given() {
    let required = "_paq.push(['requireConsent']);\n";
    let given = "_paq.push(['setConsentGiven']);\n";
    let silent = told(bare().matomo(Matomo::new("analytics")), &[]).await;
    assert!(
        silent.contains(required) && !silent.contains(given),
        "{silent}"
    );
    let accepted = told(
        bare().matomo(Matomo::new("analytics")),
        &[("action", "accept")],
    )
    .await;
    assert!(
        accepted.contains(&format!("{required}{given}")),
        "{accepted}"
    );
    let cookieless = told(
        bare().matomo(Matomo::new("analytics").cookies_only(true)),
        &[],
    )
    .await;
    assert!(cookieless.contains("requireCookieConsent"), "{cookieless}");
}

#[actix_web::test]
async fn what_cannot_be_told_stops_the_start() {
    for (markup, named) in [
        (
            bare().google(Google::new().signal("ad_storage", "nope")),
            &["`nope`", "ad_storage", "`analytics`"][..],
        ),
        (
            bare().google(Google::new().signal("ad_storag", "analytics")),
            &["`ad_storag`", "`ad_storage`"],
        ),
        (
            bare().google(Google::new().advanced("nope")),
            &["`nope`", "advanced"],
        ),
        (bare().matomo(Matomo::new("nope")), &["`nope`", "Matomo"]),
        (
            bare()
                .matomo(Matomo::new("analytics"))
                .caches(CacheMode::Shell),
            &["CacheMode::Shell"],
        ),
    ] {
        let built = ConsentMiddleware::builder(policy(), keys())
            .markup(markup)
            .build();
        assert!(matches!(built, Err(ConfigError::Markup(_))));
        let error = built.expect_err("it names nothing that exists").to_string();
        assert!(named.iter().all(|word| error.contains(word)), "{error}");
    }
    let built = ConsentMiddleware::builder(policy(), keys()).markup(bare().google(Google::new()));
    assert!(built.build().is_ok());
}

#[actix_web::test]
async fn the_states_of_visitors_who_decided_alike_are_one_file() {
    let app = site(bare().google(Google::new()), PAGE).await;
    let [mut silent, mut no, mut yes] = visitors(&app).await;
    let of = |answer: Answer| scripts(&answer)[0].clone();
    let (silent, no, yes) = (
        of(silent.get(&app, "/").await),
        of(no.get(&app, "/").await),
        of(yes.get(&app, "/").await),
    );
    assert_eq!(silent, no);
    assert_ne!(no, yes);
}
