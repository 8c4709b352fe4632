//! Cookies as sites and trackers set them, with unique identifiers and all protective attributes.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::SystemTime,
};

pub(super) fn choice_cookie(said: &str) -> String {
    format!("site_consent={said}; Path=/; Max-Age=15552000; Secure; HttpOnly; SameSite=Lax")
}

pub(super) fn removal(name: &str) -> String {
    // This cookie was set for the whole domain and has to be removed there.
    let domain = match name {
        "_pk_id.1.1fff" => "; Domain=news.localhost",
        _ => "",
    };
    format!("{name}=; Path=/{domain}; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}

/// Ten random digits.
fn fresh() -> u64 {
    RandomState::new().build_hasher().finish() % 9_000_000_000 + 1_000_000_000
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

/// An analytics cookie set by the server, for 395 days.
pub(super) fn ga() -> String {
    let (id, now) = (fresh(), now());
    format!("_ga=GA1.1.{id}.{now}; Path=/; Max-Age=34128000; Secure; HttpOnly; SameSite=Lax")
}

/// A first-party advertising cookie, for 90 days.
pub(super) fn fbp() -> String {
    let (id, now) = (fresh(), now());
    format!("_fbp=fb.1.{now}.{id}; Path=/; Max-Age=7776000; Secure; HttpOnly; SameSite=Lax")
}

/// A third-party advertising cookie.
pub(super) fn ide() -> String {
    let (one, two) = (fresh(), fresh());
    format!("IDE=AHWqT{one}x{two}; Path=/; Max-Age=34128000; Secure; HttpOnly; SameSite=None")
}

/// An analytics cookie for the whole domain, set by a subdomain.
pub(super) fn pk_id() -> String {
    let (id, now) = (fresh(), now());
    format!(
        "_pk_id.1.1fff={id:x}c0ffee.{now}; Path=/; Domain=news.localhost; Max-Age=33955200; \
         Secure; HttpOnly; SameSite=Lax"
    )
}

/// A script that sets an analytics cookie unless it exists.
pub(super) const GA_BY_SCRIPT: &str = r#"
    if (!document.cookie.includes("_ga=")) {
        const id = 1e9 + crypto.getRandomValues(new Uint32Array(1))[0];
        const value = `GA1.1.${id}.${Math.floor(Date.now() / 1000)}`;
        document.cookie = `_ga=${value}; path=/; max-age=34128000; secure; samesite=lax`;
    }"#;
