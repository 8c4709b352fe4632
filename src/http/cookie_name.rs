//! Names of cookies on the wire (RFC 6265, 5.2; RFC 9110, 5.6.2).

use std::borrow::Cow;

/// Returns the name in a `Set-Cookie` header or in a pair `name=value` as browsers parse it:
/// without surrounding blanks, and empty if there is no `=`.
pub(crate) fn name_in(value: &[u8]) -> &[u8] {
    // Names are short, so a plain loop is faster than a vectorised search.
    match value.iter().position(|byte| matches!(byte, b'=' | b';')) {
        Some(at) if value[at] == b'=' => value[..at].trim_ascii(),
        _ => &[],
    }
}

/// Returns the value of a pair `name=value` without surrounding blanks; empty if there is no `=`.
pub(crate) fn value_in(pair: &[u8]) -> &[u8] {
    memchr::memchr(b'=', pair).map_or(&[][..], |at| pair[at + 1..].trim_ascii())
}

/// Returns the name if it consists of token characters, so that a header can echo it.
pub(crate) fn as_token(name: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(name).ok()?;
    text.bytes().all(is_token).then_some(text)
}

/// Returns whether the byte is a token character (RFC 9110, 5.6.2).
pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Formats a name for logs and headers, with `?` in place of other than token characters.
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
