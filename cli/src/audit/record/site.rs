//! The audited site, and the distinction of its hosts from third parties.

use url::Url;

/// The audited site.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) start: Url,
    registrable: String,
}

impl Site {
    /// Creates a site from the address of its first page; `None` without a host.
    pub(crate) fn new(start: Url) -> Option<Self> {
        let registrable = registrable(start.host_str()?);
        Some(Self { start, registrable })
    }

    /// Returns the host, with the port unless it is the default.
    pub(crate) fn host(&self) -> String {
        let host = self.start.host_str().unwrap_or_default();
        match self.start.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Returns whether a host is a third party, that is, has another registrable domain.
    pub(crate) fn is_third(&self, host: &str) -> bool {
        !host.is_empty() && registrable(host) != self.registrable
    }

    /// Returns whether the address is on the same host.
    pub(crate) fn has(&self, address: &Url) -> bool {
        address.scheme() == self.start.scheme()
            && address.host_str() == self.start.host_str()
            && address.port_or_known_default() == self.start.port_or_known_default()
    }
}

/// Returns the registrable domain by the Public Suffix List. An IP address is returned unchanged.
pub(crate) fn registrable(host: &str) -> String {
    let host = host.trim_start_matches('.').trim_end_matches('.');
    let host = host.to_ascii_lowercase();
    if host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok() {
        return host;
    }
    match psl::domain_str(&host) {
        Some(domain) => domain.to_owned(),
        None => host,
    }
}

/// Returns the host of an address in lower case; empty if it has none.
pub(crate) fn host_of(address: &str) -> String {
    Url::parse(address)
        .ok()
        .and_then(|address| address.host_str().map(str::to_ascii_lowercase))
        .unwrap_or_default()
}

/// Returns the path and query of an address of the site, or the whole address on other hosts.
pub(crate) fn short(address: &str, site: &str) -> String {
    match Url::parse(address) {
        Ok(url) if url.host_str() == Url::parse(site).ok().as_ref().and_then(Url::host_str) => {
            match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            }
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subdomain_is_of_the_site_and_a_neighbour_is_not() {
        let site = |address| {
            Site::new(Url::parse(address).expect("it is an address")).expect("it has a host")
        };
        let news = site("https://www.news.example/");
        assert!(!news.is_third("metrics.news.example"));
        assert!(news.is_third("tracker.example"));
        assert!(site("https://one.co.uk").is_third("other.co.uk"));
        assert!(site("http://news.localhost:80").is_third("tracker.localhost"));
        assert!(site("http://127.0.0.1:80").is_third("127.0.0.2"));
        assert!(!site("http://127.0.0.1:80").is_third("127.0.0.1"));
    }
}
