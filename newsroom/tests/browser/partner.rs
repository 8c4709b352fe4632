//! Requests to the partner and data that the browser stores, by the browser's own record.

use serde_json::json;

use crate::{ACCEPT, BANNER, PAGES, REJECT, SAVED, Visit, support::until};

const REPORT: &str = PAGES[1];
const EVENT: &str = PAGES[2];
/// Button of the placeholder.
const ONCE: &str = "main .axc-held button[value=once]";
const ALWAYS: &str = "main .axc-held button[value=save]";
/// Status line beside the content.
const SHOWN: &str = "#axc-held-1";

/// Requests to the partner since the last call, as paths without repetition.
fn asked(visit: &Visit, partner: u16) -> Vec<String> {
    let at = format!(".localhost:{partner}/");
    let requests = visit.browser.requests();
    let mut paths: Vec<_> = requests
        .iter()
        .filter_map(|url| Some(format!("/{}", url.split_once(&at)?.1)))
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

/// Number of entries in both stores of the page's origin.
fn stored(visit: &Visit) -> serde_json::Value {
    let count = "return localStorage.length + sessionStorage.length";
    visit.browser.run(count, &[])
}

#[test]
#[ignore = "needs Chromium"]
fn requests_and_stores_nothing_of_the_partner_before_a_choice() {
    for (visit, partner) in Visit::both_with_partner() {
        for path in PAGES {
            visit.open(path);
            assert_eq!(asked(&visit, partner), [""; 0], "{path}");
            assert_eq!(visit.browser.cookies(), [""; 0], "{path}");
            assert_eq!(stored(&visit), json!(0), "{path}");
        }
        visit.browser.console();
        for path in [REPORT, EVENT] {
            visit.open(path);
            assert!(visit.browser.shows(ONCE), "{path}");
        }
        assert_eq!(
            visit.browser.console(),
            [""; 0],
            "nothing had to be stopped"
        );
    }
}

#[test]
#[ignore = "needs Chromium"]
fn blocks_and_reports_a_script_request_before_consent() {
    let mut visit = Visit::with_javascript();
    let partner = visit.site.partner();
    let browser = visit.open("/about");
    let load = format!(
        "const done = arguments[arguments.length - 1];
         const dot = new Image();
         dot.onload = () => done('loaded');
         dot.onerror = () => done('stopped');
         dot.src = 'http://partner.localhost:{partner}/p.gif';"
    );
    assert_eq!(browser.run_async(&load), json!("stopped"));
    let said = browser.console();
    assert!(
        said.iter().any(|line| line.contains("img-src 'self'")),
        "{said:?}"
    );
    assert_eq!(browser.cookies(), [""; 0]);
    browser.follow(ACCEPT);
    assert_eq!(browser.run_async(&load), json!("loaded"));
    assert_eq!(browser.console(), [""; 0]);
}

#[test]
#[ignore = "needs Chromium"]
fn show_it_once_shows_exactly_the_film_and_shows_it_once() {
    for (visit, partner) in Visit::both_with_partner() {
        let browser = visit.choose(REPORT, ONCE);
        let back = format!("{}#axc-held-1", visit.plain(REPORT));
        assert_eq!(browser.url(), back, "at the film");
        assert!(browser.shows("main iframe") && !browser.shows(ONCE));
        assert_eq!(asked(&visit, partner), ["/film"]);
        assert_eq!(browser.cookies(), ["partner_film"]);
        assert_eq!(stored(&visit), json!(0));
        assert!(browser.text(".account").contains("Loaded this once"));
        assert!(browser.shows(BANNER), "it was no choice");

        visit.open(REPORT);
        assert!(browser.shows(ONCE) && !browser.shows("main iframe"));
        assert_eq!(asked(&visit, partner), [""; 0]);
        assert_eq!(browser.console(), [""; 0], "and nothing had to be stopped");
    }
}

#[test]
#[ignore = "needs Chromium"]
fn always_show_lets_that_provider_in_and_no_other() {
    for (visit, partner) in Visit::both_with_partner() {
        let browser = visit.choose(REPORT, ALWAYS);
        assert_eq!(browser.focused(), browser.one(SHOWN));
        assert!(browser.shows(SAVED), "it confirms, and takes no focus");
        for _ in 0..2 {
            visit.open(REPORT);
            assert_eq!(asked(&visit, partner), ["/film"]);
        }
        let browser = visit.open(EVENT);
        assert!(browser.shows(ONCE), "the offer is another's");
        assert_eq!(asked(&visit, partner), [""; 0]);
        assert_eq!(browser.cookies(), ["consent", "partner_film"]);
        assert_eq!(browser.console(), [""; 0]);
    }
}

/// Without JavaScript the site's script does nothing, whatever was granted. Earlier entries in the
/// browser's stores end with the withdrawal.
#[test]
#[ignore = "needs Chromium"]
fn loads_all_when_accepted_and_removes_cookies_when_rejected() {
    for (mut visit, scripts) in Visit::both().zip([true, false]) {
        let partner = visit.site.partner();
        visit.choose(REPORT, ACCEPT);
        visit.open(EVENT);
        assert_eq!(asked(&visit, partner), ["/film", "/p.gif", "/promo"]);
        let browser = &visit.browser;
        let own = match scripts {
            true => &["consent", "reads", "visits"][..],
            false => &["consent", "visits"],
        };
        assert_eq!(browser.own_cookies(), own);
        let partners = ["partner_dot", "partner_film", "partner_offer"];
        let all = browser.cookies();
        assert!(
            partners
                .iter()
                .all(|name| all.contains(&(*name).to_owned()))
        );
        let read = browser.run("return localStorage.getItem('plenary.read')", &[]);
        match scripts {
            true => assert_eq!(read, json!(format!("{REPORT} {EVENT}"))),
            false => assert_eq!(read, json!(null)),
        }
        assert_eq!(browser.console(), [""; 0], "nothing had to be stopped");

        let kept = "localStorage.setItem('other', '1'); return localStorage.length";
        assert_ne!(browser.run(kept, &[]), json!(0), "the control");
        visit
            .open("/privacy/choices")
            .follow("main button[value=reject]");
        assert_eq!(stored(&visit), json!(0), "also without a script");
        asked(&visit, partner);
        for path in PAGES {
            visit.open(path);
            assert_eq!(asked(&visit, partner), [""; 0], "{path}");
            assert_eq!(browser.own_cookies(), ["consent", "consent-off"], "{path}");
        }
    }
}

#[test]
#[ignore = "needs Chromium"]
fn an_immediate_rejection_keeps_the_partner_out() {
    for (visit, partner) in Visit::both_with_partner() {
        visit.choose(REPORT, REJECT);
        for path in PAGES {
            visit.open(path);
        }
        assert_eq!(asked(&visit, partner), [""; 0]);
        assert_eq!(visit.browser.cookies(), ["consent", "consent-off"]);
        assert_eq!(stored(&visit), json!(0));
    }
}

#[test]
#[ignore = "needs Chromium"]
fn the_implied_copy_loads_content_from_the_second_page_on() {
    let mut visit = Visit::with_javascript();
    let partner = visit.site.partner();
    visit.open_implied(REPORT);
    assert_eq!(asked(&visit, partner), [""; 0]);
    let browser = visit.open_implied(EVENT);
    assert_eq!(asked(&visit, partner), ["/p.gif", "/promo"]);
    until("the script's cookie", || {
        let all = browser.own_cookies();
        all.contains(&"reads".to_owned()).then_some(())
    });
}
