//! The program from outside: started like by an operator, used like by a browser.

mod accounts;
mod choices;
mod facts;
mod links;
mod log;
mod pages;
mod partner;
mod recording;
mod starting;
mod stopping;
mod visitor;
mod weight;

#[path = "../support/mod.rs"]
mod support;

use std::process::Command;

use support::site::Site;

/// The site's own pages.
const PAGES: [&str; 5] = [
    "/",
    "/reports/peacekeeping-asian-partners",
    "/events/wps-national-focal-points-network",
    "/reading-list",
    "/about",
];

/// The library's pages.
const LIBRARY_PAGES: [&str; 4] = [
    "/privacy",
    "/privacy/choices",
    "/privacy/versions/2",
    "/privacy/versions/1",
];

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_newsroom"))
}

/// Starts a site for one test, so that tests do not affect each other.
fn site(args: &[&str]) -> Site {
    Site::start(program(), args)
}
