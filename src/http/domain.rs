//! Domains of cookies (RFC 6265, 5.1.3).

/// Returns whether a browser at `host` accepts `Domain=domain` (RFC 6265, 5.1.3).
pub(crate) fn domain_matches(host: &str, domain: &str) -> bool {
    let host = host.as_bytes();
    let domain = domain.as_bytes();
    match host.len().checked_sub(domain.len()) {
        Some(at) => host[at..].eq_ignore_ascii_case(domain) && (at == 0 || host[at - 1] == b'.'),
        None => false,
    }
}

/// Returns the host and the domains above it, except single labels. Empty for an IP address or an
/// invalid host name.
pub(crate) fn domains_of(host: &str) -> impl Iterator<Item = &str> {
    // The host is taken from the request, so it may hold anything.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let fits = host.len() <= 253
        && host.matches('.').count() <= 8
        && host.bytes().all(plain)
        && host.parse::<std::net::IpAddr>().is_err();
    let parents = host.match_indices('.').map(|(at, _)| &host[at + 1..]);
    let all = std::iter::once(host).chain(parents);
    all.filter(move |domain| fits && domain.contains('.'))
}
