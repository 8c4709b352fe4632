//! Cookies as sites and trackers set them: with ids that no two browsers share, and with every
//! attribute that protects them.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::SystemTime,
};

pub(super) fn choice_cookie(said: &str) -> String {
    format!("site_consent={said}; Path=/; Max-Age=15552000; Secure; HttpOnly; SameSite=Lax")
}

pub(super) fn removal(name: &str) -> String {
    // This one was set for the whole domain, and has to be removed there.
    let domain = match name {
        "_pk_id.1.1fff" => "; Domain=news.localhost",
        _ => "",
    };
    format!("{name}=; Path=/{domain}; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}

/// Ten digits that nobody has had before.
fn fresh() -> u64 {
    RandomState::new().build_hasher().finish() % 9_000_000_000 + 1_000_000_000
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

/// A counting cookie as the server sets it, for 395 days.
pub(super) fn ga() -> String {
    let (id, now) = (fresh(), now());
    format!("_ga=GA1.1.{id}.{now}; Path=/; Max-Age=34128000; Secure; HttpOnly; SameSite=Lax")
}

/// An advertiser's cookie of the site itself, for 90 days.
pub(super) fn fbp() -> String {
    let (id, now) = (fresh(), now());
    format!("_fbp=fb.1.{now}.{id}; Path=/; Max-Age=7776000; Secure; HttpOnly; SameSite=Lax")
}

/// An advertiser's cookie of another site.
pub(super) fn ide() -> String {
    let (one, two) = (fresh(), fresh());
    format!("IDE=AHWqT{one}x{two}; Path=/; Max-Age=34128000; Secure; HttpOnly; SameSite=None")
}

/// A counting cookie for the whole domain, as a subdomain sets it.
pub(super) fn pk_id() -> String {
    let (id, now) = (fresh(), now());
    format!(
        "_pk_id.1.1fff={id:x}c0ffee.{now}; Path=/; Domain=news.localhost; Max-Age=33955200; \
         Secure; HttpOnly; SameSite=Lax"
    )
}

/// A counting cookie as a script sets it, unless it is there.
pub(super) const GA_BY_SCRIPT: &str = r#"
    if (!document.cookie.includes("_ga=")) {
        const id = 1e9 + crypto.getRandomValues(new Uint32Array(1))[0];
        const value = `GA1.1.${id}.${Math.floor(Date.now() / 1000)}`;
        document.cookie = `_ga=${value}; path=/; max-age=34128000; secure; samesite=lax`;
    }"#;
