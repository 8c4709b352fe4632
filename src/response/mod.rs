//! Writes the response: headers, own cookies and HTML.

pub(crate) mod body;
pub(crate) mod headers;
#[cfg(feature = "markup")]
pub(crate) mod html;
mod own_cookies;
