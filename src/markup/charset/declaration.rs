//! Encoding that a page declares in its first bytes (HTML, 13.2.3.2).
//!
//! The standard's prescan knows no text elements: it finds a `<meta>` in a script or a title.
//! Chromium and Safari scan with a real tokenizer instead, and beyond the first 1024 bytes while
//! the head continues. A declaration is certain only if both scans find the same one.

use encoding_rs::{Encoding, REPLACEMENT};
use memchr::{memchr, memmem};

use super::meta::{attributes, encoding_of_meta, encoding_of_token, in_ascii};

/// Number of bytes that the standard's prescan reads, and Chromium at least.
pub(crate) const PRESCANNED: usize = 1024;

/// Encoding declaration of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declaration {
    /// No browser finds a declaration.
    Nothing,
    /// All browsers find this encoding.
    One(&'static Encoding),
    /// Browsers find different encodings, or only some of them find one.
    Disputed,
}

/// Scans the start of a page without a byte order mark.
pub(crate) fn declared(page: &[u8]) -> Declaration {
    let xml = xml_encoding(page);
    let standard = prescan(&page[..page.len().min(PRESCANNED)]).or(xml);
    let Ok(tokens) = scan_tokens(page) else {
        return Declaration::Disputed;
    };
    let tokens = tokens.or(xml);
    match (standard, tokens) {
        (None, None) => Declaration::Nothing,
        // Browsers disagree on the precedence of an XML declaration and a `<meta>`.
        (Some(one), Some(other)) if one == other && xml.is_none_or(|xml| xml == one) => {
            Declaration::One(one)
        }
        _ => Declaration::Disputed,
    }
}

/// Returns whether all scans of a page with this start are over: each has found a declaration, or
/// has read as much as the standard's does.
pub(super) fn is_scanned(start: &[u8]) -> bool {
    start.len() >= PRESCANNED
        || (prescan(start).is_some() && matches!(scan_tokens(start), Ok(Some(_))))
}

/// Returns whether a browser that reads only `before` finds another declaration than one that reads
/// all of `start`, which begins with it.
pub(crate) fn hides(start: &[u8], before: &[u8]) -> bool {
    if before.len() >= start.len() {
        return false;
    }
    let both = |bytes: &[u8]| (prescan(bytes), scan_tokens(bytes).ok());
    let (all, first) = (both(start), both(before));
    all.1.is_none() || all != first
}

/// Returns whether a page without a byte order mark starts with an XML declaration in UTF-16, by
/// which browsers detect the encoding.
pub(crate) fn starts_as_wide_xml(page: &[u8]) -> bool {
    WIDE_XML.iter().any(|start| page.starts_with(start))
}

/// `<?x` in UTF-16, little-endian and big-endian.
pub(crate) const WIDE_XML: [&[u8]; 2] = [b"<\0?\0x\0", b"\0<\0?\0x"];

/// Runs the standard's prescan. `None` also if the bytes end inside a construct.
fn prescan(bytes: &[u8]) -> Option<&'static Encoding> {
    let mut at = 0;
    loop {
        at += memchr(b'<', bytes.get(at..)?)?;
        let rest = &bytes[at + 1..];
        if rest.starts_with(b"!--") {
            // The dashes that open the comment may also close it.
            at += 2 + memmem::find(&bytes[at + 2..], b"-->")? + 3;
        } else if is_meta(rest) {
            at += 5;
            let found = encoding_of_meta(&attributes(bytes, &mut at)?);
            if found.is_some() {
                return found;
            }
        } else if is_tag(rest) {
            at += rest
                .iter()
                .position(|byte| is_blank(*byte) || *byte == b'>')?
                + 1;
            attributes(bytes, &mut at)?;
        } else if matches!(rest.first(), Some(b'!' | b'/' | b'?')) {
            at += memchr(b'>', rest)? + 2;
        } else {
            at += 1;
        }
    }
}

/// Error: browsers read the page differently.
pub(super) struct Differs;

/// Scans like a tokenizer, which reads the content of text elements as text.
fn scan_tokens(page: &[u8]) -> Result<Option<&'static Encoding>, Differs> {
    let mut at = 0;
    let mut in_head = true;
    let mut foreign = false;
    loop {
        let Some(start) = page.get(at..).and_then(|rest| memchr(b'<', rest)) else {
            return Ok(None);
        };
        at += start;
        if !in_head && at >= PRESCANNED {
            return Ok(None);
        }
        let rest = &page[at + 1..];
        let read = match rest.first() {
            Some(b'!') if rest.starts_with(b"!--") => end_of_comment(rest),
            Some(b'!' | b'?') => memchr(b'>', rest).map(|end| end + 1),
            Some(b'/') if !rest.get(1).is_some_and(u8::is_ascii_alphabetic) => {
                memchr(b'>', rest).map(|end| end + 1)
            }
            _ if is_tag(rest) => {
                let ends = rest[0] == b'/';
                let name = &rest[usize::from(ends)..];
                let length = name
                    .iter()
                    .position(|byte| is_blank(*byte) || matches!(byte, b'/' | b'>'));
                let Some(length) = length else {
                    return Ok(None);
                };
                let name = name[..length].to_ascii_lowercase();
                let mut end = at + 1 + usize::from(ends) + length;
                let Some(attributes) = attributes(page, &mut end) else {
                    return Ok(None);
                };
                in_head &= stays_in_head(&name, ends);
                if !ends {
                    match &*name {
                        b"meta" => {
                            let found = encoding_of_token(&attributes)?;
                            if found.is_some() {
                                return if foreign { Err(Differs) } else { Ok(found) };
                            }
                        }
                        b"svg" | b"math" | b"plaintext" => foreign = true,
                        _ if is_text(&name) => match end_of_text(&page[end..], &name)? {
                            Some(length) => end += length,
                            None => return Ok(None),
                        },
                        _ => {}
                    }
                }
                Some(end - at - 1)
            }
            _ => Some(0),
        };
        let Some(length) = read else {
            return Ok(None);
        };
        at += 1 + length;
    }
}

