//! Insertion points of a page: head, body, skip link and end, found by a byte search without a
//! parser.
//!
//! Nothing is found in ambiguous markup.

use memchr::{memchr_iter, memmem};

use super::prefilter::starts;

/// Returns whether the text starts a whole page, after optional comments and blanks, not a
/// fragment.
pub(crate) fn starts_a_page(text: &[u8]) -> bool {
    let mut rest = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    loop {
        rest = rest.trim_ascii_start();
        let Some(comment) = rest.strip_prefix(b"<!--") else {
            break;
        };
        match memmem::find(comment, b"-->") {
            Some(end) => rest = &comment[end + 3..],
            None => return false,
        }
    }
    let tags: [&[u8]; 4] = [b"<!doctype", b"<html", b"<head", b"<body"];
    tags.iter().any(|tag| {
        let start = rest.get(..tag.len());
        let next = rest.get(tag.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(tag))
            && next.is_none_or(|next| !next.is_ascii_alphanumeric())
    })
}

/// Returns whether an attribute value in the page may start with `path`.
pub(crate) fn links_to(page: &[u8], path: &str) -> bool {
    memmem::find_iter(page, path.as_bytes())
        .any(|at| at > 0 && matches!(page[at - 1], b'"' | b'\'' | b'='))
}

/// Elements whose content is text or is not rendered, so that a tag in them is none.
const OPAQUE: [&str; 12] = [
    "script", "style", "title", "textarea", "noscript", "template", "iframe", "xmp", "noembed",
    "noframes", "svg", "math",
];

/// Returns the position after the `<body …>` tag.
#[cfg(test)]
fn after_body_tag(page: &[u8]) -> Option<usize> {
    head_and_body(page).map(|(_, body)| body)
}

/// Returns the positions after the `<head …>` tag, if there is one, and after the `<body …>` tag.
/// `None` if anything before them is ambiguous.
pub(crate) fn head_and_body(page: &[u8]) -> Option<(Option<usize>, usize)> {
    let mut at = 0;
    let mut head = None;
    loop {
        at += memchr::memchr(b'<', &page[at..])?;
        let rest = &page[at + 1..];
        match rest.first()? {
            b'!' if !rest.starts_with(b"!--") => at += 1 + memchr::memchr(b'>', rest)? + 1,
            b'!' | b'?' => return None,
            b'/' => at += 1 + end_of_tag(rest)?,
            letter if letter.is_ascii_alphabetic() => {
                let name = rest
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric())
                    .count();
                let end = at + 1 + end_of_tag(rest)?;
                let name = &rest[..name];
                if name.eq_ignore_ascii_case(b"body") {
                    return Some((head, end));
                }
                if head.is_none() && name.eq_ignore_ascii_case(b"head") {
                    head = Some(end);
                }
                at = match OPAQUE
                    .iter()
                    .find(|other| name.eq_ignore_ascii_case(other.as_bytes()))
                {
                    Some(opaque) => end + end_of_opaque(&page[end..], opaque)?,
                    None => end,
                };
            }
            _ => at += 1,
        }
    }
}

/// Returns the position after a skip link at the start of the body, which begins at `body`: a link
/// to a fragment of the page that contains only text. It stays the first link for keyboard users.
pub(crate) fn after_skip_link(page: &[u8], body: usize) -> Option<usize> {
    let rest = page[body..].trim_ascii_start();
    let start = page.len() - rest.len();
    let named = starts(rest, b"<a") && rest.get(2).is_some_and(u8::is_ascii_whitespace);
    let tag = named.then(|| end_of_tag(&rest[1..]))?? + 1;
    let leads_inside = [&b" href=\"#"[..], b" href='#", b" href=#"]
        .iter()
        .any(|href| memmem::find(&rest[..tag], href).is_some());
    let text = memchr::memchr(b'<', &rest[tag..])?;
    let end = tag + text;
    (leads_inside && starts(&rest[end..], b"</a>")).then_some(start + end + 4)
}

/// Returns whether the body starts with a skip link, as far as a byte search can tell.
pub(crate) fn starts_with_skip_link(page: &[u8]) -> bool {
    let place = head_and_body(page);
    place.is_some_and(|(_, body)| after_skip_link(page, body).is_some())
}

