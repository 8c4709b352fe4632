//! Protection against cross-site requests: whether a form was submitted by a page of this site.
//!
//! The forms contain no token: one that is bound to nothing proves nothing, and one that is bound
//! to the visitor would be an identifier before consent. Other sites cannot forge the headers that
//! browsers set themselves.

use actix_web::http::header::{self, HeaderMap, HeaderName};

use crate::http::{navigation::is_framed, origin::Origin};

/// Origin of this site.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Site<'a> {
    /// The configured origin, such as `https://news.example`.
    Origin(&'a str),
    /// The request's `Host` with either scheme: behind a proxy that terminates TLS, the server does
    /// not know the scheme. Empty if the request has no host.
    Host(&'a str),
}

/// Error: the request may come from another site, so it must not change anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Foreign;

pub(crate) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Checks whether a request that would change a choice comes from the site.
///
/// A valid `Sec-Fetch-Site` decides; without it, `Origin` must be the site's; without both,
/// `Referer`. A request without all three is rejected. If a header occurs several times, all of its
/// values must agree, since any of them may be the browser's.
///
/// # Errors
///
/// Returns [`Foreign`] if the request does not prove that it comes from the site.
pub(crate) fn same_origin(headers: &HeaderMap, site: &Site<'_>) -> Result<(), Foreign> {
    // A form in a frame is `same-origin` too, but the browser may drop the site's cookies there,
    // and the outer page may trick the visitor into a click.
    if is_framed(headers) {
        return Err(Foreign);
    }
    let own = |own: bool| if own { Ok(()) } else { Err(Foreign) };
    match fetch_site(headers) {
        Some(FetchSite::SameOrigin) => Ok(()),
        // The visitor typed the address or reloaded the page, so no page submitted it. A request
        // that names another site as its origin contradicts this.
        Some(FetchSite::None) => {
            own(all(headers, header::ORIGIN, |origin| site.is(origin)) != Some(false))
        }
        Some(FetchSite::Elsewhere) => Err(Foreign),
        None => match all(headers, header::ORIGIN, |origin| site.is(origin)) {
            Some(same) => own(same),
            None => own(all(headers, header::REFERER, |page| site.is_of(page)) == Some(true)),
        },
    }
}

#[derive(PartialEq)]
enum FetchSite {
    SameOrigin,
    None,
    Elsewhere,
}

/// Returns the value of `Sec-Fetch-Site`; ignores values outside of the specification, as it
/// requires.
fn fetch_site(headers: &HeaderMap) -> Option<FetchSite> {
    let mut found = None;
    for value in headers.get_all(SEC_FETCH_SITE) {
        let site = match value.as_bytes().trim_ascii() {
            b"same-origin" => FetchSite::SameOrigin,
            b"none" => FetchSite::None,
            b"same-site" | b"cross-site" => FetchSite::Elsewhere,
            _ => continue,
        };
        if found.as_ref().is_some_and(|before| *before != site) {
            return Some(FetchSite::Elsewhere);
        }
        found = Some(site);
    }
    found
}

/// Returns whether all fields with this name pass the test; `None` if there are none. A field that
/// is empty or not text fails.
fn all(headers: &HeaderMap, name: HeaderName, pass: impl Fn(&str) -> bool) -> Option<bool> {
    let mut values = headers.get_all(name).peekable();
    values.peek()?;
    Some(values.all(|value| value.to_str().is_ok_and(|value| pass(value.trim()))))
}

impl Site<'_> {
    /// Returns whether a serialised origin is that of the site.
    fn is(&self, origin: &str) -> bool {
        let Some(found) = Origin::parse(origin) else {
            return false;
        };
        let own = match self {
            Self::Origin(own) => Origin::parse(own),
            Self::Host(host) => Origin::of_authority(host.trim(), found.secure),
        };
        own == Some(found)
    }

    /// Returns whether a URL is on the site.
    pub(crate) fn is_of(&self, address: &str) -> bool {
        let start = address.find("://").map_or(0, |colon| colon + 3);
        let end = address[start..]
            .find(['/', '?', '#'])
            .map_or(address.len(), |end| start + end);
        self.is(&address[..end])
    }
}

#[cfg(test)]
mod tests;
