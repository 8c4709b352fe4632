//! The piece of HTML that an application places first in its `<body>`.

use std::{fmt, sync::Arc};

use super::style;

/// What banners are drawn with where the way back belongs, until a request says where that is.
///
/// It comes through HTML escaping and percent-encoding unchanged.
pub(crate) const RETURN_TO: &str = "/-way-back-4f1e-";

/// The banner, the notice or the confirmation of one response, or nothing.
///
/// It is the same HTML as `Display`, by [`as_str`](Self::as_str), and in an askama template
/// (`{{ banner }}`). It belongs first in the `<body>`, behind a skip link if the page has one.
#[derive(Clone, Debug, Default)]
pub struct Banner {
    html: Arc<str>,
    style_source: Arc<str>,
}

impl Banner {
    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.html
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.html.is_empty()
    }

    /// The source for `style-src` that admits the banner's one inline `<style>`, such as
    /// `'sha256-…'`; empty when there is none. It is the same for every visitor.
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

// The HTML was escaped where it was drawn.
impl askama::filters::HtmlSafe for Banner {}

/// A banner drawn once, for all the requests that differ in the way back alone.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    parts: Box<[Box<str>]>,
    style_source: Arc<str>,
}

impl Prepared {
    /// Takes what [`Pages::banner`](super::Pages::banner) drew with [`RETURN_TO`] as the way back.
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

    /// The banner that leads back to `path`, a path of this site as
    /// [`return_to`](crate::http::return_to::return_to) yields it.
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
        let prepared = Prepared::new(&html);
        let banner = prepared.fill("/a?b=\"c\"&d");
        assert_eq!(
            banner.as_str(),
            "<style>a{}</style><a href=\"/a?b=&#34;c&#34;&#38;d\">x</a><b>/a?b=&#34;c&#34;&#38;d</b>"
        );
        assert_eq!(banner.style_hash(), style::style_source("a{}"));
    }

    #[test]
    fn a_banner_without_a_style_has_no_source() {
        assert_eq!(Prepared::new("<p>Cookies</p>").fill("/").style_hash(), "");
    }

    #[test]
    fn no_banner_is_empty() {
        assert!(Banner::default().is_empty());
        assert_eq!(Banner::default().to_string(), "");
    }
}
