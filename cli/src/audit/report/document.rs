//! JSON as all formats for programs write it.

use std::{fmt::Write, io};

use serde::Serialize;

use crate::hidden::is_hidden;

/// The document, indented. What commands a terminal is escaped: the file may be shown in one.
pub(crate) fn text(document: &impl Serialize) -> io::Result<String> {
    let json = serde_json::to_string_pretty(document)?;
    let mut text = String::with_capacity(json.len() + 1);
    for letter in json.chars() {
        // Outside of strings there is no other such character than the end of a line.
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
    fn hidden_characters_are_escaped_and_come_back_when_read() {
        let hostile = "a\u{0}\u{1b}\u{9b}\u{202e}\u{e0041}\"]]>żółw\n";
        let written = text(&[hostile]).expect("it can be written");
        assert!(
            !written
                .trim_end()
                .contains(|letter| is_hidden(letter) && letter != '\n')
        );
        let read: Vec<String> = serde_json::from_str(&written).expect("it can be read");
        assert_eq!(read, [hostile]);
    }
}
