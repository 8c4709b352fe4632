//! Whether a request is a person going from page to page.

use actix_web::{
    dev::RequestHead,
    http::{
        Method,
        header::{self, HeaderName},
    },
};

const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SEC_PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");

/// A GET for a document, or from a browser that does not say so a GET that accepts HTML by name;
/// and not a prefetch, which nobody has seen yet.
pub(crate) fn is_navigation(head: &RequestHead) -> bool {
    if head.method != Method::GET || head.headers.contains_key(SEC_PURPOSE) {
        return false;
    }
    match head.headers.get(SEC_FETCH_DEST) {
        Some(destination) => destination.as_bytes() == b"document",
        None => head
            .headers
            .get(header::ACCEPT)
            .is_some_and(|accept| memchr::memmem::find(accept.as_bytes(), b"text/html").is_some()),
    }
}

/// What reads an HTML response.
#[cfg(feature = "markup")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// A browser that shows it as a page.
    Document,
    /// A script that puts it into a page, or a frame of a page.
    Part,
}

#[cfg(feature = "markup")]
impl Reader {
    /// Headers by which scripts say that they ask for a piece of a page.
    const OF_SCRIPTS: [HeaderName; 4] = [
        HeaderName::from_static("x-requested-with"),
        HeaderName::from_static("hx-request"),
        HeaderName::from_static("turbo-frame"),
        HeaderName::from_static("x-pjax"),
    ];

    pub(crate) fn of(head: &RequestHead) -> Self {
        let document = match head.headers.get(SEC_FETCH_DEST) {
            Some(destination) => destination.as_bytes() == b"document",
            None => !Self::OF_SCRIPTS
                .iter()
                .any(|name| head.headers.contains_key(name)),
        };
        match document {
            true => Self::Document,
            false => Self::Part,
        }
    }
}
