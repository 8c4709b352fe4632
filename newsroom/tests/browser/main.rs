//! The site in a real Chromium, through WebDriver: `cargo test -p newsroom --test browser -- --ignored`.
//!
//! Needs `chromium` and `chromedriver`, and for the audits `npm ci` in this directory and `java`.

mod audits;
mod choosing;
mod driver;
mod first_visit;
mod implied;
mod keyboard;
mod layout;
mod partner;
mod pictures;
mod states;

#[path = "../support/mod.rs"]
mod support;

use std::process::Command;

use driver::Browser;
use support::site::Site;

/// Every page of the site and of the library, and an address without a page.
const PAGES: [&str; 9] = [
    "/",
    "/reports/peacekeeping-asian-partners",
    "/events/wps-national-focal-points-network",
    "/reading-list",
    "/about",
    "/privacy",
    "/privacy/choices",
    "/privacy/versions/1",
    "/nothing",
];

/// Pages with a banner; the library's own have none.
const ASKING: [&str; 5] = [PAGES[0], PAGES[1], PAGES[2], PAGES[3], PAGES[4]];

const BANNER: &str = "[data-consent-banner]";
const REJECT: &str = "[data-consent-banner] button[value=reject]";
const ACCEPT: &str = "[data-consent-banner] button[value=accept]";
const CLOSE: &str = "[data-consent-banner] button[value=dismiss]";
/// Confirmation after a choice.
const SAVED: &str = "section.axc[role=status]";

/// A visitor of a site of their own.
struct Visit {
    site: Site,
    browser: Browser,
}

impl Visit {
    fn new(browser: Browser) -> Self {
        let site = Site::start(Command::new(env!("CARGO_BIN_EXE_newsroom")), &[]);
        Self { site, browser }
    }

    fn with_javascript() -> Self {
        Self::new(Browser::start())
    }

    /// A visitor with JavaScript and one without: the site works the same for both.
    fn both() -> impl Iterator<Item = Self> {
        [Browser::start, Browser::without_javascript]
            .into_iter()
            .map(|start| Self::new(start()))
    }

    /// Both visitors, each with the port of the partner.
    fn both_with_partner() -> impl Iterator<Item = (Self, u16)> {
        Self::both().map(|mut visit| {
            let partner = visit.site.partner();
            (visit, partner)
        })
    }

    /// Address of a page on the opt-in copy.
    fn plain(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.site.port)
    }

    /// Address of a page on the copy under the implied model.
    fn implied(&self, path: &str) -> String {
        format!("http://implied.localhost:{}{path}", self.site.port)
    }

    /// Opens a page of the opt-in copy.
    fn open(&self, path: &str) -> &Browser {
        self.browser.open(&self.plain(path));
        &self.browser
    }

    /// Opens a page of the opt-in copy and presses a button on it.
    fn choose(&self, path: &str, button: &str) -> &Browser {
        let browser = self.open(path);
        browser.follow(button);
        browser
    }

    /// Opens a page of the implied copy.
    fn open_implied(&self, path: &str) -> &Browser {
        self.browser.open(&self.implied(path));
        &self.browser
    }
}
