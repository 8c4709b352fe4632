//! Whether a form comes from this site.
//!
//! No token stands in the forms: one that is bound to nothing proves nothing, and one that is
//! bound to the visitor would be an identifier before consent. What the browser itself says
//! about a request cannot be forged by another site.

use actix_web::http::header::{self, HeaderMap, HeaderName};

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

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

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
    if framed(headers) {
        return Err(Foreign);
    }
    let own = |own: bool| if own { Ok(()) } else { Err(Foreign) };
    match fetch_site(headers) {
        Some(FetchSite::SameOrigin) => Ok(()),
        // Typed or reloaded by the visitor: no page is behind it. One that names another site
        // as its origin contradicts itself.
        Some(FetchSite::None) => own(all(headers, header::ORIGIN, |origin| site.is(origin)) != Some(false)),
        Some(FetchSite::Elsewhere) => Err(Foreign),
        None => match all(headers, header::ORIGIN, |origin| site.is(origin)) {
            Some(same) => own(same),
            None => own(all(headers, header::REFERER, |page| site.is_of(page)) == Some(true)),
        },
    }
}

/// Inside a frame the browser says `same-origin` of a form, while it may drop our cookies.
fn framed(headers: &HeaderMap) -> bool {
    headers.get_all(SEC_FETCH_DEST).any(|value| {
        let value = value.as_bytes().trim_ascii();
        [&b"iframe"[..], b"frame", b"embed", b"object"].contains(&value)
    })
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
    fn is_of(&self, address: &str) -> bool {
        let start = address.find("://").map_or(0, |colon| colon + 3);
        let end = address[start..].find(['/', '?', '#']).map_or(address.len(), |end| start + end);
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
        let colon = host.rfind(':').filter(|colon| !host[*colon..].contains(']'));
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
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    const SITE: Site<'_> = Site::Origin("https://news.example");
    const HOST: Site<'_> = Site::Host("news.example:8080");

    fn judge(site: Site<'_>, fields: &[(&str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(
                name.parse().expect("a header name"),
                HeaderValue::from_bytes(value.as_bytes()).expect("a header value"),
            );
        }
        same_origin(&headers, &site).is_ok()
    }

    /// Fields, and whether the request counts as the site's own.
    type Case<'a> = (&'a [(&'a str, &'a str)], bool);

    fn check(site: Site<'_>, cases: &[Case<'_>]) {
        for (fields, expected) in cases {
            assert_eq!(judge(site, fields), *expected, "{site:?} {fields:?}");
        }
    }

    #[test]
    fn a_valid_sec_fetch_site_decides_alone() {
        check(SITE, &[
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://elsewhere.example")], true),
            (&[("sec-fetch-site", "same-site"), ("origin", "https://news.example")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://news.example")], false),
            (&[("sec-fetch-site", "cross-site"), ("referer", "https://news.example/")], false),
        ]);
    }

    #[test]
    fn a_request_of_the_visitors_own_passes_unless_it_names_another_origin() {
        check(SITE, &[
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "none"), ("origin", "https://news.example")], true),
            (&[("sec-fetch-site", "none"), ("origin", "https://elsewhere.example")], false),
            (&[("sec-fetch-site", "none"), ("origin", "null")], false),
        ]);
    }

    #[test]
    fn an_unknown_sec_fetch_site_is_as_good_as_none() {
        check(SITE, &[
            (&[("sec-fetch-site", "same_origin")], false),
            (&[("sec-fetch-site", "Same-Origin"), ("origin", "https://news.example")], true),
            (&[("sec-fetch-site", ""), ("origin", "https://elsewhere.example")], false),
            (&[("sec-fetch-site", "same-origin, same-origin")], false),
        ]);
    }

    #[test]
    fn without_it_the_origin_decides() {
        check(SITE, &[
            (&[("origin", "https://news.example")], true),
            (&[("origin", "https://NEWS.example")], true),
            (&[("origin", "https://news.example:443")], true),
            (&[("origin", "https://news.example:8443")], false),
            (&[("origin", "http://news.example")], false),
            (&[("origin", "https://news.example.elsewhere.example")], false),
            (&[("origin", "https://sub.news.example")], false),
            (&[("origin", "https://news.example@elsewhere.example")], false),
            (&[("origin", "null")], false),
            (&[("origin", "null"), ("referer", "https://news.example/")], false),
            (&[("origin", ""), ("referer", "https://news.example/")], false),
            (&[("origin", "news.example")], false),
            (&[("origin", "https://news.example/")], false),
        ]);
    }

    #[test]
    fn without_both_the_referer_decides() {
        check(SITE, &[
            (&[("referer", "https://news.example/reports?a=b")], true),
            (&[("referer", "https://news.example")], true),
            (&[("referer", "https://news.example?a")], true),
            (&[("referer", "https://elsewhere.example/?https://news.example/")], false),
            (&[("referer", "https://news.example.elsewhere.example/")], false),
            (&[("referer", "https://user@news.example/")], false),
            (&[("referer", "/reports")], false),
            (&[("referer", "")], false),
        ]);
    }

    #[test]
    fn without_all_three_it_is_foreign() {
        check(SITE, &[(&[], false)]);
        check(HOST, &[(&[], false)]);
    }

    #[test]
    fn the_host_of_the_request_stands_for_the_site_where_no_origin_is_configured() {
        check(HOST, &[
            (&[("origin", "http://news.example:8080")], true),
            (&[("origin", "https://news.example:8080")], true),
            (&[("origin", "http://news.example")], false),
            (&[("referer", "http://news.example:8080/x")], true),
        ]);
        check(Site::Host("News.Example"), &[
            (&[("origin", "http://news.example")], true),
            (&[("origin", "https://news.example")], true),
            (&[("origin", "https://news.example:443")], true),
            (&[("origin", "https://news.example:80")], false),
        ]);
        check(Site::Host("news.example:443"), &[(&[("origin", "https://news.example")], true)]);
        check(Site::Host(""), &[
            (&[("origin", "http://")], false),
            (&[("origin", "null")], false),
            (&[("sec-fetch-site", "same-origin")], true),
        ]);
    }

    #[test]
    fn addresses_are_compared_as_addresses() {
        check(Site::Host("[::1]:8080"), &[
            (&[("origin", "http://[::1]:8080")], true),
            (&[("origin", "http://[0:0:0:0:0:0:0:1]:8080")], true),
            (&[("origin", "http://[::1]")], false),
            (&[("origin", "http://[::2]:8080")], false),
        ]);
        check(Site::Origin("http://[2001:DB8::1]"), &[
            (&[("origin", "http://[2001:db8::1]")], true),
            (&[("origin", "http://[2001:db8::1]:80")], true),
            (&[("origin", "http://2001:db8::1")], false),
        ]);
        check(Site::Host("127.0.0.1:8080"), &[
            (&[("origin", "http://127.0.0.1:8080")], true),
            (&[("origin", "http://localhost:8080")], false),
        ]);
    }

    #[test]
    fn a_form_in_a_frame_is_foreign() {
        for dest in ["iframe", "frame", "embed", "object"] {
            let fields = [("sec-fetch-site", "same-origin"), ("sec-fetch-dest", dest)];
            assert!(!judge(SITE, &fields), "{dest}");
        }
        for dest in ["document", "empty"] {
            let fields = [("sec-fetch-site", "same-origin"), ("sec-fetch-dest", dest)];
            assert!(judge(SITE, &fields), "{dest}");
        }
    }

    #[test]
    fn headers_that_come_twice_have_to_agree() {
        check(SITE, &[
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")], true),
            (&[("origin", "https://news.example"), ("origin", "https://elsewhere.example")], false),
            (&[("referer", "https://elsewhere.example/"), ("referer", "https://news.example/")], false),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-dest", "document"), ("sec-fetch-dest", "iframe")], false),
        ]);
    }

    #[test]
    fn bytes_that_are_no_text_are_foreign() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_bytes(b"https://news.example\xff").expect("a value"));
        assert_eq!(same_origin(&headers, &SITE), Err(Foreign));
    }
}
