//! The program from outside: started as an operator starts it, spoken to as a browser speaks.

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

/// Every page of the site's own.
const PAGES: [&str; 5] = [
    "/",
    "/reports/peacekeeping-asian-partners",
    "/events/wps-national-focal-points-network",
    "/reading-list",
    "/about",
];

/// Every page that the library draws.
const LIBRARY_PAGES: [&str; 4] = [
    "/privacy",
    "/privacy/choices",
    "/privacy/versions/2",
    "/privacy/versions/1",
];

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_newsroom"))
}

/// A site of its own for each test, so that none sees another's.
fn site(args: &[&str]) -> Site {
    Site::start(program(), args)
}
