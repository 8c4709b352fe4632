//! Origins: scheme, host and port of a site or of a resource.

use std::{fmt, net::Ipv6Addr};

/// Scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) secure: bool,
    /// Lower case; an IPv6 address in its canonical form, with brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Origin {
    /// Parses `scheme://host` or `scheme://host:port`; `None` unless the scheme is `http` or `https`
    /// and the rest is valid.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let secure = scheme.eq_ignore_ascii_case("https");
        let known = secure || scheme.eq_ignore_ascii_case("http");
        if !known || authority.ends_with(':') {
            return None;
        }
        Self::of_authority(authority, secure)
    }

    /// Parses `host` or `host:port`.
    pub(crate) fn of_authority(authority: &str, secure: bool) -> Option<Self> {
        // The colons inside the brackets of an IPv6 address do not start a port.
        let colon = authority
            .rfind(':')
            .filter(|colon| !authority[*colon..].contains(']'));
        let (host, port) = match colon {
            Some(colon) => (&authority[..colon], &authority[colon + 1..]),
            None => (authority, ""),
        };
        Some(Self {
            secure,
            host: canonical_host(host)?,
            port: port_number(port, secure)?,
        })
    }
}

fn canonical_host(host: &str) -> Option<String> {
    if let Some(address) = host.strip_prefix('[') {
        let address: Ipv6Addr = address.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    (!host.is_empty() && host.bytes().all(fits)).then(|| host.to_ascii_lowercase())
}

fn port_number(port: &str, secure: bool) -> Option<u16> {
    match port {
        "" => Some(default_port(secure)),
        port if port.bytes().all(|byte| byte.is_ascii_digit()) => port.parse().ok(),
        _ => None,
    }
}

fn default_port(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
}

/// Source of a resource: an origin, or `*.` with all hosts below one (`host-source` of CSP Level
/// 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) origin: Origin,
    pub(crate) below: bool,
}

impl Source {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, host) = text.split_once("://")?;
        let (host, below) = match host.strip_prefix("*.") {
            Some(host) => (host, true),
            None => (host, false),
        };
        let origin = Origin::parse(&format!("{scheme}://{host}"))?;
        // `*.` before an address matches nothing, and before a single label every site.
        let fits = !below
            || (origin.host.contains('.') && origin.host.parse::<std::net::IpAddr>().is_err());
        fits.then_some(Self { origin, below })
    }

    /// Returns whether a request to a lower-case host and port is covered. The same host over plain
    /// http counts as the same provider.
    pub(crate) fn covers(&self, host: &str, port: u16) -> bool {
        let usual = |port: u16| port == 80 || port == 443;
        if port != self.origin.port && !(usual(port) && usual(self.origin.port)) {
            return false;
        }
        if self.below {
            host.strip_suffix(self.origin.host.as_str())
                .is_some_and(|before| before.ends_with('.') && before.len() > 1)
        } else {
            host == self.origin.host
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port != default_port(self.secure) {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}
