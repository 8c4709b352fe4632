//! Error for markup that cannot be gated.

use std::fmt;

/// Reason for which the markup of a response cannot be gated.
#[derive(Debug)]
pub(crate) struct MarkupError(String);

impl MarkupError {
    pub(crate) fn new(why: impl fmt::Display) -> Self {
        Self(why.to_string())
    }
}

impl fmt::Display for MarkupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the markup cannot be gated: {}", self.0)
    }
}

impl std::error::Error for MarkupError {}
