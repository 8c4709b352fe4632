//! Mode `live`: what was granted comes to life in the page as it is.

use actix_consent::markup::{Markup, PageScript};
use serde_json::json;

use crate::{
    ACCEPT, SAVED,
    driver::Browser,
    site::{Site, is_marked, mark, wait},
};

fn site() -> Site {
    Site::start(Markup::new().script(PageScript::Live), None)
}

#[test]
#[ignore = "needs Chromium"]
fn a_yes_wakes_everything_in_place_in_order_and_once() {
    let (site, browser) = (site(), Browser::start());
    browser.open(&site.address("/"));
    assert_eq!(site.asked(), [""; 0]);
    assert!(browser.shows("[data-consent-held]"));
    mark(&browser);
    browser.click(ACCEPT);
    wait(
        &browser,
        "the scripts",
        "return !!window.order && window.order.length == 2",
    );
    site.wait_for("/film");
    site.wait_for("/pixel");
    assert!(is_marked(&browser), "the page is the same");
    assert_eq!(
        browser.run("return window.order", &[]),
        json!(["first", "second"])
    );
    assert_eq!(browser.text("#promo"), "One two three");
    assert!(!browser.shows("[data-consent-held]"));
    assert_eq!(browser.focused(), browser.one(SAVED));
    assert_eq!(site.asked(), ["/film", "/pixel"], "once each");
}

#[test]
#[ignore = "needs Chromium"]
fn a_placeholder_wakes_its_own_provider_alone() {
    let (site, browser) = (site(), Browser::start());
    browser.open(&site.address("/"));
    mark(&browser);
    browser.click("[data-consent-held] button[value=save]");
    site.wait_for("/film");
    assert!(is_marked(&browser));
    assert_eq!(
        browser.run("return window.order === undefined", &[]),
        json!(true)
    );
    assert!(browser.shows(crate::BANNER), "the rest is still asked");
}

#[test]
#[ignore = "needs Chromium"]
fn markup_that_comes_later_is_gated_too() {
    let (site, browser) = (site(), Browser::start());
    let insert = "const p = document.createElement('p'); p.innerHTML = '<img data-category=\"analytics\" data-src=\"/late.png\" id=\"late\">'; document.body.append(p)";
    browser.open(&site.address("/"));
    browser.run(insert, &[]);
    let src = "return document.querySelector('#late').getAttribute('src')";
    assert_eq!(browser.run(src, &[]), json!(null));
    browser.click(ACCEPT);
    wait(
        &browser,
        "the late picture",
        "return document.querySelector('#late').getAttribute('src') == '/late.png'",
    );
    browser.open(&site.address("/"));
    browser.run(insert, &[]);
    wait(
        &browser,
        "the picture at once",
        "return document.querySelector('#late').getAttribute('src') == '/late.png'",
    );
}
