//! A choice belongs to one host, comes from its own pages, and has the cookie attributes of its
//! origin.

use crate::{
    site,
    support::http::Request,
    visitor::{Visitor, sets},
};

/// Returns true if the page has a banner.
fn asks(visitor: &mut Visitor) -> bool {
    visitor
        .open("/about")
        .text()
        .contains("data-consent-banner")
}

#[test]
fn a_choice_on_one_host_says_nothing_on_another() {
    let site = site(&[]);
    let port = site.port;
    let mut visitor = Visitor::of(port);
    let choice = visitor.choose("accept");
    assert!(!asks(&mut visitor));
    for set in sets(&choice) {
        let domain = set.attributes.iter().find(|a| a.starts_with("domain"));
        assert_eq!(domain, None, "{set:?} reaches other hosts");
    }
    for host in [
        format!("localhost:{port}"),
        format!("implied.localhost:{port}"),
    ] {
        visitor.go_to(&host);
        assert!(asks(&mut visitor), "{host}");
    }
    visitor.choose("reject");
    visitor.go_to(&format!("127.0.0.1:{port}"));
    visitor.open("/");
    assert!(visitor.holds("visits"), "the choice here still stands");
}

#[test]
fn each_host_is_under_its_own_model() {
    let site = site(&[]);
    for (mut visitor, model) in [
        (Visitor::of(site.port), "opt-in"),
        (Visitor::of_implied(site.port), "implied"),
    ] {
        let state = visitor.open("/privacy/state.json");
        let field = format!("\"model\":\"{model}\"");
        assert!(state.text().contains(&field), "{}", state.text());
    }
}

#[test]
fn the_plain_address_can_be_under_the_source_pages_model() {
    let site = site(&["--model", "implied"]);
    let mut visitor = Visitor::of(site.port);
    visitor.open("/");
    assert!(!visitor.holds("visits"));
    visitor.open("/about");
    assert!(visitor.holds("visits"));
    // There is no other copy, so there is no link.
    let page = visitor.open("/").text().to_owned();
    for host in ["localhost:", "implied.localhost:"] {
        assert!(!page.contains(&format!("http://{host}")), "{host}");
    }
}

#[test]
fn a_form_of_another_site_changes_nothing() {
    let site = site(&[]);
    let host = format!("127.0.0.1:{}", site.port);
    let post = |headers: &[(&str, &str)]| {
        let request = Request::new("POST", &host, "/privacy/choices")
            .body("application/x-www-form-urlencoded", b"action=accept");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        });
        request.send(site.port)
    };
    let own = format!("http://{host}");
    for foreign in [
        &[("Sec-Fetch-Site", "cross-site")][..],
        &[("Sec-Fetch-Site", "same-site"), ("Origin", &own)],
        &[("Origin", "http://elsewhere.example")],
        &[("Origin", "null")],
        &[],
    ] {
        let answer = post(foreign);
        assert_eq!(answer.status, 403, "{foreign:?}");
        assert_eq!(answer.header("set-cookie"), "", "{foreign:?}");
        assert!(
            answer.text().contains("Nothing has changed."),
            "{foreign:?}"
        );
    }
    for own in [
        &[("Sec-Fetch-Site", "same-origin")][..],
        &[("Origin", &own)],
    ] {
        let answer = post(own);
        assert_eq!(answer.status, 303, "{own:?}");
        assert!(
            answer.header("set-cookie").starts_with("consent="),
            "{own:?}"
        );
    }
}

#[test]
fn plain_http_keeps_the_choice_without_secure() {
    let site = site(&[]);
    let mut visitor = Visitor::of(site.port);
    let choice = visitor.choose("accept");
    for set in sets(&choice) {
        assert!(!set.is("secure"), "{set:?}");
        assert!(
            set.is("httponly") && set.is("samesite=lax") && set.is("path=/"),
            "{set:?}"
        );
    }
    let log = site.stop().log;
    assert_eq!(log.matches("plain http").count(), 1, "{log}");
}

#[test]
fn behind_a_proxy_the_choice_is_a_secure_host_cookie() {
    let site = site(&["--origin", "https://news.example"]);
    let mut visitor = Visitor::of(site.port);
    visitor.go_to("news.example");
    assert!(asks(&mut visitor));
    let choice = visitor.choose("accept");
    let set = sets(&choice)
        .into_iter()
        .find(|set| set.name == "__Host-consent");
    let set = set.unwrap_or_else(|| panic!("{:?}", choice.headers));
    assert!(
        set.is("secure") && set.is("httponly") && set.is("path=/"),
        "{set:?}"
    );
    assert!(
        set.max_age()
            .is_some_and(|seconds| (1..=400 * 86_400).contains(&seconds))
    );
    assert!(!asks(&mut visitor));

    visitor.post("/reading-list", &[("add", "peacekeeping-asian-partners")]);
    let page = visitor.open("/?ref=autumn-letter&text=large");
    let names: Vec<_> = sets(&page)
        .into_iter()
        .map(|set| (set.is("secure"), set.name))
        .collect();
    for name in ["visits", "campaign", "display"] {
        assert!(names.contains(&(true, name.to_owned())), "{names:?}");
    }
    assert!(
        visitor
            .open("/feed.xml")
            .text()
            .contains("<link>https://news.example/</link>")
    );
    let ended = site.stop();
    assert_eq!(ended.stdout, "", "it has no second copy");
    assert!(!ended.log.contains("plain http"), "{}", ended.log);
}

#[test]
fn with_an_origin_no_host_name_is_under_another_model() {
    let site = site(&["--origin", "https://news.example"]);
    let mut visitor = Visitor::of_implied(site.port);
    visitor.open("/");
    let page = visitor.open("/about");
    assert!(page.text().contains("Reject all"));
    assert!(!visitor.holds("visits"));
}

#[test]
fn the_sites_own_cookies_live_as_long_as_the_policy_says() {
    let site = site(&[]);
    let mut visitor = Visitor::after(site.port, "accept");
    let page = visitor.open("/?ref=autumn-letter&text=large");
    let mut lives: Vec<_> = sets(&page)
        .into_iter()
        .filter(|set| !set.removes())
        .map(|set| {
            (
                set.name.clone(),
                set.max_age().map(|seconds| seconds / 86_400),
            )
        })
        .collect();
    lives.sort();
    assert_eq!(
        lives,
        [
            ("campaign".to_owned(), Some(30)),
            ("display".to_owned(), Some(180)),
            ("visits".to_owned(), Some(30)),
        ]
    );
}

#[test]
fn a_form_of_another_site_does_not_replace_the_reading_list() {
    let site = site(&[]);
    let host = format!("127.0.0.1:{}", site.port);
    let own = format!("http://{host}");
    for (origin, status) in [
        ("http://elsewhere.example", 403),
        ("null", 403),
        (own.as_str(), 303),
    ] {
        let request = Request::new("POST", &host, "/reading-list")
            .header("Origin", origin)
            .body(
                "application/x-www-form-urlencoded",
                b"add=peacekeeping-asian-partners",
            );
        let answer = request.send(site.port);
        assert_eq!(answer.status, status, "{origin}");
        let stored = answer.header("set-cookie").contains("newsroom_session=");
        assert_eq!(stored, status == 303, "{origin}");
    }
}
