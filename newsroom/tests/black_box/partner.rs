//! Content of the partner and of the script: in the page once it is granted, and not before.

use std::net::TcpStream;

use crate::{
    LIBRARY_PAGES, PAGES, site,
    support::{
        http::{Answer, Request},
        site::Site,
    },
    visitor::{Visitor, sets, words},
};

const REPORT: &str = PAGES[1];
const EVENT: &str = PAGES[2];

/// Starts a site, and returns it with the port of its partner.
fn with_partner() -> (Site, u16) {
    let mut site = site(&[]);
    let partner = site.partner();
    (site, partner)
}

/// Addresses that a browser loads with the page, and those that a script could mistake for them.
fn fetched(html: &str) -> Vec<&str> {
    ["src", "srcset", "poster", "data", "data-src", "background"]
        .iter()
        .flat_map(|name| {
            let attribute = format!(" {name}=\"");
            let values: Vec<_> = html.split(&attribute).skip(1).collect();
            values
        })
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

/// Requests to the partner, as paths.
fn of_partner(answer: &Answer, port: u16) -> Vec<String> {
    let at = format!(".localhost:{port}/");
    let mut paths: Vec<_> = fetched(answer.text())
        .iter()
        .filter_map(|url| Some(format!("/{}", url.split_once(&at)?.1)))
        .collect();
    paths.sort();
    paths
}

fn asks_for_script(answer: &Answer) -> bool {
    let is_script = |url: &&str| url.starts_with("/assets/reads.");
    fetched(answer.text()).iter().any(is_script)
}

/// Form of a placeholder, as a browser posts it with one of its buttons.
fn press(visitor: &mut Visitor, page: &Answer, service: &str, action: &str) -> Answer {
    let html = page.text();
    let field = format!("name=\"svc.{service}\"");
    let form = html
        .split("<form ")
        .find(|form| form.contains(&field))
        .expect("the page holds it back");
    let (form, _) = form.split_once("</form>").expect("it has an end");
    let mut fields: Vec<_> = form
        .split("<input type=\"hidden\" name=\"")
        .skip(1)
        .filter_map(|input| {
            let (name, rest) = input.split_once("\" value=\"")?;
            Some((name, rest.split_once('"')?.0))
        })
        .collect();
    fields.push(("action", action));
    visitor.post("/privacy/choices", &fields)
}

/// The rows of the account that are not about cookies of the page's code.
fn account(answer: &Answer) -> Vec<String> {
    let (_, table) = answer.text().split_once("<tbody>").expect("it has rows");
    let (table, _) = table.split_once("</tbody>").expect("it has an end");
    table
        .split("</tr>")
        .filter(|row| row.contains("<tr") && !row.contains("</code></td>"))
        .map(|row| words(&row.replace("</td><td>", " | ")))
        .collect()
}

#[test]
fn without_consent_no_page_names_the_partner_or_a_script() {
    let (site, partner) = with_partner();
    let mut rejected = Visitor::of(site.port);
    rejected.choose("reject");
    let mut withdrawn = Visitor::of(site.port);
    withdrawn.choose("accept");
    withdrawn.choose("reject");
    for mut visitor in [Visitor::of(site.port), rejected, withdrawn] {
        for path in PAGES
            .into_iter()
            .chain(LIBRARY_PAGES)
            .chain(["/nothing", "/?ref=a"])
        {
            let answer = visitor.open(path);
            assert_eq!(of_partner(&answer, partner), [""; 0], "{path}");
            assert!(!answer.text().contains("<script"), "{path}");
            assert!(!answer.text().contains("<iframe"), "{path}");
            let policy = answer.header("content-security-policy");
            assert!(!policy.contains("localhost"), "{path}: {policy}");
        }
    }
}

#[test]
fn with_consent_each_page_loads_its_content_under_its_csp() {
    let (site, partner) = with_partner();
    let mut visitor = Visitor::after(site.port, "accept");
    for (path, paths, script) in [
        ("/", &["/p.gif"][..], false),
        (REPORT, &["/film", "/p.gif"], true),
        (EVENT, &["/p.gif", "/promo"], true),
        ("/nothing", &["/p.gif"], false),
    ] {
        let answer = visitor.open(path);
        assert_eq!(of_partner(&answer, partner), paths, "{path}");
        assert_eq!(asks_for_script(&answer), script, "{path}");
        let policy = answer.header("content-security-policy");
        for rule in [
            format!(
                "frame-src http://video.localhost:{partner} http://partner.localhost:{partner};"
            ),
            format!("img-src 'self' http://partner.localhost:{partner};"),
            "script-src 'self';".to_owned(),
        ] {
            assert!(
                format!("{policy};").contains(&rule),
                "{path}: {rule}: {policy}"
            );
        }
    }
}

#[test]
fn each_category_lets_in_its_own_and_nothing_else() {
    let (site, partner) = with_partner();
    for (field, film, script) in [
        ("cat.analytics", false, true),
        ("cat.marketing", true, false),
        ("svc.example-video", true, false),
    ] {
        let mut visitor = Visitor::of(site.port);
        visitor.post("/privacy/choices", &[("action", "save"), (field, "1")]);
        let answer = visitor.open(REPORT);
        let asked = of_partner(&answer, partner);
        assert_eq!(asked.contains(&"/film".to_owned()), film, "{field}");
        assert_eq!(asks_for_script(&answer), script, "{field}");
        let policy = answer.header("content-security-policy");
        assert_eq!(policy.contains("http://video.localhost"), film, "{policy}");
    }
}

#[test]
fn the_film_is_shown_once_and_then_held_back_again() {
    let (site, partner) = with_partner();
    for choice in [None, Some("reject")] {
        let mut visitor = Visitor::of(site.port);
        if let Some(choice) = choice {
            visitor.choose(choice);
        }
        let page = visitor.open(REPORT);
        let posted = press(&mut visitor, &page, "example-video", "once");
        // The fragment leads to the film.
        let location = format!("{REPORT}#axc-held-1");
        assert_eq!(
            (posted.status, posted.header("location")),
            (303, &*location)
        );
        let shown = visitor.open(REPORT);
        assert_eq!(of_partner(&shown, partner), ["/film"], "the film alone");
        assert_eq!(
            account(&shown)[0],
            "A film, in a frame | Example Video | Loaded this once, as you asked"
        );
        assert_eq!(of_partner(&visitor.open(REPORT), partner), [""; 0]);
        assert!(!visitor.holds("visits"), "nothing else came with it");
    }
}

#[test]
fn always_shows_the_offer_until_that_is_withdrawn() {
    let (site, partner) = with_partner();
    let mut visitor = Visitor::of(site.port);
    let page = visitor.open(EVENT);
    press(&mut visitor, &page, "example-journal", "save");
    for _ in 0..3 {
        assert_eq!(
            of_partner(&visitor.open(EVENT), partner),
            ["/p.gif", "/promo"]
        );
    }
    assert_eq!(
        of_partner(&visitor.open(REPORT), partner),
        ["/p.gif"],
        "no film came with it"
    );
    visitor.choose("reject");
    assert_eq!(of_partner(&visitor.open(EVENT), partner), [""; 0]);
}

#[test]
fn the_account_lists_every_outcome() {
    let site = site(&[]);
    let mut visitor = Visitor::of(site.port);
    assert_eq!(
        account(&visitor.open(REPORT)),
        [
            "A film, in a frame | Example Video | Held back: marketing is off",
            "reads, a cookie | the script that counts reports | Held back: analytics is off",
            "plenary.read, local storage | the script that counts reports | Held back: analytics is \
             off",
            "A tracking pixel | Example Journal | Held back: marketing is off",
        ]
    );
    visitor.choose("accept");
    assert_eq!(
        account(&visitor.open(EVENT)),
        [
            "An offer, in a frame | Example Journal | Loaded",
            "reads, a cookie | the script that counts reports | Set by a script, where scripts run",
            "plenary.read, local storage | the script that counts reports | Set by a script, where \
             scripts run",
            "A tracking pixel | Example Journal | Loaded",
        ]
    );
    let choice = [
        ("action", "save"),
        ("cat.marketing", "1"),
        ("svc.example-journal", "1"),
        ("svc.example-video", "0"),
        ("cat.analytics", "0"),
    ];
    visitor.post("/privacy/choices", &choice);
    assert_eq!(
        account(&visitor.open(REPORT))[0],
        "A film, in a frame | Example Video | Held back: Example Video is off"
    );
}

#[test]
fn global_privacy_control_holds_the_partner_back_and_is_named() {
    let (site, partner) = with_partner();
    let mut visitor = Visitor::of_implied(site.port).with_gpc();
    visitor.open("/");
    let page = visitor.open(EVENT);
    assert!(asks_for_script(&page), "the rest goes on");
    assert_eq!(of_partner(&page, partner), [""; 0]);
    assert_eq!(
        account(&page)[0],
        "An offer, in a frame | Example Journal | Held back: marketing is off, as your browser's \
         Global Privacy Control asks"
    );
    let mut visitor = Visitor::of_implied(site.port);
    visitor.open("/");
    assert_eq!(
        of_partner(&visitor.open(EVENT), partner),
        ["/p.gif", "/promo"],
        "without the signal the same steps let it in"
    );
}

/// The control: the content that the other tests look for exists.
#[test]
fn the_partner_sets_a_cookie_with_everything_it_serves() {
    let (site, partner) = with_partner();
    let ask = |path: &str| {
        Request::new("GET", &format!("partner.localhost:{partner}"), path)
            .header("Sec-GPC", "1")
            .send(partner)
    };
    for (path, kind, name) in [
        ("/film", "text/html; charset=utf-8", "partner_film"),
        ("/promo", "text/html; charset=utf-8", "partner_offer"),
        ("/p.gif", "image/gif", "partner_dot"),
    ] {
        let answer = ask(path);
        assert_eq!((answer.status, answer.header("content-type")), (200, kind));
        let set = sets(&answer);
        assert_eq!(
            (set.len(), set[0].name.as_str(), set[0].value.as_str()),
            (1, name, "seen")
        );
        assert!(set[0].is("samesite=none") && set[0].is("secure"), "{set:?}");
        assert_eq!(set[0].max_age(), Some(30 * 86_400), "as the policy says");
    }
    let about = ask("/");
    assert_eq!((about.status, about.header("set-cookie")), (200, ""));
    assert_eq!(ask("/nothing").status, 404);
    // Neither host serves the content of the other.
    assert_eq!(Visitor::of(site.port).open("/film").status, 404);
    let log = site.stop().log;
    assert!(!log.contains("/promo"), "it writes nothing down: {log}");
}

#[test]
fn the_policy_names_and_links_the_partner() {
    let (site, partner) = with_partner();
    let mut visitor = Visitor::of(site.port);
    let page = visitor.open("/privacy");
    let text = words(page.text());
    for part in [
        "Example Video",
        "Example Journal",
        "Example Partners",
        "partner_film",
        "partner_offer",
        "partner_dot",
        "reads",
        "plenary.read",
    ] {
        assert!(text.contains(part), "{part}");
    }
    for host in ["video.localhost", "partner.localhost"] {
        assert!(
            page.text().contains(&format!("http://{host}:{partner}/\"")),
            "{host}"
        );
    }
    assert!(
        !page.text().contains("8090"),
        "the port that stands in the file"
    );
}

#[test]
fn the_banner_has_at_most_60_words() {
    let site = site(&[]);
    // With Global Privacy Control the banner has one sentence more.
    for mut visitor in [Visitor::of(site.port), Visitor::of_implied(site.port)] {
        let page = visitor.open("/");
        let (_, banner) = page.text().split_once("</style>").expect("it has one");
        let (_, text) = banner.split_once("<p>").expect("it has a text");
        let (text, _) = text.split_once("</p>").expect("it has an end");
        let text = words(text);
        assert!(text.contains("Example Video"), "{text}");
        let count = text.split(' ').count();
        assert!((20..=60).contains(&count), "{count}: {text}");
    }
}

#[test]
fn omits_the_partner_where_browsers_cannot_reach_it() {
    let site_here = site(&[]);
    let mut elsewhere = Visitor::of(site_here.port);
    elsewhere.go_to("192.0.2.7:8080");
    let public = site(&["--origin", "https://news.example"]);
    let mut reader = Visitor::of(public.port);
    reader.go_to("news.example");
    for visitor in [&mut elsewhere, &mut reader] {
        visitor.choose("accept");
        for path in PAGES.into_iter().chain(["/nothing"]) {
            let page = visitor.open(path);
            for trace in [
                "partner.localhost",
                "video.localhost",
                "<iframe",
                "Example Video",
            ] {
                assert!(!page.text().contains(trace), "{path}: {trace}");
            }
        }
        let report = visitor.open(REPORT);
        assert!(
            asks_for_script(&report),
            "the site's own script needs nobody"
        );
    }
    let policy = words(reader.open("/privacy").text());
    for trace in [
        "Example Video",
        "Example Journal",
        "partner_film",
        "localhost",
    ] {
        assert!(!policy.contains(trace), "{trace}: {policy}");
    }
    assert!(policy.contains("plenary.read"));
}

#[test]
fn the_partner_listens_on_its_address_and_ends_with_the_site() {
    // The port was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port is free");
    let mut site = site(&["--partner-addr", &free.to_string()]);
    assert_eq!(site.partner(), free.port());
    assert!(TcpStream::connect(free).is_ok());
    assert_eq!(site.stop().status.code(), Some(0));
    assert!(TcpStream::connect(free).is_err(), "it goes on");
}
