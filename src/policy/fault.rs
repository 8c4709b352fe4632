//! What can be wrong with a policy.

use std::{fmt, io, path::PathBuf};

/// A policy that cannot be used.
#[non_exhaustive]
pub enum PolicyError {
    /// The file cannot be read.
    Read {
        /// Where it was looked for.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file was read, and is not a policy.
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong in it.
        error: Box<PolicyError>,
    },
    /// Not TOML, so that nothing else can be judged.
    Syntax {
        /// The first line with an error, from 1.
        line: usize,
        /// Message, with the lines of further errors.
        message: String,
    },
    /// Everything that is wrong, in the order of the file: unknown keys, values of the wrong type,
    /// and faults of meaning.
    Faults(Vec<Fault>),
    /// [`Policy::require_complete`](super::Policy::require_complete) was asked for, and something is missing.
    Gaps(Vec<Gap>),
}

/// One thing that is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The entry, such as `cookie[2].exemption`.
    pub place: String,
    /// Its line, from 1, where the policy came from a text.
    pub line: Option<usize>,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// One thing that the policy page still lacks. The site runs; its policy is not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// The entry, such as `controller.authority`.
    pub place: String,
    /// Its line, from 1, or that of what is written around it, where the policy came from a text.
    pub line: Option<usize>,
    /// What is missing, and the rule that asks for it.
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
