//! Pages that Turbo Drive and htmx put in place of one another, as they are released.
//!
//! Needs `npm ci` in `newsroom/tests/browser`.

use std::{fs, path::Path};

use actix_consent::markup::{Markup, PageScript};
use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::{
    ACCEPT, BANNER, REJECT, SAVED,
    driver::Browser,
    site::{Site, is_marked, mark, wait},
};

/// Name, and where its file is.
const LIBRARIES: [(&str, &str); 2] = [
    ("turbo", "@hotwired/turbo/dist/turbo.es2017-umd.js"),
    ("htmx", "htmx.org/dist/htmx.min.js"),
];

const SETTINGS: &str = "p a[href='/privacy/choices']";
const ONCE: &str = "[data-consent-held] button[value=once]";
const ALWAYS: &str = "[data-consent-held] button[value=save]";

fn library(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("newsroom/tests/browser/node_modules")
        .join(file);
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: run `npm ci` there", path.display()))
}

/// The settings of htmx in `docs/hosting.md`.
fn documented_config() -> &'static str {
    let document = include_str!("../../docs/hosting.md");
    let (_, section) = document.split_once("# Turbo and htmx").unwrap();
    let (_, from) = section.split_once("```html\n").unwrap();
    from.split_once("\n```").unwrap().0
}

/// `/turbo/1`, `/htmx/2` and so on, each with a film and a link to the next.
pub fn routes(cfg: &mut web::ServiceConfig, partner: &str) {
    for (name, file) in LIBRARIES {
        let partner = partner.to_owned();
        let page = move |number: web::Path<u32>| {
            let (number, next) = (*number, *number + 1);
            // The second is what the documentation says for htmx.
            let (boost, config) = match name {
                "htmx" => (" hx-boost=\"true\"", documented_config()),
                _ => ("", ""),
            };
            let html = format!(
                "<!doctype html><html lang=\"en\"><head><title>{number}</title>{config}\
                 <script src=\"/{name}.js\" defer></script></head>\
                 <body{boost}><main><h1>{number}</h1><a id=\"next\" href=\"/{name}/{next}\">Next</a>\
                 <iframe src=\"{partner}/film\" width=\"320\" height=\"180\" title=\"A film\"></iframe>\
                 </main></body></html>"
            );
            std::future::ready(
                HttpResponse::Ok()
                    .content_type("text/html; charset=utf-8")
                    .body(html),
            )
        };
        let script = move || async move {
            HttpResponse::Ok()
                .content_type("text/javascript")
                .body(library(file))
        };
        cfg.route(&format!("/{name}/{{number}}"), web::get().to(page))
            .route(&format!("/{name}.js"), web::get().to(script));
    }
}

/// Follows the link, and makes sure that a script did it: the document is the same.
fn next(browser: &Browser, number: u32) {
    mark(browser);
    browser.click("#next");
    arrived(browser, number);
    assert!(is_marked(browser), "a script put page {number} in");
}

fn arrived(browser: &Browser, number: u32) {
    let there = format!(
        "return document.readyState == 'complete' && document.querySelector('h1')?.textContent == '{number}'"
    );
    wait(browser, "the page", &there);
}

/// A browser on the first page of each library, whose scripts have started.
fn visits(site: &Site, mut each: impl FnMut(&str, Browser)) {
    for (name, _) in LIBRARIES {
        let browser = Browser::start();
        browser.open(&site.address(&format!("/{name}/1")));
        arrived(&browser, 1);
        each(name, browser);
    }
}

#[test]
#[ignore = "needs Chromium and npm packages"]
fn the_banner_comes_with_each_page_until_it_is_answered() {
    let site = Site::start(Markup::new(), None);
    visits(&site, |name, browser| {
        for number in [2, 3] {
            next(&browser, number);
            assert_eq!(browser.all(BANNER).len(), 1, "{name}");
            assert_eq!(browser.all(SETTINGS).len(), 1, "{name}");
        }
        mark(&browser);
        browser.follow(REJECT);
        assert!(!is_marked(&browser), "a choice loads the page");
        assert!(browser.url().ends_with(&format!("/{name}/3")));
        assert!(browser.shows(SAVED) && !browser.shows(BANNER), "{name}");
        next(&browser, 4);
        assert!(!browser.shows(SAVED) && !browser.shows(BANNER), "{name}");
        assert_eq!(browser.all(SETTINGS).len(), 1, "{name}");
        assert_eq!(browser.cookies(), ["consent", "consent-off"]);
        assert_eq!(site.asked(), [""; 0], "{name}");
        // Back to a page that was left before the choice.
        browser.back();
        arrived(&browser, 3);
        assert!(!browser.shows(BANNER), "{name}");
    });
}

