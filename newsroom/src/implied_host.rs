//! One program, two sites: the host name says which consent model a request is under.
//!
//! Another host name is another cookie jar, so a choice on the one says nothing on the other.

use actix_consent::{ConsentModel, Placement};
use actix_web::{dev::RequestHead, http::header};

/// The host that is always under the source page's model.
pub const NAME: &str = "implied.localhost";

/// The `Host` of a request, without its port, in lower case.
fn host_name(host: &str) -> String {
    let name = match host.rfind(':') {
        Some(colon) if host[colon + 1..].bytes().all(|b| b.is_ascii_digit()) => &host[..colon],
        _ => host,
    };
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// What the request's `Host` says; HTTP/2 says it in the URI.
pub fn host(head: &RequestHead) -> &str {
    head.uri
        .authority()
        .map(|authority| authority.as_str())
        .or_else(|| {
            head.headers
                .get(header::HOST)
                .and_then(|host| host.to_str().ok())
        })
        .unwrap_or_default()
}

/// The placement of a request: `plain` anywhere but on the implied host.
pub fn placement(head: &RequestHead, plain: ConsentModel) -> Placement {
    let implied = host_name(host(head)) == NAME;
    Placement::new(if implied {
        ConsentModel::Implied
    } else {
        plain
    })
}

/// Whether the browser that names this host runs on the same machine.
pub fn is_loopback(host: &str) -> bool {
    matches!(
        host_name(host).as_str(),
        NAME | "localhost" | "127.0.0.1" | "[::1]"
    )
}

/// The other site's address for the same page, where this browser can reach it: on loopback.
pub fn other_address(host: &str, path: &str) -> Option<String> {
    let name = host_name(host);
    let port = &host[host.len().min(name.len())..];
    let port = port.trim_start_matches('.');
    let other = match name.as_str() {
        NAME => "localhost",
        "localhost" | "127.0.0.1" | "[::1]" => NAME,
        _ => return None,
    };
    Some(format!("http://{other}{port}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_site_knows_the_other_with_its_port() {
        let other = |host| other_address(host, "/about");
        assert_eq!(
            other("localhost:8080").as_deref(),
            Some("http://implied.localhost:8080/about")
        );
        assert_eq!(
            other("127.0.0.1:81").as_deref(),
            Some("http://implied.localhost:81/about")
        );
        assert_eq!(
            other("[::1]:8080").as_deref(),
            Some("http://implied.localhost:8080/about")
        );
        assert_eq!(
            other("implied.localhost:9").as_deref(),
            Some("http://localhost:9/about")
        );
        assert_eq!(
            other("LOCALHOST").as_deref(),
            Some("http://implied.localhost/about")
        );
    }

    #[test]
    fn a_host_that_cannot_reach_the_loopback_gets_no_link() {
        assert_eq!(other_address("192.168.1.5:8080", "/"), None);
        assert_eq!(other_address("news.example", "/"), None);
        assert_eq!(other_address("", "/"), None);
    }

    #[test]
    fn a_host_name_has_no_port_and_one_spelling() {
        for host in [
            "implied.localhost:8080",
            "Implied.Localhost",
            "implied.localhost.:80",
        ] {
            assert_eq!(host_name(host), NAME, "{host}");
        }
        assert_eq!(host_name("[::1]"), "[::1]");
        assert_eq!(host_name("[::1]:80"), "[::1]");
    }
}
