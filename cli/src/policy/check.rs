//! `consent policy check`: lists the faults and gaps of a policy, or a one-line summary.

use std::{io::Write, path::PathBuf};

use actix_consent::Policy;

use super::{
    Outcome,
    load::{self, Report, print},
    wording::{count, on_one_line},
};
use crate::diagnostic::{Diagnostic, Level};

pub(super) const EXIT_CODES: &str = "Exit codes:
  0  no faults, and with --complete no gaps
  1  the policy has faults, or with --complete gaps
  2  the file could not be read, or the arguments are invalid";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Treats gaps as faults
    #[arg(long)]
    complete: bool,

    /// Policy file, such as consent.toml
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(asked: &Arguments, out: &mut impl Write) -> Result<Outcome, Report> {
    let text = load::text(&asked.file)?;
    let policy = match load::parse(&text) {
        Ok(policy) => policy,
        Err(diagnostics) => {
            print(out, &Report::of(&asked.file, diagnostics).to_string())?;
            return Ok(Outcome::Found);
        }
    };
    let gaps = policy.gaps().iter().map(|gap| Diagnostic {
        level: match asked.complete {
            true => Level::Error,
            false => Level::Warning,
        },
        line: gap.line,
        text: on_one_line(&format!("{}: {}", gap.place, gap.message)),
    });
    let report = Report::of(&asked.file, gaps.collect());
    let sum = sum(&policy);
    print(out, &format!("{report}{}: {sum}\n", asked.file.display()))?;
    Ok(match asked.complete && !policy.gaps().is_empty() {
        true => Outcome::Found,
        false => Outcome::Clean,
    })
}

fn sum(policy: &Policy) -> String {
    let file = policy.file();
    let gaps = match policy.gaps().len() {
        0 => "no gaps".to_owned(),
        gaps => count(gaps, "gap", "gaps"),
    };
    let what = [
        count(file.category.len(), "category", "categories"),
        count(file.service.len(), "service", "services"),
        count(file.cookie.len(), "cookie", "cookies"),
        count(file.storage.len(), "storage key", "storage keys"),
        count(file.embed.len(), "embed", "embeds"),
        // A file that names no language has one.
        count(file.site.languages.len().max(1), "language", "languages"),
    ];
    format!("no faults and {gaps} in {}", what.join(", "))
}
