//! Rewrites the application's `Clear-Site-Data: "cookies"` so that it keeps the visitor's choice.
//!
//! This header makes browsers delete every cookie of the site, even one that the same response
//! sets: Chromium stores `Set-Cookie` first and clears afterwards. A logout would turn a rejection
//! into "not asked yet".

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

use smallvec::SmallVec;

use crate::{
    cookies::{
        classification::{Classification, is_own},
        removal::Site,
        request::Cookies,
    },
    http::{cookie_name::name_in, head_size::set_cookie_size},
    policy::removal::MAX_BYTES,
};

pub(crate) static CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Types other than cookies that `"*"` covers (Clear Site Data, 3.1, and the types that Chromium
/// adds).
const OTHERS: [&str; 6] = [
    "\"cache\"",
    "\"storage\"",
    "\"executionContexts\"",
    "\"clientHints\"",
    "\"prefetchCache\"",
    "\"prerenderCache\"",
];

/// Removes the cookies type from `Clear-Site-Data` and returns removals of every cookie that the
/// policy declares or the request carries, except the library's own.
///
/// # Errors
///
/// Returns [`TooManyCookies`] if the removals of the carried cookies do not fit into one response.
/// The header is left unchanged then: a session that survives its logout is worse than a choice
/// that is asked again.
pub(crate) fn without_cookies(
    headers: &mut HeaderMap,
    site: Site<'_>,
    cookies: &Cookies,
    secure: bool,
) -> Result<Vec<HeaderValue>, TooManyCookies> {
    if !is_read(site.host, secure) {
        return Ok(Vec::new());
    }
    let mut kept: Vec<Vec<u8>> = Vec::new();
    let mut clears = false;
    for value in headers.get_all(&CLEAR_SITE_DATA) {
        let parts = value.as_bytes().split(|byte| *byte == b',');
        for part in parts.map(<[u8]>::trim_ascii) {
            if part.eq_ignore_ascii_case(b"\"cookies\"") {
                clears = true;
            } else if part == b"\"*\"" {
                clears = true;
                kept.extend(OTHERS.map(|other| other.as_bytes().to_vec()));
            } else if !part.is_empty() {
                kept.push(part.to_vec());
            }
        }
    }
    if !clears {
        return Ok(Vec::new());
    }
    let removals = removals(headers, site, cookies).ok_or(TooManyCookies)?;
    headers.remove(&CLEAR_SITE_DATA);
    kept.dedup();
    if let Ok(value) = HeaderValue::from_bytes(&kept.join(&b", "[..]))
        && !kept.is_empty()
    {
        headers.insert(CLEAR_SITE_DATA.clone(), value);
    }
    Ok(removals)
}

/// Error: the removals of all carried cookies do not fit into one response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooManyCookies;

/// Returns whether browsers obey the header: they do over https and on the loopback host.
pub(crate) fn is_read(host: &str, secure: bool) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    secure
        || host == "localhost"
        || host.ends_with(".localhost")
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Removals of carried and of necessary cookies first, then of the other declared ones; `None` if
/// those of the first two groups do not fit.
fn removals(headers: &HeaderMap, site: Site<'_>, cookies: &Cookies) -> Option<Vec<HeaderValue>> {
    let policy = site.policy;
    let mut done: Vec<&[u8]> = headers
        .get_all(header::SET_COOKIE)
        .map(|value| name_in(value.as_bytes()))
        .collect();
    let carried = cookies.names().map(|name| (name, true));
    let declared = |necessary: bool| {
        let cookies = policy.cookies().iter().enumerate();
        cookies
            .filter(move |(at, _)| {
                policy.units()[policy.unit_of_cookie(*at)].necessary == necessary
            })
            .filter(|(_, cookie)| !site.is_foreign(cookie))
            .filter_map(move |(at, _)| Some((policy.exact_name(at)?, necessary)))
    };
    let mut made = Vec::new();
    let mut bytes = 0;
    for (name, must) in carried.chain(declared(true)).chain(declared(false)) {
        if is_own(name) || done.contains(&name) {
            continue;
        }
        done.push(name);
        let one: SmallVec<[HeaderValue; 2]> =
            match Classification::of(policy, name).declaration(policy, name) {
                Some(cookie) => site.removals_of(cookie, name).collect(),
                None => site.removals_of_undeclared(name),
            };
        let size: usize = one.iter().map(set_cookie_size).sum();
        if bytes + size > MAX_BYTES {
            if must { return None } else { continue }
        }
        bytes += size;
        made.extend(one);
    }
    Some(made)
}
