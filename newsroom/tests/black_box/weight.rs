//! Size of a first visit.

use crate::{LIBRARY_PAGES, PAGES, site, visitor::Visitor};

/// Bytes of HTML and stylesheet over the wire, without the font.
const MOST: usize = 12_000;

#[test]
fn a_page_with_banner_and_stylesheet_has_at_most_12_kb() {
    let site = site(&[]);
    for visitor in [Visitor::of(site.port), Visitor::of_implied(site.port)] {
        let load = |path: &str| {
            let request = visitor.request("GET", path);
            let answer = request.header("Accept-Encoding", "br").send(site.port);
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("content-encoding"), "br", "{path}");
            answer.body.len()
        };
        let html = visitor.request("GET", "/").send(site.port);
        let css = html
            .text()
            .split('"')
            .find(|part| part.starts_with("/assets/") && part.ends_with(".css"))
            .map(load)
            .expect("the page has a stylesheet");
        for path in PAGES.into_iter().chain(LIBRARY_PAGES) {
            let page = load(path);
            assert!(page + css <= MOST, "{path}: {page} + {css} bytes");
            assert!(page > 500, "{path}: {page} bytes are no page");
        }
    }
}
