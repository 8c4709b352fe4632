//! UTF-8, line numbers and hidden characters of a text.

use crate::diagnostic::Diagnostic;

/// Returns whether a character controls a terminal, changes the direction of text, or is invisible.
///
/// Joiners do not count as hidden: Persian, Hindi and many emoji need them.
pub(crate) fn is_hidden(letter: char) -> bool {
    matches!(
        letter,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Decodes UTF-8; the error names the line of the first invalid byte.
pub(crate) fn utf8(bytes: Vec<u8>) -> Result<String, Diagnostic> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = Lines::of(error.as_bytes()).line(at);
        Diagnostic::error(
            Some(line),
            "is not valid UTF-8 from this line on: convert the file first, for example with iconv",
        )
    })
}

/// Line numbers of a text.
#[derive(Debug)]
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    /// Finds the line breaks of a text.
    pub(crate) fn of(text: &[u8]) -> Self {
        let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        Self(ends.map(|(at, _)| at).collect())
    }

    /// Returns the line of a byte, counted from 1.
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
