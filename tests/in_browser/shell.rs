//! Mode `shell`: the same HTML for everyone.

use actix_consent::markup::{CacheMode, Markup};
use serde_json::json;

use crate::{
    ACCEPT, BANNER, REJECT,
    driver::Browser,
    site::{Site, wait},
};

fn site() -> Site {
    Site::start(Markup::new().caches(CacheMode::Shell), None)
}

#[test]
#[ignore = "needs Chromium"]
fn the_script_reveals_the_banner_and_wakes_what_is_granted() {
    let (site, browser) = (site(), Browser::start());
    browser.open(&site.address("/"));
    wait(
        &browser,
        "the banner",
        "return !!document.querySelector('[data-consent-banner]')",
    );
    let focus = browser.run("return document.activeElement === document.body", &[]);
    assert_eq!(focus, json!(true), "it takes no focus");
    assert_eq!(site.asked(), [""; 0]);
    browser.click(ACCEPT);
    site.wait_for("/film");
    wait(
        &browser,
        "the scripts",
        "return !!window.order && window.order.length == 2",
    );
    // The next page is the same HTML, and is woken without a question.
    browser.open(&site.address("/"));
    wait(
        &browser,
        "the scripts again",
        "return !!window.order && window.order.length == 2",
    );
    assert!(!browser.shows(BANNER));
}

#[test]
#[ignore = "needs Chromium"]
fn who_has_rejected_is_not_asked_and_gets_nothing() {
    let (site, browser) = (site(), Browser::start());
    browser.open(&site.address("/"));
    wait(
        &browser,
        "the banner",
        "return !!document.querySelector('[data-consent-banner]')",
    );
    browser.click(REJECT);
    wait(
        &browser,
        "the answer",
        "return document.documentElement.dataset.consentState == 'decided'",
    );
    browser.open(&site.address("/"));
    wait(
        &browser,
        "the state",
        "return document.documentElement.dataset.consentState == 'decided'",
    );
    assert!(!browser.shows(BANNER));
    assert_eq!(site.asked(), [""; 0]);
}

#[test]
#[ignore = "needs Chromium"]
fn without_scripts_there_is_a_link_and_a_placeholder_and_nothing_is_fetched() {
    let (site, browser) = (site(), Browser::without_javascript());
    browser.open(&site.address("/"));
    assert!(browser.shows("noscript a[href='/privacy/choices']"));
    assert!(browser.shows("[data-consent-held]"));
    assert_eq!(site.asked(), [""; 0]);
}
