//! One file after the other: read, rewrite, show the difference, replace.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{
    category::Names,
    diff,
    disk::File,
    rewrite,
    trouble::{Grade, Trouble},
};

/// How it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
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
    pub(crate) fn exit_code(self) -> u8 {
        self as u8
    }
}

/// Rewrites files. A file that cannot be done keeps no other one from being done.
pub(crate) fn files(
    paths: &[PathBuf],
    names: &Names,
    dry_run: bool,
    out: &mut impl Write,
    err: &mut impl Write,
) -> Outcome {
    let mut outcome = Outcome::Done;
    for path in paths {
        let troubles = file(path, names, dry_run, out).unwrap_or_else(|trouble| vec![trouble]);
        for trouble in &troubles {
            outcome = outcome.max(match trouble.grade {
                Grade::Warning => Outcome::Hand,
                Grade::Error => Outcome::Failed,
            });
            // Where nobody reads the messages, the exit code still tells.
            let _ = writeln!(err, "{}:{trouble}", path.display());
        }
    }
    outcome
}

fn file(
    path: &Path,
    names: &Names,
    dry_run: bool,
    out: &mut impl Write,
) -> Result<Vec<Trouble>, Trouble> {
    let file = File::read(path)?;
    let rewritten = rewrite::page(&file.text, names)?;
    if rewritten.text == file.text {
        return Ok(rewritten.warnings);
    }
    if !dry_run {
        file.check_writable()?;
    }
    let diff = diff::unified(path, &file.text, &rewritten.text, &rewritten.edits);
    // No file changes without the change being shown.
    print(out, &diff)?;
    if !dry_run {
        file.replace(&rewritten.text)?;
    }
    Ok(rewritten.warnings)
}

fn print(out: &mut impl Write, diff: &str) -> Result<(), Trouble> {
    let printed: io::Result<()> = out.write_all(diff.as_bytes()).and_then(|()| out.flush());
    printed.map_err(|error| {
        Trouble::error(
            None,
            format!("is as it was, since the difference could not be printed: {error}"),
        )
    })
}
