//! Scheme, host and port: of a site, and of what its pages load from.

use std::fmt;

/// Scheme, host and port of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) secure: bool,
    /// Lower case, with brackets round an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Origin {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (secure, rest) = match text.split_once("://")? {
            ("https", rest) => (true, rest),
            ("http", rest) => (false, rest),
            _ => return None,
        };
        let (host, port) = match rest.rfind(':') {
            Some(at) if !rest.ends_with(']') => (&rest[..at], rest[at + 1..].parse().ok()?),
            _ => (rest, if secure { 443 } else { 80 }),
        };
        let inner = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let fits = match inner {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => {
                !host.is_empty()
                    && host
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b == b'_')
            }
        };
        fits.then(|| Self {
            secure,
            host: host.to_ascii_lowercase(),
            port,
        })
    }
}

/// Where a page loads from: an origin, or with `*.` before its host all hosts below it, as a
/// `host-source` of CSP Level 3 is written.
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
        // `*.` before an address, or before a single label, is every site or none.
        let fits = !below
            || (origin.host.contains('.') && origin.host.parse::<std::net::IpAddr>().is_err());
        fits.then_some(Self { origin, below })
    }

    /// Whether what is asked of a host, in lower case, at a port is asked of this. The same host
    /// over plain http is no other provider.
    pub(crate) fn covers(&self, host: &str, port: u16) -> bool {
        let usual = |port: u16| port == 80 || port == 443;
        if port != self.origin.port && !(usual(port) && usual(self.origin.port)) {
            return false;
        }
        match self.below {
            false => host == self.origin.host,
            true => host
                .strip_suffix(self.origin.host.as_str())
                .is_some_and(|before| before.ends_with('.') && before.len() > 1),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, usual) = if self.secure {
            ("https", 443)
        } else {
            ("http", 80)
        };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port != usual {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}
