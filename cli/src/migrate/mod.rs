//! One file after the other: read, rewrite, show the difference, replace.

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
  0  done, and nothing is left to do by hand
  1  done, but the warnings name what needs a hand
  2  a file could not be done, or the arguments make no sense; the other files are done";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
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

/// How it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Nothing is left to do.
    #[default]
    Done,
    /// Some things need a hand.
    Hand,
    /// A file could not be done.
    Failed,
}

impl Outcome {
    /// What the program returns.
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

/// Rewrites files. A file that cannot be done keeps no other one from being done.
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
            // Where nobody reads the messages, the exit code still tells.
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
    // No file changes without the change being shown.
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
            format!("is as it was, since the difference could not be printed: {error}"),
        )
    })
}
