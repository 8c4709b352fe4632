//! Style sheets, and the sources by which a strict Content-Security-Policy admits them.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// Style sheet of banner, notice and confirmation.
pub(super) const BANNER: &str = include_str!("../../templates/consent/banner.css");
/// Style sheet of placeholders.
pub(super) const PLACEHOLDER: &str = include_str!("../../templates/consent/placeholder.css");
/// Style sheet of the settings, policy and error pages.
pub(super) const PAGE: &str = include_str!("../../templates/consent/page.css");

/// Returns the CSP source of an inline `<style>` or `<script>` with this content: `'sha256-…'`.
///
/// ```
/// use actix_consent::pages::style_source;
///
/// assert_eq!(style_source(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
/// ```
pub fn style_source(style: &str) -> String {
    format!(
        "'sha256-{}'",
        STANDARD.encode(Sha256::digest(style.as_bytes()))
    )
}

/// Returns the content of the first `<style>` in HTML.
pub(super) fn first_style(html: &str) -> Option<&str> {
    let (_, from) = html.split_once("<style>")?;
    from.split_once("</style>").map(|(style, _)| style)
}

/// Removes comments and insignificant white space.
///
/// Suitable only for this library's style sheets, whose strings contain neither comment marks nor
/// runs of blanks.
pub(super) fn compact(css: &str) -> String {
    let mut bare = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, comment)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    bare.push_str(rest);

    let mut out = String::with_capacity(bare.len());
    for word in bare.split_ascii_whitespace() {
        // A blank before a colon or a bracket can be a combinator (`a :focus`), so it stays.
        let tight_before = word.starts_with(['{', '}', '>']);
        let tight_after = out.ends_with(['{', '}', ';', ',', ':', '>']);
        if !out.is_empty() && !tight_before && !tight_after {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.replace(";}", "}")
}

/// Escapes CSS of an application so that it cannot end the `<style>`.
pub(super) fn contained(css: &str) -> String {
    css.replace("</", "<\\/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compact_style_says_the_same() {
        assert_eq!(
            compact(
                "/* why */\n.a > b,\n.c :focus {\n  color: red;\n  margin: 0 auto;\n}\n\n@media (min-width: 1em) {\n  i { x: y }\n}"
            ),
            ".a>b,.c :focus{color:red;margin:0 auto}@media (min-width:1em){i{x:y}}"
        );
    }

    #[test]
    fn an_added_style_cannot_end_the_style() {
        assert!(!contained("a{}</style><script>").contains("</style"));
    }

    #[test]
    fn the_first_style_is_what_the_source_is_made_of() {
        assert_eq!(
            first_style("<p><style>a{}</style><style>b{}</style>"),
            Some("a{}")
        );
        assert_eq!(first_style("<p>"), None);
    }
}
