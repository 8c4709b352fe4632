//! Mode `reload`, under a strict Content-Security-Policy.

use actix_consent::{
    csp::Csp,
    markup::{Markup, PageScript},
};
use serde_json::json;

use crate::{
    ACCEPT, BANNER, REJECT, SAVED,
    driver::Browser,
    site::{Site, is_marked, mark, stopped, wait},
};

fn csp() -> Csp {
    Csp::new()
        .directive("default-src", "'none'")
        .directive("script-src", "'self'")
        // The page's own style attribute.
        .directive("style-src-attr", "'unsafe-inline'")
}

fn site() -> Site {
    Site::start(
        Markup::new().script(PageScript::Reload).api(true),
        Some(csp()),
    )
}

#[test]
#[ignore = "needs Chromium"]
fn a_no_is_taken_without_leaving_the_page() {
    let (site, browser) = (site(), Browser::start());
    browser.open(&site.address("/"));
    mark(&browser);
    browser.click(REJECT);
    wait(
        &browser,
        "the confirmation",
        "return !!document.querySelector('section.axc[role=status]')",
    );
    assert!(is_marked(&browser), "the page is the same");
    assert!(!browser.shows(BANNER));
    assert_eq!(browser.focused(), browser.one(SAVED));
    let html = browser.run("return [document.documentElement.dataset.consent, document.documentElement.dataset.consentState]", &[]);
    assert_eq!(html, json!(["", "decided"]));
    browser.click(&format!("{SAVED} a:last-of-type"));
    assert!(
        !browser.shows(SAVED) && is_marked(&browser),
        "it is hidden in place"
    );
    assert_eq!(site.asked(), [""; 0]);
    assert_eq!(browser.cookies(), ["consent", "consent-off"]);
    assert_eq!(stopped(&browser), [""; 0]);
}

#[test]
#[ignore = "needs Chromium"]
fn acceptance_reloads_the_page_and_keeps_its_scroll_position() {
    let (site, browser) = (site(), Browser::start());
    browser.open(&site.address("/"));
    assert_eq!(site.asked(), [""; 0]);
    mark(&browser);
    browser.click(ACCEPT);
    wait(
        &browser,
        "the page with everything",
        "return !!window.order && window.order.length == 2",
    );
    assert!(!is_marked(&browser));
    site.wait_for("/film");
    site.wait_for("/pixel");
    assert_eq!(
        browser.run("return window.order", &[]),
        json!(["first", "second"])
    );
    assert_eq!(browser.text("#promo"), "One two three");
    assert!(browser.shows(SAVED));
    assert_eq!(browser.run("return history.state", &[]), json!(null));
    assert_eq!(stopped(&browser), [""; 0]);
}

#[test]
#[ignore = "needs Chromium"]
fn a_withdrawal_removes_what_only_a_script_can_remove() {
    let (site, browser) = (site(), Browser::start());
    browser.open(&site.address("/"));
    browser.click(ACCEPT);
    wait(
        &browser,
        "the scripts",
        "return localStorage.getItem('reads1') == '1'",
    );
    assert!(browser.cookies().contains(&"_ga".to_owned()));
    browser.run("localStorage.setItem('mine', '1')", &[]);
    mark(&browser);
    browser.run("Consent.reject()", &[]);
    wait(
        &browser,
        "the page without",
        "return window.marked !== true && document.readyState == 'complete'",
    );
    wait(
        &browser,
        "the traces to be gone",
        "return localStorage.getItem('reads1') === null",
    );
    assert_eq!(
        browser.run("return localStorage.getItem('mine')", &[]),
        json!("1")
    );
    assert!(!browser.cookies().contains(&"_ga".to_owned()));
    site.asked();
    browser.open(&site.address("/"));
    assert_eq!(site.asked(), [""; 0]);
    assert_eq!(stopped(&browser), [""; 0]);
}

#[test]
#[ignore = "needs Chromium"]
fn where_the_request_fails_the_form_is_sent_as_it_is() {
    let (site, browser) = (site(), Browser::start());
    browser.open(&site.address("/"));
    browser.run(
        "window.fetch = () => Promise.reject(new Error('lost'))",
        &[],
    );
    mark(&browser);
    browser.click(REJECT);
    wait(
        &browser,
        "another page",
        "return window.marked !== true && document.readyState == 'complete'",
    );
    assert!(
        browser
            .text(SAVED)
            .starts_with("Saved. Optional cookies are off.")
    );
    assert_eq!(browser.cookies(), ["consent", "consent-off"]);
}

#[test]
#[ignore = "needs Chromium"]
fn other_scripts_can_ask_and_are_told() {
    let (site, browser) = (site(), Browser::start());
    browser.open(&site.address("/"));
    let heard = "window.heard = []; for (const name of ['ready','first','change','shown','hidden']) \
        Consent.on(name, e => heard.push(name)); return Consent.has('analytics')";
    assert_eq!(browser.run(heard, &[]), json!(false));
    browser.click(REJECT);
    wait(
        &browser,
        "the events",
        "return window.heard.includes('hidden')",
    );
    let heard = browser.run("return window.heard", &[]);
    for name in ["ready", "shown", "first", "hidden"] {
        assert!(
            heard.as_array().unwrap().contains(&json!(name)),
            "{name}: {heard}"
        );
    }
    assert_eq!(
        browser.run("return Consent.get().status", &[]),
        json!("decided")
    );
    assert_eq!(stopped(&browser), [""; 0]);
}

#[test]
#[ignore = "needs Chromium"]
fn what_slips_past_the_markup_is_stopped_by_the_browser() {
    let (site, browser) = (site(), Browser::start());
    browser.open(&site.address("/"));
    let origin = site.partner();
    let script =
        "const i = new Image(); i.src = arguments[0] + '/slipped'; document.body.append(i)";
    browser.run(script, &[json!(origin)]);
    crate::support::until("the violation", || {
        (!stopped(&browser).is_empty()).then_some(())
    });
    assert_eq!(site.asked(), [""; 0]);
    browser.click(ACCEPT);
    site.wait_for("/film");
    browser.run(script, &[json!(origin)]);
    site.wait_for("/slipped");
}

#[test]
#[ignore = "needs Chromium"]
fn going_back_after_a_choice_shows_the_page_of_that_choice() {
    let (site, browser) = (site(), Browser::start());
    browser.open(&site.address("/"));
    browser.click(REJECT);
    wait(
        &browser,
        "the answer",
        "return document.documentElement.dataset.consentState == 'decided'",
    );
    browser.open(&site.address("/"));
    browser.open(&site.address("/other"));
    mark(&browser);
    browser.run("Consent.accept()", &[]);
    wait(
        &browser,
        "the next page",
        "return window.marked !== true && !!window.Consent && Consent.has('analytics')",
    );
    browser.back();
    wait(
        &browser,
        "the scripts of the first page",
        "return !!window.order && window.order.length == 2",
    );
    site.wait_for("/film");
}