/// Returns the length of a tag from behind its `<`; `None` if its quotes are ambiguous.
fn end_of_tag(tag: &[u8]) -> Option<usize> {
    let (mut quote, mut last) = (None, 0);
    for (at, byte) in tag.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            // Elsewhere than after an equals sign, a quote is part of a name or value.
            (None, b'"' | b'\'') if last == b'=' => quote = Some(*byte),
            (None, b'"' | b'\'' | b'<') => return None,
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            last = *byte;
        }
    }
    None
}

/// Returns the length of the content of an opaque element; `None` if it may end earlier.
fn end_of_opaque(content: &[u8], name: &str) -> Option<usize> {
    let end = memmem::find(content, format!("</{name}>").as_bytes())?;
    let nested = memchr_iter(b'<', &content[..end]).any(|at| {
        let rest = &content[at + 1..end];
        let is = |start: &[u8]| {
            rest.get(..start.len())
                .is_some_and(|other| other.eq_ignore_ascii_case(start))
        };
        is(b"!--") || is(name.as_bytes()) || is(format!("/{name}").as_bytes())
    });
    (!nested).then_some(end)
}

/// Returns the position before the last `</body>`, if only `</html>` follows it.
pub(crate) fn before_body_end(page: &[u8]) -> Option<usize> {
    let at = memmem::rfind(page, b"</body>")?;
    let rest = page[at + 7..].trim_ascii();
    matches!(rest, b"" | b"</html>").then_some(at)
}

/// Returns whether the last quote of a text may open a value that has not ended: it follows an
/// equals sign.
pub(crate) fn may_be_quoted(text: &[u8]) -> bool {
    [b'"', b'\''].into_iter().any(|quote| {
        let last = memchr::memrchr(quote, text);
        last.is_some_and(|at| text[..at].trim_ascii_end().ends_with(b"="))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_end_of_a_skip_link_that_comes_first() {
        for (body, starts_with_skip_link) in [
            ("<a href=\"#main\">Skip</a>", true),
            ("\n <A class=skip href='#main'>Skip</A>", true),
            ("<a class=\"skip\" href=#main>Skip</a>", true),
            ("<a href=\"/\">Home</a>", false),
            ("<a href=\"/#main\">Home</a>", false),
            ("<a href=\"#main\"><b>Skip</b></a>", false),
            ("<a href=\"#main\">Skip", false),
            ("Text <a href=\"#main\">Skip</a>", false),
            ("<abbr href=\"#main\">Skip</abbr>", false),
            ("<p><a href=\"#main\">Skip</a>", false),
            ("", false),
        ] {
            let page = format!("<body>{body}<p>");
            let end = starts_with_skip_link.then_some(6 + body.len());
            assert_eq!(after_skip_link(page.as_bytes(), 6), end, "{body}");
        }
    }

    #[test]
    fn the_body_tag_is_found_where_it_is_plainly_one() {
        let at = |page: &str| after_body_tag(page.as_bytes()).map(|at| page[at..].to_owned());
        assert_eq!(
            at("<title>x</title><body class='a>b'>|").as_deref(),
            Some("|")
        );
        assert_eq!(
            at("<script>'<body>'</script>\n<BODY>|").as_deref(),
            Some("|")
        );
        assert_eq!(
            at("<meta content='a < b > <body>'><body\n>|").as_deref(),
            Some("|")
        );
        assert_eq!(
            at("<title><body></title><bodyguard><body>|").as_deref(),
            Some("|")
        );
        for doubtful in [
            "<!-- <body> --><body>",
            "<script><!-- <script></script>--></script><body>",
            "<meta content=\"<body>",
            "<meta content=x\"<body>",
            "</p x=\"><body>\"",
            "<bodyguard>",
            "<p>no body",
            "<body class='",
        ] {
            assert_eq!(at(doubtful), None, "{doubtful}");
        }
    }

    #[test]
    fn a_link_to_the_settings_is_found_and_a_mention_is_none() {
        assert!(links_to(
            b"<a href=\"/privacy/choices\">",
            "/privacy/choices"
        ));
        assert!(links_to(b"<a href=/privacy/choices>", "/privacy/choices"));
        assert!(!links_to(b"<p>see /privacy/choices", "/privacy/choices"));
    }
}
