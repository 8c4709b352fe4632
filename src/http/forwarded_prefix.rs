//! Path prefix that browsers see and that a proxy strips.

use std::net::{IpAddr, SocketAddr};

use actix_web::{
    dev::RequestHead,
    http::header::{HeaderName, HeaderValue},
};
use ipnet::IpNet;

/// Header with which proxies name the prefix that they strip.
pub(crate) const FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// Maximum length of a prefix in bytes.
const LONGEST: usize = 256;

/// Parses a prefix such as `/app`: a plain path that no browser treats as another host.
pub(crate) fn parse(text: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let fits = text.starts_with('/')
        && !text.ends_with('/')
        && text.len() <= LONGEST
        && text.bytes().all(plain)
        && text[1..]
            .split('/')
            .all(|segment| !matches!(segment, "" | "." | ".."));
    fits.then_some(text)
}

/// Formats the path of a scope for links, percent-encoding what is not plain.
pub(crate) fn of_scope(path: &str) -> Option<String> {
    let mut link = String::with_capacity(path.len());
    for byte in path.trim_end_matches('/').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                link.push(char::from(byte));
            }
            byte => link.push_str(&format!("%{byte:02X}")),
        }
    }
    parse(&link.replace('%', "_")).is_some().then_some(link)
}

/// Proxies with trusted headers.
#[derive(Clone, Debug)]
pub(crate) struct Proxies {
    networks: Vec<IpNet>,
    unix: bool,
}

impl Proxies {
    /// Parses addresses, networks and `unix`.
    ///
    /// # Errors
    ///
    /// Returns the first text that is none of them.
    pub(crate) fn parse(texts: &[String]) -> Result<Self, String> {
        let mut proxies = Self {
            networks: Vec::with_capacity(texts.len()),
            unix: false,
        };
        for text in texts {
            if text == "unix" {
                proxies.unix = true;
                continue;
            }
            let address = || text.parse::<IpAddr>().map(IpNet::from);
            let network = text.parse::<IpNet>().or_else(|_| address());
            proxies.networks.push(network.map_err(|_| text.clone())?);
        }
        Ok(proxies)
    }

    /// Returns whether the request comes from a trusted proxy. A connection over a Unix socket has
    /// no address.
    fn contain(&self, peer: Option<SocketAddr>) -> bool {
        match peer {
            Some(peer) => {
                let peer = peer.ip().to_canonical();
                self.networks.iter().any(|network| network.contains(&peer))
            }
            None => self.unix,
        }
    }
}

/// Returns the prefix under which the request reached the proxy; `configured` if the header is
/// absent or does not come from one of `proxies`.
///
/// # Errors
///
/// Returns the value of the header if it is not exactly one plain path prefix.
pub(crate) fn of<'a>(
    head: &'a RequestHead,
    proxies: &Proxies,
    configured: &'a str,
) -> Result<&'a str, &'a HeaderValue> {
    let mut values = head.headers.get_all(FORWARDED_PREFIX);
    let Some(value) = values.next() else {
        return Ok(configured);
    };
    if !proxies.contain(head.peer_addr) {
        return Ok(configured);
    }
    let text = value.to_str().ok().map(str::trim);
    let text = text.map(|text| text.strip_suffix('/').unwrap_or(text));
    match text {
        Some("") if values.next().is_none() => Ok(""),
        Some(text) if values.next().is_none() && parse(text).is_some() => Ok(text),
        _ => Err(value),
    }
}

/// Log message for an ignored value.
pub(crate) fn ignored(value: &HeaderValue) -> String {
    let shown = String::from_utf8_lossy(value.as_bytes());
    let shown: String = shown.chars().take(60).collect();
    format!(
        "X-Forwarded-Prefix: {shown:?} is not one path prefix such as /app, so it is ignored; \
         set it once in the proxy, for example `proxy_set_header X-Forwarded-Prefix /app;`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_plain_paths_only() {
        let long = format!("/{}", "a".repeat(LONGEST));
        for text in ["/app", "/a/b-c_d.e~f"] {
            assert_eq!(parse(text), Some(text));
        }
        for text in [
            "",
            "/",
            "app",
            "/app/",
            "//app",
            "/a//b",
            "/a/../b",
            "/.",
            "/a b",
            "/a\"b",
            "/%2Fa",
            "/a?b",
            "/a#b",
            "/a\\b",
            "https://x",
            "/a,/b",
            &long,
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn encodes_the_path_of_a_scope() {
        assert_eq!(of_scope("/blog").as_deref(), Some("/blog"));
        assert_eq!(of_scope("/a\"><b").as_deref(), Some("/a%22%3E%3Cb"));
        assert_eq!(of_scope("/caf\u{e9}").as_deref(), Some("/caf%C3%A9"));
        for path in ["//elsewhere.example", "/..", "/a//b", ""] {
            assert_eq!(of_scope(path), None, "{path}");
        }
    }

    #[test]
    fn trusts_only_the_named_proxies() {
        let named = ["127.0.0.1".to_owned(), "10.0.0.0/8".to_owned()];
        let proxies = Proxies::parse(&named).expect("both can be read");
        let from = |address: &str| proxies.contain(address.parse().ok());
        assert!(from("127.0.0.1:1") && from("10.9.8.7:1") && from("[::ffff:10.1.1.1]:1"));
        assert!(!from("127.0.0.2:1") && !from("[::1]:1") && !proxies.contain(None));
        let unix = Proxies::parse(&["unix".to_owned()]);
        assert!(unix.is_ok_and(|unix| unix.contain(None)));
        assert_eq!(
            Proxies::parse(&["proxy.example".to_owned()])
                .err()
                .as_deref(),
            Some("proxy.example")
        );
    }
}
