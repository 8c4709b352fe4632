//! Markup and conditions that several sites share.

use super::{
    server::{Answer, Ask},
    site::{Category, Page, on_pages},
};

/// A tracking pixel.
pub(super) const PIXEL: &str =
    r#"<img src="http://tracker.localhost:PORT/pixel.gif" alt="" width="1" height="1">"#;

/// A frame of the tracker.
pub(super) const FRAME: &str = r#"<iframe src="http://tracker.localhost:PORT/frame"></iframe>"#;

/// An embedded film of a third party.
pub(super) const FILM: &str =
    r#"<iframe src="http://video.localhost:PORT/frame" title="A film"></iframe>"#;

/// Unchecked checkboxes for both categories.
pub(super) const BOXES: &str = r#"
    <p><label><input type="checkbox" name="cat.analytics" value="1"> Analytics</label></p>
    <p><label><input type="checkbox" name="cat.marketing" value="1"> Marketing</label></p>"#;

/// Button that saves the checkboxes.
pub(super) const SAVE: &str = r#"<button type="submit" name="action" value="save">Save</button>"#;

/// The site, with a change to each page once the visitor has consented to a category.
pub(super) fn once_allowed(ask: &Ask, of: Category, change: impl FnOnce(Page) -> Page) -> Answer {
    on_pages(ask, |page| page.when(ask.allows(of), change))
}

/// The site, with a change to each page once the visitor has rejected everything.
pub(super) fn once_refused(ask: &Ask, change: impl FnOnce(Page) -> Page) -> Answer {
    on_pages(ask, |page| page.when(ask.refused(), change))
}

/// The site, with a change to each page before the visitor has answered.
pub(super) fn while_undecided(ask: &Ask, change: impl FnOnce(Page) -> Page) -> Answer {
    on_pages(ask, |page| page.when(ask.undecided(), change))
}

/// The site, with a change to each page before an answer and after consent, but not after a
/// rejection.
pub(super) fn too_early(ask: &Ask, of: Category, change: impl FnOnce(Page) -> Page) -> Answer {
    on_pages(ask, |page| page.when(ask.impatient(of), change))
}
