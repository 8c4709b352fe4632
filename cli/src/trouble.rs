//! What cannot be done, or is left to do by hand, and where.

use std::fmt;

/// How much a trouble keeps from being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grade {
    /// It can be used, and this needs a hand.
    Warning,
    /// It cannot be used.
    Error,
}

/// A trouble with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// How bad it is.
    pub(crate) grade: Grade,
    /// The line, where it is known; the first is 1.
    pub(crate) line: Option<usize>,
    /// What it is, and what can be done.
    pub(crate) text: String,
}

impl Trouble {
    /// Something that needs a hand, at a line.
    pub(crate) fn warning(line: usize, text: impl Into<String>) -> Self {
        Self {
            grade: Grade::Warning,
            line: Some(line),
            text: text.into(),
        }
    }

    /// Something that keeps a file from being used.
    pub(crate) fn error(line: Option<usize>, text: impl Into<String>) -> Self {
        Self {
            grade: Grade::Error,
            line,
            text: text.into(),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "{line}: ")?;
        } else {
            f.write_str(" ")?;
        }
        let grade = match self.grade {
            Grade::Warning => "warning",
            Grade::Error => "error",
        };
        write!(f, "{grade}: {}", self.text)
    }
}

/// Tells the line of a byte.
#[derive(Debug)]
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    /// Finds the lines of a text.
    pub(crate) fn of(text: &[u8]) -> Self {
        let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        Self(ends.map(|(at, _)| at).collect())
    }

    /// The line that a byte is on; the first is 1.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.0.partition_point(|end| *end < at) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_on_the_line_that_its_newline_ends() {
        let lines = Lines::of(b"ab\r\nc\n\nd");
        let found: Vec<usize> = [0, 3, 4, 5, 6, 7, 99].map(|at| lines.line(at)).into();
        assert_eq!(found, [1, 1, 2, 2, 3, 4, 4]);
    }
}
