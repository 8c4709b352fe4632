//! Pages that were found to ask a gated host before a yes, in the browser that they deceived.

use actix_consent::markup::Markup;
use actix_web::{HttpResponse, http::header::HeaderName};

use crate::{driver::Browser, site::Site};

/// A page and what its headers say. `PARTNER` is where the partner serves, `LETTERS` the same
/// with letters in it that count as others, or do not count.
struct Page {
    kind: Option<&'static str>,
    html: &'static [u8],
    header: Option<(&'static str, &'static str)>,
}

const fn html(html: &'static [u8]) -> Page {
    Page {
        kind: Some("text/html; charset=utf-8"),
        html,
        header: None,
    }
}

const fn typed(kind: Option<&'static str>, html: &'static [u8]) -> Page {
    Page {
        kind,
        html,
        header: None,
    }
}

const PLAIN: &[u8] = b"<!doctype html><title>x</title><img src=//PARTNER/leak>";

static PAGES: [Page; 19] = [
    html(PLAIN),
    html(b"<!doctype html><svg><style><!--</style><img src=//PARTNER/leak>--></style></svg>"),
    html(b"<!doctype html><svg><![CDATA[ > <img src=//PARTNER/leak> ]]></svg>"),
    html(b"<!doctype html><svg><title><xmp></title><img src=//PARTNER/leak>"),
    html(b"<!doctype html><svg/><style><a title=\"</style><img src=//PARTNER/leak>\"></style>"),
    html(b"<!doctype html><div><svg></div><style><a title=\"</style><img src=//PARTNER/leak>\"></style>"),
    html(b"<!doctype html><math><mi></mo><style><a title=\"</style><img src=//PARTNER/leak>\"></style>"),
    html(b"<!doctype html><svg><image href=//PARTNER/leak width=9 height=9></svg>"),
    html(b"<!doctype html><image src=//PARTNER/leak>"),
    html(b"<!doctype html><img src='\\\\PARTNER\\leak'>"),
    html(b"<!doctype html><iframe srcdoc='<img src=&amp;sol;&amp;sol;PARTNER/leak>'></iframe>"),
    html(b"<!doctype html><base href=//PARTNER><img src=leak>"),
    typed(None, PLAIN),
    typed(Some("*/*"), PLAIN),
    typed(Some("unknown/unknown"), PLAIN),
    typed(Some("text/html"), b"<!doctype html><img src=//part\xadner.localhost:PORT/leak>"),
    typed(
        Some("text/html"),
        b"<!doctype html><meta charset=gbk><img src=//\xa3\xf0artner.localhost:PORT/leak>",
    ),
    typed(
        Some("text/html; charset=windows-1252"),
        b"\xef\xbb\xbf<!doctype html><img src=//part\xc2\xadner.localhost:PORT/leak>",
    ),
    Page {
        kind: Some("text/html; charset=utf-8"),
        html: b"<!doctype html><title>x</title>",
        header: Some(("speculation-rules", "\"//PARTNER/leak\"")),
    },
];

/// The page of this number, for a partner that serves at this host.
pub fn page(number: usize, partner: &str) -> HttpResponse {
    let page = &PAGES[number];
    let port = partner.split(':').next_back().unwrap();
    let html = replaced(page.html, b"PARTNER", partner.as_bytes());
    let html = replaced(&html, b"PORT", port.as_bytes());
    let mut response = HttpResponse::Ok();
    if let Some((name, value)) = page.header {
        let value = value.replace("PARTNER", partner);
        response.insert_header((HeaderName::from_static(name), value));
    }
    if let Some(kind) = page.kind {
        response.insert_header(("content-type", kind));
    }
    response.body(html)
}

fn replaced(text: &[u8], what: &[u8], by: &[u8]) -> Vec<u8> {
    match text.windows(what.len()).position(|part| part == what) {
        Some(at) => [&text[..at], by, &text[at + what.len()..]].concat(),
        None => text.to_vec(),
    }
}

#[test]
#[ignore = "needs Chromium"]
fn pages_that_asked_a_gated_host_do_so_no_more() {
    let site = Site::start(Markup::new(), None);
    let browser = Browser::start();
    for number in 0..PAGES.len() {
        let path = format!("/hostile/{number}");
        // The partner serves the same pages as they are.
        browser.open(&format!("{}{path}", site.partner()));
        site.wait_for("/leak");
        site.asked();
        browser.open(&site.address(&path));
        let asked = site.asked();
        assert!(!asked.contains(&"/leak".to_owned()), "page {number}");
    }
}
