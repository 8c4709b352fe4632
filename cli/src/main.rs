//! The program `consent`: audits sites with a browser, checks policies, works on ledgers and keys, and
//! moves markup from other consent systems to actix-consent.

mod audit;
mod diagnostic;
mod key;
mod ledger;
mod migrate;
mod policy;
mod text;

use std::{io, process::ExitCode};

use clap::{Parser, Subcommand};

/// Command line of actix-consent.
#[derive(Debug, Parser)]
#[command(name = "consent", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Rewrites markup of other consent systems, and prints the difference.
    ///
    /// It reads the markup of vanilla-cookieconsent (2 and 3), Klaro, Cookiebot, the cookie
    /// consent of NHSUK, Orejime and OneTrust, and writes `data-consent-category`,
    /// `data-consent-service` and `data-src` in its place. The files are changed where they are; a second run changes
    /// nothing. What cannot be said in the new markup stays, and is named by file and line.
    ///
    /// It works on HTML, and on templates of Askama, Jinja, PHP and ERB that are mostly HTML.
    /// JavaScript and TypeScript, JSX among them, are out of its scope.
    #[command(after_help = migrate::EXIT_CODES)]
    Migrate(migrate::Arguments),

    /// Shows what a site really does with cookies, storage and others' services, and what is wrong
    /// with it.
    ///
    /// It drives a Chromium through the site as visitors would who say nothing, refuse, accept, or
    /// take it back, each in a fresh profile, records what is set, stored and called by whom, and
    /// compares that with the policy, or with what is commonly known.
    #[command(after_help = audit::EXIT_CODES)]
    Audit(Box<audit::Arguments>),

    /// Checks a policy, compares two of them, or writes the policy page.
    Policy(policy::Arguments),

    /// Works on the ledger: verifies, exports, erases, prunes, counts.
    Ledger(ledger::Arguments),

    /// Makes and rotates the keys that sign choices.
    Key(key::Arguments),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Migrate(asked) => migrate::run(asked),
        Command::Audit(asked) => audit::run(*asked),
        Command::Policy(asked) => {
            let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
            ExitCode::from(policy::run(&asked, &mut out, &mut err).exit_code())
        }
        Command::Ledger(asked) => ledger::run(asked),
        Command::Key(asked) => key::run(&asked),
    }
}
