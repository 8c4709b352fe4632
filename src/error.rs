//! What can go wrong, told to the operator; a visitor learns nothing internal.

use std::{borrow::Cow, fmt};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};

pub use crate::choice::keys::KeyError;

/// A setting of the middleware that cannot be used.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The origin is not one.
    Origin(String),
    /// Plain http was asked for together with an `https` origin.
    PlainHttps(String),
    /// A partitioned cookie needs `Secure`, so it needs `https`.
    Partitioned(String),
    /// A choice would count for no day, or for longer than browsers keep a cookie.
    Validity(u32),
    /// The base path is not a plain path.
    BasePath(String),
    /// The external prefix is not a plain path.
    ExternalPrefix(String),
    /// A trusted proxy is neither an address nor a network.
    Proxy(String),
    /// An earlier edition has a number that is not lower.
    Version(u32),
    /// The settings of the markup gate contradict each other, or name what the policy does not
    /// have.
    Markup(Cow<'static, str>),
    /// The directory for records that wait for the ledger cannot be used.
    Outbox {
        /// Which.
        path: String,
        /// Why.
        why: String,
    },
    /// Both `model` and `placement` were set.
    ModelAndPlacement,
    /// `CONSENT_UNDECLARED` holds neither of its two words.
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
                "the cookie `{cookie}` is partitioned, which browsers accept with `Secure` alone: \
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
                "the outbox {path} cannot be used: {why}. It is a directory that this process may \
                 write into"
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

/// An acceptance that does not count.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AcceptError {
    /// A GET or another safe method cannot accept: links are followed by machines.
    SafeMethod,
    /// Nothing shows that the request came from the site itself.
    CrossSite,
    /// The application named a category or service that the policy does not have.
    UnknownUnit,
    /// The head of the response had left, so nothing can be stored any more.
    TooLate,
    /// The ledger did not take it in time: nothing is granted without a record.
    Ledger,
}

impl fmt::Display for AcceptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SafeMethod => {
                "an acceptance was asked for in a request that must not change anything: use POST"
            }
            Self::CrossSite => {
                "an acceptance was asked for by a request that did not come from this site"
            }
            Self::UnknownUnit => {
                "an acceptance was asked for a category or service that the policy does not have"
            }
            Self::Ledger => "an acceptance could not be recorded, so it does not count",
            Self::TooLate => {
                "an acceptance was asked for after the head of the response had left: ask before \
                 the first byte of a stream"
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

/// Seconds after which a visitor may try to accept again: as long as it takes to restart a database.
pub(crate) const RETRY_AFTER: &str = "30";

/// The middleware is mounted wrongly, or not at all.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MountError {
    /// A handler asked for `Consent` and no middleware is mounted round it.
    Missing,
    /// The middleware is mounted twice round one handler.
    Twice,
    /// A middleware outside of it has read the cookies before they were judged.
    Order,
    /// A middleware inside of it has compressed a page, or the page was compressed before: its
    /// markup cannot be gated.
    Compressed,
}

impl fmt::Display for MountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => {
                "a handler asked for `Consent`, but ConsentMiddleware is not mounted round it: add \
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

/// The operator reads the error in the log, the visitor a sentence.
fn opaque(status: StatusCode, error: &dyn fmt::Display) -> HttpResponse {
    // What a visitor can bring about is no news to an operator.
    let level = match status.is_server_error() {
        true => log::Level::Error,
        false => log::Level::Debug,
    };
    log::log!(level, "{error}");
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .body(match status {
            StatusCode::SERVICE_UNAVAILABLE => {
                "This could not be recorded, so it was not stored. Nothing was turned on. Try again \
                 later."
            }
            StatusCode::INTERNAL_SERVER_ERROR => "The server could not answer. Try again later.",
            _ => "This was not stored. Nothing has changed.",
        })
}
