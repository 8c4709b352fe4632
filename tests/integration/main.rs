//! One binary for all tests that drive an application through the public API.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(unreachable_pub, reason = "nobody reaches into a test binary")]

mod audit;
mod banner;
mod caches;
mod choosing;
mod csp;
mod errors;
mod gate;
mod helpers;
mod implied;
mod keys;
mod law;
mod ledger;
mod markup;
mod mounting;
mod pages;
mod policy_file;
mod quick_start;
mod readme;
mod request_cookies;
mod same_origin;
mod session;
mod site;
mod smoke;
mod stale_tabs;
mod state;
mod stored_choice;
mod withdrawal;
