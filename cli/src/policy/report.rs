//! What there is to say about one file, a line each.

use std::{
    fmt,
    io::Write,
    path::{Path, PathBuf},
};

use crate::trouble::Trouble;

/// A file, and what is the matter with it.
#[derive(Debug)]
pub(super) struct Report {
    path: PathBuf,
    troubles: Vec<Trouble>,
}

impl Report {
    /// Several troubles, put in the order of the lines.
    pub(super) fn of(path: &Path, mut troubles: Vec<Trouble>) -> Self {
        troubles.sort_by_key(|trouble| trouble.line);
        Self {
            path: path.to_owned(),
            troubles,
        }
    }

    /// One thing that keeps the file from being used.
    pub(super) fn error(path: &Path, text: impl Into<String>) -> Self {
        Self::of(path, vec![Trouble::error(None, text)])
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut troubles = self.troubles.iter();
        troubles.try_for_each(|trouble| writeln!(f, "{}:{trouble}", self.path.display()))
    }
}

/// Prints what was asked for. Unlike a message, it is of no use where it does not arrive.
pub(super) fn print(out: &mut impl Write, text: &str) -> Result<(), Report> {
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    let cannot = |error| Report::error(Path::new("stdout"), format!("cannot be written: {error}"));
    printed.map_err(cannot)
}
