//! Where a form leads back to: a path of this site, whatever the form says.

use std::borrow::Cow;

/// Where there is nothing to go back to.
const HOME: &str = "/";
/// A longer way back would not fit beside the rest of a form's body or a header.
const LONGEST: usize = 2048;

/// The path and query to go back to: what the form names, else what `Referer` names, else `/`.
///
/// Only a path on this site is kept. Of a `Referer`, which is a whole address, path and query
/// are taken, and not its host: a path of this site is safe wherever it came from. Pages under
/// `own_base` are not gone back to by `Referer`, else saving would lead from the settings page
/// to itself for ever; a form may name them.
pub(crate) fn return_to(raw: Option<&str>, referer: Option<&str>, own_base: &str) -> String {
    raw.and_then(on_this_site)
        .or_else(|| {
            let path = on_this_site(path_of(referer?)?)?;
            (!is_under(&path, own_base)).then_some(path)
        })
        .unwrap_or_else(|| HOME.to_owned())
}

/// The value, where it can mean nothing but a path of this site to any browser.
fn on_this_site(value: &str) -> Option<String> {
    // A fragment never reaches a server by itself, and has no use in a redirect back.
    let value = value.split('#').next().unwrap_or_default();
    let (path, query) = value.split_once('?').unwrap_or((value, ""));
    // Browsers read `\` as `/`, and take tabs and line breaks out before they look.
    let fit = value.len() <= LONGEST
        && value.bytes().all(|byte| matches!(byte, b'!'..=b'~'))
        && !value.contains('\\')
        && path.starts_with('/')
        && !path.starts_with("//")
        // `/.//host` is the path `//host` once dots are resolved. A browser keeps the host when
        // it resolves that, a careless program does not.
        && !path.split('/').any(is_dots)
        && !query.contains('\\');
    fit.then(|| value.to_owned())
}

/// Whether a segment is `.` or `..`, plain or percent-encoded.
fn is_dots(segment: &str) -> bool {
    let segment = segment.to_ascii_lowercase().replace("%2e", ".");
    segment == "." || segment == ".."
}

/// Path and query of a whole address.
fn path_of(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let path = rest.find(['/', '?', '#'])?;
    rest[path..].starts_with('/').then(|| &rest[path..])
}

fn is_under(path: &str, base: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let base = base.trim_end_matches('/');
    path.strip_prefix(base)
        .is_some_and(|rest| !base.is_empty() && (rest.is_empty() || rest.starts_with('/')))
}

/// The value as it stands in an attribute in double quotes.
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
            assert_eq!(return_to(Some(path), None, "/privacy"), path);
        }
    }

    #[test]
    fn anything_else_leads_home() {
        let long = format!("/{}", "a".repeat(LONGEST));
        for raw in [
            "",
            "reports",
            "https://elsewhere.example/",
            "//elsewhere.example/",
            "///elsewhere.example/",
            "/\\elsewhere.example",
            "\\/elsewhere.example",
            "/a\\b",
            "/?\\",
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
            assert_eq!(return_to(Some(raw), None, "/privacy"), "/", "{raw:?}");
        }
    }

    #[test]
    fn a_fragment_is_taken_off() {
        assert_eq!(return_to(Some("/a?b#c"), None, "/privacy"), "/a?b");
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
                return_to(None, Some(referer), "/privacy"),
                expected,
                "{referer}"
            );
            assert_eq!(
                return_to(Some("//x"), Some(referer), "/privacy"),
                expected,
                "{referer}"
            );
        }
    }

    #[test]
    fn what_the_form_says_comes_first() {
        assert_eq!(
            return_to(Some("/a"), Some("https://news.example/b"), "/privacy"),
            "/a"
        );
    }

    #[test]
    fn a_value_cannot_leave_its_attribute() {
        assert_eq!(attribute("/a?b=c"), "/a?b=c");
        assert_eq!(attribute("/\"><'&"), "/&#34;&#62;&#60;&#39;&#38;");
    }
}
