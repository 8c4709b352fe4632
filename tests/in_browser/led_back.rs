//! After *Show it once* and *Always show*: where the reader is, and what they are told.

use actix_consent::markup::{Markup, PageScript};
use serde_json::json;

use crate::{
    driver::Browser,
    site::{Site, wait},
};

/// The second placeholder of the page; the element that replaces it has the same id.
const SECOND: &str = "#axc-held-2";

/// Returns whether a part of the element is in the window, a pixel or less cut off at the top.
fn is_in_view(browser: &Browser, selector: &str) -> bool {
    let script = "const r = document.querySelector(arguments[0]).getBoundingClientRect(); \
        return r.top > -1 && r.top < innerHeight";
    browser.run(script, &[json!(selector)]) == json!(true)
}

#[test]
#[ignore = "needs Chromium"]
fn a_form_leads_back_to_the_element_with_focus_and_a_word() {
    for script in [PageScript::None, PageScript::Reload] {
        let site = Site::start(Markup::new().script(script), None);
        for start in [Browser::start, Browser::without_javascript] {
            let browser = start();
            for (action, said) in [
                ("once", "Shown this once: Example Video."),
                ("save", "Shown from now on: Example Video."),
            ] {
                browser.devtools("Network.clearBrowserCookies", json!({}));
                site.asked();
                browser.open(&site.address("/long"));
                assert!(!is_in_view(&browser, SECOND), "it is far down");
                browser.follow(&format!("{SECOND} button[value={action}]"));
                site.wait_for("/film");
                assert!(
                    browser.url().ends_with(&format!("/long{SECOND}")),
                    "{}",
                    browser.url()
                );
                assert_eq!(
                    browser.focused(),
                    browser.one(SECOND),
                    "{script:?} {action}"
                );
                assert!(is_in_view(&browser, SECOND), "{script:?} {action}");
                assert!(
                    browser.text(SECOND).starts_with(said),
                    "{}",
                    browser.text(SECOND)
                );
                assert_eq!(browser.role(SECOND), "status");
            }
        }
    }
}

#[test]
#[ignore = "needs Chromium"]
fn what_wakes_in_place_takes_the_focus_of_its_button() {
    let site = Site::start(Markup::new().script(PageScript::Live), None);
    let browser = Browser::start();
    browser.open(&site.address("/long"));
    browser.click(&format!("{SECOND} button[value=save]"));
    site.wait_for("/film");
    let held = "return document.activeElement.localName == 'iframe'";
    wait(&browser, "the focus on the film", held);
    assert!(is_in_view(&browser, "iframe:focus"));
}
