//! Without a script of any kind, and with JavaScript off.

use actix_consent::{csp::Csp, markup::Markup};

use crate::{
    ACCEPT, REJECT, SAVED,
    driver::Browser,
    site::{Site, stopped},
};

fn site() -> Site {
    Site::start(
        Markup::new(),
        Some(Csp::new().directive("style-src-attr", "'unsafe-inline'")),
    )
}

#[test]
#[ignore = "needs Chromium"]
fn nothing_is_asked_of_a_partner_before_a_yes_or_after_a_no() {
    for start in [Browser::start, Browser::without_javascript] {
        let (site, browser) = (site(), start());
        browser.open(&site.address("/"));
        assert_eq!(site.asked(), [""; 0]);
        browser.follow(REJECT);
        assert_eq!(site.asked(), [""; 0]);
        assert_eq!(browser.cookies(), ["consent", "consent-off"]);
        browser.follow("[data-consent-held] button[value=once]");
        site.wait_for("/film");
        site.asked();
        browser.open(&site.address("/"));
        assert_eq!(site.asked(), [""; 0], "once is once");
        assert_eq!(stopped(&browser), [""; 0]);
    }
}

#[test]
#[ignore = "needs Chromium"]
fn a_yes_shows_everything_without_a_line_of_javascript() {
    let (site, browser) = (site(), Browser::without_javascript());
    browser.open(&site.address("/"));
    browser.follow(ACCEPT);
    site.wait_for("/film");
    site.wait_for("/pixel");
    assert!(browser.shows(SAVED));
    assert_eq!(browser.text("#promo"), "One two three");
    assert_eq!(stopped(&browser), [""; 0]);
}

#[test]
#[ignore = "needs Chromium"]
fn a_placeholder_is_as_large_as_what_it_stands_for() {
    let (site, browser) = (site(), Browser::start());
    browser.resize(1000, 800);
    browser.open(&site.address("/"));
    let size = |selector: &str| {
        let script = "const r = document.querySelector(arguments[0]).getBoundingClientRect(); return [r.width, r.height]";
        browser.run(script, &[selector.into()])
    };
    let held = size("[data-consent-held]");
    assert_eq!(held[0], 320.0);
    browser.follow(ACCEPT);
    assert_eq!(size("iframe")[0], 320.0);
}
