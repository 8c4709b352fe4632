//! Scripts that run in pages, and their results.

use serde::Deserialize;

/// Runs before all scripts of a page and reports what they store.
pub(crate) const WATCH: &str = include_str!("scripts/watch.js");
/// Returns a [`Page`].
pub(crate) const PAGE: &str = include_str!("scripts/page.js");
/// Returns the [`Held`] items of the origin.
pub(crate) const STORAGE: &str = include_str!("scripts/storage.js");
/// Scrolls to the end and returns `true`.
pub(crate) const SCROLL: &str = include_str!("scripts/scroll.js");
/// Dispatches the events of leaving the page and returns `true`.
pub(crate) const LEAVE: &str = include_str!("scripts/leave.js");

/// Returns a [`Banner`](crate::audit::record::Banner), or nothing.
pub(crate) const BANNER: &str = include_str!("scripts/banner.js");
/// Returns a focused element that the banner covers, or nothing.
pub(crate) const COVERS: &str = include_str!("scripts/covers.js");
/// Returns the [`Tick`](crate::audit::record::Tick)s of a settings page.
pub(crate) const BOXES: &str = include_str!("scripts/boxes.js");
/// Returns the number of clicks to reject on a settings page, or nothing. `PRESS` is replaced.
const REFUSE: &str = include_str!("scripts/refuse.js");
/// Returns a selector of the control that reopens the settings, or nothing.
pub(crate) const REOPEN: &str = include_str!("scripts/reopen.js");
/// Scrolls an element into view and returns its position. `SELECTOR` is replaced.
const AIM: &str = include_str!("scripts/aim.js");

/// Adds the word lists that the scripts about banners share, without globals in the page.
pub(crate) fn with_words(script: &str) -> String {
    const WORDS: &str = include_str!("scripts/banner_words.js");
    format!("(() => {{ {WORDS}\nconst answer =\n{script};\nreturn answer; }})()")
}

pub(crate) fn aim(selector: &str) -> String {
    with_words(&AIM.replace("SELECTOR", &quoted(selector)))
}

/// [`REFUSE`], which only looks for a way to reject or also uses it.
pub(crate) fn refuse(press: bool) -> String {
    with_words(&REFUSE.replace("PRESS", &press.to_string()))
}

/// Formats a text as a JavaScript string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Title and links of a page.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Page {
    pub(crate) title: String,
    /// Address and text of each link.
    pub(crate) links: Vec<(String, String)>,
    /// Address and relation of each resource hint.
    pub(crate) readied: Vec<(String, String)>,
}

/// Stored items of an origin.
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
