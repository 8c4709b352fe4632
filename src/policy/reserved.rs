//! Names of the library's own cookies.

/// Names of this library's own cookies, which a policy cannot declare. A final `*` matches any
/// suffix.
pub(crate) const OWN_COOKIES: [&str; 7] = [
    "__Host-consent",
    "__Host-consent-note",
    "__Host-consent-off-*",
    "consent",
    "consent-note",
    "consent-off-*",
    KEY_COOKIE,
];

/// Separator between the name of the choice cookie and the hash in the names of rejection cookies.
pub(crate) const OFF: &str = "-off-";

/// Returns whether a name belongs to one of this library's own cookies.
pub(crate) fn is_own_cookie(name: &[u8]) -> bool {
    OWN_COOKIES.iter().any(|own| match own.strip_suffix('*') {
        Some(start) => name.starts_with(start.as_bytes()),
        None => own.as_bytes() == name,
    })
}

/// Cookie that tells caches the state that a page was rendered for. Some caches do not support
/// dashes in names.
pub(crate) const KEY_COOKIE: &str = "axc_key";