/// Returns whether Chromium continues beyond the first 1024 bytes after this tag.
fn stays_in_head(name: &[u8], ends: bool) -> bool {
    const NAMES: [&[u8]; 8] = [
        b"script",
        b"noscript",
        b"style",
        b"link",
        b"meta",
        b"object",
        b"title",
        b"base",
    ];
    NAMES.contains(&name) || (!ends && matches!(name, b"html" | b"head"))
}

/// Returns whether a tokenizer reads the content of the element as text.
fn is_text(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 9] = [
        b"title",
        b"textarea",
        b"style",
        b"xmp",
        b"iframe",
        b"noembed",
        b"noframes",
        b"script",
        b"noscript",
    ];
    NAMES.contains(&name)
}

/// Returns the length of the content of a text element. Readings may differ if a script contains
/// `<!--`, or an element that only some browsers read as text contains markup.
fn end_of_text(content: &[u8], name: &[u8]) -> Result<Option<usize>, Differs> {
    let end = memchr::memchr_iter(b'<', content).find(|at| {
        let rest = &content[at + 1..];
        let behind = |rest: &[u8]| {
            rest.first()
                .is_some_and(|byte| is_blank(*byte) || matches!(byte, b'/' | b'>'))
        };
        rest.first() == Some(&b'/')
            && super::prefilter::starts(&rest[1..], name)
            && behind(&rest[1 + name.len()..])
    });
    let text = &content[..end.unwrap_or(content.len())];
    let escapes = name == b"script" && memmem::find(text, b"<!--").is_some();
    let elements = name == b"noscript" && memmem::find(text, b"<").is_some();
    match escapes || elements {
        true if names_a_charset(content) => Err(Differs),
        _ => Ok(end),
    }
}

/// Returns whether the content may contain a declaration.
fn names_a_charset(content: &[u8]) -> bool {
    memchr::memchr2_iter(b'c', b'C', content)
        .any(|at| super::prefilter::starts(&content[at..], b"charset"))
}

/// Returns the length of a comment from behind its `<` (HTML, 13.2.5.43 and following).
fn end_of_comment(rest: &[u8]) -> Option<usize> {
    if rest[3..].starts_with(b">") {
        return Some(4);
    }
    if rest[3..].starts_with(b"->") {
        return Some(5);
    }
    let mut at = 3;
    loop {
        at += memmem::find(rest.get(at..)?, b"--")?;
        match &rest[at + 2..] {
            [b'>', ..] => return Some(at + 3),
            [b'!', b'>', ..] => return Some(at + 4),
            _ => at += 1,
        }
    }
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

fn is_meta(rest: &[u8]) -> bool {
    super::prefilter::starts(rest, b"meta")
        && rest
            .get(4)
            .is_some_and(|byte| is_blank(*byte) || *byte == b'/')
}

/// Returns whether a tag starts behind a `<`.
fn is_tag(rest: &[u8]) -> bool {
    match rest {
        [b'/', letter, ..] | [letter, ..] => letter.is_ascii_alphabetic(),
        [] => false,
    }
}

/// Gets an XML encoding (HTML, 13.2.3.2).
fn xml_encoding(page: &[u8]) -> Option<&'static Encoding> {
    let declaration = page.strip_prefix(b"<?xml")?;
    let declaration = &declaration[..memchr(b'>', declaration)?];
    let at = memmem::find(declaration, b"encoding")? + b"encoding".len();
    let control = |rest: &mut &[u8]| {
        while let Some((0..=b' ', behind)) = rest.split_first() {
            *rest = behind;
        }
    };
    let mut rest = &declaration[at..];
    control(&mut rest);
    rest = rest.strip_prefix(b"=")?;
    control(&mut rest);
    let quote = rest.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let end = memchr(*quote, &rest[1..])?;
    let label = &rest[1..1 + end];
    if label.iter().any(|byte| *byte <= b' ') {
        return None;
    }
    Encoding::for_label(label).map(in_ascii)
}

/// Returns whether browsers replace a whole page in this encoding by one character.
pub(crate) fn is_replaced(encoding: &'static Encoding) -> bool {
    encoding == REPLACEMENT
}

#[cfg(test)]
mod tests;
