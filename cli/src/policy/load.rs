//! Reading of policies, and reports about files.

use std::{
    fmt, fs,
    io::Write,
    path::{Path, PathBuf},
};

use actix_consent::{Policy, policy::PolicyError};

use super::wording::on_one_line;
use crate::{diagnostic::Diagnostic, text::utf8};

/// Reads a file or a pipe, so that two editions can come from a repository.
pub(super) fn text(path: &Path) -> Result<String, Report> {
    if path.is_dir() {
        let text = "is a directory: name the file in it, such as consent.toml";
        return Err(Report::error(path, text));
    }
    let bytes =
        fs::read(path).map_err(|error| Report::error(path, format!("cannot be read: {error}")))?;
    utf8(bytes).map_err(|diagnostic| Report::of(path, vec![diagnostic]))
}

/// Parses a policy, or returns all its faults.
pub(super) fn parse(text: &str) -> Result<Policy, Vec<Diagnostic>> {
    let diagnostic = |line, text: &str| Diagnostic::error(line, on_one_line(text));
    Policy::parse(text).map_err(|error| match error {
        PolicyError::Syntax { line, message } => vec![diagnostic(Some(line), &message)],
        PolicyError::Faults(faults) => faults
            .iter()
            .map(|fault| diagnostic(fault.line, &format!("{}: {}", fault.place, fault.message)))
            .collect(),
        other => vec![diagnostic(None, &other.to_string())],
    })
}

/// Reads a policy without faults.
pub(super) fn policy(path: &Path) -> Result<Policy, Report> {
    parse(&text(path)?).map_err(|diagnostics| Report::of(path, diagnostics))
}

/// Diagnostics of one file, printed one per line.
#[derive(Debug)]
pub(super) struct Report {
    path: PathBuf,
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Sorts diagnostics by line.
    pub(super) fn of(path: &Path, mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by_key(|diagnostic| diagnostic.line);
        Self {
            path: path.to_owned(),
            diagnostics,
        }
    }

    /// A single error about the file.
    pub(super) fn error(path: &Path, text: impl Into<String>) -> Self {
        Self::of(path, vec![Diagnostic::error(None, text)])
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut diagnostics = self.diagnostics.iter();
        diagnostics.try_for_each(|diagnostic| writeln!(f, "{}:{diagnostic}", self.path.display()))
    }
}

/// Prints the requested output. Unlike for messages, a closed output is an error.
pub(super) fn print(out: &mut impl Write, text: &str) -> Result<(), Report> {
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    let cannot = |error| Report::error(Path::new("stdout"), format!("cannot be written: {error}"));
    printed.map_err(cannot)
}
