//! The program `consent`: audits sites with a browser, checks policies, works on ledgers and keys, and
//! moves markup from other consent systems to actix-consent.

mod audit;
mod category;
mod diff;
mod disk;
mod edit;
mod gate;
mod hidden;
mod key;
mod ledger;
mod migrate;
mod page;
mod peers;
mod policy;
mod rewrite;
mod tag;
mod template;
mod trouble;

use std::{io, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use category::{Names, Renaming};

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
    #[command(after_help = EXIT_CODES)]
    Migrate(Migrate),

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

const EXIT_CODES: &str = "Exit codes:
  0  done, and nothing is left to do by hand
  1  done, but the warnings name what needs a hand
  2  a file could not be done, or the arguments make no sense; the other files are done";

#[derive(Debug, clap::Args)]
struct Migrate {
    /// Print the difference, and change no file
    #[arg(long)]
    dry_run: bool,

    /// Category of the old system, and its id in consent.toml (may be repeated)
    #[arg(long, value_name = "OLD=NEW", value_parser = Renaming::parse)]
    category: Vec<Renaming>,

    /// Service of the old system, and its id in consent.toml (may be repeated)
    #[arg(long, value_name = "OLD=NEW", value_parser = Renaming::parse)]
    service: Vec<Renaming>,

    /// Files of HTML or of templates
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Migrate(asked) => migrate(asked),
        Command::Audit(asked) => audit::run(*asked),
        Command::Policy(asked) => {
            let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
            ExitCode::from(policy::run(&asked, &mut out, &mut err).exit_code())
        }
        Command::Ledger(asked) => ledger::run(asked),
        Command::Key(asked) => key::run(&asked),
    }
}

fn migrate(asked: Migrate) -> ExitCode {
    let names = match Names::new(asked.category, asked.service) {
        Ok(names) => names,
        Err(why) => {
            eprintln!("error: {why}");
            return ExitCode::from(2);
        }
    };
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    let outcome = migrate::files(&asked.files, &names, asked.dry_run, &mut out, &mut err);
    ExitCode::from(outcome.exit_code())
}
