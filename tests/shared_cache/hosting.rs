//! A site behind nginx as `docs/hosting.md` sets it up.

mod tls;

use actix_consent::{ConsentMiddleware, Policy, SigningKeys, markup::Markup};

use crate::{
    cache::{Cache, Program},
    http::Answer,
    site::{Site, Visitor},
};

/// Declared cookies, each also for the domain of the site.
const COOKIES: usize = 200;

struct Behind {
    cache: Cache,
    _site: Site,
}

impl Behind {
    fn new() -> Self {
        Self::program(Program::Proxy)
    }

    fn program(program: Program) -> Self {
        let cookies: String = (0..COOKIES)
            .map(|number| {
                format!(
                    "\n[[cookie]]\nname = \"trk_{number:03}_id\"\ncategory = \"analytics\"\n\
                     domains = [\"news.localhost\"]\npurpose = \"Counts.\"\nduration = \"1 day\"\n"
                )
            })
            .collect();
        let policy = include_str!("../integration/consent.toml").replace("partitioned = true", "");
        let policy = Policy::parse(&(policy + &cookies)).unwrap();
        let consent = ConsentMiddleware::builder(policy, SigningKeys::generate())
            .plain_http()
            .markup(Markup::new())
            .trusted_proxies(["127.0.0.1"])
            .build()
            .unwrap();
        let site = Site::serve(consent);
        Self {
            cache: Cache::start(program, site.port),
            _site: site,
        }
    }

    fn visitor(&self) -> Visitor {
        Visitor::new(&self.cache.socket)
    }

    fn carrying(&self) -> Visitor {
        let name = |number| format!("trk_{number:03}_id");
        (0..COOKIES).fold(self.visitor(), |visitor, at| visitor.with(&name(at), "1"))
    }
}

/// Goes from page to page until the browser holds none of the cookies.
fn swept(mut visitor: Visitor) {
    for _ in 0..100 {
        let page = visitor.fetch("/report");
        assert_eq!(page.status, 200);
        if !visitor.holds("trk_") {
            return;
        }
    }
    panic!("cookies stay");
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let mut headers = answer.headers.iter();
    let found = headers.find(|(other, _)| other.eq_ignore_ascii_case(name));
    found.map_or("", |(_, value)| value)
}

#[test]
#[ignore = "needs nginx"]
fn nginx_passes_a_withdrawal_of_200_cookies_by_default() {
    let behind = Behind::new();
    // The control: nginx refuses larger heads.
    assert_eq!(behind.visitor().fetch("/big/3000").status, 200);
    assert_eq!(behind.visitor().fetch("/big/4100").status, 502);

    let mut visitor = behind.carrying();
    assert_eq!(visitor.choose("accept"), 303);
    assert!(visitor.holds("trk_199"), "a granted cookie stays");
    assert_eq!(visitor.choose("reject"), 303);
    let state = visitor.fetch("/privacy/state.json");
    let state: serde_json::Value = serde_json::from_slice(&state.body).unwrap();
    assert_eq!(state["categories"]["analytics"]["granted"], false);
    assert_eq!(state["status"], "decided");
    swept(visitor);
}

#[test]
#[ignore = "needs nginx"]
fn nginx_passes_large_heads_with_larger_buffers() {
    for (program, status) in [(Program::Proxy, 502), (Program::ProxyWithBuffers, 200)] {
        let behind = Behind::program(program);
        for bytes in [4_100, 12_000] {
            let answer = behind.visitor().fetch(&format!("/big/{bytes}"));
            assert_eq!(answer.status, status, "{program:?} {bytes}");
        }
        assert_eq!(behind.visitor().fetch("/report").status, 200);
    }
}

#[test]
#[ignore = "needs nginx"]
fn nginx_passes_pages_to_an_undecided_visitor_with_200_cookies() {
    let behind = Behind::new();
    swept(behind.carrying());
}

#[test]
#[ignore = "needs nginx"]
fn nginx_passes_a_choice_with_a_way_back_of_8_kib() {
    let behind = Behind::new();
    for (length, status) in [(60, 303), (2_080, 303), (4_000, 200), (8_000, 200)] {
        let way = format!("/report?a={}", "a".repeat(length - 10));
        let mut visitor = behind.visitor();
        let form = [("action", "reject"), ("return_to", &*way)];
        let answer = visitor.post("/privacy/choices", &form);
        assert_eq!(answer.status, status, "{length}");
        let text = String::from_utf8(answer.body.clone()).unwrap();
        let leads = header(&answer, "Location") == way || text.contains(&format!("url={way}\""));
        assert!(leads, "{length}: {text}");
        assert!(visitor.holds("consent"), "{length}");
    }
}

#[test]
#[ignore = "needs nginx"]
fn nginx_strips_a_prefix_and_links_and_forms_still_lead_there() {
    let behind = Behind::new();
    for prefix in ["/app", ""] {
        let mut visitor = behind.visitor();
        let page = visitor.get(&format!("{prefix}/report?a=b")).text;
        let settings = format!("{prefix}/privacy/choices");
        assert!(page.contains(&format!("action=\"{settings}\"")), "{page}");
        let field = format!("name=\"return_to\" value=\"{prefix}/report?a=b\"");
        assert!(page.contains(&field), "{page}");
        let page = visitor.fetch(&settings);
        assert_eq!(page.status, 200);
        assert!(header(&page, "Link").contains(&format!("<{prefix}/privacy>")));
        let way = format!("{prefix}/report?a=b");
        let form = [("action", "reject"), ("return_to", &*way)];
        let answer = visitor.post(&settings, &form);
        assert_eq!((answer.status, header(&answer, "Location")), (303, &*way));
        let back = visitor.get(&way).text;
        assert!(back.contains("role=\"status\""), "{back}");
    }
}
