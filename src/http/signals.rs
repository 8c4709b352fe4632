//! Privacy signals of the browser and the application.

use actix_web::http::header::{HeaderMap, HeaderName};

/// Header of the Global Privacy Control.
static SEC_GPC: HeaderName = HeaderName::from_static("sec-gpc");

/// Signals that deny consent under every model. A signal never grants, and its absence changes
/// nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signals {
    /// True if the browser sent `Sec-GPC: 1`: denies units whose data are sold, shared or used for
    /// targeted advertising.
    pub gpc: bool,
    /// True if the application knows that the visitor is a minor: denies every gated unit. Art. 8
    /// GDPR leaves the age to the member states, so the library does not guess it.
    pub minor: bool,
}

impl Signals {
    /// Reads the signals in request headers. Only the value `1` counts; of several fields, one with
    /// it is enough (Global Privacy Control, "The Sec-GPC Header Field").
    pub fn from_headers(headers: &HeaderMap) -> Self {
        Self {
            gpc: headers
                .get_all(&SEC_GPC)
                .any(|value| value.as_bytes() == b"1"),
            minor: false,
        }
    }
}
