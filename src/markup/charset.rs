//! What a page is encoded in, said so that browsers cannot come to another end.

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use lol_html::AsciiCompatibleEncoding;

use super::{gate::Doubt, plain};

/// The encoding of a page; `None` where it is unknown, or does not contain ASCII.
///
/// Where the header names none, browsers look into the page and may come to another end than this, so it is
/// said from now on: what the page says, else UTF-8 where the bytes are, else windows-1252, which
/// is what browsers would take. Of a stream nothing is known yet, so that it is UTF-8.
pub(super) fn settle(
    headers: &mut HeaderMap,
    bytes: Option<&[u8]>,
) -> Option<AsciiCompatibleEncoding> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let mut parameters = kind.split(';').skip(1);
    let charset = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"'))
    });
    if let Some(label) = charset {
        let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
        return AsciiCompatibleEncoding::new(encoding);
    }
    let encoding = match bytes {
        None => UTF_8,
        Some(bytes) => match said_in(bytes) {
            Some(said) => said?,
            None if std::str::from_utf8(bytes).is_ok() => UTF_8,
            None => WINDOWS_1252,
        },
    };
    let usable = AsciiCompatibleEncoding::new(encoding)?;
    let value = format!("text/html; charset={}", encoding.name());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&value).ok()?);
    Some(usable)
}

/// What the first kilobyte of a page says of its encoding, if anything. Read roughly: what is found
/// is said in the header, and counts because of that.
fn said_in(bytes: &[u8]) -> Option<Option<&'static Encoding>> {
    let start = &bytes[..bytes.len().min(1024)];
    if start.starts_with(b"\xef\xbb\xbf") {
        return Some(Some(UTF_8));
    }
    let start = start.to_ascii_lowercase();
    let at = memchr::memmem::find(&start, b"charset")? + b"charset".len();
    let label = start[at..]
        .trim_ascii_start()
        .strip_prefix(b"=")?
        .trim_ascii_start();
    let label = label
        .strip_prefix(b"\"")
        .or(label.strip_prefix(b"'"))
        .unwrap_or(label);
    let ends =
        |byte: &u8| matches!(byte, b'"' | b'\'' | b'>' | b';' | b'/') || byte.is_ascii_whitespace();
    let end = label.iter().position(ends).unwrap_or(label.len());
    Some(Encoding::for_label_no_replacement(&label[..end]))
}

/// A mark at the start of a page outweighs what the header says.
fn starts_as_said(bytes: &[u8], utf_8: bool) -> Result<(), Doubt> {
    if plain::starts_wide(bytes) {
        return Err(Doubt::new("it starts as UTF-16 does"));
    }
    match bytes.starts_with(b"\xef\xbb\xbf") && !utf_8 {
        true => Err(Doubt::new(
            "it starts as UTF-8 does, and is said to be something else",
        )),
        false => Ok(()),
    }
}

/// The first bytes of a stream, which may say what it is encoded in.
#[derive(Debug)]
pub(super) struct Start {
    utf_8: bool,
    bytes: Vec<u8>,
}

impl Start {
    pub(super) fn said(encoding: AsciiCompatibleEncoding) -> Self {
        Self {
            utf_8: encoding == AsciiCompatibleEncoding::utf_8(),
            bytes: Vec::new(),
        }
    }

    /// Looks at what comes next, as far as it is the start.
    pub(super) fn look_at(&mut self, bytes: &[u8]) -> Result<(), Doubt> {
        let missing = 3_usize.saturating_sub(self.bytes.len());
        self.bytes.extend(bytes.iter().take(missing));
        starts_as_said(&self.bytes, self.utf_8)
    }
}
