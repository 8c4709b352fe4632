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
