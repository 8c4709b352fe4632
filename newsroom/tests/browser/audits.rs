//! axe-core on every page: light and dark, wide and narrow.

use std::{fs, path::Path};

use serde_json::json;

use crate::{ACCEPT, PAGES, Visit, driver::Browser};

/// Runs all rules, those of best practice too; says which element breaks which rule and how.
const AUDIT: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(
        result => done(result.violations.flatMap(rule => rule.nodes.map(node =>
            rule.id + ': ' + node.target.join(' ') + ': ' + node.failureSummary))),
        error => done(['axe: ' + error]));";

fn axe() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/browser/node_modules/axe-core/axe.min.js");
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: run `npm ci` there", path.display()))
}

fn findings(browser: &Browser, axe: &str) -> Vec<String> {
    browser.run(axe, &[]);
    serde_json::from_value(browser.run_async(AUDIT)).expect("a list of texts")
}

fn assert_every_page_is_clean(scheme: &str) {
    let axe = axe();
    let mut visit = Visit::with_javascript();
    let partner = visit.site.partner();
    let browser = &visit.browser;
    browser.prefer(scheme);
    let mut all = Vec::new();
    let mut look = |width: u32, what: &str| {
        let found = findings(browser, &axe);
        all.extend(
            found
                .iter()
                .map(|found| format!("{what} at {width}: {found}")),
        );
    };
    for width in [1280, 320] {
        browser.resize(width, 800);
        for path in PAGES {
            visit.open(path);
            look(width, path);
        }
        visit.open("/about?text=large");
        look(width, "the message about the text size");
        for path in ["/", "/privacy", "/privacy/choices"] {
            visit.open_implied(path);
            look(width, &format!("{path} under the implied model"));
        }
        let form = visit.open("/privacy/choices");
        form.run(
            "document.querySelector('main button[value=reject]').value = 'nothing'",
            &[],
        );
        form.follow("main button[value=nothing]");
        look(width, "a choice that was not stored");
        visit.open(PAGES[1]).follow("button[name=add]");
        look(width, "a reading list with a report");
        visit.open("/").follow(ACCEPT);
        look(width, "the confirmation on a page");
        for path in [PAGES[1], PAGES[2]] {
            visit.open(path);
            look(
                width,
                &format!("{path} with all that comes from the partner"),
            );
        }
        for path in ["", "/film", "/promo"] {
            browser.open(&format!("http://partner.localhost:{partner}{path}"));
            look(width, &format!("{path} of the partner itself"));
        }
        visit
            .open("/privacy/choices")
            .follow("main button[value=reject]");
        look(width, "the confirmation on the settings");
        browser.devtools("Network.clearBrowserCookies", json!({}));
    }
    assert!(all.is_empty(), "{scheme}:\n{}", all.join("\n"));
}

#[test]
#[ignore = "needs Chromium"]
fn axe_finds_nothing_on_any_page_in_light_colours() {
    assert_every_page_is_clean("light");
}

#[test]
#[ignore = "needs Chromium"]
fn axe_finds_nothing_on_any_page_in_dark_colours() {
    assert_every_page_is_clean("dark");
}

#[test]
#[ignore = "needs Chromium"]
fn axe_finds_a_fault_that_was_put_there() {
    let axe = axe();
    let visit = Visit::with_javascript();
    let browser = visit.open("/about");
    browser.run(
        "document.querySelector('main').append(document.createElement('img'))",
        &[],
    );
    let found = findings(browser, &axe);
    assert!(
        found.iter().any(|found| found.starts_with("image-alt:")),
        "{found:?}"
    );
    // And the colours that a page is asked for are those that it is judged by.
    for (scheme, ground) in [("light", "rgb(252, 251, 248)"), ("dark", "rgb(21, 21, 18)")] {
        browser.prefer(scheme);
        let seen = browser.run(
            "return getComputedStyle(document.body).backgroundColor",
            &[],
        );
        assert_eq!(seen, json!(ground));
    }
}
