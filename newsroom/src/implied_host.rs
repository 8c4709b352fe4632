//! A second copy of the site under the implied model, selected by the host name.
//!
//! Each host name has cookies of its own, so a choice on one copy does not count on the other.

use actix_consent::{ConsentModel, Placement};
use actix_web::{
    dev::RequestHead,
    http::{header, uri::Authority},
};

/// Host name that is always under the implied model, as the page that the report comes from.
pub const NAME: &str = "implied.localhost";

/// Splits a host into its name in lower case and its port, if it has one.
fn name_and_port(host: &str) -> Option<(String, Option<u16>)> {
    let authority: Authority = host.parse().ok()?;
    let name = authority.host().trim_end_matches('.').to_ascii_lowercase();
    Some((name, authority.port_u16()))
}

fn host_name(host: &str) -> String {
    name_and_port(host)
        .map(|(name, _)| name)
        .unwrap_or_default()
}

/// Host of a request: from the URI in HTTP/2, else from the header `Host`.
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

/// Placement of a request: the implied model on the implied host, else `plain`.
pub fn placement(head: &RequestHead, plain: ConsentModel) -> Placement {
    let implied = host_name(host(head)) == NAME;
    Placement::new(if implied {
        ConsentModel::Implied
    } else {
        plain
    })
}

/// Returns true if the browser that names this host runs on the same machine.
pub fn is_loopback(host: &str) -> bool {
    matches!(
        host_name(host).as_str(),
        NAME | "localhost" | "127.0.0.1" | "[::1]"
    )
}

/// Address of the same page on the other copy, if this browser can reach it: on loopback only.
pub fn other_address(host: &str, path: &str) -> Option<String> {
    let (name, port) = name_and_port(host)?;
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
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
