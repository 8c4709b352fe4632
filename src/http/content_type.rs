//! Content type of a response as browsers determine it (MIME Sniffing, 4.4; Fetch, "extract a MIME
//! type").

use std::borrow::Cow;

use actix_web::http::header::{self, HeaderMap};

/// Maximum length of a `charset` value in bytes. The longest label of an encoding has 19.
const MAX_LABEL: usize = 64;

/// The type that browsers extract from all `Content-Type` fields of a response.
#[derive(Debug, Default)]
pub(crate) struct ContentType<'a> {
    /// `type/subtype` as written; `None` if no field contains a valid one.
    essence: Option<&'a [u8]>,
    /// True if a field is missing, invalid or a wildcard, so that browsers may sniff the body.
    pub(crate) is_sniffed: bool,
    charset: Option<Cow<'a, [u8]>>,
}

impl<'a> ContentType<'a> {
    /// Parses all fields. They form one list, and the last valid type in it wins.
    pub(crate) fn of(headers: &'a HeaderMap) -> Self {
        let mut read = Self::default();
        let mut fields = headers.get_all(header::CONTENT_TYPE).peekable();
        read.is_sniffed = fields.peek().is_none();
        for field in fields {
            for value in list(field.as_bytes()) {
                read.add(value);
            }
        }
        read
    }

    fn add(&mut self, value: &'a [u8]) {
        const UNKNOWN: [&[u8]; 3] = [b"*/*", b"unknown/unknown", b"application/unknown"];
        let value = value.trim_ascii();
        let end = value
            .iter()
            .position(|byte| matches!(byte, b';' | b'(' | b' ' | b'\t'));
        let (essence, rest) = value.split_at(end.unwrap_or(value.len()));
        let is_unknown = || {
            UNKNOWN
                .iter()
                .any(|unknown| essence.eq_ignore_ascii_case(unknown))
        };
        if !is_essence(essence) || is_unknown() {
            self.is_sniffed = true;
            return;
        }
        let charset = charset(rest);
        let same = self
            .essence
            .is_some_and(|other| other.eq_ignore_ascii_case(essence));
        if charset.is_some() || !same {
            self.charset = charset;
        }
        self.essence = Some(essence);
    }

    /// Value of the first `charset` parameter, without quotes.
    pub(crate) fn charset(&self) -> Option<&[u8]> {
        self.charset.as_deref()
    }

    pub(crate) fn is(&self, essence: &str) -> bool {
        self.essence
            .is_some_and(|own| own.eq_ignore_ascii_case(essence.as_bytes()))
    }

    pub(crate) fn is_html(&self) -> bool {
        self.is("text/html")
    }

    /// Returns whether browsers show the body as an XML document (HTML, "XML MIME type").
    pub(crate) fn is_xml(&self) -> bool {
        let ends = |essence: &[u8]| {
            let start = essence.len().checked_sub(4);
            start.is_some_and(|start| essence[start..].eq_ignore_ascii_case(b"+xml"))
        };
        self.essence.is_some_and(ends)
            || ["text/xml", "application/xml", "text/xsl"]
                .iter()
                .any(|xml| self.is(xml))
    }
}

/// Returns whether browsers treat the body as HTML. Has a fast path for a single field without a
/// list, the common case.
pub(crate) fn is_html(headers: &HeaderMap) -> bool {
    match headers.get_all(header::CONTENT_TYPE).as_slice() {
        [] => false,
        [field] if !field.as_bytes().contains(&b',') => {
            let field = field.as_bytes().trim_ascii();
            let (start, rest) = field.split_at(field.len().min(9));
            start.eq_ignore_ascii_case(b"text/html")
                && matches!(rest.first(), None | Some(b';' | b'(' | b' ' | b'\t'))
        }
        _ => ContentType::of(headers).is_html(),
    }
}

/// Splits a list at the commas outside of quotes (RFC 9110, 5.6.1).
pub(crate) fn list(field: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    field.split(move |byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' => return !quoted,
            _ => {}
        }
        false
    })
}

/// Returns whether the text is two tokens with a slash between them.
fn is_essence(text: &[u8]) -> bool {
    let token = |text: &[u8]| {
        !text.is_empty()
            && text
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
    };
    let slash = text.iter().position(|byte| *byte == b'/');
    slash.is_some_and(|slash| token(&text[..slash]) && token(&text[slash + 1..]))
}

