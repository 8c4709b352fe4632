//! axe-core and the Nu Html Checker on every page: axe-core in light and dark, wide and narrow, the
//! checker on the source that the server sent.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Visit, driver::Browser, states};

/// Runs all rules, best practices included. Names the element and the rule of each violation.
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
    visit.browser.prefer(scheme);
    let mut all = Vec::new();
    states::each(&mut visit, |visit, what| {
        for width in [1280, 320] {
            visit.browser.resize(width, 800);
            let found = findings(&visit.browser, &axe);
            let found = found.iter();
            all.extend(found.map(|found| format!("{what} at {width}: {found}")));
        }
    });
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
fn axe_finds_a_planted_fault() {
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
    // The control: the page is judged in the requested colours.
    for (scheme, ground) in [("light", "rgb(252, 251, 248)"), ("dark", "rgb(21, 21, 18)")] {
        browser.prefer(scheme);
        let seen = browser.run(
            "return getComputedStyle(document.body).backgroundColor",
            &[],
        );
        assert_eq!(seen, json!(ground));
    }
}

/// Source of the open page as it was received.
fn source(browser: &Browser) -> String {
    let tree = browser.devtools("Page.getFrameTree", json!({}));
    let frame = &tree["frameTree"]["frame"];
    // A document request has the id of its loader. The cache has no pages with `no-store`.
    let id = json!({ "requestId": frame["loaderId"] });
    let source = browser.devtools("Network.getResponseBody", id);
    assert_eq!(source["base64Encoded"], json!(false));
    source["body"].as_str().expect("it is text").to_owned()
}

/// Checks all pages in one run, since the checker starts slowly. Each error begins with the name of
/// its page.
fn errors(pages: &[(String, String)]) -> Vec<String> {
    let jar = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/browser/node_modules/vnu-jar/build/dist/vnu.jar");
    assert!(jar.exists(), "{}: run `npm ci` there", jar.display());
    let folder = TempDir::new().expect("a directory can be made");
    for (at, (_, html)) in pages.iter().enumerate() {
        let file = folder.path().join(format!("{at}.html"));
        fs::write(file, html).expect("it can be written");
    }
    let output = Command::new("java")
        .arg("-jar")
        .arg(jar)
        .args(["--errors-only", "--stdout", "--exit-zero-always"])
        .args(["--format", "json"])
        .arg(folder.path())
        .output()
        .expect("java can be started: is a Java runtime installed?");
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let messages = report["messages"].as_array().expect("a list");
    let named = messages.iter().map(|message| {
        let url = message["url"].as_str().expect("each names its file");
        let at = url
            .rsplit('/')
            .next()
            .and_then(|name| name.split('.').next());
        let at: usize = at.and_then(|at| at.parse().ok()).expect("a number");
        let (text, near) = (&message["message"], &message["extract"]);
        format!("{}: {text}: {near}", pages[at].0)
    });
    named.collect()
}

#[test]
#[ignore = "needs Chromium and Java"]
fn the_html_checker_finds_no_error_on_any_page() {
    let mut visit = Visit::with_javascript();
    let mut pages = Vec::new();
    states::each(&mut visit, |visit, what| {
        pages.push((what.to_owned(), source(&visit.browser)));
    });
    // The control: a page with an error.
    let broken = pages[0].1.replace("<main", "<main><p><div></p>");
    pages.push(("broken".to_owned(), broken));
    let (broken, others): (Vec<_>, Vec<_>) = errors(&pages)
        .into_iter()
        .partition(|error| error.starts_with("broken: "));
    assert!(others.is_empty(), "{others:#?}");
    assert!(!broken.is_empty(), "an error is not found");
}
