//! `consent migrate`: reads each file, rewrites its markup, prints the diff, replaces the file.

mod edit;
mod file;
mod gated_tag;
mod names;
mod page;
mod start_tags;
mod systems;
mod tag;
mod template_code;
mod unified_diff;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use self::{
    file::File,
    names::{Names, Renaming},
};
use crate::diagnostic::{Diagnostic, Level};

pub(crate) const EXIT_CODES: &str = "Exit codes:
  0  done; nothing is left to do by hand
  1  done; the warnings name what has to be done by hand
  2  a file could not be migrated, or the arguments are invalid; the other files are done";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Prints the diff and changes no file
    #[arg(long)]
    dry_run: bool,

    /// Maps a category of the old system to an id in consent.toml (repeatable)
    #[arg(long, value_name = "OLD=NEW", value_parser = Renaming::parse)]
    category: Vec<Renaming>,

    /// Maps a service of the old system to an id in consent.toml (repeatable)
    #[arg(long, value_name = "OLD=NEW", value_parser = Renaming::parse)]
    service: Vec<Renaming>,

    /// HTML files or templates
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Result of a migration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Nothing is left to do by hand.
    #[default]
    Done,
    /// Warnings name what has to be done by hand.
    Hand,
    /// A file could not be migrated.
    Failed,
}

impl Outcome {
    /// Exit code of the program.
    fn exit_code(self) -> u8 {
        self as u8
    }
}

/// Runs the command.
pub(crate) fn run(asked: Arguments) -> ExitCode {
    let names = match Names::new(asked.category, asked.service) {
        Ok(names) => names,
        Err(why) => {
            eprintln!("error: {why}");
            return ExitCode::from(2);
        }
    };
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    let outcome = files(&asked.files, &names, asked.dry_run, &mut out, &mut err);
    ExitCode::from(outcome.exit_code())
}

/// Rewrites files. A file that fails does not stop the others.
fn files(
    paths: &[PathBuf],
    names: &Names,
    dry_run: bool,
    out: &mut impl Write,
    err: &mut impl Write,
) -> Outcome {
    let mut outcome = Outcome::Done;
    for path in paths {
        let diagnostics =
            file(path, names, dry_run, out).unwrap_or_else(|diagnostic| vec![diagnostic]);
        for diagnostic in &diagnostics {
            outcome = outcome.max(match diagnostic.level {
                Level::Warning => Outcome::Hand,
                Level::Error => Outcome::Failed,
            });
            // If standard error is closed, the exit code still reports the failure.
            let _ = writeln!(err, "{}:{diagnostic}", path.display());
        }
    }
    outcome
}

fn file(
    path: &Path,
    names: &Names,
    dry_run: bool,
    out: &mut impl Write,
) -> Result<Vec<Diagnostic>, Diagnostic> {
    let file = File::read(path)?;
    let rewritten = page::rewrite(&file.text, names)?;
    if rewritten.text == file.text {
        return Ok(rewritten.warnings);
    }
    if !dry_run {
        file.check_writable()?;
    }
    let diff = unified_diff::unified(path, &file.text, &rewritten.text, &rewritten.edits);
    // Print the diff before the file changes.
    print(out, &diff)?;
    if !dry_run {
        file.replace(&rewritten.text)?;
    }
    Ok(rewritten.warnings)
}

fn print(out: &mut impl Write, diff: &str) -> Result<(), Diagnostic> {
    let printed: io::Result<()> = out.write_all(diff.as_bytes()).and_then(|()| out.flush());
    printed.map_err(|error| {
        Diagnostic::error(
            None,
            format!("is unchanged, since the diff could not be printed: {error}"),
        )
    })
}
