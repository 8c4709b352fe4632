//! Cache headers of responses that depend on consent (RFC 9111).
//!
//! Other responses stay as the application made them.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use smallvec::SmallVec;

use crate::decision::Decision;

/// Response headers that shared caches obey instead of `Cache-Control`, each with its source.
static FOR_SHARED_CACHES: [HeaderName; 10] = [
    // RFC 9213, section 3
    HeaderName::from_static("cdn-cache-control"),
    // https://developers.cloudflare.com/cache/concepts/cdn-cache-control/
    HeaderName::from_static("cloudflare-cdn-cache-control"),
    // https://docs.netlify.com/build/caching/caching-overview/
    HeaderName::from_static("netlify-cdn-cache-control"),
    // https://vercel.com/docs/headers/cache-control-headers
    HeaderName::from_static("vercel-cdn-cache-control"),
    // https://docs.deno.com/deploy/reference/caching/
    HeaderName::from_static("deno-cdn-cache-control"),
    // https://www.akamai.com/blog/news/targeted-cache-control
    HeaderName::from_static("akamai-cache-control"),
    // Akamai: https://techdocs.akamai.com/property-mgr/docs/caching-2 ("Honor origin Edge-Control")
    HeaderName::from_static("edge-control"),
    // W3C Note "Edge Architecture Specification", 4 August 2001, section 2.2; Fastly:
    // https://www.fastly.com/documentation/reference/http/http-headers/Surrogate-Control/
    HeaderName::from_static("surrogate-control"),
    // nginx: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_valid
    HeaderName::from_static("x-accel-expires"),
    // https://docs.litespeedtech.com/lscache/devguide/controls/
    HeaderName::from_static("x-litespeed-cache-control"),
];

/// Suffix of the headers that target one cache (RFC 9213, section 2). Vendors name new ones this
/// way.
const TARGETED: &str = "-cache-control";

fn is_for_shared_caches(name: &HeaderName) -> bool {
    name.as_str().ends_with(TARGETED) || FOR_SHARED_CACHES.contains(name)
}

/// Request headers in `Vary` of every response that depends on consent.
const VARY: [&str; 2] = ["Cookie", "Sec-GPC"];

