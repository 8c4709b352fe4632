//! Errors in a policy.

use std::{fmt, io, path::PathBuf};

/// Error in a policy, which cannot be used.
#[non_exhaustive]
pub enum PolicyError {
    /// The file cannot be read.
    Read {
        /// Path of the file.
        path: PathBuf,
        /// Underlying error.
        source: io::Error,
    },
    /// The file was read but does not contain a valid policy.
    File {
        /// Path of the file.
        path: PathBuf,
        /// Error in its content.
        error: Box<PolicyError>,
    },
    /// The text is not TOML, so nothing else was checked.
    Syntax {
        /// First line with an error, from 1.
        line: usize,
        /// Message, including the lines of further errors.
        message: String,
    },
    /// All faults in the order of the file: unknown keys, values of the wrong type and invalid
    /// content.
    Faults(Vec<Fault>),
    /// [`Policy::require_complete`](super::Policy::require_complete) was called and something is
    /// missing.
    Gaps(Vec<Gap>),
}

/// A fault in a policy. The site cannot start with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// Entry at fault, such as `cookie[2].exemption`.
    pub place: String,
    /// Line of the entry, from 1; `None` if the policy was not parsed from text.
    pub line: Option<usize>,
    /// Description of the fault, with the remedy.
    pub message: String,
}

/// Information missing from the policy page. The site runs, but its policy is incomplete.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// Missing entry, such as `controller.authority`.
    pub place: String,
    /// Line of the entry or of the nearest one around it, from 1; `None` if the policy was not
    /// parsed from text.
    pub line: Option<usize>,
    /// Description of what is missing, with the rule that requires it.
    pub message: String,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, source } => {
                write!(f, "cannot read the policy {}: {source}", path.display())
            }
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Syntax { line, message } => write!(f, "the policy, line {line}: {message}"),
            Self::Faults(faults) => lines(f, "the policy cannot be used", faults),
            Self::Gaps(gaps) => lines(f, "the policy is not complete", gaps),
        }
    }
}

fn lines(f: &mut fmt::Formatter<'_>, head: &str, items: &[impl fmt::Display]) -> fmt::Result {
    write!(f, "{head}:")?;
    items.iter().try_for_each(|item| write!(f, "\n  {item}"))
}

debug_as_display!(PolicyError);

impl std::error::Error for PolicyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        at_line(f, self.line)?;
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        at_line(f, self.line)?;
        write!(f, "{}: {}", self.place, self.message)
    }
}

fn at_line(f: &mut fmt::Formatter<'_>, line: Option<usize>) -> fmt::Result {
    line.map_or(Ok(()), |line| write!(f, "line {line}: "))
}
