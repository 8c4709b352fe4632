//! Encoding of a page, so that the gate reads the same text as the browser.
//!
//! The order follows the HTML standard (13.2.3.2): byte order mark, `Content-Type`, declaration in
//! the first bytes. Without any of them browsers guess from the bytes, the locale or the parent
//! frame. Such a page is read in every encoding that they may choose, and its header stays
//! unchanged.

pub(crate) mod declaration;
mod meta;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, IBM866, ISO_2022_JP, ISO_8859_2, ISO_8859_3,
    ISO_8859_4, ISO_8859_5, ISO_8859_6, ISO_8859_7, ISO_8859_8, ISO_8859_10, ISO_8859_13,
    ISO_8859_14, ISO_8859_15, ISO_8859_16, KOI8_R, KOI8_U, MACINTOSH, SHIFT_JIS, UTF_8,
    WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254,
    WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258, X_MAC_CYRILLIC,
};
use lol_html::AsciiCompatibleEncoding;
use smallvec::{SmallVec, smallvec};

use super::{
    MarkupError,
    charset::declaration::{Declaration, WIDE_XML},
    prefilter,
};
use crate::http::content_type::ContentType;

/// Readings of one value.
pub(crate) type Values = SmallVec<[String; 1]>;

/// Encoding in which a page is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The browser uses this encoding.
    Known(&'static Encoding),
    /// The browser uses any encoding of [`POSSIBLE`]. Markup has the same bytes in all of them, so
    /// only values with other bytes differ.
    Unknown,
}

/// Encodings that browsers may choose for a page that names none: all supersets of ASCII in the
/// Encoding Standard. ISO-2022-JP is one as long as no escape sequence occurs.
const POSSIBLE: [&Encoding; 35] = [
    UTF_8,
    WINDOWS_1252,
    WINDOWS_1250,
    WINDOWS_1251,
    WINDOWS_1253,
    WINDOWS_1254,
    WINDOWS_1255,
    WINDOWS_1256,
    WINDOWS_1257,
    WINDOWS_1258,
    WINDOWS_874,
    ISO_8859_2,
    ISO_8859_3,
    ISO_8859_4,
    ISO_8859_5,
    ISO_8859_6,
    ISO_8859_7,
    ISO_8859_8,
    ISO_8859_10,
    ISO_8859_13,
    ISO_8859_14,
    ISO_8859_15,
    ISO_8859_16,
    KOI8_R,
    KOI8_U,
    IBM866,
    MACINTOSH,
    X_MAC_CYRILLIC,
    SHIFT_JIS,
    EUC_JP,
    EUC_KR,
    BIG5,
    GBK,
    GB18030,
    ISO_2022_JP,
];

impl Reading {
    /// Returns the encoding for the tokenizer. For an unknown one this is windows-1252: each byte
    /// is one letter, so all other readings can be derived from it.
    pub(crate) fn encoding(self) -> AsciiCompatibleEncoding {
        let encoding = match self {
            Self::Known(encoding) => encoding,
            Self::Unknown => WINDOWS_1252,
        };
        AsciiCompatibleEncoding::new(encoding).expect("only such encodings are used")
    }

    /// Returns all values that browsers may read from an attribute, that of the tokenizer last.
    pub(crate) fn values(self, value: String) -> Values {
        if self != Self::Unknown || value.is_ascii() {
            return smallvec![value];
        }
        let (bytes, ..) = WINDOWS_1252.encode(&value);
        let mut values = Values::new();
        for encoding in POSSIBLE {
            let (text, _) = encoding.decode_without_bom_handling(&bytes);
            if !values.iter().any(|other: &String| *other == text) {
                values.push(text.into_owned());
            }
        }
        values.push(value);
        values
    }

    /// Prepares HTML for insertion into the page: in ASCII if the encoding is unknown.
    pub(crate) fn piece(self, html: String) -> String {
        match self == Self::Unknown && !html.is_ascii() {
            true => in_ascii(&html),
            false => html,
        }
    }

    /// Encodes HTML in the encoding of the page.
    pub(crate) fn bytes(self, html: &str) -> std::borrow::Cow<'_, [u8]> {
        match self {
            Self::Known(encoding) => encoding.encode(html).0,
            Self::Unknown => html.as_bytes().into(),
        }
    }
}

/// Writes letters beyond ASCII as character references.
fn in_ascii(html: &str) -> String {
    let mut text = String::with_capacity(html.len() + 64);
    for letter in html.chars() {
        match letter.is_ascii() {
            true => text.push(letter),
            false => text.push_str(&format!("&#{};", u32::from(letter))),
        }
    }
    text
}

