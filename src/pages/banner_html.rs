//! The HTML fragment of a banner.

use std::{fmt, sync::Arc};

use super::style;

/// Placeholder for the return path in a prerendered banner.
///
/// HTML escaping and percent-encoding leave it unchanged.
pub(crate) const RETURN_TO: &str = "/-way-back-4f1e-";

/// Banner, notice or confirmation of one response, or nothing.
///
/// `Display`, [`as_str`](Self::as_str) and an askama template (`{{ banner }}`) yield the same HTML.
/// Insert it as the first element of `<body>`, or after a skip link.
#[derive(Clone, Debug, Default)]
pub struct Banner {
    html: Arc<str>,
    style_source: Arc<str>,
}

impl Banner {
    /// Returns the HTML.
    pub fn as_str(&self) -> &str {
        &self.html
    }

    /// Returns whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.html.is_empty()
    }

    /// Returns the source for `style-src` that admits the inline `<style>` of the banner, such as
    /// `'sha256-…'`. It is empty without a style, and the same for every visitor.
    pub fn style_hash(&self) -> &str {
        &self.style_source
    }
}

impl fmt::Display for Banner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.html)
    }
}

impl AsRef<str> for Banner {
    fn as_ref(&self) -> &str {
        &self.html
    }
}

// The HTML was escaped when it was rendered.
impl askama::filters::HtmlSafe for Banner {}

/// Banner rendered once for all requests that differ only in the return path.
#[derive(Clone, Debug)]
pub(crate) struct BannerTemplate {
    parts: Box<[Box<str>]>,
    style_source: Arc<str>,
}

impl BannerTemplate {
    /// Splits the HTML of [`Pages::banner`](super::Pages::banner) at each [`RETURN_TO`].
    pub(crate) fn new(html: &str) -> Self {
        Self {
            parts: html.split(RETURN_TO).map(Box::from).collect(),
            style_source: style::first_style(html)
                .map(style::style_source)
                .unwrap_or_default()
                .into(),
        }
    }

    pub(crate) fn style_source(&self) -> &str {
        &self.style_source
    }

    /// Returns the banner with the return path `path`, a path of this site as returned by
    /// [`return_to`](crate::http::return_to::return_to).
    pub(crate) fn fill(&self, path: &str) -> Banner {
        let html = match &self.parts[..] {
            [whole] => Arc::from(&**whole),
            parts => parts.join(&*crate::http::return_to::attribute(path)).into(),
        };
        Banner {
            html,
            style_source: Arc::clone(&self.style_source),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_put_in_for_each_request() {
        let html = format!("<style>a{{}}</style><a href=\"{RETURN_TO}\">x</a><b>{RETURN_TO}</b>");
        let prepared = BannerTemplate::new(&html);
        let banner = prepared.fill("/a?b=\"c\"&d");
        assert_eq!(
            banner.as_str(),
            "<style>a{}</style><a href=\"/a?b=&#34;c&#34;&#38;d\">x</a><b>/a?b=&#34;c&#34;&#38;d</b>"
        );
        assert_eq!(banner.style_hash(), style::style_source("a{}"));
    }

    #[test]
    fn a_banner_without_a_style_has_no_source() {
        assert_eq!(
            BannerTemplate::new("<p>Cookies</p>").fill("/").style_hash(),
            ""
        );
    }

    #[test]
    fn no_banner_is_empty() {
        assert!(Banner::default().is_empty());
        assert_eq!(Banner::default().to_string(), "");
    }
}
