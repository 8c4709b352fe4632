//! Path to which a form returns, always on this site.

use std::borrow::Cow;

/// Maximum length in bytes. Proxies and servers accept request lines of about 8 KiB.
const LONGEST: usize = 8 * 1024;

/// Returns the path, query and fragment to return to: those in the form, else in `Referer`, else
/// the home page, which is `/` behind the prefix `external`.
///
/// Only a path on this site is accepted. Of a `Referer`, the path and query are used but not the
/// host: a path on this site is safe, whatever its source. A `Referer` below `own_base` is ignored,
/// since the settings page would otherwise return to itself; a form may name such a page.
pub(crate) fn return_to(
    raw: Option<&str>,
    referer: Option<&str>,
    own_base: &str,
    external: &str,
) -> String {
    raw.and_then(on_this_site)
        .or_else(|| {
            let page = path_of(referer?)?.split('#').next()?;
            let path = on_this_site(page)?;
            (!is_under(&path, own_base)).then_some(path)
        })
        .unwrap_or_else(|| format!("{external}/"))
}

/// Returns path and query of the page from which the visitor came to the settings, according to a
/// `Referer` of this site; `None` if that is the settings page itself, which would otherwise return
/// to itself.
pub(crate) fn left(referer: &str, settings: &str) -> Option<String> {
    let path = on_this_site(path_of(referer)?)?;
    (!is_under(&path, settings)).then_some(path)
}

/// Returns the value if every browser treats it as a path on this site. Drops a query or fragment
/// that is too long or not visible ASCII.
fn on_this_site(value: &str) -> Option<String> {
    let (address, fragment) = halves(value, '#');
    let (path, query) = halves(address, '?');
    // Browsers treat `\` in a path as `/`, and remove tabs and line breaks first.
    let fits = path.len() <= LONGEST
        && is_visible(path)
        && !path.contains('\\')
        && path.starts_with('/')
        && !path.starts_with("//")
        // With its dots resolved, `/.//host` becomes `//host`. Browsers keep the host then, but
        // careless programs do not.
        && !path.split('/').any(is_dots);
    if !fits {
        return None;
    }
    let mut kept = path.to_owned();
    for (mark, part) in [('?', query), ('#', fragment)] {
        if let Some(part) = part
            && is_visible(part)
            && kept.len() + 1 + part.len() <= LONGEST
        {
            kept.push(mark);
            kept.push_str(part);
        }
    }
    Some(kept)
}

fn halves(value: &str, mark: char) -> (&str, Option<&str>) {
    match value.split_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (value, None),
    }
}

/// Returns whether the text consists of visible ASCII. Chromium leaves `\` in queries unencoded.
fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'!'..=b'~'))
}

/// Returns whether a segment is `.` or `..`, plain or percent-encoded.
fn is_dots(segment: &str) -> bool {
    fn after_dot(text: &str) -> Option<&str> {
        let dots = [".", "%2e", "%2E"];
        dots.iter().find_map(|dot| text.strip_prefix(dot))
    }
    after_dot(segment).is_some_and(|rest| rest.is_empty() || after_dot(rest) == Some(""))
}

/// Returns path, query and fragment of an absolute URL.
fn path_of(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let path = rest.find(['/', '?', '#'])?;
    rest[path..].starts_with('/').then(|| &rest[path..])
}

fn is_under(path: &str, base: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let base = base.trim_end_matches('/');
    path.strip_prefix(base)
        .is_some_and(|rest| !base.is_empty() && (rest.is_empty() || rest.starts_with('/')))
}

