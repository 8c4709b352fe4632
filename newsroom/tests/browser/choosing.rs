//! Accepting, rejecting, selecting and withdrawing, with JavaScript and without.

use crate::{ACCEPT, BANNER, REJECT, SAVED, Visit};

const SAVE: &str = "main button[value=save]";

#[test]
#[ignore = "needs Chromium"]
fn a_rejection_is_stored_and_nothing_else() {
    for visit in Visit::both() {
        let browser = visit.choose("/about", REJECT);
        assert_eq!(browser.url(), visit.plain("/about"));
        assert!(!browser.shows(BANNER));
        assert!(
            browser
                .text(SAVED)
                .starts_with("Saved. Optional cookies are off.")
        );
        for path in crate::ASKING {
            let browser = visit.open(&format!("{path}?ref=autumn-letter&text=large"));
            assert!(!browser.shows(BANNER), "{path}");
            assert_eq!(browser.cookies(), ["consent", "consent-off"], "{path}");
        }
    }
}

#[test]
#[ignore = "needs Chromium"]
fn an_acceptance_counts_at_once() {
    for visit in Visit::both() {
        let browser = visit.choose("/about?ref=autumn-letter", ACCEPT);
        assert!(!browser.shows(BANNER));
        assert!(
            browser
                .text(SAVED)
                .starts_with("Saved. Optional cookies are on.")
        );
        assert!(browser.cookies().contains(&"visits".to_owned()));
        assert!(browser.text(".account").contains("Sent"));
        visit.open("/");
        assert!(!browser.shows(BANNER));
    }
}

#[test]
#[ignore = "needs Chromium"]
fn a_selection_is_stored_as_made() {
    for visit in Visit::both() {
        let browser = visit.open("/about");
        browser.follow(&format!("{BANNER} a[href='/privacy/choices']"));
        assert_eq!(browser.text("h1"), "Cookie settings");
        assert_eq!(
            browser.all("main input[value='1']:checked"),
            [],
            "nothing is on unless it was chosen"
        );
        browser.click("input[name='cat.analytics'][value='1']");
        browser.follow(SAVE);
        let browser = visit.open("/?ref=autumn-letter&text=large");
        assert!(!browser.shows(BANNER));
        assert_eq!(browser.cookies(), ["consent", "consent-off", "visits"]);
        let browser = visit.open("/privacy/choices");
        assert_eq!(browser.all("main input[value='1']:checked").len(), 1);
        assert_eq!(
            browser
                .all("input[name='cat.analytics'][value='1']:checked")
                .len(),
            1
        );
    }
}

#[test]
#[ignore = "needs Chromium"]
fn saving_leads_back_to_the_page_that_was_left() {
    for visit in Visit::both() {
        let page = format!("{}?text=large", crate::PAGES[1]);
        let browser = visit.open(&page);
        browser.follow("footer a[href='/privacy/choices']");
        browser.follow(SAVE);
        assert_eq!(browser.url(), visit.plain(&page));
        assert!(browser.shows(SAVED), "nothing says that it was saved");
        // From the policy back to the policy.
        visit.open("/privacy");
        browser.follow("footer a[href='/privacy/choices']");
        browser.follow("main button[value=reject]");
        assert_eq!(browser.url(), visit.plain("/privacy"));
        // The control: a typed address leaves no page to return to.
        visit.open("/privacy/choices").follow(SAVE);
        assert_eq!(browser.url(), visit.plain("/privacy/choices"));
    }
}

#[test]
#[ignore = "needs Chromium"]
fn a_withdrawal_removes_the_cookies() {
    for visit in Visit::both() {
        visit.choose("/", ACCEPT);
        let browser = visit.open("/?ref=autumn-letter&text=large");
        assert_eq!(
            browser.own_cookies(),
            ["campaign", "consent", "display", "visits"]
        );
        browser.follow("footer a[href='/privacy/choices']");
        browser.click("input[name='cat.analytics'][value='0']");
        browser.follow(SAVE);
        assert_eq!(
            browser.own_cookies(),
            ["campaign", "consent", "consent-off", "display"]
        );
        visit
            .open("/privacy/choices")
            .follow("main button[value=reject]");
        // Both choices rejected something.
        let left = ["consent", "consent-off", "consent-off"];
        assert_eq!(browser.own_cookies(), left);
        assert_eq!(visit.open("/").own_cookies(), left);
    }
}

#[test]
#[ignore = "needs Chromium"]
fn back_does_not_ask_again() {
    for button in [REJECT, ACCEPT] {
        for visit in Visit::both() {
            let browser = visit.open("/");
            browser.follow(".masthead a[href='/about']");
            assert!(browser.shows(BANNER));
            browser.follow(button);
            // The page with the banner from the history, then the page before it.
            for path in ["/about", "/"] {
                browser.back();
                assert_eq!(browser.url(), visit.plain(path), "{button}");
                assert!(!browser.shows(BANNER), "{button}: {path}");
                assert!(
                    browser.all(SAVED).is_empty(),
                    "{button}: {path} says it again"
                );
            }
        }
    }
}

#[test]
#[ignore = "needs Chromium"]
fn the_confirmation_takes_focus_appears_once_and_can_be_hidden() {
    for visit in Visit::both() {
        let browser = visit.choose("/about", REJECT);
        assert_eq!(browser.role(SAVED), "status");
        assert_eq!(browser.focused(), browser.one(SAVED));
        browser.follow(&format!("{SAVED} a[href='/about']"));
        assert_eq!(browser.url(), visit.plain("/about"));
        assert!(browser.all(SAVED).is_empty());
        assert!(!browser.shows(BANNER));

        let browser = visit.open("/privacy/choices");
        browser.follow("main button[value=accept]");
        let saved = "main [role=status]";
        assert_eq!(browser.focused(), browser.one(saved));
        browser.open(&browser.url());
        assert!(browser.all(saved).is_empty());
    }
}

#[test]
#[ignore = "needs Chromium"]
fn the_reading_list_works_after_a_rejection() {
    for visit in Visit::both() {
        visit.choose("/about", REJECT);
        let browser = visit.open("/reports/peacekeeping-asian-partners");
        browser.follow("button[name=add]");
        assert_eq!(browser.url(), visit.plain("/reading-list"));
        assert_eq!(browser.all(".saved li").len(), 1);
        assert_eq!(
            browser.cookies(),
            ["consent", "consent-off", "newsroom_session"]
        );
        browser.follow(".saved button");
        assert_eq!(browser.cookies(), ["consent", "consent-off"]);
    }
}
