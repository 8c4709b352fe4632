//! Headers that end cookies, in Chromium, with and without the middleware.

use actix_consent::markup::Markup;

use crate::{BANNER, REJECT, driver::Browser, site::Site};

const SET: &str = "for (const name of ['id', 'basket']) document.cookie = name + '=1;path=/'";

#[test]
#[ignore = "needs Chromium"]
fn neither_an_old_date_nor_a_logout_undoes_a_refusal() {
    let (site, browser) = (Site::start(Markup::new(), None), Browser::start());
    browser.open(&site.address("/"));
    browser.follow(REJECT);
    browser.run(SET, &[]);
    browser.open(&site.address("/old"));
    let mut held = browser.cookies();
    held.sort();
    assert_eq!(
        held,
        ["basket", "consent", "consent-off", "id"],
        "no `visits`"
    );
    browser.open(&site.address("/logout"));
    assert_eq!(browser.cookies(), ["consent", "consent-off"]);
    browser.open(&site.address("/other"));
    assert!(!browser.shows(BANNER), "the refusal holds");

    // The control: the partner has no middleware.
    let readable = || browser.run("return document.cookie", &[]).to_string();
    browser.open(&format!("{}/old", site.partner()));
    assert!(readable().contains("visits=1"), "{}", readable());
    browser.open(&format!("{}/logout", site.partner()));
    let left = readable();
    assert!(!left.contains("visits"), "{left}");
    assert!(
        !left.contains("late"),
        "cleared after it was stored: {left}"
    );
}
