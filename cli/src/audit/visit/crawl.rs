//! Selection of the pages to visit.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use url::Url;

use crate::audit::record::site::Site;

/// Limits of an audit.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// Maximum number of pages.
    pub(crate) pages: usize,
    /// Maximum number of links from the first page.
    pub(crate) depth: usize,
    /// Time limit for a page.
    pub(crate) page: Duration,
    /// Paths to visit before any link.
    pub(crate) paths: Vec<String>,
}

impl Limits {
    /// Time limit for a visit to a number of pages.
    pub(crate) fn visit(&self, pages: usize) -> Duration {
        let pages = u32::try_from(pages + 4).unwrap_or(u32::MAX);
        (self.page + Duration::from_secs(15)).saturating_mul(pages)
    }
}

/// Queue of pages to visit, breadth first.
#[derive(Debug)]
pub(crate) struct Frontier<'s> {
    site: &'s Site,
    limits: &'s Limits,
    known: BTreeSet<String>,
    waiting: VecDeque<(String, usize)>,
    visited: usize,
}

impl<'s> Frontier<'s> {
    pub(crate) fn new(site: &'s Site, limits: &'s Limits) -> Self {
        let mut frontier = Self {
            site,
            limits,
            known: BTreeSet::new(),
            waiting: VecDeque::new(),
            visited: 0,
        };
        for path in &limits.paths {
            if let Ok(address) = site.start.join(path) {
                frontier.add(address.as_str(), 0);
            }
        }
        frontier
    }

    /// Adds an address if it is a page of the site within the depth limit.
    pub(crate) fn add(&mut self, address: &str, depth: usize) {
        let Ok(mut address) = Url::parse(address) else {
            return;
        };
        address.set_fragment(None);
        if depth > self.limits.depth || !self.site.has(&address) || is_file(address.path()) {
            return;
        }
        let address = String::from(address);
        if self.known.insert(address.clone()) {
            self.waiting.push_back((address, depth));
        }
    }

    pub(crate) fn next(&mut self) -> Option<(String, usize)> {
        if self.visited >= self.limits.pages {
            return None;
        }
        self.visited += 1;
        self.waiting.pop_front()
    }
}

/// Returns whether a link is safe to follow. An audit does not log visitors out or delete anything.
pub(crate) fn is_harmless(address: &str, text: &str) -> bool {
    const DOES: [&str; 10] = [
        "logout",
        "log-out",
        "signout",
        "sign-out",
        "delete",
        "remove",
        "unsubscribe",
        "abmelden",
        "deconnexion",
        "/cart/add",
    ];
    let (address, text) = (address.to_lowercase(), text.to_lowercase());
    !DOES
        .iter()
        .any(|word| address.contains(word) || text.contains(word))
}

fn is_file(path: &str) -> bool {
    const FILES: [&str; 18] = [
        ".pdf", ".zip", ".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".svg", ".mp4", ".webm",
        ".mp3", ".css", ".js", ".json", ".xml", ".txt", ".ics",
    ];
    let path = path.to_ascii_lowercase();
    FILES.iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(pages: usize) -> Limits {
        Limits {
            pages,
            depth: 2,
            page: Duration::from_secs(1),
            paths: vec!["/first".to_owned()],
        }
    }

    #[test]
    fn pages_come_in_the_order_of_their_distance_and_each_once() {
        let site =
            Site::new(Url::parse("https://news.example/").expect("an address")).expect("a host");
        let limits = limits(10);
        let mut frontier = Frontier::new(&site, &limits);
        for (address, depth) in [
            ("https://news.example/", 0),
            ("https://news.example/a#part", 1),
            ("https://news.example/a", 1),
            ("https://other.example/", 1),
            ("https://news.example/report.pdf", 1),
            ("https://news.example/far", 3),
            ("mailto:info@news.example", 1),
        ] {
            frontier.add(address, depth);
        }
        let pages: Vec<_> = std::iter::from_fn(|| frontier.next())
            .map(|(page, _)| page)
            .collect();
        let all = ["first", "", "a"].map(|path| format!("https://news.example/{path}"));
        assert_eq!(pages, all);
    }

    #[test]
    fn no_more_pages_are_visited_than_asked_for() {
        let site =
            Site::new(Url::parse("https://news.example/").expect("an address")).expect("a host");
        let limits = limits(2);
        let mut frontier = Frontier::new(&site, &limits);
        for path in ["a", "b", "c"] {
            frontier.add(&format!("https://news.example/{path}"), 1);
        }
        assert_eq!(std::iter::from_fn(|| frontier.next()).count(), 2);
    }

    #[test]
    fn nobody_is_logged_out() {
        assert!(!is_harmless("https://news.example/logout", "Bye"));
        assert!(!is_harmless("https://news.example/x", "Abmelden"));
        assert!(is_harmless("https://news.example/report", "The report"));
    }
}
