//! `consent policy diff`: the visitors that a new edition asks again, and the reasons.

mod other_changes;
mod reasons;
mod storage_changes;
mod summary;
mod units;

use std::{io::Write, path::PathBuf};

use actix_consent::Policy;

use self::{
    other_changes::OtherChange,
    units::{Change, Unit},
};

use super::{
    Outcome,
    load::{self, Report, print},
};

pub(super) const EXIT_CODES: &str = "Exit codes:
  0  no visitor is asked again
  1  visitors are asked, again or for the first time
  2  a policy could not be read or has faults, or the arguments are invalid";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Policy that visitors have answered
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// Policy that replaces it
    #[arg(value_name = "NEW")]
    new: PathBuf,
}

pub(super) fn run(asked: &Arguments, out: &mut impl Write) -> Result<Outcome, Report> {
    let (old, new) = (load::policy(&asked.old)?, load::policy(&asked.new)?);
    let units = units::compare(&old, &new);
    print(out, &told(&old, &new, &units))?;
    Ok(match units.iter().any(Unit::asks) {
        true => Outcome::Found,
        false => Outcome::Clean,
    })
}

/// The report: changes for which visitors are asked, with the changes that accompany them, then the
/// other changes, then a summary.
fn told(old: &Policy, new: &Policy, units: &[Unit<'_>]) -> String {
    let mut lines = Vec::new();
    let mut others = storage_changes::find(old, new);
    others.extend(other_changes::find(old, new));
    for unit in units {
        let Some(head) = unit.head() else { continue };
        lines.push(head);
        if unit.change == Change::Changed {
            let reasons = reasons::between(old, new, unit);
            lines.extend(reasons.iter().map(|reason| format!("  because {reason}")));
        }
        // The change may be the cause, so it is not listed under "No new question".
        let comes_with = |entry: &mut OtherChange| entry.units.iter().any(|id| id == unit.id);
        for entry in others.extract_if(.., comes_with) {
            lines.push(format!("  with it, {}", entry.text));
        }
    }
    let exempt = units.iter().filter(|unit| unit.change == Change::Exempt);
    let exempt = exempt.flat_map(|unit| reasons::of_exempt(old, new, unit));
    let rest = exempt.chain(others.into_iter().map(|entry| entry.text));
    lines.extend(rest.map(|text| format!("No new question: {text}")));
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(summary::of(units));
    lines.join("\n") + "\n"
}
