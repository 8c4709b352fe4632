//! Markup that several sites have.

/// A picture of the tracker that nobody sees.
pub(super) const PIXEL: &str =
    r#"<img src="http://tracker.localhost:PORT/pixel.gif" alt="" width="1" height="1">"#;

/// A frame of the tracker.
pub(super) const FRAME: &str = r#"<iframe src="http://tracker.localhost:PORT/frame"></iframe>"#;

/// A film of another site.
pub(super) const FILM: &str =
    r#"<iframe src="http://video.localhost:PORT/frame" title="A film"></iframe>"#;

/// Empty boxes for both categories.
pub(super) const BOXES: &str = r#"
    <p><label><input type="checkbox" name="cat.analytics" value="1"> Analytics</label></p>
    <p><label><input type="checkbox" name="cat.marketing" value="1"> Marketing</label></p>"#;

/// Saves what is ticked.
pub(super) const SAVE: &str = r#"<button type="submit" name="action" value="save">Save</button>"#;
