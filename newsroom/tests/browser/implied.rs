//! The implied model, on its own host.

use crate::{ACCEPT, BANNER, CLOSE, REJECT, Visit};

#[test]
#[ignore = "needs Chromium"]
fn reading_on_counts_from_the_second_page() {
    for visit in Visit::both() {
        let browser = visit.open_implied("/");
        assert!(browser.shows(BANNER));
        assert_eq!(browser.cookies(), ["consent-note"], "the first page");
        assert!(
            browser
                .text(".account")
                .contains("Held back: analytics is off")
        );
        browser.follow(".masthead a[href='/about']");
        assert_eq!(
            browser.own_cookies(),
            ["consent-note", "visits"],
            "the second"
        );
        assert!(browser.shows(BANNER), "the notice stays until it is closed");
    }
}

#[test]
#[ignore = "needs Chromium"]
fn the_settings_and_the_policy_are_no_second_page() {
    let visit = Visit::with_javascript();
    visit.open_implied("/");
    for path in ["/privacy", "/privacy/choices", "/privacy"] {
        let browser = visit.open_implied(path);
        assert_eq!(browser.cookies(), ["consent-note"], "{path}");
    }
    // The next page counts.
    let browser = visit.open_implied("/about");
    assert_eq!(browser.own_cookies(), ["consent-note", "visits"]);
}

#[test]
#[ignore = "needs Chromium"]
fn the_notice_can_be_closed_and_nothing_on_it_says_accept() {
    for visit in Visit::both() {
        let browser = visit.open_implied("/about");
        assert_eq!(browser.text(CLOSE), "Close");
        assert!(browser.all(ACCEPT).is_empty());
        assert!(browser.all(REJECT).is_empty());
        browser.follow(CLOSE);
        assert_eq!(browser.url(), visit.implied("/about"));
        assert!(!browser.shows(BANNER));
        assert!(!visit.open_implied("/").shows(BANNER));
    }
}

#[test]
#[ignore = "needs Chromium"]
fn an_implied_consent_can_be_withdrawn() {
    for visit in Visit::both() {
        visit.open_implied("/");
        visit.open_implied("/about?ref=autumn-letter");
        let browser = &visit.browser;
        let before = browser.own_cookies();
        assert_eq!(before, ["campaign", "consent-note", "visits"]);
        browser.follow(&format!("{BANNER} a[href='/privacy/choices']"));
        browser.follow("main button[value=reject]");
        let left = visit.open_implied("/?ref=autumn-letter").own_cookies();
        assert!(left.contains(&"consent".to_owned()), "{left:?}");
        assert!(
            left.iter().all(|name| name.starts_with("consent")),
            "{left:?}"
        );
        assert!(!browser.shows(BANNER));
    }
}

#[test]
#[ignore = "needs Chromium"]
fn a_choice_on_one_copy_does_not_count_on_the_other() {
    let visit = Visit::with_javascript();
    visit.choose("/", ACCEPT);
    assert!(!visit.open("/").shows(BANNER));
    let browser = visit.open_implied("/");
    assert!(browser.shows(BANNER));
    assert!(browser.text(".account").contains("Held back"));
    browser.follow("aside a");
    assert_eq!(
        browser.url(),
        format!("http://localhost:{}/", visit.site.port)
    );
    assert!(browser.shows(REJECT), "localhost is a third host");
}
