//! Sanitising of text from audited sites.

use std::{borrow::Cow, fmt::Write, io};

use serde::Serialize;

use crate::text::is_hidden;

/// Replacement for a hidden character, so that names which differ only in such characters look
/// different.
const MARK: char = '\u{fffd}';

/// Returns the text as one line without hidden characters.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let shown = |letter: char| match letter {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => ' ',
        letter if is_hidden(letter) => MARK,
        letter => letter,
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// Returns the text without hidden characters other than line feeds.
pub(crate) fn lines(text: &str) -> String {
    let shown = |letter: char| match letter {
        '\n' => letter,
        '\t' | '\r' | '\u{2028}' | '\u{2029}' => ' ',
        letter if is_hidden(letter) => MARK,
        letter => letter,
    };
    text.chars().map(shown).collect()
}

/// Cuts a text to a number of characters.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some(_) => {
            let start: String = text.chars().take(most.saturating_sub(1)).collect();
            Cow::Owned(start + "…")
        }
    }
}

/// Formats a document as indented JSON and escapes hidden characters, since a terminal may show it.
pub(crate) fn json(document: &impl Serialize) -> io::Result<String> {
    let json = serde_json::to_string_pretty(document)?;
    let mut text = String::with_capacity(json.len() + 1);
    for letter in json.chars() {
        // Outside of strings, the line feed is the only such character.
        if is_hidden(letter) && letter != '\n' {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(letter);
        }
    }
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_a_terminal_or_turns_the_text_is_marked() {
        assert_eq!(line("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
        assert_eq!(line("a\u{9b}31mb\u{7f}"), "a\u{fffd}31mb\u{fffd}");
        assert_eq!(line("gpj\u{202e}.exe"), "gpj\u{fffd}.exe");
        assert_eq!(line("two\r\nlines\there"), "two  lines here");
        assert_eq!(lines("two\r\nlines\u{0}"), "two \nlines\u{fffd}");
    }

    #[test]
    fn letters_of_any_script_stay_as_they_are() {
        for text in ["Zażółć", "Ελλάδα", "日本語", "می‌خواهم", "👩‍🚀", ""]
        {
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn a_long_text_is_cut_between_letters() {
        assert_eq!(cut("żółw", 4), "żółw");
        assert_eq!(cut("żółwie", 4), "żół…");
        assert_eq!(cut("", 0), "");
    }

    #[test]
    fn hidden_characters_are_escaped_and_come_back_when_read() {
        let hostile = "a\u{0}\u{1b}\u{9b}\u{202e}\u{e0041}\"]]>żółw\n";
        let written = json(&[hostile]).expect("it can be written");
        assert!(
            !written
                .trim_end()
                .contains(|letter| is_hidden(letter) && letter != '\n')
        );
        let read: Vec<String> = serde_json::from_str(&written).expect("it can be read");
        assert_eq!(read, [hostile]);
    }
}
