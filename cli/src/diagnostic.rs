//! What cannot be done, or is left to do by hand, and where.

use std::fmt;

/// How much a diagnostic keeps from being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// It can be used, and this needs a hand.
    Warning,
    /// It cannot be used.
    Error,
}

/// A diagnostic with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    /// How bad it is.
    pub(crate) level: Level,
    /// The line, where it is known; the first is 1.
    pub(crate) line: Option<usize>,
    /// What it is, and what can be done.
    pub(crate) text: String,
}

impl Diagnostic {
    /// Something that needs a hand, at a line.
    pub(crate) fn warning(line: usize, text: impl Into<String>) -> Self {
        Self {
            level: Level::Warning,
            line: Some(line),
            text: text.into(),
        }
    }

    /// Something that keeps a file from being used.
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
