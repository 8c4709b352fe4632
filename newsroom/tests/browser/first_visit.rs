//! The first visit.

use serde_json::json;

use crate::{ACCEPT, ASKING, BANNER, PAGES, Visit, driver::Browser};

/// A page whose script changes its title.
const SCRIPTED: &str = "data:text/html,<title>off</title><script>document.title='on'</script>";

#[test]
#[ignore = "needs Chromium"]
fn javascript_is_on_in_one_browser_and_off_in_the_other() {
    for (browser, title) in [
        (Browser::start(), "on"),
        (Browser::without_javascript(), "off"),
    ] {
        browser.open(SCRIPTED);
        assert_eq!(browser.title(), title);
    }
}

#[test]
#[ignore = "needs Chromium"]
fn every_page_asks_and_nothing_is_stored_before_the_answer() {
    for visit in Visit::both() {
        for path in ASKING {
            let browser = visit.open(&format!("{path}?ref=autumn-letter&text=large"));
            assert!(browser.shows(BANNER), "{path}");
            assert_eq!(browser.cookies(), [""; 0], "{path}");
        }
        let stores = "return localStorage.length + sessionStorage.length";
        assert_eq!(visit.browser.run(stores, &[]), json!(0));
        // The control: after an acceptance the same page stores something.
        visit.browser.follow(ACCEPT);
        let browser = visit.open("/?ref=autumn-letter&text=large");
        assert_eq!(
            browser.own_cookies(),
            ["campaign", "consent", "display", "visits"]
        );
    }
}

#[test]
#[ignore = "needs Chromium"]
fn the_library_pages_have_no_banner() {
    let visit = Visit::with_javascript();
    for path in ["/privacy", "/privacy/choices", "/privacy/versions/1"] {
        assert!(!visit.open(path).shows(BANNER), "{path}");
    }
    assert!(visit.open("/").shows(BANNER));
}

#[test]
#[ignore = "needs Chromium"]
fn the_banner_is_a_named_region_with_one_heading_and_no_dialog() {
    let visit = Visit::with_javascript();
    let browser = visit.open("/");
    assert_eq!(browser.role(BANNER), "region");
    assert_eq!(browser.label(BANNER), "Cookies on Plenary");
    assert_eq!(browser.text(&format!("{BANNER} h2")), "Cookies on Plenary");
    assert_eq!(browser.all("dialog, [role=dialog], [aria-modal]"), []);
    let first = browser.run(
        "const [first, second] = document.body.children;
         return first.matches('.skip') && second.matches(arguments[0])",
        &[json!(BANNER)],
    );
    assert_eq!(
        first,
        json!(true),
        "the skip link and nothing else stands before the banner"
    );
}

#[test]
#[ignore = "needs Chromium"]
fn no_page_breaks_its_own_content_security_policy() {
    let visit = Visit::with_javascript();
    let browser = &visit.browser;
    let look_round = |when: &str| {
        for path in PAGES {
            for address in [visit.plain(path), visit.implied(path)] {
                browser.open(&address);
                let mut said = browser.console();
                // The console also reports the 404, which is no violation.
                said.retain(|line| !(path == "/nothing" && line.contains("404")));
                assert_eq!(said, [""; 0], "{when}: {address}");
            }
        }
    };
    look_round("before a choice");
    visit.choose("/", ACCEPT);
    assert_eq!(browser.console(), [""; 0], "the page that confirms");
    look_round("after it");
    // The control: the console reports a violation.
    browser.run(
        "document.head.append(Object.assign(document.createElement('style'), { textContent: 'p{}' }))",
        &[],
    );
    let said = browser.console();
    assert!(
        said.iter()
            .any(|line| line.contains("Content Security Policy")),
        "{said:?}"
    );
}
