//! Cookie names as written in a policy.
//!
//! A name is written as browsers store it. A final `*` makes it a pattern for all names with that
//! prefix; `\*` and `\\` are a literal asterisk and backslash.

use std::{borrow::Cow, fmt::Write as _};

/// Maximum length of a name proposed in full; longer ones are proposed as a pattern.
const MAX_PROPOSED: usize = 255;

/// Minimum number of characters before the `*` of a pattern.
pub(crate) const MIN_STEM: usize = 3;

/// A parsed name or pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern<'a> {
    /// The name, or the prefix of the names.
    pub(crate) stem: Cow<'a, str>,
    /// True for a pattern, which matches all names that start with the stem.
    pub(crate) open: bool,
}

impl<'a> Pattern<'a> {
    /// Parses a written name. Names with a [`problem`] are taken literally.
    pub(crate) fn of(written: &'a str) -> Self {
        let (stem, open) = split(written);
        if !stem.contains('\\') {
            let stem = Cow::Borrowed(stem);
            return Self { stem, open };
        }
        let mut literal = String::with_capacity(stem.len());
        let mut letters = stem.chars().peekable();
        while let Some(letter) = letters.next() {
            let escaped = letter == '\\' && matches!(letters.peek(), Some('*' | '\\'));
            match letters.next_if(|_| escaped) {
                Some(next) => literal.push(next),
                None => literal.push(letter),
            }
        }
        Self {
            stem: Cow::Owned(literal),
            open,
        }
    }

    /// Formats the name for display: without escapes, and with the `*` of a pattern.
    pub(crate) fn shown(self) -> Cow<'a, str> {
        if self.open {
            Cow::Owned(self.stem.into_owned() + "*")
        } else {
            self.stem
        }
    }
}

/// Returns the fault of a written name, with the remedy.
pub(crate) fn problem(written: &str) -> Option<String> {
    let Pattern { stem, open } = Pattern::of(written);
    if written.is_empty() {
        return Some("give the cookie's name".to_owned());
    }
    if stem.is_empty() && open {
        return Some(
            "`*` alone matches every cookie: write the common prefix before it, such as \
             `shop_*`"
                .to_owned(),
        );
    }
    if !is_kept(stem.as_bytes()) {
        return Some(format!(
            "`{}` is not a name that browsers store: use no control character, no `;`, no `=` and \
             no blank at its ends (RFC 6265bis, 5.6)",
            written.escape_debug()
        ));
    }
    let unescaped = unescaped(split(written).0);
    if unescaped.contains('*') {
        return Some(format!(
            "`{written}` has a `*` before its end: only one at the end is a wildcard; \
             write `\\*` (in a TOML string \"\\\\*\") for an asterisk that is part of the name"
        ));
    }
    if unescaped.contains('\\') {
        return Some(format!(
            "`{written}` has a single backslash: write `\\\\` (in a TOML string \"\\\\\\\\\") for \
             one that is part of the name"
        ));
    }
    (open && stem.len() < MIN_STEM)
        .then(|| "write at least three characters before the `*`".to_owned())
}

/// Writes an observed cookie name for a policy: in full, or as a pattern if it is very long or not
/// UTF-8. `None` if no policy can contain it.
pub(crate) fn written(name: &[u8]) -> Option<String> {
    let (text, whole) = match std::str::from_utf8(name) {
        Ok(text) => (text, true),
        Err(error) => (
            std::str::from_utf8(&name[..error.valid_up_to()]).ok()?,
            false,
        ),
    };
    let mut end = text.len().min(MAX_PROPOSED);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let open = !whole || end < text.len();
    // A blank before the `*` would be at the end of the stem.
    let stem = if open {
        text[..end].trim_end_matches([' ', '\t'])
    } else {
        text
    };
    let mut written = String::with_capacity(stem.len() + 1);
    for letter in stem.chars() {
        if matches!(letter, '*' | '\\') {
            written.push('\\');
        }
        written.push(letter);
    }
    if open {
        written.push('*');
    }
    problem(&written).is_none().then_some(written)
}

/// Formats a TOML string on one line in printable ASCII, fit for logs and for pasting.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\t' => quoted.push_str("\\t"),
            ' '..='~' => quoted.push(letter),
            letter if u32::from(letter) <= 0xffff => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(letter));
            }
            letter => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(letter));
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Returns whether browsers store a cookie with this name (RFC 6265bis, 5.6). They store the empty
/// name as well, but a policy cannot declare it.
pub(crate) fn is_kept(name: &[u8]) -> bool {
    let fits = |byte: &u8| *byte == b'\t' || (*byte >= b' ' && !b"\x7f;=".contains(byte));
    !name.is_empty() && name.iter().all(fits) && name.trim_ascii().len() == name.len()
}

/// Splits off a final `*`: the text before it, and whether it was present.
fn split(written: &str) -> (&str, bool) {
    let Some(stem) = written.strip_suffix('*') else {
        return (written, false);
    };
    let backslashes = stem.bytes().rev().take_while(|byte| *byte == b'\\').count();
    match backslashes % 2 {
        0 => (stem, true),
        _ => (written, false),
    }
}

/// Removes the escapes from a text.
fn unescaped(text: &str) -> String {
    text.replace("\\\\", "").replace("\\*", "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_an_unescaped_asterisk_at_the_end_is_a_wildcard() {
        for (written, stem, open) in [
            ("visits", "visits", false),
            ("_ga_*", "_ga_", true),
            ("prefs[theme]", "prefs[theme]", false),
            ("prefs[*", "prefs[", true),
            (r"all\*", "all*", false),
            (r"all\**", "all*", true),
            (r"all\\*", r"all\", true),
            (r"a\*b\\c", r"a*b\c", false),
        ] {
            let expected = Pattern {
                stem: stem.into(),
                open,
            };
            assert_eq!(Pattern::of(written), expected, "{written}");
            assert_eq!(problem(written), None, "{written}");
        }
        for written in [
            "", "a*b", r"a\b", "a;b", "a=b", " a", "a ", "a\u{7f}", "ab*", "abc**",
        ] {
            assert!(problem(written).is_some(), "{written:?}");
        }
    }

    #[test]
    fn a_name_without_utf_8_or_an_end_is_proposed_as_a_pattern() {
        assert_eq!(written(b"caf\xe9").as_deref(), Some("caf*"));
        assert_eq!(written(b"a\xe9"), None);
        let long = written(&[b'a'; 400]).expect("a pattern");
        assert_eq!(long.len(), MAX_PROPOSED + 1);
    }

    proptest! {
        #[test]
        fn what_is_proposed_stands_for_the_name(name: String) {
            let name = name.trim_matches(|letter: char| letter.is_ascii_whitespace());
            prop_assume!(is_kept(name.as_bytes()));
            let written = written(name.as_bytes()).expect("it is UTF-8");
            prop_assert_eq!(problem(&written), None);
            let pattern = Pattern::of(&written);
            prop_assert!(!pattern.open);
            prop_assert_eq!(&*pattern.stem, name);
            let read: toml::Value = toml::from_str(&format!("name = {}", quoted(&written))).expect("TOML");
            prop_assert_eq!(read["name"].as_str(), Some(&*written));
        }
    }
}
