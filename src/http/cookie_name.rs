//! Names of cookies on the wire (RFC 6265, 5.2; RFC 9110, 5.6.2).

use std::borrow::Cow;

/// The name in a `Set-Cookie` header or in a pair `name=value`, as browsers read it: without blanks
/// around it, and empty where there is no `=`.
pub(crate) fn name_in(value: &[u8]) -> &[u8] {
    // Names are short, so that looking at each byte is faster than starting a search by many.
    match value.iter().position(|byte| matches!(byte, b'=' | b';')) {
        Some(at) if value[at] == b'=' => value[..at].trim_ascii(),
        _ => &[],
    }
}

/// The value of a pair `name=value`, without blanks around it; empty where there is no `=`.
pub(crate) fn value_in(pair: &[u8]) -> &[u8] {
    memchr::memchr(b'=', pair).map_or(&[][..], |at| pair[at + 1..].trim_ascii())
}

/// The name, where it is one that can be echoed in a header.
pub(crate) fn as_token(name: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(name).ok()?;
    text.bytes().all(is_token).then_some(text)
}

/// RFC 9110, 5.6.2.
pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A name fit for logs and headers: only token characters, the others as `?`.
pub(crate) fn printable(name: &[u8]) -> String {
    name.iter()
        .take(100)
        .map(|byte| if is_token(*byte) { *byte as char } else { '?' })
        .collect()
}

pub(crate) fn percent_decoded(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.contains(&b'%') {
        return Cow::Borrowed(bytes);
    }
    let hex = |byte: Option<&u8>| byte.and_then(|byte| (*byte as char).to_digit(16));
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], hex(bytes.get(at + 1)), hex(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(decoded)
}