/// Marks a response that depends on consent. A response with a banner gets `no-store`: nothing else
/// prevents the browser's Back button from showing the banner again after a choice.
pub(crate) fn mark(headers: &mut HeaderMap, decision: &Decision, banner: bool) {
    vary(headers);
    let (mut no_store, mut no_transform) = (banner, false);
    for value in headers.get_all(header::CACHE_CONTROL) {
        no_store |= holds(value, b"no-store");
        no_transform |= holds(value, b"no-transform");
    }
    let value = match (no_store, no_transform) {
        (true, false) => "private, no-store",
        (true, true) => "private, no-store, no-transform",
        (false, false) => "private, no-cache",
        (false, true) => "private, no-cache, no-transform",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    // One pass over the few names that are present is cheaper than searching for each rare one.
    let others: SmallVec<[HeaderName; 2]> = headers
        .keys()
        .filter(|name| is_for_shared_caches(name) || **name == header::LAST_MODIFIED)
        .cloned()
        .collect();
    for name in others {
        headers.remove(name);
    }
    if banner {
        headers.remove(header::ETAG);
    } else if let Some(tag) = headers.get(header::ETAG)
        && let Some(tag) = with_state(tag, decision)
    {
        headers.insert(header::ETAG, tag);
    }
}

/// Forbids every cache to store a response that does not come from the application.
pub(crate) fn forbid(headers: &mut HeaderMap) {
    let others: SmallVec<[HeaderName; 2]> = headers
        .keys()
        .filter(|name| is_for_shared_caches(name))
        .cloned()
        .collect();
    for name in others {
        headers.remove(name);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// Marks a fragment or frame: caches must not serve it as the page under the same URL, which has a
/// banner.
pub(crate) fn mark_part(headers: &mut HeaderMap) {
    merge_vary(
        headers,
        &["Sec-Fetch-Dest", "HX-Boosted", "X-Turbo-Request-Id"],
    );
}

fn holds(value: &HeaderValue, directive: &[u8]) -> bool {
    let mut windows = value.as_bytes().windows(directive.len());
    windows.any(|window| window.eq_ignore_ascii_case(directive))
}

fn vary(headers: &mut HeaderMap) {
    merge_vary(headers, &VARY);
}

/// Adds `X-Forwarded-Prefix` to `Vary`, for a response whose links start with it.
pub(crate) fn vary_by_prefix(headers: &mut HeaderMap) {
    merge_vary(
        headers,
        &[crate::http::forwarded_prefix::FORWARDED_PREFIX.as_str()],
    );
}

fn merge_vary(headers: &mut HeaderMap, names: &[&str]) {
    let mut merged = String::new();
    for value in headers.get_all(header::VARY) {
        let value = value.to_str().unwrap_or("");
        if value.split(',').any(|name| name.trim() == "*") {
            return;
        }
        if !merged.is_empty() && !value.is_empty() {
            merged += ", ";
        }
        merged += value;
    }
    if merged.is_empty() {
        if let Ok(value) = HeaderValue::from_str(&names.join(", ")) {
            headers.insert(header::VARY, value);
        }
        return;
    }
    for name in names {
        if !merged
            .split(',')
            .any(|other| other.trim().eq_ignore_ascii_case(name))
        {
            merged += ", ";
            merged += name;
        }
    }
    if let Ok(value) = HeaderValue::from_str(&merged) {
        headers.insert(header::VARY, value);
    }
}

/// Start of the state in an entity tag.
const STATE: &str = "~axc";

/// Number of characters in the name of a state: 128 bits in base64url. Visitors choose the hashed
/// answers, so a shorter hash could be made to collide with somebody else's state.
const STATE_CHARS: usize = 22;

/// Suffix of an entity tag that names the state, so that a page for one state never validates as a
/// page for another.
fn state(decision: &Decision) -> String {
    let mut hash = Sha256::new();
    for basis in decision.bases() {
        hash.update(basis.as_str());
        hash.update(b",");
    }
    let name = URL_SAFE_NO_PAD.encode(&hash.finalize()[..16]);
    format!("{STATE}{name}")
}

/// Name of the state alone, the key of a cache.
pub(crate) fn key(decision: &Decision) -> String {
    state(decision)[STATE.len()..].to_owned()
}

/// Marks a response for a cache that stores one copy per state, identified by `X-Consent-Key`:
/// shared caches store it as long as the application permits, while browsers revalidate each time,
/// since they do not know the key. Returns whether the application permits shared caching.
pub(crate) fn mark_keyed(headers: &mut HeaderMap, decision: &Decision) -> bool {
    let Some(seconds) = shared_for(headers) else {
        return false;
    };
    let value = format!("public, max-age=0, must-revalidate, s-maxage={seconds}");
    let Ok(value) = HeaderValue::from_str(&value) else {
        return false;
    };
    headers.insert(header::CACHE_CONTROL, value);
    merge_vary(headers, &["X-Consent-Key"]);
    headers.remove(header::LAST_MODIFIED);
    if let Some(tag) = headers.get(header::ETAG)
        && let Some(tag) = with_state(tag, decision)
    {
        headers.insert(header::ETAG, tag);
    }
    true
}

/// Number of seconds for which the application permits shared caches to store the response.
fn shared_for(headers: &HeaderMap) -> Option<u64> {
    let values = headers.get_all(header::CACHE_CONTROL);
    let text: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    let text = text.join(",").to_ascii_lowercase();
    let directives: Vec<&str> = text.split(',').map(str::trim).collect();
    let named = |name: &str| {
        directives
            .iter()
            .any(|directive| directive.starts_with(name))
    };
    if ["private", "no-store", "no-cache", "no-transform"]
        .into_iter()
        .any(named)
    {
        return None;
    }
    let of = |name: &str| {
        let mut found = directives
            .iter()
            .filter_map(|directive| directive.strip_prefix(name));
        found.next()?.trim_matches('"').parse().ok()
    };
    of("s-maxage=")
        .or_else(|| of("max-age="))
        .filter(|seconds| *seconds > 0)
}

fn with_state(tag: &HeaderValue, decision: &Decision) -> Option<HeaderValue> {
    let tag = tag.to_str().ok()?.strip_suffix('"')?;
    HeaderValue::from_str(&format!("{tag}{}\"", state(decision))).ok()
}

/// Removes the state from entity tags in conditional requests, so that the application sees its own
/// tags. A condition on the page's freshness is kept only with today's state; `If-Match` is about
/// the resource itself, independent of the visitor.
///
/// Returns whether a tag with the state of today's decision was restored: its response stays
/// marked, even if the application answers with 304 without using the consent.
pub(crate) fn restore_validators(
    headers: &mut HeaderMap,
    decision: impl Fn() -> Arc<Decision>,
) -> bool {
    let mut depends = false;
    for name in [header::IF_NONE_MATCH, header::IF_RANGE, header::IF_MATCH] {
        let marked = |value: &HeaderValue| {
            memchr::memmem::find(value.as_bytes(), STATE.as_bytes()).is_some()
        };
        if !headers.get_all(&name).any(marked) {
            continue;
        }
        let any_state = name == header::IF_MATCH;
        let today = state(&decision());
        for value in headers.remove(&name) {
            let restored = value.to_str().ok().map(|tags| {
                if any_state {
                    without_states(tags)
                } else {
                    tags.replace(&format!("{today}\""), "\"")
                }
            });
            if !any_state && restored.as_deref() != value.to_str().ok() {
                depends = true;
            }
            let restored = restored.and_then(|tags| HeaderValue::from_str(&tags).ok());
            headers.append(name.clone(), restored.unwrap_or(value));
        }
    }
    depends
}

/// Removes the state from the end of every entity tag.
fn without_states(tags: &str) -> String {
    let mut rest = tags;
    let mut out = String::with_capacity(tags.len());
    while let Some((before, after)) = rest.split_once(STATE) {
        out += before;
        let is_state = after.as_bytes().get(STATE_CHARS) == Some(&b'"')
            && after.as_bytes()[..STATE_CHARS].iter().all(is_base64url);
        if !is_state {
            out += STATE;
        }
        rest = if is_state {
            &after[STATE_CHARS..]
        } else {
            after
        };
    }
    out + rest
}

fn is_base64url(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
