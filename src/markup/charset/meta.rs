//! Encoding that a `<meta>` declares.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use memchr::{memchr, memmem};

use super::declaration::{Differs, is_blank};

/// Name and value of an attribute, in lower case.
pub(crate) type Attribute = (Vec<u8>, Vec<u8>);

/// Gets all attributes of a tag and moves behind its `>`. `None` if the tag does not end.
pub(crate) fn attributes(bytes: &[u8], at: &mut usize) -> Option<Vec<Attribute>> {
    let mut found: Vec<Attribute> = Vec::new();
    while let Some(attribute) = attribute(bytes, at)? {
        found.push(attribute);
    }
    *at += 1;
    Some(found)
}

/// Gets an attribute (HTML, 13.2.3.2); `Some(None)` at the end of the tag.
fn attribute(bytes: &[u8], at: &mut usize) -> Option<Option<Attribute>> {
    let blanks = |at: &mut usize| {
        while is_blank(*bytes.get(*at)?) {
            *at += 1;
        }
        Some(())
    };
    while is_blank(*bytes.get(*at)?) || bytes[*at] == b'/' {
        *at += 1;
    }
    if bytes[*at] == b'>' {
        return Some(None);
    }
    let start = *at;
    loop {
        match *bytes.get(*at)? {
            b'=' if *at > start => break,
            b'/' | b'>' => break,
            byte if is_blank(byte) => break,
            _ => *at += 1,
        }
    }
    let name = bytes[start..*at].to_ascii_lowercase();
    blanks(at)?;
    if bytes[*at] != b'=' {
        return Some(Some((name, Vec::new())));
    }
    *at += 1;
    blanks(at)?;
    let quote = bytes[*at];
    if matches!(quote, b'"' | b'\'') {
        let length = memchr(quote, &bytes[*at + 1..])?;
        let value = bytes[*at + 1..*at + 1 + length].to_ascii_lowercase();
        *at += length + 2;
        return Some(Some((name, value)));
    }
    let start = *at;
    while !is_blank(*bytes.get(*at)?) && bytes[*at] != b'>' {
        *at += 1;
    }
    Some(Some((name, bytes[start..*at].to_ascii_lowercase())))
}

/// Returns the encoding that a `<meta>` declares to the standard's prescan.
pub(crate) fn encoding_of_meta(attributes: &[Attribute]) -> Option<&'static Encoding> {
    let (mut pragma, mut needs_pragma) = (false, None);
    // `Some(None)`: the label names no encoding.
    let mut charset: Option<Option<&'static Encoding>> = None;
    for (at, (name, value)) in attributes.iter().enumerate() {
        // Of repeated attributes the first counts.
        if attributes[..at].iter().any(|(other, _)| other == name) {
            continue;
        }
        match &**name {
            b"http-equiv" => pragma |= value == b"content-type",
            b"content" if charset.is_none() => {
                let label = label_in(value, false);
                if let Some(encoding) = label.and_then(Encoding::for_label) {
                    charset = Some(Some(encoding));
                    needs_pragma = Some(true);
                }
            }
            b"charset" => {
                charset = Some(Encoding::for_label(value));
                needs_pragma = Some(false);
            }
            _ => {}
        }
    }
    let counts = needs_pragma.is_some_and(|needs| !needs || pragma);
    counts.then(|| charset.flatten().map(in_ascii)).flatten()
}

/// Returns the encoding that a `<meta>` declares to Chromium: of repeated attributes the last
/// counts, and an empty `charset` is ignored. Character references are not resolved here.
pub(crate) fn encoding_of_token(
    attributes: &[Attribute],
) -> Result<Option<&'static Encoding>, Differs> {
    let (mut pragma, mut by_pragma) = (false, None);
    let mut label: &[u8] = b"";
    for (name, value) in attributes {
        let read = matches!(&**name, b"http-equiv" | b"content" | b"charset");
        if read && value.contains(&b'&') && declares(attributes) {
            return Err(Differs);
        }
        match &**name {
            b"http-equiv" => pragma |= value == b"content-type",
            b"charset" => (label, by_pragma) = (value, Some(false)),
            b"content" if label.is_empty() => {
                if let Some(found) = label_in(value, true).filter(|found| !found.is_empty()) {
                    (label, by_pragma) = (found, Some(true));
                }
            }
            _ => {}
        }
    }
    let counts = by_pragma.is_some_and(|by_pragma| !by_pragma || pragma);
    Ok(counts
        .then(|| Encoding::for_label(label).map(in_ascii))
        .flatten())
}

/// Returns whether a `<meta>` with character references in its values may be a declaration.
fn declares(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .any(|(name, _)| matches!(&**name, b"charset" | b"http-equiv"))
}

/// Extracts a label from the `content` of a `<meta>` (HTML, 2.4.4). In Chromium a quote ends an
/// unquoted label.
fn label_in(content: &[u8], quotes_end: bool) -> Option<&[u8]> {
    let mut rest = content;
    loop {
        let at = memmem::find(rest, b"charset")? + b"charset".len();
        rest = rest[at..].trim_ascii_start();
        let Some(value) = rest.strip_prefix(b"=") else {
            continue;
        };
        let value = value.trim_ascii_start();
        return match value.first()? {
            quote @ (b'"' | b'\'') => {
                let end = memchr(*quote, &value[1..])?;
                Some(&value[1..1 + end])
            }
            _ => {
                let ends = |byte: &u8| {
                    is_blank(*byte) || *byte == b';' || quotes_end && matches!(byte, b'"' | b'\'')
                };
                let end = value.iter().position(ends).unwrap_or(value.len());
                Some(&value[..end])
            }
        };
    }
}

/// Returns the encoding that browsers use instead of one that cannot be declared in ASCII.
pub(crate) fn in_ascii(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        UTF_8
    } else if encoding.name() == "x-user-defined" {
        WINDOWS_1252
    } else {
        encoding
    }
}
