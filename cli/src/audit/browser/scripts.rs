//! What is run inside of pages, and what it answers.

use serde::Deserialize;

/// Runs before every script of every page, and tells what they store.
pub(crate) const WATCH: &str = include_str!("scripts/watch.js");
/// A [`Page`].
pub(crate) const PAGE: &str = include_str!("scripts/page.js");
/// What the origin [`Held`].
pub(crate) const STORAGE: &str = include_str!("scripts/storage.js");
/// `true`, when it has been scrolled to the end.
pub(crate) const SCROLL: &str = include_str!("scripts/scroll.js");
/// `true`, when the page has heard that it is left.
pub(crate) const LEAVE: &str = include_str!("scripts/leave.js");

/// A [`Banner`](crate::audit::record::Banner), or nothing.
pub(crate) const BANNER: &str = include_str!("scripts/banner.js");
/// What the banner hides while it has the focus, or nothing.
pub(crate) const COVERS: &str = include_str!("scripts/covers.js");
/// The [`Tick`](crate::audit::record::Tick)s of a page of settings.
pub(crate) const BOXES: &str = include_str!("scripts/boxes.js");
/// How many clicks it takes to refuse on a page of settings, or nothing: with `PRESS` in it.
const REFUSE: &str = include_str!("scripts/refuse.js");
/// A selector of what opens the settings again, or nothing.
pub(crate) const REOPEN: &str = include_str!("scripts/reopen.js");
/// Where something is, after it was brought into the window: with `SELECTOR` in it.
const AIM: &str = include_str!("scripts/aim.js");

/// A script about banners, with the words that all of them share.
///
/// They are brought together here, since what a page is asked leaves nothing behind in it.
pub(crate) fn with_words(script: &str) -> String {
    const WORDS: &str = include_str!("scripts/words.js");
    format!("(() => {{ {WORDS}\nconst answer =\n{script};\nreturn answer; }})()")
}

pub(crate) fn aim(selector: &str) -> String {
    with_words(&AIM.replace("SELECTOR", &quoted(selector)))
}

/// [`REFUSE`]: whether it can be refused, or refuses.
pub(crate) fn refuse(press: bool) -> String {
    with_words(&REFUSE.replace("PRESS", &press.to_string()))
}

/// A text as a script writes it.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What a page says of itself.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Page {
    pub(crate) title: String,
    /// Address and text.
    pub(crate) links: Vec<(String, String)>,
    /// Address and relation of what it makes connections ready for.
    pub(crate) readied: Vec<(String, String)>,
}

/// What the origin of a page holds.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Held {
    pub(crate) origin: String,
    pub(crate) stored: Vec<HeldItem>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct HeldItem {
    pub(crate) kind: String,
    pub(crate) key: String,
    pub(crate) text: String,
}
