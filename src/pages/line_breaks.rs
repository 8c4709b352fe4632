//! Line breaks in long names and addresses.

/// Number of characters up to which a word fits into any column.
const LONG: usize = 13;

/// Escapes a text for HTML and inserts `<wbr>` after punctuation between two letters of a long
/// word, such as `video.example.org` or `newsroom_session`.
pub(super) fn breakable(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 32);
    for part in text.split_inclusive(char::is_whitespace) {
        let long = part.chars().nth(LONG).is_some();
        let mut letters = part.chars().peekable();
        let mut before = ' ';
        while let Some(letter) = letters.next() {
            match letter {
                '&' => html.push_str("&#38;"),
                '<' => html.push_str("&#60;"),
                '>' => html.push_str("&#62;"),
                '"' => html.push_str("&#34;"),
                '\'' => html.push_str("&#39;"),
                letter => html.push(letter),
            }
            let sign = matches!(letter, '.' | '/' | '@' | '_' | ':' | '?' | '=' | '&');
            let next = letters.peek().copied().unwrap_or(' ');
            if long && sign && before.is_alphanumeric() && next.is_alphanumeric() {
                html.push_str("<wbr>");
            }
            before = letter;
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_break_behind_signs_and_short_ones_nowhere() {
        for (text, html) in [
            ("video.example.org", "video.<wbr>example.<wbr>org"),
            ("newsroom_session", "newsroom_<wbr>session"),
            ("__Host-consent_id", "__Host-consent_<wbr>id"),
            ("video.example", "video.example"),
            ("https://a.example", "https://a.<wbr>example"),
            (
                "set by video.localhost:8090",
                "set by video.<wbr>localhost:<wbr>8090",
            ),
            (
                "https://a.example/b?c=d&e",
                "https://a.<wbr>example/<wbr>b?<wbr>c=<wbr>d&#38;<wbr>e",
            ),
            ("dpo@plenary.example", "dpo@<wbr>plenary.<wbr>example"),
            ("from 1.15 to 2.30", "from 1.15 to 2.30"),
            ("e.g. this. That", "e.g. this. That"),
            ("<b>\"it's\"", "&#60;b&#62;&#34;it&#39;s&#34;"),
        ] {
            assert_eq!(breakable(text), html);
        }
    }
}