/// Determines the encoding of a page. If all browsers find the same declaration in a whole `page`,
/// and `names` is set, writes it into the header: an insertion could move the declaration beyond
/// the bytes that browsers scan.
pub(crate) fn determine(
    headers: &mut HeaderMap,
    page: Option<&[u8]>,
    names: bool,
) -> Result<Reading, MarkupError> {
    if let Some(page) = page {
        if page.starts_with(UTF_8_MARK) {
            return Ok(Reading::Known(UTF_8));
        }
        narrow(page)?;
    }
    let named = ContentType::of(headers)
        .charset()
        .and_then(Encoding::for_label);
    if let Some(encoding) = named {
        return usable(encoding, "Content-Type");
    }
    let Some(page) = page else {
        return Ok(Reading::Unknown);
    };
    if declaration::starts_as_wide_xml(page) {
        return Err(wide());
    }
    match declaration::declared(page) {
        Declaration::One(encoding) => {
            let reading = usable(encoding, "the page")?;
            if !names {
                escapes(page)?;
                return Ok(Reading::Unknown);
            }
            let value = format!("text/html; charset={}", encoding.name());
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(header::CONTENT_TYPE, value);
            }
            Ok(reading)
        }
        Declaration::Nothing | Declaration::Disputed => {
            escapes(page)?;
            Ok(Reading::Unknown)
        }
    }
}

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

fn usable(encoding: &'static Encoding, source: &str) -> Result<Reading, MarkupError> {
    if declaration::is_replaced(encoding) {
        return Err(MarkupError::new(format_args!(
            "{source} declares an encoding that browsers do not decode; send the page as UTF-8"
        )));
    }
    match encoding.is_ascii_compatible() {
        true => Ok(Reading::Known(encoding)),
        false => Err(MarkupError::new(format_args!(
            "{source} declares {}, in which ASCII bytes are not ASCII; send the page as UTF-8",
            encoding.name()
        ))),
    }
}

fn narrow(page: &[u8]) -> Result<(), MarkupError> {
    match prefilter::starts_wide(page) {
        true => Err(wide()),
        false => Ok(()),
    }
}

fn wide() -> MarkupError {
    MarkupError::new("it is encoded as UTF-16; send the page as UTF-8")
}

/// Rejects the escape sequences by which browsers detect ISO-2022-JP.
fn escapes(bytes: &[u8]) -> Result<(), MarkupError> {
    let found = memchr::memchr_iter(b'\x1b', bytes)
        .any(|at| matches!(bytes.get(at + 1), Some(b'(' | b'$')));
    match found {
        true => Err(MarkupError::new(
            "it declares no encoding and contains escape sequences of ISO-2022-JP; name the charset in \
             Content-Type",
        )),
        false => Ok(()),
    }
}

/// Start of a stream, whose byte order mark may change the encoding.
#[derive(Debug)]
pub(crate) struct Start {
    reading: Reading,
    /// True if something is inserted into the page. It must not hide a declaration that follows.
    insertions: bool,
    held: Vec<u8>,
    /// The last byte, in case an escape sequence is split between chunks.
    last: Option<u8>,
}

impl Start {
    /// Returns the start of a stream with this reading of its headers.
    pub(crate) fn of(reading: Reading, insertions: bool) -> Self {
        Self {
            reading,
            insertions,
            held: Vec::new(),
            last: None,
        }
    }

    /// Takes the next bytes. Returns all bytes so far and their reading once no byte order mark can
    /// follow, after at most six bytes. If the header has no charset and something is inserted, it
    /// waits for a declaration, for at most 1024 bytes; browsers show nothing before that either.
    pub(crate) fn take(
        &mut self,
        bytes: &[u8],
        ends: bool,
    ) -> Result<Option<(Vec<u8>, Reading)>, MarkupError> {
        self.held.extend_from_slice(bytes);
        narrow(&self.held)?;
        let unknown = self.reading == Reading::Unknown;
        if unknown && declaration::starts_as_wide_xml(&self.held) {
            return Err(wide());
        }
        let marks = [UTF_8_MARK, b"\xff\xfe", b"\xfe\xff"].into_iter();
        let mut marks = marks.chain(WIDE_XML.into_iter().filter(|_| unknown));
        let held = &self.held;
        if !ends && marks.any(|mark| mark.len() > held.len() && mark.starts_with(held)) {
            return Ok(None);
        }
        if held.starts_with(UTF_8_MARK) {
            self.reading = Reading::Known(UTF_8);
        }
        let unknown = self.reading == Reading::Unknown;
        if unknown && self.insertions && !ends && !declaration::is_scanned(held) {
            return Ok(None);
        }
        Ok(Some((std::mem::take(&mut self.held), self.reading)))
    }

    /// Checks bytes after the start for escape sequences.
    pub(crate) fn scan(&mut self, bytes: &[u8]) -> Result<(), MarkupError> {
        if self.reading != Reading::Unknown {
            return Ok(());
        }
        if let (Some(last), Some(first)) = (self.last, bytes.first()) {
            escapes(&[last, *first])?;
        }
        self.last = bytes.last().copied().or(self.last);
        escapes(bytes)
    }
}
