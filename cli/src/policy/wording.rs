//! Counts, lists and quotes in sentences.

use crate::text::is_hidden;

/// `1 cookie`, `2 cookies`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A name of a policy in backticks.
pub(super) fn quoted(name: &str) -> String {
    on_one_line(&format!("`{name}`"))
}

/// `a`, `b` and `c`, with `last` as the conjunction.
pub(super) fn list(names: &[&str], last: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    match names.split_last() {
        Some((end, [])) => end.clone(),
        Some((end, before)) => format!("{} {last} {end}", before.join(", ")),
        None => String::new(),
    }
}

/// Escapes line breaks, terminal controls and invisible characters, so that text of a policy cannot
/// look like a line of the output.
pub(super) fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_in_a_sentence() {
        for (names, expected) in [
            (&[][..], ""),
            (&["a"], "`a`"),
            (&["a", "b"], "`a` or `b`"),
            (&["a", "b", "c"], "`a`, `b` or `c`"),
        ] {
            assert_eq!(list(names, "or"), expected);
        }
    }

    #[test]
    fn what_steers_a_terminal_is_written_out_and_letters_stay() {
        assert_eq!(on_one_line("Łódź\n\u{1b}[2J"), "Łódź\\n\\u{1b}[2J");
        assert_eq!(on_one_line("a\u{202e}b"), "a\\u{202e}b");
    }
}
