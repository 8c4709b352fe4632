//! The program `consent`: audits sites with a browser, checks policies, manages ledgers and keys,
//! and migrates markup from other consent systems to actix-consent.

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
    /// Rewrites the markup of other consent systems and prints the changes as a diff.
    ///
    /// It reads the markup of vanilla-cookieconsent (2 and 3), Klaro, Cookiebot, the cookie
    /// consent of NHSUK, Orejime and OneTrust, and writes `data-consent-category`,
    /// `data-consent-service` and `data-src` in its place. It changes the files in place; a second
    /// run changes nothing. Markup that has no equivalent stays, and a warning names its file and
    /// line.
    ///
    /// It works on HTML, and on templates of Askama, Jinja, PHP and ERB that are mostly HTML.
    /// JavaScript, TypeScript and JSX are out of scope.
    #[command(after_help = migrate::EXIT_CODES)]
    Migrate(migrate::Arguments),

    /// Records the cookies, storage and third parties that a site uses, and reports violations.
    ///
    /// It visits the site in Chromium, each time in a fresh profile: without a choice, and after
    /// rejecting, accepting and withdrawing consent. It records every cookie, stored item and
    /// request with its origin, and compares them with the policy. Without a policy it uses a
    /// built-in table of common cookies and hosts.
    #[command(after_help = audit::EXIT_CODES)]
    Audit(Box<audit::Arguments>),

    /// Checks a policy, compares two of them, or writes the policy page.
    Policy(policy::Arguments),

    /// Verifies, exports, erases, prunes and counts the records of a consent ledger.
    Ledger(ledger::Arguments),

    /// Creates and rotates the keys that sign choices.
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
