//! Text output that sanitises everything written to it.

use super::super::sanitize;

/// Width of paragraphs.
const WIDTH: usize = 100;

/// Style of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Strong,
    Faint,
    Error,
    Warning,
    Note,
}

impl Ink {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Faint => Some("2"),
            Self::Error => Some("1;31"),
            Self::Warning => Some("1;33"),
            Self::Note => Some("1;36"),
        }
    }
}

/// Buffer of lines.
#[derive(Debug)]
pub(super) struct Sheet {
    text: String,
    colour: bool,
}

impl Sheet {
    pub(super) fn new(colour: bool) -> Self {
        Self {
            text: String::new(),
            colour,
        }
    }

    /// Writes an empty line.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// Writes one line of parts separated by spaces.
    pub(super) fn line(&mut self, indent: usize, parts: &[(Ink, String)]) {
        self.text.extend(std::iter::repeat_n(' ', indent));
        for (at, (ink, part)) in parts.iter().enumerate() {
            if at > 0 {
                self.text.push(' ');
            }
            self.paint(*ink, part);
        }
        self.text.push('\n');
    }

    /// Writes a text wrapped between words.
    pub(super) fn paragraph(&mut self, indent: usize, ink: Ink, text: &str) {
        let width = WIDTH.saturating_sub(indent);
        let mut line = String::new();
        let mut length = 0;
        for word in sanitize::line(text).split_whitespace() {
            let more = word.chars().count();
            if length > 0 && length + 1 + more > width {
                self.line(indent, &[(ink, std::mem::take(&mut line))]);
                length = 0;
            }
            if length > 0 {
                line.push(' ');
                length += 1;
            }
            line.push_str(word);
            length += more;
        }
        if !line.is_empty() {
            self.line(indent, &[(ink, line)]);
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    fn paint(&mut self, ink: Ink, part: &str) {
        let part = sanitize::line(part);
        match ink.code().filter(|_| self.colour) {
            Some(code) => {
                self.text.push_str("\u{1b}[");
                self.text.push_str(code);
                self.text.push('m');
                self.text.push_str(&part);
                self.text.push_str("\u{1b}[0m");
            }
            None => self.text.push_str(&part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_is_broken_between_words_and_a_long_word_is_left_whole() {
        let mut sheet = Sheet::new(false);
        let long = "x".repeat(120);
        sheet.paragraph(2, Ink::Faint, &format!("{} {long} end", "word ".repeat(30)));
        let text = sheet.finish();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().all(|line| line.starts_with("  ")));
        assert!(lines[..2].iter().all(|line| line.chars().count() <= WIDTH));
        assert!(lines.iter().any(|line| line.trim() == long));
    }

    #[test]
    fn a_stranger_cannot_begin_a_line_or_a_colour() {
        let mut sheet = Sheet::new(true);
        sheet.line(0, &[(Ink::Plain, "a\n\u{1b}[31mb".to_owned())]);
        assert_eq!(sheet.finish(), "a \u{fffd}[31mb\n");
    }
}
