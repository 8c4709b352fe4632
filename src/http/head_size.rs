//! Size limit of a response head.
//!
//! nginx buffers the whole head of a response in `proxy_buffer_size`, 4 KiB by default, and answers
//! with 502 if it does not fit.

use actix_web::{
    dev::ResponseHead,
    http::header::{HeaderMap, HeaderValue},
};

/// Maximum size of a response head, in bytes, up to which the library adds headers that can be
/// deferred. The rest of 4 KiB is for outer layers and for the key that nginx stores in front of a
/// cached head.
pub(crate) const MAX_HEAD: usize = 3_500;

/// Maximum number of bytes that Actix and this library add to each head: `Date`, `Content-Length`
/// or `Transfer-Encoding`, and `Connection`.
const ADDED: usize = 120;

/// Size of a `Set-Cookie` header without its value, in bytes.
const SET_COOKIE: usize = "set-cookie: \r\n".len();

/// Number of bytes left for headers that can be deferred.
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

/// Size of a `Set-Cookie` header with this value, in bytes.
pub(crate) fn set_cookie_size(value: &HeaderValue) -> usize {
    SET_COOKIE + value.len()
}
