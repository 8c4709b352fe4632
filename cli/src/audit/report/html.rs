//! The report as an HTML page without requests and scripts.

mod banner;
mod finding;
mod inventory;
mod page;
mod picture;
mod timeline;
mod visit;
mod wording;

use std::io;

use askama::Template;

use self::{
    banner::Shown,
    finding::Weight,
    inventory::Row,
    page::{Difficulty, Visited},
    picture::Album,
    visit::Told,
};
use super::{
    super::{judge::findings::Verdict, record::Record},
    baseline::Baseline,
    sanitize,
    tally::{self, Tally, many},
    time_format,
};

#[derive(Template)]
#[template(path = "audit.html")]
struct Page<'a> {
    record: &'a Record,
    href: Option<&'a str>,
    tally: Tally,
    sentence: String,
    /// Qualifications of the sentence.
    asides: Vec<String>,
    began: String,
    took: String,
    version: &'static str,
    weights: Vec<Weight<'a>>,
    visits: Vec<Told>,
    banner: Option<Shown<'a>>,
    inventory: Vec<Row<'a>>,
    albums: Vec<Album>,
    pages: Vec<Visited<'a>>,
    problems: Vec<Difficulty<'a>>,
}

/// Formats the report as HTML.
pub(crate) fn write(
    record: &Record,
    verdict: &Verdict,
    baseline: Option<&Baseline>,
) -> io::Result<String> {
    let took = record.ended.duration_since(record.started);
    let page = Page {
        record,
        href: wording::link(&record.address),
        tally: Tally::new(record, verdict),
        sentence: wording::sentence(verdict),
        asides: asides(record, verdict, baseline),
        began: time_format::in_words(record.started),
        took: time_format::length(took.unwrap_or_default()),
        version: env!("CARGO_PKG_VERSION"),
        weights: finding::weights(record, verdict, baseline),
        visits: record.visits.iter().enumerate().map(visit::told).collect(),
        banner: banner::shown(record),
        inventory: inventory::rows(record, verdict),
        albums: picture::albums(record),
        pages: page::visited(record),
        problems: page::difficulties(record),
    };
    let html = page.render().map_err(io::Error::other)?;
    // The template has no hidden characters. Sanitising the whole page misses none.
    Ok(sanitize::lines(&html) + "\n")
}

fn asides(record: &Record, verdict: &Verdict, baseline: Option<&Baseline>) -> Vec<String> {
    let mut asides = Vec::new();
    asides.extend(tally::unanswered(record));
    if let Some(baseline) = baseline {
        asides.push(baseline.compared(&verdict.findings));
    }
    asides
}

#[cfg(test)]
mod tests;