/// Value of the first `charset` in a list of parameters.
fn charset(mut rest: &[u8]) -> Option<Cow<'_, [u8]>> {
    loop {
        let start = rest.iter().position(|byte| *byte == b';')? + 1;
        rest = rest[start..].trim_ascii_start();
        let end = rest.iter().position(|byte| matches!(byte, b';' | b'='))?;
        if rest[end] == b';' {
            rest = &rest[end..];
            continue;
        }
        // With a blank before the equals sign, the name is not `charset`.
        let is_charset = rest[..end].eq_ignore_ascii_case(b"charset");
        rest = rest[end + 1..].trim_ascii_start();
        let (value, length) = match rest.strip_prefix(b"\"") {
            Some(quoted) => {
                let (value, length) = unquoted(quoted);
                (Cow::Owned(value), length + 1)
            }
            None => {
                let end = rest.iter().position(|byte| *byte == b';');
                let end = end.unwrap_or(rest.len());
                (Cow::Borrowed(rest[..end].trim_ascii()), end)
            }
        };
        if is_charset && !value.is_empty() {
            return (value.len() <= MAX_LABEL).then_some(value);
        }
        rest = &rest[length..];
    }
}

/// Unescapes a quoted string after its opening quote. Returns its value and length; an unterminated
/// string extends to the end.
fn unquoted(text: &[u8]) -> (Vec<u8>, usize) {
    let mut value = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return (value.trim_ascii().to_vec(), at + 1),
            b'\\' if at + 1 < text.len() => {
                at += 1;
                value.push(text[at]);
            }
            byte => value.push(*byte),
        }
        at += 1;
    }
    (value.trim_ascii().to_vec(), text.len())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn headers(fields: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for field in fields {
            let value = HeaderValue::from_str(field).expect("it can be a header");
            headers.append(header::CONTENT_TYPE, value);
        }
        headers
    }

    #[test]
    fn reads_the_type_as_browsers_do() {
        for fields in [
            &["text/html"][..],
            &[" text/html"],
            &["\ttext/html ; charset=utf-8"],
            &["TEXT/HTML"],
            &["text/plain, text/html"],
            &["text/plain", "text/html"],
            &["text/html, */*"],
            &["text/html, text"],
            &["text/plain;x=\"a,b\", text/html(x)"],
        ] {
            let headers = headers(fields);
            let both = (ContentType::of(&headers).is_html(), is_html(&headers));
            assert_eq!(both, (true, true), "{fields:?}");
        }
        for fields in [
            &["text/html, text/plain"][..],
            &["text/htmlx"],
            &["text/plain; x=\", text/html\""],
            &[],
        ] {
            let headers = headers(fields);
            let both = (ContentType::of(&headers).is_html(), is_html(&headers));
            assert_eq!(both, (false, false), "{fields:?}");
        }
        for xml in ["text/xml", "image/svg+xml;x", "application/rss+XML"] {
            assert!(ContentType::of(&headers(&[xml])).is_xml(), "{xml}");
        }
    }

    #[test]
    fn names_the_types_that_browsers_sniff() {
        for field in [
            "",
            " ",
            "html",
            "charset=utf-8",
            ";text/html",
            "(x)text/html",
            "*/*",
            "text/",
            "unknown/unknown",
            "text/plain, ;text/html",
            "/",
            "te xt/html",
        ] {
            assert!(
                ContentType::of(&headers(&[field])).is_sniffed,
                "{field:?} is sniffed"
            );
        }
        assert!(ContentType::of(&headers(&[])).is_sniffed);
        for field in ["text/plain", "text/html; charset=x", "foo/bar"] {
            assert!(
                !ContentType::of(&headers(&[field])).is_sniffed,
                "{field:?} is not sniffed"
            );
        }
    }

    #[test]
    fn reads_the_charset_as_browsers_do() {
        for (field, charset) in [
            ("text/html; charset=utf-8", Some("utf-8")),
            ("text/html;charset=\"utf-8\"", Some("utf-8")),
            ("text/html; charset=\"utf-8", Some("utf-8")),
            ("text/html; charset=\"u\\tf-8\"", Some("utf-8")),
            ("text/html; charset='utf-8'", Some("'utf-8'")),
            (
                "text/html; x=\"; charset=gbk\"; CHARSET= koi8-r ",
                Some("koi8-r"),
            ),
            ("text/html; charset=a; charset=b", Some("a")),
            ("text/html; charset; charset=b", Some("b")),
            ("text/html; charset=; charset=b", Some("b")),
            ("text/html; charset =gbk", None),
            ("text/html; xcharset=gbk", None),
            ("text/html; charset=utf-8,gbk", Some("utf-8")),
            ("text/html; charset=utf-8, text/html", Some("utf-8")),
            ("text/plain; charset=utf-8, text/html", None),
            ("text/html charset=utf-8", None),
            ("text/html;", None),
        ] {
            let headers = headers(&[field]);
            let read = ContentType::of(&headers);
            let read = read.charset().map(|label| String::from_utf8_lossy(label));
            assert_eq!(read.as_deref(), charset, "{field:?}");
        }
    }
}
