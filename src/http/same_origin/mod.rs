//! Whether a form comes from this site.
//!
//! No token stands in the forms: one that is bound to nothing proves nothing, and one that is
//! bound to the visitor would be an identifier before consent. What the browser itself says
//! about a request cannot be forged by another site.

use actix_web::http::header::{self, HeaderMap, HeaderName};

use crate::http::navigation::is_framed;

/// Which origin is this site's own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Site<'a> {
    /// The configured one, `https://news.example`.
    Origin(&'a str),
    /// That of the request's `Host`, in whichever scheme: behind a proxy that ends TLS the
    /// server does not know the scheme. Empty where the request has none.
    Host(&'a str),
}

/// The request may come from elsewhere, so it changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Foreign;

pub(crate) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Judges a request that would change a choice.
///
/// A valid `Sec-Fetch-Site` decides alone; without it `Origin` has to be the site's; without
/// both, `Referer`; without all three the request is foreign. Where a header comes several times
/// no one can know which of them the browser wrote, so all of them have to agree.
///
/// # Errors
///
/// [`Foreign`], when the request does not prove that it comes from the site.
pub(crate) fn same_origin(headers: &HeaderMap, site: &Site<'_>) -> Result<(), Foreign> {
    // Inside a frame the browser says `same-origin` of a form, while it may drop our cookies, and
    // the page around may have led the visitor to press its button.
    if is_framed(headers) {
        return Err(Foreign);
    }
    let own = |own: bool| if own { Ok(()) } else { Err(Foreign) };
    match fetch_site(headers) {
        Some(FetchSite::SameOrigin) => Ok(()),
        // Typed or reloaded by the visitor: no page is behind it. One that names another site
        // as its origin contradicts itself.
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

/// The value of `Sec-Fetch-Site`; values outside the specification are ignored, as it asks.
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

/// Whether all fields of this name pass; `None` where there is none. An empty field or one that
/// is not a text does not pass.
fn all(headers: &HeaderMap, name: HeaderName, pass: impl Fn(&str) -> bool) -> Option<bool> {
    let mut values = headers.get_all(name).peekable();
    values.peek()?;
    Some(values.all(|value| value.to_str().is_ok_and(|value| pass(value.trim()))))
}

impl Site<'_> {
    /// Whether a serialised origin is this site's.
    fn is(&self, origin: &str) -> bool {
        let Some(found) = Authority::of_origin(origin) else {
            return false;
        };
        match self {
            Self::Origin(own) => Authority::of_origin(own) == Some(found),
            Self::Host(host) => Authority::of_host(host, found.scheme) == Some(found),
        }
    }

    /// Whether an address lies on this site.
    pub(crate) fn is_of(&self, address: &str) -> bool {
        let start = address.find("://").map_or(0, |colon| colon + 3);
        let end = address[start..]
            .find(['/', '?', '#'])
            .map_or(address.len(), |end| start + end);
        self.is(&address[..end])
    }
}

/// Scheme, host and port, so that they can be compared.
#[derive(PartialEq)]
struct Authority {
    scheme: Scheme,
    host: String,
    port: u16,
}

#[derive(Clone, Copy, PartialEq)]
enum Scheme {
    Http,
    Https,
}

impl Authority {
    fn of_origin(origin: &str) -> Option<Self> {
        let (scheme, host) = origin.split_once("://")?;
        let scheme = if scheme.eq_ignore_ascii_case("https") {
            Scheme::Https
        } else if scheme.eq_ignore_ascii_case("http") {
            Scheme::Http
        } else {
            return None;
        };
        Self::of_host(host, scheme)
    }

    fn of_host(host: &str, scheme: Scheme) -> Option<Self> {
        let host = host.trim();
        // The colons inside the brackets of an IPv6 address are not the one before the port.
        let colon = host
            .rfind(':')
            .filter(|colon| !host[*colon..].contains(']'));
        let (name, port) = match colon {
            Some(colon) => (&host[..colon], &host[colon + 1..]),
            None => (host, ""),
        };
        let bare = match name.strip_prefix('[') {
            Some(address) => {
                let address = address.strip_suffix(']')?;
                // One address has many spellings.
                return Some(Self {
                    scheme,
                    host: address.parse::<std::net::Ipv6Addr>().ok()?.to_string(),
                    port: Self::port(port, scheme)?,
                });
            }
            None => name,
        };
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if bare.is_empty() || !bare.bytes().all(known) {
            return None;
        }
        Some(Self {
            scheme,
            host: bare.to_ascii_lowercase(),
            port: Self::port(port, scheme)?,
        })
    }

    fn port(port: &str, scheme: Scheme) -> Option<u16> {
        match (port, scheme) {
            ("", Scheme::Http) => Some(80),
            ("", Scheme::Https) => Some(443),
            (port, _) if port.bytes().all(|byte| byte.is_ascii_digit()) => port.parse().ok(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
