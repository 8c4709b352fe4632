//! Error types of the library. Their text is for operators; visitors get a general sentence.

use std::{borrow::Cow, fmt};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};

pub use crate::{
    choice::keys::KeyError,
    day::ParseError,
    ledger::{LedgerError, NotARecordId},
    policy::PolicyError,
};

/// A setting of the middleware that cannot be used.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The origin is invalid.
    Origin(String),
    /// Plain http is set together with an `https` origin.
    PlainHttps(String),
    /// The policy declares a partitioned cookie, which needs `Secure`, but the site uses plain
    /// http.
    Partitioned(String),
    /// The validity is no day, or longer than browsers keep a cookie.
    Validity(u32),
    /// The base path is not a plain path.
    BasePath(String),
    /// The external prefix is not a plain path.
    ExternalPrefix(String),
    /// A trusted proxy is neither an address nor a network.
    Proxy(String),
    /// An earlier edition does not have a lower number.
    Version(u32),
    /// The settings of the markup gate contradict each other, or name a unit that the policy does
    /// not have.
    Markup(Cow<'static, str>),
    /// The directory for records that wait for the ledger cannot be used.
    Outbox {
        /// Path of the directory.
        path: String,
        /// Error of the operating system.
        why: String,
    },
    /// Both `model` and `placement` were set.
    ModelAndPlacement,
    /// `CONSENT_UNDECLARED` is neither `withhold` nor `report`.
    Environment(String),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin(origin) => write!(
                f,
                "`{origin}` is not an origin: write scheme and host, such as https://news.example"
            ),
            Self::PlainHttps(origin) => {
                write!(
                    f,
                    "plain_http() and the origin {origin} contradict each other: drop one"
                )
            }
            Self::Partitioned(cookie) => write!(
                f,
                "the cookie `{cookie}` is partitioned, which browsers accept only with `Secure`: \
                 use an https origin"
            ),
            Self::Validity(days) => {
                write!(f, "a choice cannot count for {days} days: use 1 to 399")
            }
            Self::BasePath(path) => write!(
                f,
                "`{path}` is not a base path: write one such as /privacy, without a slash at its \
                 end"
            ),
            Self::ExternalPrefix(path) => write!(
                f,
                "`{path}` is not a path prefix: write one such as /app, without a slash at its end"
            ),
            Self::Proxy(text) => write!(
                f,
                "`{text}` is not a proxy: write an address such as 127.0.0.1, a network such as \
                 10.0.0.0/8, or `unix`"
            ),
            Self::Version(version) => write!(
                f,
                "two editions of the policy have the number {version}, or an earlier one a higher \
                 number: raise `policy.version` with each edition"
            ),
            Self::Markup(what) => write!(f, "the markup settings cannot be used: {what}"),
            Self::Outbox { path, why } => write!(
                f,
                "the outbox {path} cannot be used: {why}. Name a directory that this process may \
                 write to"
            ),
            Self::ModelAndPlacement => f.write_str(
                "model() and placement() contradict each other: name the model in what placement() \
                 returns, and drop model()",
            ),
            Self::Environment(value) => write!(
                f,
                "CONSENT_UNDECLARED is `{value}`: use `withhold` or `report`, or unset it"
            ),
        }
    }
}

debug_as_display!(ConfigError);

impl std::error::Error for ConfigError {}

/// Reason why an acceptance does not count.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AcceptError {
    /// GET and other safe methods cannot accept, because crawlers follow links.
    SafeMethod,
    /// Nothing proves that the request came from the site itself.
    CrossSite,
    /// The application named a category or service that the policy does not have.
    UnknownUnit,
    /// The head of the response has been sent, so the choice cannot be stored.
    TooLate,
    /// The ledger did not record it in time. Nothing is granted without a record.
    Ledger,
}

impl fmt::Display for AcceptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SafeMethod => {
                "Consent::accept was called in a request with a safe method, which must not change \
                 anything: use POST"
            }
            Self::CrossSite => {
                "Consent::accept was called in a request that did not come from this site: post \
                 a form of the site"
            }
            Self::UnknownUnit => {
                "Consent::accept was called with a category or service that the policy does not \
                 have: declare it, or correct the name"
            }
            Self::Ledger => {
                "the ledger did not record an acceptance in time, so it does not count: see the \
                 error of the ledger in the log"
            }
            Self::TooLate => {
                "Consent::accept was called after the head of the response had been sent: call it \
                 before the first byte of a stream"
            }
        })
    }
}

debug_as_display!(AcceptError);

impl std::error::Error for AcceptError {}

impl ResponseError for AcceptError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SafeMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::UnknownUnit | Self::TooLate => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Ledger => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = opaque(self.status_code(), self);
        if *self == Self::Ledger {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
        }
        response
    }
}

/// Seconds after which a visitor may try again, enough to restart a database.
pub(crate) const RETRY_AFTER: &str = "30";

/// Mistake in mounting the middleware.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MountError {
    /// A handler extracts `Consent`, but no middleware is mounted round it.
    Missing,
    /// The middleware is mounted twice round one handler.
    Twice,
    /// An outer middleware has read the cookies before they were filtered.
    Order,
    /// A page was compressed by an inner middleware or before, so its markup cannot be gated.
    Compressed,
}

impl fmt::Display for MountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => {
                "a handler extracts `Consent`, but ConsentMiddleware is not mounted round it: add \
                 `.wrap(consent.clone())` to the App, after every other `.wrap(..)` that sets or \
                 reads cookies"
            }
            Self::Twice => {
                "ConsentMiddleware is mounted twice round one handler: keep the outer `.wrap(..)` \
                 and drop the inner one"
            }
            Self::Order => {
                "a middleware outside of ConsentMiddleware has read the request's cookies before \
                 they were judged, so rejected ones would reach handlers, and what it sets would \
                 escape the gate. In Actix the last `.wrap(..)` is the outermost: write \
                 `App::new().wrap(session).wrap(consent.clone())`, in this order"
            }
            Self::Compressed => {
                "HTML reached ConsentMiddleware compressed, so its markup could not be gated and \
                 the visitor got a 500. In Actix the last `.wrap(..)` is the outermost: write \
                 `App::new().wrap(consent.clone()).wrap(Compress::default())`, in this order. \
                 Serve pages uncompressed that are stored compressed, and fetch pages from other \
                 servers with `Accept-Encoding: identity`"
            }
        })
    }
}

debug_as_display!(MountError);

impl std::error::Error for MountError {}

impl ResponseError for MountError {
    fn status_code(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn error_response(&self) -> HttpResponse {
        opaque(self.status_code(), self)
    }
}

/// Logs the error, and responds to the visitor with a general sentence.
fn opaque(status: StatusCode, error: &dyn fmt::Display) -> HttpResponse {
    // Visitors can cause client errors at will, so those are logged at level debug.
    let level = match status.is_server_error() {
        true => log::Level::Error,
        false => log::Level::Debug,
    };
    log::log!(level, "{error}");
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .body(match status {
            StatusCode::SERVICE_UNAVAILABLE => {
                "This could not be recorded, so it was not stored. Nothing was turned on. Try \
                 again later."
            }
            StatusCode::INTERNAL_SERVER_ERROR => "The server could not answer. Try again later.",
            _ => "This was not stored. Nothing has changed.",
        })
}
