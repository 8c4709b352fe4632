//! What is put into a document: for the tags of others, the banner, the script, the link to the
//! settings.

use std::rc::Rc;

use super::{Gating, charset::Reading, outline, page::Page, plain, tags::States};
use crate::{
    consent::Consent,
    grants::Grants,
    handle::Handle,
    pages::{BannerKind, drawn::Due},
};

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
    pub(super) fn of(handle: &Rc<Handle>, gating: &Gating) -> Self {
        Self {
            heading: heading(handle, gating),
            opening: match gating.is_shell() {
                true => shell_opening(handle, gating),
                false => opening(handle, gating),
            },
            closing: gating.closing.clone(),
        }
    }

    /// The same in letters that mean the same in each encoding the page may have.
    pub(super) fn fit_for(self, reading: Reading) -> Self {
        Self {
            heading: reading.piece(self.heading),
            opening: reading.piece(self.opening),
            closing: reading.piece(self.closing),
        }
    }
}

/// What is put first into `<head>`: what the tags of other vendors are told.
fn heading(handle: &Rc<Handle>, gating: &Gating) -> String {
    if gating.tags.is_empty() {
        return String::new();
    }
    handle.asked.set(true);
    let grants = Grants::of(&handle.state().decision, &[]);
    let nonce = handle.nonce();
    let nonce = nonce.map_or_else(String::new, |nonce| format!(" nonce=\"{nonce}\""));
    let tag = |states: &States| {
        format!(
            "<script src=\"{}\"{nonce}></script>",
            states.of(&grants).path
        )
    };
    gating.tags.iter().map(tag).collect()
}

/// What is put right after `<body>` for this visitor: the script, and the banner where the handler
/// has not asked for it.
fn opening(handle: &Rc<Handle>, gating: &Gating) -> String {
    let mut opening = String::new();
    if gating.settings.banner {
        handle.asked.set(true);
        if !handle.banner_drawn.get() {
            opening.push_str(Consent::new(handle.clone()).banner().as_str());
        }
    }
    // The answer to a POST would be posted again by a script that loads the page again.
    if let Some(scripts) = &gating.scripts
        && handle.method.is_safe()
    {
        handle.asked.set(true);
        let decision = handle.state().decision.clone();
        let policy = handle.policy();
        opening.insert_str(0, &scripts.tags(policy, Some(&decision), handle.nonce()));
    }
    opening
}

/// What is put right after `<body>` for everyone: the script, the banner that it reveals, and a
/// link for those who have no scripts.
fn shell_opening(handle: &Rc<Handle>, gating: &Gating) -> String {
    let Some(scripts) = &gating.scripts else {
        return String::new();
    };
    let mut opening = scripts.tags(handle.policy(), None, None);
    if gating.settings.banner && !handle.banner_drawn.get() {
        let config = &handle.config;
        let banner =
            config
                .drawn
                .banner(config, Due::of(BannerKind::Ask), false, &handle.way_back());
        opening.push_str("<template data-consent-shell>");
        opening.push_str(banner.as_str());
        opening.push_str("</template><noscript>");
        opening.push_str(&gating.link);
        opening.push_str("</noscript>");
    }
    opening
}

/// A plain page with what has to be put in; `Some(None)` where that is nothing, `None` where the
/// place for it cannot be told at a glance.
pub(super) fn spliced(page: &Page, bytes: &[u8]) -> Option<Option<Vec<u8>>> {
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
