//! Size limit of a response head.
//!
//! nginx reads a whole response head into one buffer of `proxy_buffer_size`, by default 4 KiB, and
//! answers 502 to one that does not fit.

use actix_web::{
    dev::ResponseHead,
    http::header::{HeaderMap, HeaderValue},
};

/// Most bytes of a response head that the library fills with what can wait. The rest of 4 KiB is
/// for layers outside of the middleware, and for the key that nginx stores in front of a head that
/// it caches.
pub(crate) const MAX_HEAD: usize = 3_500;

/// Bytes that Actix and this library add to each head at most: `Date`, `Content-Length` or
/// `Transfer-Encoding`, and `Connection`.
const ADDED: usize = 120;

/// Size of a `Set-Cookie` header without its value, in bytes.
const SET_COOKIE: usize = "set-cookie: \r\n".len();

/// Number of bytes left for headers that can wait.
pub(crate) fn room(head: &ResponseHead) -> usize {
    let status = "HTTP/1.1 000 \r\n".len() + head.reason().len();
    MAX_HEAD.saturating_sub(status + ADDED + size(head.headers()))
}

fn size(headers: &HeaderMap) -> usize {
    let sizes = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    sizes.sum()
}

/// Bytes of a `Set-Cookie` header with this value.
pub(crate) fn set_cookie_size(value: &HeaderValue) -> usize {
    SET_COOKIE + value.len()
}
