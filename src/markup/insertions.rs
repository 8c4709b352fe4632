//! Insertions into a document: vendor states, banner, script, link to the settings.

use super::{charset::Reading, context::PageContext, insertion_points, prefilter};

/// HTML to insert into one document; empty strings insert nothing.
#[derive(Debug, Default)]
pub(crate) struct Insertions {
    /// Inserted first in `<head>`, or before the first content if there is none.
    pub(crate) head_start: String,
    /// Inserted after `<body>`, or after a skip link at its start.
    pub(crate) body_start: String,
    /// Inserted before `</body>` if the page has no link to the settings.
    pub(crate) body_end: String,
}

impl Insertions {
    /// Returns the insertions in characters that are valid in each encoding the page may have.
    pub(crate) fn encoded_for(self, reading: Reading) -> Self {
        Self {
            head_start: reading.piece(self.head_start),
            body_start: reading.piece(self.body_start),
            body_end: reading.piece(self.body_end),
        }
    }
}

/// Inserts into a page without parsing it. Returns `Some(None)` if there is nothing to insert, and
/// `None` if a byte search cannot find the place.
pub(crate) fn splice(page: &PageContext, bytes: &[u8]) -> Option<Option<Vec<u8>>> {
    // A `<base>` decides on the form of the inserted addresses.
    if prefilter::has_base(bytes) {
        return None;
    }
    let (heads, opens) =
        match page.insertions.head_start.is_empty() && page.insertions.body_start.is_empty() {
            true => (0, 0),
            false => {
                let (head, body) = insertion_points::head_and_body(bytes)?;
                let opens = insertion_points::after_skip_link(bytes, body).unwrap_or(body);
                match page.insertions.head_start.is_empty() {
                    true => (opens, opens),
                    false => (head?, opens),
                }
            }
        };
    // An insertion must not hide a declaration of the encoding that follows it.
    if page.hides_declaration(heads) || page.hides_declaration(opens) {
        return None;
    }
    let closes = match page.insertions.body_end.is_empty()
        || insertion_points::links_to(bytes, page.settings_path())
    {
        true => None,
        false => Some(insertion_points::before_body_end(bytes)?),
    };
    // Inside a value the insertion would complete a tag.
    if closes.is_some_and(|at| insertion_points::may_be_quoted(&bytes[..at])) {
        return None;
    }
    if opens == 0 && closes.is_none() {
        return Some(None);
    }
    let (closes, body_end) = match closes {
        Some(at) => (at, &*page.insertions.body_end),
        None => (bytes.len(), ""),
    };
    if opens > closes {
        return None;
    }
    let [head_start, body_start, body_end] = [
        &*page.insertions.head_start,
        &page.insertions.body_start,
        body_end,
    ]
    .map(|html| page.reading.bytes(html));
    let parts: [&[u8]; 7] = [
        &bytes[..heads],
        &head_start,
        &bytes[heads..opens],
        &body_start,
        &bytes[opens..closes],
        &body_end,
        &bytes[closes..],
    ];
    Some(Some(parts.concat()))
}
