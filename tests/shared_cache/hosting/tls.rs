//! nginx ends TLS, and the application behind it speaks plain http.

use actix_consent::{ConsentMiddleware, Policy, SigningKeys, markup::Markup};

use crate::{
    cache::{Cache, Program},
    http::Request,
    site::{Site, Visitor},
};

struct Behind {
    proxy: Cache,
    _site: Site,
}

impl Behind {
    /// The middleware as `docs/hosting.md` says: without `plain_http()`.
    fn new() -> Self {
        let policy = Policy::parse(include_str!("../../integration/consent.toml")).unwrap();
        let consent = ConsentMiddleware::builder(policy, SigningKeys::generate())
            .markup(Markup::new())
            .build()
            .unwrap();
        let site = Site::serve(consent);
        Self {
            proxy: Cache::start(Program::ProxyWithTls, site.port),
            _site: site,
        }
    }

    fn plain(&self) -> Visitor {
        Visitor::new(&self.proxy.socket)
    }

    fn secure(&self) -> Visitor {
        self.plain().over(self.proxy.tls())
    }
}

fn is_asked(visitor: &mut Visitor) -> bool {
    let page = visitor.get("/report").text;
    page.contains("data-consent-banner")
}

fn analytics(visitor: &mut Visitor) -> (String, bool) {
    let state = visitor.get("/privacy/state.json").text;
    let state: serde_json::Value = serde_json::from_str(&state).unwrap();
    let status = state["status"].as_str().unwrap().to_owned();
    let granted = state["categories"]["analytics"]["granted"].as_bool();
    (status, granted.unwrap())
}

#[test]
#[ignore = "needs nginx and openssl"]
fn a_host_cookie_makes_the_round_trip_through_tls_at_nginx() {
    let behind = Behind::new();
    let mut visitor = behind.secure();
    assert!(is_asked(&mut visitor));
    assert_eq!(visitor.choose("accept"), 303);
    assert!(visitor.holds("__Host-consent"));
    assert!(!is_asked(&mut visitor));
    assert_eq!(analytics(&mut visitor), ("decided".to_owned(), true));
    assert_eq!(visitor.choose("reject"), 303);
    assert_eq!(analytics(&mut visitor), ("decided".to_owned(), false));
    assert!(!is_asked(&mut visitor));

    // The control: over plain http a browser keeps no such cookie.
    let mut plain = behind.plain();
    assert_eq!(plain.choose("accept"), 303);
    assert!(!plain.holds("__Host-") && is_asked(&mut plain));
}

#[test]
#[ignore = "needs nginx and openssl"]
fn the_application_learns_scheme_and_host_from_nginx() {
    let behind = Behind::new();
    let origin = |mut visitor: Visitor| visitor.get("/origin").text;
    assert_eq!(origin(behind.secure()), "https://news.localhost");
    assert_eq!(origin(behind.plain()), "http://news.localhost");
}

#[test]
#[ignore = "needs nginx and openssl"]
fn an_origin_is_compared_with_the_host_that_nginx_passes_on() {
    let behind = Behind::new();
    for (origin, status) in [
        ("https://news.localhost", 303),
        ("https://other.localhost", 403),
        ("https://127.0.0.1", 403),
    ] {
        let mut visitor = behind.secure();
        let form = Request::new("POST", "news.localhost", "/privacy/choices")
            .header("Origin", origin)
            .body("application/x-www-form-urlencoded", b"action=reject");
        assert_eq!(visitor.send(form).status, status, "{origin}");
        assert_eq!(visitor.holds("__Host-consent"), status == 303, "{origin}");
    }
}
