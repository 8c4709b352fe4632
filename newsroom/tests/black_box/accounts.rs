//! *What this page did*, compared with the headers of the same response.

use std::collections::BTreeSet;

use crate::{
    LIBRARY_PAGES, PAGES, site,
    support::http::Answer,
    visitor::{Visitor, sets},
};

/// Cookies that the library may add after the page is written; the page mentions them.
const CHOICE: [&str; 2] = ["consent", "consent-note"];

/// The rows of the account about cookies that the page set: name and outcome.
fn account(answer: &Answer) -> Vec<(String, String)> {
    let html = answer.text();
    let (_, account) = html
        .split_once("What this page did</h2>")
        .expect("every page has an account");
    let (account, _) = account.split_once("</section>").expect("it has an end");
    account
        .split("<tr><td><code>")
        .skip(1)
        .filter_map(|row| {
            // Skips what a script stores: that row names a place.
            let (name, rest) = row.split_once("</code></td>")?;
            let (rest, _) = rest.split_once("</tr>").expect("a row has an end");
            let outcome = rest.rsplit("<td>").next().unwrap_or_default();
            let outcome = outcome.split("</td>").next().unwrap_or_default();
            Some((name.to_owned(), outcome.replace("&#39;", "'")))
        })
        .collect()
}

/// Asserts that the account matches the headers for each cookie, and returns it.
fn honest_account(answer: &Answer) -> Vec<(String, String)> {
    let account = account(answer);
    let of = |start: &str| -> BTreeSet<&str> {
        let rows = account.iter().filter(|(_, said)| said.starts_with(start));
        rows.map(|(name, _)| name.as_str()).collect()
    };
    let headers = sets(answer);
    let (removed, set): (Vec<_>, Vec<_>) = headers.iter().partition(|set| set.removes());
    let names = |sets: &[&crate::visitor::Set]| -> BTreeSet<String> {
        sets.iter().map(|set| set.name.clone()).collect()
    };
    let mut set = names(&set);
    for name in CHOICE {
        set.remove(name);
    }
    let removed = names(&removed);

    let sent: BTreeSet<_> = of("Sent").into_iter().map(str::to_owned).collect();
    assert_eq!(sent, set, "said to be sent, and set: {account:?}");
    for name in of("Held back: ") {
        assert!(!set.contains(name), "{name} was held back, and set");
    }
    for name in of("Removed") {
        assert!(removed.contains(name), "{name} was not removed");
    }
    let judged = of("Sent").len() + of("Held back: ").len() + of("Removed").len();
    assert_eq!(judged, account.len(), "{account:?}");
    assert!(
        answer
            .text()
            .contains("two kinds of cookie can still be added")
    );
    account
}

#[test]
fn the_pages_of_the_library_set_nothing_as_they_say() {
    let site = site(&[]);
    let mut accepted = Visitor::of(site.port);
    accepted.choose("accept");
    for mut visitor in [Visitor::of(site.port), accepted] {
        for path in LIBRARY_PAGES {
            let answer = visitor.open(path);
            assert!(answer.text().contains("set no cookie."), "{path}");
            let set = sets(&answer);
            let kept: Vec<_> = set.iter().filter(|set| !set.removes()).collect();
            assert!(kept.is_empty(), "{path}: {kept:?}");
        }
    }
}

/// The account of a page, as `cookie: outcome`.
fn said(visitor: &mut Visitor, path: &str) -> Vec<String> {
    let answer = visitor.open(path);
    let rows = honest_account(&answer);
    rows.iter()
        .map(|(name, said)| format!("{name}: {said}"))
        .collect()
}

#[test]
fn before_a_choice_nothing_optional_is_sent() {
    let site = site(&[]);
    for path in PAGES.into_iter().chain(["/nothing"]) {
        let mut visitor = Visitor::of(site.port);
        assert_eq!(
            said(&mut visitor, path),
            ["visits: Held back: analytics is off"],
            "{path}"
        );
        assert_eq!(
            said(&mut visitor, &format!("{path}?ref=autumn-letter")),
            [
                "visits: Held back: analytics is off",
                "campaign: Held back: marketing is off",
            ]
        );
        assert_eq!(
            said(&mut visitor, &format!("{path}?text=large&theme=dark")),
            [
                "visits: Held back: analytics is off",
                "display: Held back: preferences is off",
            ]
        );
        assert!(!visitor.holds("visits") && !visitor.holds("display"));
    }
}

#[test]
fn after_accepting_everything_is_sent() {
    let site = site(&[]);
    for path in PAGES {
        let mut visitor = Visitor::after(site.port, "accept");
        assert_eq!(
            said(
                &mut visitor,
                &format!("{path}?ref=autumn-letter&text=large")
            ),
            ["visits: Sent", "campaign: Sent", "display: Sent",]
        );
        assert_eq!(visitor.cookie("campaign"), Some("autumn-letter"));
        assert_eq!(visitor.cookie("display"), Some("large.auto"));
        // The defaults need no cookie.
        assert_eq!(
            said(&mut visitor, &format!("{path}?text=normal")),
            ["visits: Sent", "display: Removed"]
        );
        assert!(!visitor.holds("display") && visitor.holds("visits"));
    }
}

