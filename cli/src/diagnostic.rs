//! Errors and warnings about a file, with the line.

use std::fmt;

/// Severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// The file is usable; something has to be done by hand.
    Warning,
    /// The file is not usable.
    Error,
}

/// An error or warning about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    /// Severity.
    pub(crate) level: Level,
    /// Line number from 1, if it is known.
    pub(crate) line: Option<usize>,
    /// The problem and its remedy.
    pub(crate) text: String,
}

impl Diagnostic {
    /// A warning about a line.
    pub(crate) fn warning(line: usize, text: impl Into<String>) -> Self {
        Self {
            level: Level::Warning,
            line: Some(line),
            text: text.into(),
        }
    }

    /// An error that makes a file unusable.
    pub(crate) fn error(line: Option<usize>, text: impl Into<String>) -> Self {
        Self {
            level: Level::Error,
            line,
            text: text.into(),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "{line}: ")?;
        } else {
            f.write_str(" ")?;
        }
        let level = match self.level {
            Level::Warning => "warning",
            Level::Error => "error",
        };
        write!(f, "{level}: {}", self.text)
    }
}
