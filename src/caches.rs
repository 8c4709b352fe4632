//! What a response that depends on consent says to caches (RFC 9111).
//!
//! Everything else stays as the application made it.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use crate::{decision::Decision, handle::Handle};

const CDN_CACHE_CONTROL: HeaderName = HeaderName::from_static("cdn-cache-control");
const SURROGATE_CONTROL: HeaderName = HeaderName::from_static("surrogate-control");
const X_ACCEL_EXPIRES: HeaderName = HeaderName::from_static("x-accel-expires");

/// What a response must not be stored without.
const VARY: [&str; 2] = ["Cookie", "Sec-GPC"];

/// Marks a response that depends on consent. One that holds a banner is not stored at all: only
/// that keeps the browser's Back button from bringing the banner back after a choice.
pub(crate) fn mark(headers: &mut HeaderMap, decision: &Decision, banner: bool) {
    vary(headers);
    let stored = headers.get_all(header::CACHE_CONTROL).any(|value| {
        memchr::memmem::find(&value.as_bytes().to_ascii_lowercase(), b"no-store").is_some()
    });
    let value = match banner || stored {
        true => "private, no-store",
        false => "private, no-cache",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    for name in [CDN_CACHE_CONTROL, SURROGATE_CONTROL, X_ACCEL_EXPIRES] {
        headers.remove(name);
    }
    headers.remove(header::LAST_MODIFIED);
    if banner {
        headers.remove(header::ETAG);
    } else if let Some(tag) = headers.get(header::ETAG)
        && let Some(tag) = with_state(tag, decision)
    {
        headers.insert(header::ETAG, tag);
    }
}

fn vary(headers: &mut HeaderMap) {
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
        headers.insert(header::VARY, HeaderValue::from_static("Cookie, Sec-GPC"));
        return;
    }
    for name in VARY {
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

/// The end that an entity tag gets: `~` and six characters for the state, so that a page made for
/// one state is never taken for that of another.
fn state(decision: &Decision) -> String {
    let mut hash = Sha256::new();
    for basis in decision.bases() {
        hash.update(basis.as_str());
        hash.update(b",");
    }
    let digest = hash.finalize();
    format!("~{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2])
}

fn with_state(tag: &HeaderValue, decision: &Decision) -> Option<HeaderValue> {
    let tag = tag.to_str().ok()?.strip_suffix('"')?;
    HeaderValue::from_str(&format!("{tag}{}\"", state(decision))).ok()
}

/// Takes the state off the entity tags of `If-None-Match`, where it is the state of today, so
/// that the application finds the tags that it gave out.
pub(crate) fn restore_validators(headers: &mut HeaderMap, handle: &Handle) {
    let Some(value) = headers.get(header::IF_NONE_MATCH) else {
        return;
    };
    if !value.as_bytes().contains(&b'~') {
        return;
    }
    let end = state(&handle.state().decision) + "\"";
    if let Ok(text) = value.to_str()
        && let Ok(value) = HeaderValue::from_str(&text.replace(&end, "\""))
    {
        headers.insert(header::IF_NONE_MATCH, value);
    }
}
