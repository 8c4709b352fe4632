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

fn wait_for_banner(browser: &Browser) {
    let there = "return !!document.querySelector('[data-consent-banner]')";
    wait(browser, "the banner", there);
}

fn wait_for_scripts(browser: &Browser) {
    let there = "return !!window.order && window.order.length == 2";
    wait(browser, "the scripts", there);
}

fn wait_for_answer(browser: &Browser) {
    let there = "return document.documentElement.dataset.consentState == 'decided'";
    wait(browser, "the answer", there);
}

#[test]
#[ignore = "needs Chromium"]
fn the_script_reveals_the_banner_and_wakes_what_is_granted() {
    let (site, browser) = (site(), Browser::start());
    browser.open(&site.address("/"));
    wait_for_banner(&browser);
    let focus = browser.run("return document.activeElement === document.body", &[]);
    assert_eq!(focus, json!(true), "it takes no focus");
    assert_eq!(site.asked(), [""; 0]);
    browser.click(ACCEPT);
    site.wait_for("/film");
    wait_for_scripts(&browser);
    // The next page is the same HTML, and is woken without a question.
    browser.open(&site.address("/"));
    wait_for_scripts(&browser);
    assert!(!browser.shows(BANNER));
}

#[test]
#[ignore = "needs Chromium"]
fn who_has_rejected_is_not_asked_and_gets_nothing() {
    let (site, browser) = (site(), Browser::start());
    browser.open(&site.address("/"));
    wait_for_banner(&browser);
    browser.click(REJECT);
    wait_for_answer(&browser);
    browser.open(&site.address("/"));
    wait_for_answer(&browser);
    assert!(!browser.shows(BANNER));
    assert_eq!(site.asked(), [""; 0]);
}

#[test]
#[ignore = "needs Chromium"]
fn a_shell_without_scripts_has_a_link_and_fetches_nothing() {
    let (site, browser) = (site(), Browser::without_javascript());
    browser.open(&site.address("/"));
    assert!(browser.shows("noscript a[href='/privacy/choices']"));
    assert!(browser.shows("[data-consent-held]"));
    assert_eq!(site.asked(), [""; 0]);
}
