//! Visitors behind a real shared cache: nginx and Varnish, set up as `docs/caches.md` says.
//!
//! They need the programs `nginx` and `varnishd`, so they are ignored unless asked for:
//! `cargo test --test shared_cache --all-features -- --include-ignored`

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(unreachable_pub, reason = "nobody reaches into a test binary")]

mod cache;
mod hosting;
mod site;

#[allow(dead_code, reason = "the news site's tests use the rest")]
#[path = "../../newsroom/tests/support/http.rs"]
mod http;

use actix_consent::markup::CacheMode;

use self::{
    cache::{Cache, Program},
    site::{Site, Visitor},
};

/// A site behind a cache, and visitors of it.
struct Behind {
    cache: Cache,
    // It stops with the last of its handles.
    _site: Site,
}

impl Behind {
    fn new(program: Program, mode: CacheMode) -> Self {
        let site = Site::start(mode);
        Self {
            cache: Cache::start(program, site.port),
            _site: site,
        }
    }

    fn visitor(&self, action: Option<&str>) -> Visitor {
        let mut visitor = Visitor::new(&self.cache.socket);
        if let Some(action) = action {
            assert_eq!(visitor.choose(action), 303);
            // The confirmation is for this visitor alone.
            let confirmed = visitor.get("/report");
            assert!(confirmed.text.contains("role=\"status\"") && !confirmed.hit);
        }
        visitor
    }
}

/// The control: responses that are the same for everyone are served from the cache.
fn caches_at_all(behind: &Behind) {
    let mut visitor = Visitor::new(&behind.cache.socket);
    visitor.get("/plain");
    let again = Visitor::new(&behind.cache.socket).get("/plain");
    assert!(again.hit && again.text == "plain");
}

fn pages_that_vary_are_shared_with_nobody(program: Program) {
    let behind = Behind::new(program, CacheMode::Vary);
    caches_at_all(&behind);
    let (mut yes, mut no) = (
        behind.visitor(Some("accept")),
        behind.visitor(Some("reject")),
    );
    for _ in 0..3 {
        let granted = yes.get("/report");
        assert!(granted.text.contains("xq1") && !granted.hit);
        let rejected = no.get("/report");
        assert!(!rejected.text.contains("xq1") && !rejected.hit);
        let asked = behind.visitor(None).get("/report");
        assert!(asked.text.contains("data-consent-banner") && !asked.text.contains("xq1"));
        assert!(!rejected.text.contains("data-consent-banner"));
    }
}

fn pages_under_a_key_are_shared_by_those_who_answered_alike(program: Program) {
    let behind = Behind::new(program, CacheMode::Key);
    caches_at_all(&behind);
    let (mut one, mut other) = (
        behind.visitor(Some("accept")),
        behind.visitor(Some("accept")),
    );
    let mut no = behind.visitor(Some("reject"));
    let first = one.get("/report");
    assert!(first.text.contains("xq1") && !first.hit);
    let shared = other.get("/report");
    assert!(shared.hit && shared.text == first.text, "{}", shared.text);

    let rejected = no.get("/report");
    assert!(!rejected.text.contains("xq1") && !rejected.hit);
    assert!(behind.visitor(Some("reject")).get("/report").hit);

    // Whoever has not answered is asked, each of them, and by no copy.
    for _ in 0..2 {
        let asked = behind.visitor(None).get("/report");
        assert!(asked.text.contains("data-consent-banner") && !asked.hit);
    }

    // With the signal the same answer is another state.
    one.gpc = true;
    let signalled = one.get("/report");
    assert!(!signalled.text.contains("xq1") && !signalled.hit);

    // A choice counts at once.
    one.gpc = false;
    assert_eq!(one.choose("reject"), 303);
    one.get("/report");
    let withdrawn = one.get("/report");
    assert!(withdrawn.hit && !withdrawn.text.contains("xq1"));

    // A key that somebody made up brings the copy of others to nobody but them, and no copy comes
    // of it.
    let made_up = Visitor::new(&behind.cache.socket).with("axc_key", "abcdef");
    for _ in 0..2 {
        let mut liar = made_up.clone();
        let answer = liar.get("/report");
        assert!(!answer.hit && !answer.text.contains("xq1"));
    }
}

fn a_shared_shell_has_nothing_gated(program: Program) {
    let behind = Behind::new(program, CacheMode::Shell);
    let first = Visitor::new(&behind.cache.socket).get("/report");
    let mut yes = Visitor::new(&behind.cache.socket);
    assert_eq!(yes.choose("accept"), 303);
    let second = yes.get("/report");
    assert!(!first.hit && second.hit && first.text == second.text);
    assert!(
        first
            .text
            .contains("<template data-consent-service=\"example-video\">")
    );
    let outside = first.text.split("<template").next().unwrap();
    assert!(!outside.contains("src=\"https://video.example"));
    // The state is asked of the server, each time.
    for (visitor, granted) in [
        (&mut yes, true),
        (&mut Visitor::new(&behind.cache.socket), false),
    ] {
        let state = visitor.get("/privacy/state.json");
        let json: serde_json::Value = serde_json::from_str(&state.text).unwrap();
        assert!(!state.hit);
        assert_eq!(json["categories"]["analytics"]["granted"], granted);
    }
}

#[test]
#[ignore = "needs nginx"]
fn behind_nginx_pages_that_vary_are_shared_with_nobody() {
    pages_that_vary_are_shared_with_nobody(Program::Nginx);
}

#[test]
#[ignore = "needs nginx"]
fn nginx_shares_keyed_pages_among_equal_answers() {
    pages_under_a_key_are_shared_by_those_who_answered_alike(Program::Nginx);
}

#[test]
#[ignore = "needs nginx"]
fn behind_nginx_a_shell_is_shared_by_everyone() {
    a_shared_shell_has_nothing_gated(Program::Nginx);
}

#[test]
#[ignore = "needs varnishd"]
fn behind_varnish_pages_that_vary_are_shared_with_nobody() {
    pages_that_vary_are_shared_with_nobody(Program::Varnish);
}

#[test]
#[ignore = "needs varnishd"]
fn varnish_shares_keyed_pages_among_equal_answers() {
    pages_under_a_key_are_shared_by_those_who_answered_alike(Program::Varnish);
}

#[test]
#[ignore = "needs varnishd"]
fn behind_varnish_a_shell_is_shared_by_everyone() {
    a_shared_shell_has_nothing_gated(Program::Varnish);
}
