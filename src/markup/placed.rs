//! Insertions into a document: vendor states, banner, script, link to the settings.

use super::{charset::Reading, outline, page::Page, plain};

/// HTML to insert into one document; empty strings insert nothing.
#[derive(Debug, Default)]
pub(crate) struct Placed {
    /// Inserted first in `<head>`, or before the first content if there is none.
    pub(crate) heading: String,
    /// Inserted after `<body>`, or after a skip link at its start.
    pub(crate) opening: String,
    /// Inserted before `</body>` if the page has no link to the settings.
    pub(crate) closing: String,
}

impl Placed {
    /// Returns the insertions in characters that are valid in each encoding the page may have.
    pub(crate) fn fit_for(self, reading: Reading) -> Self {
        Self {
            heading: reading.piece(self.heading),
            opening: reading.piece(self.opening),
            closing: reading.piece(self.closing),
        }
    }
}

/// Inserts into a page without parsing it. Returns `Some(None)` if there is nothing to insert, and
/// `None` if a byte search cannot find the place.
pub(crate) fn spliced(page: &Page, bytes: &[u8]) -> Option<Option<Vec<u8>>> {
    // A `<base>` decides on the form of the inserted addresses.
    if plain::has_base(bytes) {
        return None;
    }
    let (heads, opens) = match page.placed.heading.is_empty() && page.placed.opening.is_empty() {
        true => (0, 0),
        false => {
            let (head, body) = outline::head_and_body(bytes)?;
            let opens = outline::after_skip_link(bytes, body).unwrap_or(body);
            match page.placed.heading.is_empty() {
                true => (opens, opens),
                false => (head?, opens),
            }
        }
    };
    // An insertion must not hide a declaration of the encoding that follows it.
    if page.hides_declaration(heads) || page.hides_declaration(opens) {
        return None;
    }
    let closes =
        match page.placed.closing.is_empty() || outline::links_to(bytes, page.settings_path()) {
            true => None,
            false => Some(outline::before_body_end(bytes)?),
        };
    // Inside a value the insertion would complete a tag.
    if closes.is_some_and(|at| outline::may_be_quoted(&bytes[..at])) {
        return None;
    }
    if opens == 0 && closes.is_none() {
        return Some(None);
    }
    let (closes, closing) = match closes {
        Some(at) => (at, &*page.placed.closing),
        None => (bytes.len(), ""),
    };
    if opens > closes {
        return None;
    }
    let [heading, opening, closing] =
        [&*page.placed.heading, &page.placed.opening, closing].map(|html| page.reading.bytes(html));
    let parts: [&[u8]; 7] = [
        &bytes[..heads],
        &heading,
        &bytes[heads..opens],
        &opening,
        &bytes[opens..closes],
        &closing,
        &bytes[closes..],
    ];
    Some(Some(parts.concat()))
}
