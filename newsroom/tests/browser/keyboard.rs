//! Use without a mouse.

use serde_json::{Value, json};

use crate::{BANNER, Visit, driver::Browser, support::until};

const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';
const DOWN: char = '\u{e015}';
const UP: char = '\u{e013}';

/// The focused element: its name, its place, and whether it is visible.
const STOP: &str = "
    const it = document.activeElement;
    if (it === document.body) return null;
    // Of an element on several lines, the first line.
    const box = it.getClientRects()[0];
    const top = document.elementFromPoint(box.x + Math.min(box.width, 8) / 2, box.y + box.height / 2);
    return {
        name: (it.textContent || it.name).trim() || it.name,
        banner: it.closest('[data-consent-banner]') !== null,
        outline: getComputedStyle(it).outlineStyle,
        width: parseFloat(getComputedStyle(it).outlineWidth),
        covered: !(it.contains(top) || (it.labels && [...it.labels].some(l => l.contains(top)))),
        inside: box.top >= 0 && box.bottom <= innerHeight,
    };";

/// Presses Tab until the focus leaves the page.
fn stops(browser: &Browser) -> Vec<Value> {
    let mut stops = Vec::new();
    loop {
        browser.press(TAB);
        let stop = browser.run(STOP, &[]);
        if stop.is_null() || stops.first() == Some(&stop) {
            return stops;
        }
        stops.push(stop);
        assert!(stops.len() < 200, "the focus never leaves the page");
    }
}

/// Presses Tab until an element that matches the selector has the focus.
fn tab_to(browser: &Browser, selector: &str) {
    let there = browser.one(selector);
    for _ in 0..100 {
        browser.press(TAB);
        if browser.focused() == there {
            return;
        }
    }
    panic!("no Tab leads to {selector}");
}

#[test]
#[ignore = "needs Chromium"]
fn the_first_tab_reaches_the_skip_link_then_the_banner() {
    for visit in Visit::both() {
        let browser = visit.open("/about");
        assert_eq!(browser.focused(), browser.one("body"));
        let stops = stops(browser);
        let names: Vec<_> = stops
            .iter()
            .map(|stop| stop["name"].as_str().unwrap_or_default())
            .collect();
        assert_eq!(
            names[..5],
            [
                "Skip to the text",
                "Privacy policy and cookie list",
                "Reject all",
                "Accept all",
                "Cookie settings",
            ]
        );
        let outside = stops[5..].iter().all(|stop| stop["banner"] == json!(false));
        assert!(outside, "the banner is met again");
    }
}

#[test]
#[ignore = "needs Chromium"]
fn every_focused_element_is_visible_and_uncovered() {
    let visit = Visit::with_javascript();
    for (width, height) in [(1280, 800), (320, 568)] {
        visit.browser.resize(width, height);
        for path in crate::PAGES {
            let stops = stops(visit.open(path));
            assert!(stops.len() > 8, "{path}: {stops:?}");
            for stop in stops {
                assert_eq!(stop["covered"], json!(false), "{path} at {width}: {stop}");
                assert_eq!(stop["inside"], json!(true), "{path} at {width}: {stop}");
                assert_eq!(stop["outline"], json!("solid"), "{path} at {width}: {stop}");
                assert_eq!(stop["width"], json!(3), "{path} at {width}: {stop}");
            }
        }
    }
}

#[test]
#[ignore = "needs Chromium"]
fn a_selection_can_be_saved_and_withdrawn_by_keyboard() {
    for visit in Visit::both() {
        let browser = visit.open("/about");
        tab_to(browser, &format!("{BANNER} a[href='/privacy/choices']"));
        browser.press_to_leave(ENTER);
        assert_eq!(browser.text("h1"), "Cookie settings");
        tab_to(browser, "input[name='cat.analytics']:checked");
        browser.press(UP);
        tab_to(browser, "main button[value=save]");
        browser.press_to_leave(ENTER);
        visit.open("/");
        assert_eq!(browser.cookies(), ["consent", "consent-off", "visits"]);

        tab_to(browser, "footer a[href='/privacy/choices']");
        browser.press_to_leave(ENTER);
        tab_to(browser, "input[name='cat.analytics']:checked");
        browser.press(DOWN);
        tab_to(browser, "main button[value=save]");
        browser.press_to_leave(ENTER);
        // Both choices rejected something.
        let left = ["consent", "consent-off", "consent-off"];
        assert_eq!(browser.cookies(), left);
    }
}

#[test]
#[ignore = "needs Chromium"]
fn enter_on_a_switch_does_not_turn_everything_on() {
    let visit = Visit::with_javascript();
    let browser = visit.open("/privacy/choices");
    tab_to(browser, "input[name='cat.analytics']:checked");
    browser.press_to_leave(ENTER);
    // In browsers Enter presses the first button of the form, which must be Save.
    assert_eq!(browser.all("main input[value='1']:checked"), []);
    assert!(!visit.open("/").cookies().contains(&"visits".to_owned()));
}

#[test]
#[ignore = "needs Chromium"]
fn the_skip_link_leads_past_the_masthead() {
    let visit = Visit::with_javascript();
    let browser = visit.open("/about");
    browser.press(TAB);
    assert_eq!(browser.focused(), browser.one(".skip"));
    assert!(browser.shows(".skip"));
    browser.press(ENTER);
    until("the text", || {
        browser.url().ends_with("#main").then_some(())
    });
    browser.press(TAB);
    let inside = browser.run(
        "return document.activeElement.closest('main') !== null",
        &[],
    );
    assert_eq!(inside, json!(true));
}
