//! Edits of a text by byte range.

use std::ops::Range;

/// Replacement of a byte range. An empty range inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// Bytes to replace.
    pub(crate) range: Range<usize>,
    /// Replacement text.
    pub(crate) text: String,
}

impl Edit {
    /// Replaces `range` with `text`.
    pub(crate) fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self {
            range,
            text: text.into(),
        }
    }

    /// Inserts `text` before the byte `at`.
    pub(crate) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::new(at..at, text)
    }
}

/// Sorts edits by position. Edits at the same position keep their order.
pub(crate) fn sort(edits: &mut [Edit]) {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
}

/// Applies edits that are sorted and do not overlap.
pub(crate) fn apply(source: &str, edits: &[Edit]) -> String {
    let mut text = String::with_capacity(source.len() + edits.len() * 16);
    let mut done = 0;
    for edit in edits {
        debug_assert!(edit.range.start >= done, "two edits of one byte");
        text.push_str(&source[done..edit.range.start]);
        text.push_str(&edit.text);
        done = edit.range.end;
    }
    text.push_str(&source[done..]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_made_in_the_order_of_the_text() {
        let mut edits = [
            Edit::new(4..5, "E"),
            Edit::insert(2, "<"),
            Edit::insert(2, ">"),
            Edit::new(2..3, "C"),
            Edit::insert(6, "!"),
        ];
        sort(&mut edits);
        assert_eq!(apply("abcdef", &edits), "ab<>CdEf!");
        assert_eq!(apply("as it is\r\n", &[]), "as it is\r\n");
    }
}
