//! Visited pages and their problems.

use std::collections::BTreeMap;

use super::{
    super::super::record::{PageSeen, Record},
    wording::{self, link},
};

#[derive(Debug)]
pub(super) struct Visited<'a> {
    pub(super) address: &'a str,
    pub(super) href: Option<&'a str>,
    pub(super) title: &'a str,
    pub(super) status: Option<u16>,
    /// Number of times it was opened in all visits.
    pub(super) times: usize,
    /// Number of times the banner was visible.
    pub(super) asked: usize,
}

/// A problem of a page, in one or more visits.
#[derive(Debug)]
pub(super) struct Difficulty<'a> {
    pub(super) page: &'a str,
    pub(super) kind: &'static str,
    pub(super) detail: &'a str,
    pub(super) visits: Vec<String>,
}

pub(super) fn visited(record: &Record) -> Vec<Visited<'_>> {
    let pages = record.pages.iter().map(|address| {
        let all = record.visits.iter().flat_map(|visit| &visit.pages);
        let same: Vec<&PageSeen> = all.filter(|page| page.address == *address).collect();
        Visited {
            address,
            href: link(address),
            title: same.first().map_or("", |page| &page.title),
            status: same.iter().find_map(|page| page.status),
            times: same.len(),
            asked: same.iter().filter(|page| page.asks).count(),
        }
    });
    pages.collect()
}

pub(super) fn difficulties(record: &Record) -> Vec<Difficulty<'_>> {
    let mut visits: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for visit in &record.visits {
        for problem in &visit.problems {
            let what = (problem.page.as_str(), problem.kind, problem.detail.as_str());
            visits
                .entry(what)
                .or_default()
                .push(visit.circumstances.to_string());
        }
    }
    let row = |((page, kind, detail), visits)| Difficulty {
        page,
        kind: wording::problem(kind),
        detail,
        visits,
    };
    visits.into_iter().map(row).collect()
}
