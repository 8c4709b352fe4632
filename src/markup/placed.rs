//! What is put into a document: for the tags of others, the banner, the script, the link to the
//! settings.

use super::{charset::Reading, outline, page::Page, plain};

/// The pieces of one document; all empty where nothing is put in.
#[derive(Debug, Default)]
pub(crate) struct Placed {
    /// First in `<head>`; where there is none, before what follows.
    pub(crate) heading: String,
    /// Right after `<body>`, or after a skip link that comes first in it.
    pub(crate) opening: String,
    /// Right before `</body>`, where the page has no link to the settings.
    pub(crate) closing: String,
}

impl Placed {
    /// The same in letters that mean the same in each encoding the page may have.
    pub(crate) fn fit_for(self, reading: Reading) -> Self {
        Self {
            heading: reading.piece(self.heading),
            opening: reading.piece(self.opening),
            closing: reading.piece(self.closing),
        }
    }
}

/// A plain page with what has to be put in; `Some(None)` where that is nothing, `None` where the
/// place for it cannot be told at a glance.
pub(crate) fn spliced(page: &Page, bytes: &[u8]) -> Option<Option<Vec<u8>>> {
    // Its address decides how our addresses are written.
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
    // A declaration that browsers dispute comes later.
    if page.hides_declaration(heads) || page.hides_declaration(opens) {
        return None;
    }
    let closes =
        match page.placed.closing.is_empty() || outline::links_to(bytes, page.settings_path()) {
            true => None,
            false => Some(outline::before_body_end(bytes)?),
        };
    // In the middle of a value it would complete a tag.
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
