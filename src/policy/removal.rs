//! `Set-Cookie` headers that remove a declared cookie.

use actix_web::{http::header::HeaderValue, web::Bytes};

use super::{CookieSpec, Pattern};
use crate::http::{domain::domain_matches, head_size::set_cookie_size};

/// Maximum number of bytes of removals in one response; the rest follows with later pages. A
/// response with a large head contains fewer: see [`head_size`](crate::http::head_size).
pub(crate) const MAX_BYTES: usize = 3_000;

/// A `Set-Cookie` header that removes a cookie from one domain, path and partition.
#[derive(Debug)]
pub(crate) struct Removal {
    /// Value of `Domain`, which must match the host.
    domain: Option<Box<str>>,
    /// Attributes after the name.
    attributes: Box<str>,
    partitioned: bool,
    /// Complete header for the declared name; `None` for a pattern.
    pub(crate) declared: Option<HeaderValue>,
}

impl Removal {
    /// Returns whether browsers accept the header from this host.
    pub(crate) fn fits(&self, host: &str) -> bool {
        let domain = self.domain.as_deref();
        domain.is_none_or(|domain| domain_matches(host, domain))
    }

    /// Returns the header for another name, such as one that matches a pattern.
    pub(crate) fn naming(&self, name: &[u8]) -> Option<HeaderValue> {
        let text = text(name, &self.attributes, self.partitioned);
        HeaderValue::from_maybe_shared(Bytes::from(text)).ok()
    }
}

/// Number of bytes of the headers that remove a cookie for every declared domain and path. A
/// pattern counts with its own name.
pub(crate) fn bytes_to_remove(cookie: &CookieSpec) -> usize {
    let declared = |removal: &Removal| removal.declared.as_ref().map_or(0, set_cookie_size);
    removals(cookie).iter().map(declared).sum()
}

/// Returns the removals of a declared cookie for each domain, path and partition, including the
/// host without `Domain` (RFC 6265, 5.3; CHIPS).
pub(crate) fn removals(cookie: &CookieSpec) -> Box<[Removal]> {
    let default_path = [String::from("/")];
    let paths = cookie
        .path
        .as_ref()
        .map_or(&default_path[..], |path| path.as_slice());
    let domains = cookie
        .domains
        .iter()
        .map(|domain| domain.trim_start_matches('.'));
    let stem = Pattern::of(&cookie.name).stem;
    let mut made = Vec::new();
    for domain in std::iter::once(None).chain(domains.map(Some)) {
        for path in paths {
            for partitioned in [false, true] {
                if partitioned && !cookie.partitioned {
                    continue;
                }
                let attributes = match domain {
                    Some(domain) => format!("=; Path={path}; Domain={domain}"),
                    None => format!("=; Path={path}"),
                };
                let whole = text(stem.as_bytes(), &attributes, partitioned);
                made.push(Removal {
                    domain: domain.map(Box::from),
                    attributes: attributes.into(),
                    partitioned,
                    declared: HeaderValue::from_bytes(&whole).ok(),
                });
            }
        }
    }
    made.into()
}

/// Formats a removal.
pub(crate) fn text(name: &[u8], attributes: &str, partitioned: bool) -> Vec<u8> {
    const PAST: &str = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    // Browsers ignore a removal that lacks the attributes that the prefix requires.
    let starts = |prefix: &str| {
        name.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let http = starts("__Http-") || starts("__Host-Http-");
    let secure = match partitioned {
        true => "; Secure; SameSite=None; Partitioned",
        false if http || starts("__Host-") || starts("__Secure-") => "; Secure",
        false => "",
    };
    let http_only = if http { "; HttpOnly" } else { "" };
    let rest = [attributes, PAST, secure, http_only].concat();
    [name, rest.as_bytes()].concat()
}
