//! `Clear-Site-Data: "cookies"` of the application, without the loss of the visitor's choice.
//!
//! Browsers delete every cookie of the site then, also one that the same response sets: Chromium
//! stores `Set-Cookie` first and clears afterwards. A logout would turn a refusal into "not asked".

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::{
    config::Mistake,
    expire,
    handle::Handle,
    head::set_cookie_size,
    name::{Reading, is_own, name_in},
};

pub(crate) static CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// What `"*"` stands for besides cookies (Clear Site Data, 3.1, and the types that Chromium adds).
const OTHERS: [&str; 6] = [
    "\"cache\"",
    "\"storage\"",
    "\"executionContexts\"",
    "\"clientHints\"",
    "\"prefetchCache\"",
    "\"prerenderCache\"",
];

/// Takes the cookies out of the header, if there is one, and returns removals of each cookie that
/// the policy declares or the request carries, except our own.
///
/// If the removals of what the request carries do not fit into one response, the header stays: a
/// session that outlives its logout is worse than a choice that is asked again.
pub(crate) fn without_cookies(headers: &mut HeaderMap, handle: &Handle) -> Vec<HeaderValue> {
    if !is_read(handle) {
        return Vec::new();
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
        return Vec::new();
    }
    let Some(removals) = removals(headers, handle) else {
        handle.config.report(Mistake::ClearCookies, || {
            format!(
                "{} {} sends `Clear-Site-Data: \"cookies\"`, and the removals of all its cookies do \
                 not fit into one response, so the visitor's choice is deleted as well; expire the \
                 cookies by name instead",
                handle.method,
                handle.uri.path()
            )
        });
        return Vec::new();
    };
    headers.remove(&CLEAR_SITE_DATA);
    kept.dedup();
    if let Ok(value) = HeaderValue::from_bytes(&kept.join(&b", "[..]))
        && !kept.is_empty()
    {
        headers.insert(CLEAR_SITE_DATA.clone(), value);
    }
    removals
}

/// Returns whether browsers read the header: over https, and on the machine itself.
fn is_read(handle: &Handle) -> bool {
    let host = handle.host();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    handle.config.secure
        || host == "localhost"
        || host.ends_with(".localhost")
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The removals, those of what the request carries and of necessary cookies first; `None` if
/// these do not fit.
fn removals(headers: &HeaderMap, handle: &Handle) -> Option<Vec<HeaderValue>> {
    let policy = handle.policy();
    let mut done: Vec<&[u8]> = headers
        .get_all(header::SET_COOKIE)
        .map(|value| name_in(value.as_bytes()))
        .collect();
    let carried = handle.cookies.names().map(|name| (name, true));
    let declared = |necessary: bool| {
        let cookies = policy.cookies().iter().enumerate();
        cookies
            .filter(move |(at, _)| {
                policy.units()[policy.unit_of_cookie(*at)].necessary == necessary
            })
            .filter(|(_, cookie)| !expire::is_foreign(cookie, handle))
            .filter_map(move |(at, _)| Some((policy.exact_name(at)?, necessary)))
    };
    let mut made = Vec::new();
    let mut bytes = 0;
    for (name, must) in carried.chain(declared(true)).chain(declared(false)) {
        if is_own(name) || done.contains(&name) {
            continue;
        }
        done.push(name);
        let one = match Reading::of(policy, name).declaration(policy, name) {
            Some(cookie) => expire::removals_of(handle, cookie, name).collect(),
            None => expire::removals_of_undeclared(handle, name),
        };
        let size: usize = one.iter().map(set_cookie_size).sum();
        if bytes + size > expire::MAX_BYTES {
            match must {
                true => return None,
                false => continue,
            }
        }
        bytes += size;
        made.extend(one);
    }
    Some(made)
}