#[test]
fn a_rejection_sends_nothing_and_removes_old_cookies() {
    let site = site(&[]);
    for path in PAGES {
        let mut visitor = Visitor::after(site.port, "accept");
        visitor.open(&format!("{path}?ref=autumn-letter&theme=dark"));
        assert!(
            ["visits", "campaign", "display"]
                .iter()
                .all(|name| visitor.holds(name))
        );
        visitor.choose("reject");
        assert!(
            !["visits", "campaign", "display"]
                .iter()
                .any(|name| visitor.holds(name))
        );
        assert_eq!(
            said(
                &mut visitor,
                &format!("{path}?ref=autumn-letter&theme=dark")
            ),
            [
                "visits: Held back: analytics is off",
                "campaign: Held back: marketing is off",
                "display: Held back: preferences is off",
            ]
        );
    }
}

#[test]
fn removes_an_old_cookie_although_the_page_sets_it() {
    let site = site(&[]);
    let mut visitor = Visitor::after(site.port, "reject");
    visitor.keep("visits", "7");
    let answer = visitor.open("/");
    assert_eq!(honest_account(&answer).len(), 1);
    let removals: Vec<_> = sets(&answer)
        .into_iter()
        .filter(|set| set.removes())
        .collect();
    assert!(
        removals.iter().any(|set| set.name == "visits"),
        "{removals:?}"
    );
    assert!(!visitor.holds("visits"));
}

#[test]
fn the_implied_copy_sends_from_the_second_page_on() {
    let site = site(&[]);
    let mut visitor = Visitor::of_implied(site.port);
    assert_eq!(
        said(&mut visitor, "/?ref=autumn-letter"),
        [
            "visits: Held back: analytics is off",
            "campaign: Held back: marketing is off",
        ]
    );
    assert_eq!(
        said(&mut visitor, "/about?ref=autumn-letter"),
        ["visits: Sent", "campaign: Sent"]
    );
    visitor.choose("reject");
    assert_eq!(
        said(&mut visitor, "/"),
        ["visits: Held back: analytics is off"]
    );
}

#[test]
fn global_privacy_control_holds_marketing_back_and_is_named() {
    let site = site(&[]);
    let mut visitor = Visitor::of_implied(site.port).with_gpc();
    visitor.open("/");
    assert_eq!(
        said(&mut visitor, "/about?ref=autumn-letter"),
        [
            "visits: Sent",
            "campaign: Held back: marketing is off, as your browser's Global Privacy Control asks",
        ]
    );
    // Without the signal the same steps send both: see the test above.
    let mut visitor = Visitor::of(site.port).with_gpc();
    let said = said(&mut visitor, "/?ref=autumn-letter");
    assert_eq!(said[0], "visits: Held back: analytics is off");
    assert!(
        said[1].starts_with("campaign: Held back: marketing is off"),
        "{said:?}"
    );
}

#[test]
fn the_text_size_says_whether_it_is_remembered() {
    let site = site(&[]);
    let mut visitor = Visitor::of(site.port);
    let page = visitor.open("/about?text=large").text().to_owned();
    assert!(page.contains(r#" data-text="large""#));
    assert!(
        page.contains(
            "apply to this page. To remember them, the site needs the category Preferences"
        )
    );
    assert!(!visitor.open("/about").text().contains("data-text"));
    visitor.choose("accept");
    let page = visitor.open("/about?text=large").text().to_owned();
    assert!(page.contains("are remembered on this site."));
    assert!(visitor.open("/").text().contains(r#" data-text="large""#));
}

#[test]
fn the_reading_list_needs_no_consent_and_ends_when_it_is_empty() {
    let site = site(&[]);
    let mut visitor = Visitor::after(site.port, "reject");
    assert!(!visitor.holds("newsroom_session"));
    for slug in [
        "peacekeeping-asian-partners",
        "wps-national-focal-points-network",
    ] {
        let answer = visitor.post("/reading-list", &[("add", slug)]);
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, "/reading-list")
        );
    }
    let list = visitor.open("/reading-list");
    honest_account(&list);
    assert_eq!(list.text().matches("name=\"remove\"").count(), 2);
    for slug in [
        "peacekeeping-asian-partners",
        "wps-national-focal-points-network",
    ] {
        visitor.post("/reading-list", &[("remove", slug)]);
    }
    assert!(!visitor.holds("newsroom_session"));
    assert!(
        visitor
            .open("/reading-list")
            .text()
            .contains("Nothing saved yet. Add a report from its page.")
    );
}
