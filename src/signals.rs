//! What the browser says by header.

use actix_web::http::header::{HeaderMap, HeaderName};

/// `Sec-GPC`, the Global Privacy Control.
static SEC_GPC: HeaderName = HeaderName::from_static("sec-gpc");

/// Signals that deny, whatever the model. A signal never grants, and its absence changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signals {
    /// The browser sent `Sec-GPC: 1`: units that are sold, shared or used for targeted
    /// advertising are denied.
    pub gpc: bool,
    /// The application knows that the visitor is a minor: every gated unit is denied
    /// (Art. 8 GDPR leaves the age to the member states, so the library does not guess it).
    pub minor: bool,
}

impl Signals {
    /// The signals that request headers carry. Only the value `1` counts, and of several fields
    /// one is enough (Global Privacy Control, "The Sec-GPC Header Field").
    pub fn from_headers(headers: &HeaderMap) -> Self {
        Self {
            gpc: headers
                .get_all(&SEC_GPC)
                .any(|value| value.as_bytes() == b"1"),
            minor: false,
        }
    }
}
