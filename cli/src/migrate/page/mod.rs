//! Migration of one page.

use std::ops::Range;

use super::{
    edit::{self, Edit},
    gated_tag::{self, Place},
    names::Names,
    start_tags::{self, Page},
    systems,
    tag::Tag,
    template_code::{self, Code, Kind},
};
use crate::{diagnostic::Diagnostic, text::Lines};

/// Names that only other systems use. Code that writes or looks for them has to be changed by hand.
const MARKS: [&str; 6] = [
    "data-cookieconsent",
    "data-cookiecategory",
    "data-cookieblock-src",
    "cookieconsent-optin-",
    "cookieconsent-optout",
    "optanon-category-",
];

/// A migrated page.
#[derive(Debug)]
pub(crate) struct Rewritten {
    /// New text; equal to the source if nothing was to do.
    pub(crate) text: String,
    /// Edits of the source, in order.
    pub(crate) edits: Vec<Edit>,
    /// Warnings in the order of their lines.
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Migrates a page, or returns why it cannot be parsed.
pub(crate) fn rewrite(source: &str, names: &Names) -> Result<Rewritten, Diagnostic> {
    let (blank, code) = template_code::blank(source);
    let lines = Lines::of(source.as_bytes());
    let found = start_tags::read(&blank, systems::hides_content)
        .map_err(|ambiguous| Diagnostic::error(Some(lines.line(ambiguous.at)), ambiguous.why))?;
    let mut edits = Vec::new();
    let mut warnings = Vec::new();
    for start in &found.starts {
        let tag = Tag::read(source, &blank, start.range.clone());
        let inside = start.range.end..start.element_end.unwrap_or(start.range.end);
        let place = Place {
            element_end: start.element_end,
            decides_inside: decides(&code, &inside),
        };
        let outcome = gated_tag::rewrite(&tag, place, names);
        edits.extend(outcome.edits);
        let line = lines.line(start.range.start);
        let tell = |text| Diagnostic::warning(line, format!("<{}> {text}", tag.name));
        warnings.extend(outcome.warnings.into_iter().map(tell));
    }
    warnings.extend(in_code(source, &found, &code, &lines));
    warnings.sort_by_key(|diagnostic| diagnostic.line);
    // A wrapper closes after the tags inside it.
    edit::sort(&mut edits);
    Ok(Rewritten {
        text: edit::apply(source, &edits),
        edits,
        warnings,
    })
}

fn decides(code: &[Code], inside: &Range<usize>) -> bool {
    let first = code.partition_point(|code| code.range.start < inside.start);
    let mut inner = code[first..].iter();
    inner
        .by_ref()
        .take_while(|code| code.range.start < inside.end)
        .any(|code| code.kind == Kind::Statement)
}

/// Returns a warning for each line of code that uses a name of an old system.
fn in_code(source: &str, page: &Page, code: &[Code], lines: &Lines) -> Vec<Diagnostic> {
    let mut warnings: Vec<Diagnostic> = Vec::new();
    for mark in MARKS {
        for (at, _) in source.match_indices(mark) {
            if !is_code(at, page, code) {
                continue;
            }
            let line = lines.line(at);
            let text =
                format!("`{mark}` in code is unchanged: change the code by hand, or remove it");
            let warning = Diagnostic::warning(line, text);
            if warnings.last() != Some(&warning) {
                warnings.push(warning);
            }
        }
    }
    warnings
}

fn is_code(at: usize, page: &Page, code: &[Code]) -> bool {
    if let Some(code) = holding(code, at, |code| &code.range) {
        return code.kind != Kind::Comment;
    }
    holding(&page.starts, at, |start| &start.range).is_none()
        && holding(&page.prose, at, |range| range).is_none()
}

/// Returns the item whose range contains a byte; the items are sorted.
fn holding<T>(all: &[T], at: usize, range: impl Fn(&T) -> &Range<usize>) -> Option<&T> {
    let next = all.partition_point(|one| range(one).start <= at);
    let one = &all[next.checked_sub(1)?];
    range(one).contains(&at).then_some(one)
}

#[cfg(test)]
mod tests;