/// Escapes a value for an attribute in double quotes.
pub(crate) fn attribute(value: &str) -> Cow<'_, str> {
    if !value.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(value);
    }
    let mut escaped = String::with_capacity(value.len() + 16);
    for letter in value.chars() {
        match letter {
            '&' => escaped.push_str("&#38;"),
            '<' => escaped.push_str("&#60;"),
            '>' => escaped.push_str("&#62;"),
            '"' => escaped.push_str("&#34;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_this_site_is_kept() {
        for path in [
            "/",
            "/reports/1",
            "/search?q=a&page=2",
            "/go?to=https://elsewhere.example/x",
            "/go?to=//elsewhere.example",
            "/a//b",
            "/%2F%2Fx",
            "/~name/@x:y",
            "/privacy/choices",
        ] {
            assert_eq!(return_to(Some(path), None, "/privacy", ""), path);
        }
    }

    #[test]
    fn anything_else_leads_home() {
        let long = format!("/{}?a", "a".repeat(LONGEST));
        for raw in [
            "",
            "reports",
            "https://elsewhere.example/",
            "//elsewhere.example/",
            "///elsewhere.example/",
            "/\\elsewhere.example",
            "\\/elsewhere.example",
            "/a\\b",
            "/\\?a",
            "/\t/elsewhere.example",
            "/a\r\nSet-Cookie: a=b",
            "/a\0",
            "/a b",
            "/ä",
            " /a",
            "javascript:alert(1)",
            "/.//elsewhere.example",
            "/a/..//elsewhere.example",
            "/%2e//elsewhere.example",
            "/.%2E//elsewhere.example",
            "?a=b",
            "#a",
            &long,
        ] {
            assert_eq!(return_to(Some(raw), None, "/privacy", ""), "/", "{raw:?}");
        }
    }

    #[test]
    fn keeps_query_and_fragment_up_to_8_kib() {
        let query = |length: usize| format!("/sign-in?{}", "a".repeat(length - 9));
        for path in [
            query(2049),
            query(LONGEST),
            "/search?q=C:\\temp".to_owned(),
            "/search?q=C:\\temp#\\part-2".to_owned(),
            "/a?b#c".to_owned(),
            "/a#c?d#e".to_owned(),
        ] {
            assert_eq!(return_to(Some(&path), None, "/privacy", ""), path);
        }
    }

    #[test]
    fn drops_only_the_part_that_cannot_be_kept() {
        let long = format!("/sign-in?{}#top", "a".repeat(LONGEST));
        for (raw, kept) in [
            (&*long, "/sign-in#top"),
            ("/a?b c", "/a"),
            ("/a?b\r\nSet-Cookie: x=y#c", "/a#c"),
            ("/a?\u{e4}", "/a"),
            ("/a?b#\u{e4}", "/a?b"),
        ] {
            assert_eq!(return_to(Some(raw), None, "/privacy", ""), kept, "{raw:?}");
        }
    }

    #[test]
    fn falls_back_to_the_first_page_behind_the_prefix() {
        for (raw, back) in [("//x", "/app/"), ("/app/shop", "/app/shop"), ("", "/app/")] {
            assert_eq!(return_to(Some(raw), None, "/app/privacy", "/app"), back);
        }
        let settings = Some("https://news.example/app/privacy/choices");
        assert_eq!(return_to(None, settings, "/app/privacy", "/app"), "/app/");
    }

    #[test]
    fn the_referring_page_is_the_second_choice() {
        for (referer, expected) in [
            ("https://news.example/reports/1?a=b", "/reports/1?a=b"),
            ("http://news.example:8080/x#y", "/x"),
            ("https://news.example", "/"),
            ("https://news.example?x", "/"),
            ("https://news.example//elsewhere.example", "/"),
            ("about:blank", "/"),
            ("file:///etc/hosts", "/"),
            ("https://news.example/privacy", "/"),
            ("https://news.example/privacy/choices?a", "/"),
            ("https://news.example/privacy-and-us", "/privacy-and-us"),
        ] {
            assert_eq!(
                return_to(None, Some(referer), "/privacy", ""),
                expected,
                "{referer}"
            );
            assert_eq!(
                return_to(Some("//x"), Some(referer), "/privacy", ""),
                expected,
                "{referer}"
            );
        }
    }

    #[test]
    fn the_page_that_was_left_is_any_but_the_settings() {
        for (referer, expected) in [
            ("https://news.example/reports/1?a=b", Some("/reports/1?a=b")),
            ("https://news.example/", Some("/")),
            ("https://news.example/privacy", Some("/privacy")),
            ("https://news.example/privacy/choices", None),
            ("https://news.example//elsewhere.example", None),
            ("about:blank", None),
        ] {
            let left = left(referer, "/privacy/choices");
            assert_eq!(left.as_deref(), expected, "{referer}");
        }
    }

    #[test]
    fn what_the_form_says_comes_first() {
        assert_eq!(
            return_to(Some("/a"), Some("https://news.example/b"), "/privacy", ""),
            "/a"
        );
    }

    #[test]
    fn a_value_cannot_leave_its_attribute() {
        assert_eq!(attribute("/a?b=c"), "/a?b=c");
        assert_eq!(attribute("/\"><'&"), "/&#34;&#62;&#60;&#39;&#38;");
    }
}
