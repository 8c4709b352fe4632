//! Every link, form and file in a page exists.

use std::collections::{BTreeMap, BTreeSet};

use crate::{site, visitor::Visitor};

/// Targets of a page's links, resolved against its address, without fragments.
fn targets(html: &str) -> impl Iterator<Item = (&str, &str)> {
    [" href=\"", " src=\"", " action=\""]
        .into_iter()
        .flat_map(move |attribute| html.split(attribute).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .filter(|target| target.starts_with(['/', '#']))
        .map(|target| target.split_once('#').unwrap_or((target, "")))
}

#[test]
fn every_link_of_every_page_leads_somewhere() {
    let site = site(&[]);
    for mut visitor in [Visitor::of(site.port), Visitor::of_implied(site.port)] {
        let mut pages = BTreeMap::new();
        let mut open = BTreeSet::from(["/".to_owned()]);
        let mut anchors = BTreeSet::new();
        while let Some(path) = open.pop_first() {
            let answer = visitor.open(&path);
            assert!(
                answer.status == 200 || path == "/favicon.ico",
                "{path}: {}",
                answer.status
            );
            let html = answer.header("content-type").starts_with("text/html");
            let text = if html { answer.text() } else { "" };
            for (to, anchor) in targets(text) {
                let to = if to.is_empty() { &path } else { to };
                if !anchor.is_empty() {
                    anchors.insert((to.to_owned(), anchor.to_owned()));
                }
                if to != path && !pages.contains_key(to) {
                    open.insert(to.to_owned());
                }
            }
            pages.insert(path, text.to_owned());
        }
        for (path, anchor) in &anchors {
            let id = format!(" id=\"{anchor}\"");
            assert!(pages[path].contains(&id), "{path}#{anchor}");
        }
        // The walk reached every page.
        for path in crate::PAGES.iter().chain(&crate::LIBRARY_PAGES) {
            assert!(pages.contains_key(*path), "no page links {path}");
        }
        assert!(anchors.len() > 10, "{anchors:?}");
    }
}

#[test]
fn each_copy_of_the_site_links_the_same_page_of_the_other() {
    let site = site(&[]);
    let port = site.port;
    for path in crate::PAGES {
        let plain = Visitor::of(port).open(path);
        let there = format!("href=\"http://implied.localhost:{port}{path}\"");
        assert!(plain.text().contains(&there), "{path}");
        let implied = Visitor::of_implied(port).open(path);
        let back = format!("href=\"http://localhost:{port}{path}\"");
        assert!(implied.text().contains(&back), "{path}");
        assert!(
            implied
                .text()
                .contains("In the European Union that is not valid consent.")
        );
        assert!(!plain.text().contains("About this copy"), "{path}");
    }
}
