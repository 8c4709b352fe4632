//! Addresses in every way that a browser may parse them (URL Standard, 4.4).

use std::borrow::Cow;

use url::Url;

/// Calls `visit` with each address that `text` may lead to, or with `None` if it cannot be parsed.
///
/// Only the host and port are exact: a relative address is visited as its base.
pub(crate) fn read(text: &str, bases: &[Url], visit: &mut impl FnMut(Option<&Url>)) {
    let text = stripped(text);
    let is_slash = |c: char| matches!(c, '/' | '\\');
    let (scheme, rest) = match scheme(&text) {
        Some((scheme, rest)) if is_web(scheme) => (Some(scheme), rest),
        // `data:`, `blob:` and `about:` addresses request nothing from a host.
        Some(_) => return,
        None => (None, &*text),
    };
    let after = rest.trim_start_matches(is_slash);
    let slashes = rest.len() - after.len();
    match scheme {
        // With the scheme of the page and fewer than two slashes it is relative. A proxy may change
        // the scheme that the visitor sees, so both readings are visited.
        Some(scheme) => visit(parsed(scheme, after).as_ref()),
        // Two or more slashes start a host (URL Standard, 4.4, special authority ignore slashes).
        None if slashes >= 2 => {
            for (at, base) in bases.iter().enumerate() {
                if bases[..at].iter().all(|one| one.scheme() != base.scheme()) {
                    visit(parsed(base.scheme(), after).as_ref());
                }
            }
        }
        None => {}
    }
    if slashes < 2 {
        bases.iter().for_each(|base| visit(Some(base)));
    }
}

fn parsed(scheme: &str, after: &str) -> Option<Url> {
    Url::parse(&format!("{scheme}://{after}")).ok()
}

/// Returns the text without control characters and blanks at either end, and without tabs and line
/// breaks, which browsers remove before parsing.
fn stripped(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(|c: char| c <= ' ');
    match text.contains(['\t', '\n', '\r']) {
        true => Cow::Owned(text.replace(['\t', '\n', '\r'], "")),
        false => Cow::Borrowed(text),
    }
}

/// Splits an address at the colon of its scheme.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let mut letters = scheme.bytes();
    let fit = letters.next()?.is_ascii_alphabetic()
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    fit.then_some((scheme, rest))
}

/// Returns whether addresses of this scheme have a host after any number of slashes.
fn is_web(scheme: &str) -> bool {
    ["https", "http", "wss", "ws", "ftp"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
}

/// Returns the addresses that a refresh may lead to (HTML, shared declarative refresh steps).
///
/// The standard ends a quoted address at the next quote, Chromium at the last one. Both readings
/// are returned, and the rest as if there were no quote.
pub(crate) fn refreshed(value: &str) -> Vec<&str> {
    let is_space = |c: char| c <= ' ' || c.is_whitespace();
    let value = value.trim_start_matches(is_space);
    let Some(end) = value.find(|c| is_space(c) || matches!(c, ';' | ',')) else {
        return Vec::new();
    };
    let rest = value[end..].trim_start_matches(|c| is_space(c) || matches!(c, ';' | ','));
    let mut targets = vec![rest];
    if let Some(name) = rest.get(..3)
        && name.eq_ignore_ascii_case("url")
        && let Some(target) = rest[3..].trim_start_matches(is_space).strip_prefix('=')
    {
        targets.push(target.trim_start_matches(is_space));
    }
    for at in 0..targets.len() {
        if let Some(quote @ ('"' | '\'')) = targets[at].chars().next() {
            let quoted = &targets[at][1..];
            targets.push(quoted);
            targets.extend(quoted.find(quote).map(|end| &quoted[..end]));
            targets.extend(quoted.rfind(quote).map(|end| &quoted[..end]));
        }
    }
    targets.retain(|target| !target.is_empty());
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refresh_is_read_by_the_standard_and_by_chromium() {
        for (value, expected) in [
            ("0;url=a", "a"),
            (" \t0 ; URL = \"a\"", "a"),
            ("0,a", "a"),
            ("0 a", "a"),
            ("0;url='a'b'", "a"),
            ("0;url='a'b'", "a'b"),
            ("0;'a", "a"),
            ("1.5;url=a", "a"),
        ] {
            assert!(refreshed(value).contains(&expected), "{value:?}");
        }
        assert!(refreshed("5").is_empty());
        assert!(refreshed("").is_empty());
    }

    #[test]
    fn an_address_that_cannot_be_parsed_is_visited_as_none() {
        let bases = [Url::parse("https://news.example/").expect("it is an address")];
        for text in ["https://[x", "//", "https://a b/", "//a:99999/", "https://"] {
            let mut unreadable = 0;
            read(text, &bases, &mut |url| {
                unreadable += u32::from(url.is_none())
            });
            assert_eq!(unreadable, 1, "{text:?}");
        }
    }
}
