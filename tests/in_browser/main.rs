//! Gated markup and the page's script in a real Chromium:
//! `cargo test --test in_browser --all-features -- --include-ignored`
//!
//! The news site's tests show the same with a whole site round it.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(unreachable_pub, reason = "nobody reaches into a test binary")]

mod addresses;
mod based;
mod cookies;
mod encodings;
mod first_frame;
mod frames;
mod hostile;
mod led_back;
mod live;
mod reload;
mod shell;
mod site;
mod swaps;
mod without;

#[path = "../../newsroom/tests/browser/driver.rs"]
#[allow(dead_code, reason = "the news site's tests use the rest")]
mod driver;
#[path = "../../newsroom/tests/support/mod.rs"]
mod support;

pub(crate) const BANNER: &str = "[data-consent-banner]";
pub(crate) const REJECT: &str = "[data-consent-banner] button[value=reject]";
pub(crate) const ACCEPT: &str = "[data-consent-banner] button[value=accept]";
pub(crate) const SAVED: &str = "section.axc[role=status]";