#[test]
#[ignore = "needs Chromium and npm packages"]
fn placeholders_work_on_a_page_that_a_script_put_in() {
    let site = Site::start(Markup::new(), None);
    visits(&site, |name, browser| {
        next(&browser, 2);
        browser.follow(ONCE);
        site.wait_for("/film");
        assert!(browser.url().contains(&format!("/{name}/2")), "{name}");
        site.asked();
        next(&browser, 3);
        assert!(browser.shows(ONCE), "once was for one page: {name}");
        browser.follow(ALWAYS);
        site.wait_for("/film");
        site.asked();
        next(&browser, 4);
        site.wait_for("/film");
        assert!(!browser.shows(ONCE), "{name}");
        site.asked();
    });
}

#[test]
#[ignore = "needs Chromium and npm packages"]
fn our_pages_are_loaded_whole_and_in_their_style() {
    let site = Site::start(Markup::new(), None);
    visits(&site, |name, browser| {
        next(&browser, 2);
        mark(&browser);
        browser.click(SETTINGS);
        wait(
            &browser,
            "the settings",
            "return window.marked !== true && document.readyState == 'complete' && \
             location.pathname == '/privacy/choices' && !!document.querySelector('main.axc-page')",
        );
        // A style that the policy of the page before forbade would not be there.
        let style = "return [...document.styleSheets].some(sheet => sheet.cssRules.length > 5)";
        assert_eq!(browser.run(style, &[]), json!(true), "{name}");
    });
}

#[test]
#[ignore = "needs Chromium and npm packages"]
fn the_script_of_a_page_goes_on_in_the_next() {
    let site = Site::start(Markup::new().script(PageScript::Reload).api(true), None);
    visits(&site, |name, browser| {
        next(&browser, 2);
        let listen = "window.heard = []; window.posts = 0; \
             for (const name of ['first', 'change', 'hidden']) Consent.on(name, () => heard.push(name)); \
             const real = fetch; window.fetch = (path, how) => { posts += how?.method == 'POST'; return real(path, how); }";
        browser.run(listen, &[]);
        next(&browser, 3);
        browser.click(REJECT);
        wait(
            &browser,
            "the confirmation",
            "return !!document.querySelector('section.axc[role=status]') && heard.includes('hidden')",
        );
        assert!(is_marked(&browser), "the page is the same: {name}");
        let said = browser.run("return [heard, posts, Consent.get().status]", &[]);
        assert_eq!(said, json!([["first", "hidden"], 1, "decided"]), "{name}");
        next(&browser, 4);
        assert!(!browser.shows(BANNER), "{name}");
        assert_eq!(
            browser.run("return Consent.get().status", &[]),
            json!("decided")
        );
        // The library may have kept the page as it was before the choice.
        browser.back();
        arrived(&browser, 3);
        browser.back();
        arrived(&browser, 2);
        wait(
            &browser,
            "the page of the choice",
            "return document.readyState == 'complete' && !document.querySelector('[data-consent-banner]')",
        );
        assert_eq!(site.asked(), [""; 0], "{name}");

        browser.run("Consent.accept()", &[]);
        site.wait_for("/film");
        site.asked();
        arrived(&browser, 2);
        next(&browser, 3);
        site.wait_for("/film");
        site.asked();
    });
}

#[test]
#[ignore = "needs Chromium and npm packages"]
fn back_shows_no_banner_that_was_answered_in_the_page() {
    let site = Site::start(Markup::new().script(PageScript::Reload), None);
    visits(&site, |name, browser| {
        next(&browser, 2);
        next(&browser, 3);
        browser.click(REJECT);
        wait(
            &browser,
            "the confirmation",
            "return !!document.querySelector('section.axc[role=status]')",
        );
        assert!(is_marked(&browser), "the page is the same: {name}");
        browser.back();
        wait(
            &browser,
            "the page before, without its banner",
            "return document.readyState == 'complete' && document.querySelector('h1')?.textContent == '2' \
             && !document.querySelector('[data-consent-banner]')",
        );
        if name == "turbo" {
            assert!(
                !is_marked(&browser),
                "Turbo's copy asked, and was loaded again"
            );
        }
        assert_eq!(site.asked(), [""; 0], "{name}");
    });
}

#[test]
#[ignore = "needs Chromium and npm packages"]
fn a_page_for_everyone_asks_again_on_each_page() {
    let markup = Markup::new()
        .script(PageScript::Live)
        .caches(actix_consent::markup::CacheMode::Shell);
    let site = Site::start(markup, None);
    visits(&site, |name, browser| {
        for number in [2, 3] {
            next(&browser, number);
            wait(
                &browser,
                "the banner",
                "return document.querySelectorAll('[data-consent-banner]').length == 1",
            );
        }
        browser.click(ACCEPT);
        site.wait_for("/film");
        site.asked();
        next(&browser, 4);
        site.wait_for("/film");
        assert!(!browser.shows(BANNER), "{name}");
        site.asked();
    });
}
