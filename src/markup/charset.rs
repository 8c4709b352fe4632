//! The encoding of a page, so that the gate reads what the browser reads.
//!
//! The order is the one of the HTML standard (13.2.3.2): byte order mark, `Content-Type`, what the
//! page declares in its first bytes. Without any of them browsers guess from the bytes, the locale
//! or the parent frame. Such a page is read for every encoding that they may choose, and its header
//! stays as it is.

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
    gate::Doubt,
    plain,
    sniff::{self, Declared, WIDE_XML},
};
use crate::content_type::ContentType;

/// Readings of one value.
pub(super) type Values = SmallVec<[String; 1]>;

/// The encoding that a page is read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// The browser uses this encoding.
    Known(&'static Encoding),
    /// The browser uses any encoding of [`POSSIBLE`]. In all of them markup consists of the same
    /// bytes, so that only values with other bytes differ.
    Unknown,
}

/// The encodings that browsers may choose for a page that names none: all of the Encoding Standard
/// that are supersets of ASCII. ISO-2022-JP is one as long as no escape sequence occurs.
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
    /// The encoding set in the tokenizer. In windows-1252 each byte is one letter, so that
    /// all other readings can be made from it.
    pub(super) fn encoding(self) -> AsciiCompatibleEncoding {
        let encoding = match self {
            Self::Known(encoding) => encoding,
            Self::Unknown => WINDOWS_1252,
        };
        AsciiCompatibleEncoding::new(encoding).expect("only such encodings are used")
    }

    /// All values that browsers may read from an attribute, the one of the tokenizer last.
    pub(super) fn values(self, value: String) -> Values {
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

    /// Makes a piece of HTML fit to be put into the page: ASCII if its encoding is unknown.
    pub(super) fn piece(self, html: String) -> String {
        match self == Self::Unknown && !html.is_ascii() {
            true => in_ascii(&html),
            false => html,
        }
    }

    /// The bytes of a piece of HTML in the encoding of the page.
    pub(super) fn bytes(self, html: &str) -> std::borrow::Cow<'_, [u8]> {
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

/// Concludes how the page is read. If every browser finds the same declaration in a whole `page`,
/// and `names` is set, the header names it from now on: what is put into the page could move the
/// declaration out of the part that browsers scan.
pub(super) fn settle(
    headers: &mut HeaderMap,
    page: Option<&[u8]>,
    names: bool,
) -> Result<Reading, Doubt> {
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
    if sniff::starts_as_wide_xml(page) {
        return Err(wide());
    }
    match sniff::declared(page) {
        Declared::One(encoding) => {
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
        Declared::Nothing | Declared::Disputed => {
            escapes(page)?;
            Ok(Reading::Unknown)
        }
    }
}

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

fn usable(encoding: &'static Encoding, source: &str) -> Result<Reading, Doubt> {
    if sniff::is_replaced(encoding) {
        return Err(Doubt::new(format_args!(
            "{source} declares an encoding that browsers do not decode; send the page as UTF-8"
        )));
    }
    match encoding.is_ascii_compatible() {
        true => Ok(Reading::Known(encoding)),
        false => Err(Doubt::new(format_args!(
            "{source} declares {}, in which ASCII bytes are not ASCII; send the page as UTF-8",
            encoding.name()
        ))),
    }
}

fn narrow(page: &[u8]) -> Result<(), Doubt> {
    match plain::starts_wide(page) {
        true => Err(wide()),
        false => Ok(()),
    }
}

fn wide() -> Doubt {
    Doubt::new("it is encoded as UTF-16; send the page as UTF-8")
}

/// Browsers that guess ISO-2022-JP go by its escape sequences.
fn escapes(bytes: &[u8]) -> Result<(), Doubt> {
    let found = memchr::memchr_iter(b'\x1b', bytes)
        .any(|at| matches!(bytes.get(at + 1), Some(b'(' | b'$')));
    match found {
        true => Err(Doubt::new(
            "it names no encoding and holds escape sequences of ISO-2022-JP; name the charset in \
             Content-Type",
        )),
        false => Ok(()),
    }
}

/// The start of a stream, of which a byte order mark may change the encoding.
#[derive(Debug)]
pub(super) struct Start {
    reading: Reading,
    /// Something is put into the page, which must not hide a declaration that is yet to come.
    insertions: bool,
    held: Vec<u8>,
    /// The last byte, in case an escape sequence is cut in two.
    last: Option<u8>,
}

impl Start {
    /// A stream whose headers lead to this reading.
    pub(super) fn of(reading: Reading, insertions: bool) -> Self {
        Self {
            reading,
            insertions,
            held: Vec::new(),
            last: None,
        }
    }

    /// Takes the next bytes. Returns all bytes so far and how they are read, as soon as they cannot
    /// be the beginning of a mark any more: after six bytes at most. A page without a charset in its
    /// header that something is put into waits for its declaration, for 1024 bytes at most: until
    /// then browsers show nothing of it either.
    pub(super) fn take(
        &mut self,
        bytes: &[u8],
        ends: bool,
    ) -> Result<Option<(Vec<u8>, Reading)>, Doubt> {
        self.held.extend_from_slice(bytes);
        narrow(&self.held)?;
        let unknown = self.reading == Reading::Unknown;
        if unknown && sniff::starts_as_wide_xml(&self.held) {
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
        if unknown && self.insertions && !ends && !sniff::is_scanned(held) {
            return Ok(None);
        }
        Ok(Some((std::mem::take(&mut self.held), self.reading)))
    }

    /// Looks at bytes behind the start.
    pub(super) fn look_at(&mut self, bytes: &[u8]) -> Result<(), Doubt> {
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
