//! Pages for visitors, without JavaScript: banner, settings, privacy policy.
//!
//! [`DefaultPages`] renders them from the policy. An application sets its own frame (`head`,
//! `header`, `footer`), texts ([`Words`]) and style, or implements [`Pages`] to render whole pages.
//!
//! # Look
//!
//! The defaults need no other style sheet and support light and dark mode. Set these custom
//! properties on `:root`, in the application's style sheet or by [`DefaultPages::style`]:
//!
//! | property | meaning |
//! | --- | --- |
//! | `--consent-ink`, `--consent-paper` | text and background |
//! | `--consent-band` | background of the banner and of highlighted rows |
//! | `--consent-soft` | secondary text; contrast of at least 4.5 : 1 on the band |
//! | `--consent-rule` | decorative lines |
//! | `--consent-edge` | edges of controls; contrast of at least 3 : 1 |
//! | `--consent-link` | links and focus rings |
//! | `--consent-font`, `--consent-ui` | fonts of text, and of buttons and tables |
//! | `--consent-width` | width of the frame |
//!
//! The banner uses the page's own font and follows its `color-scheme`. One CSS rule styles all of
//! its buttons, so that a site's style changes them alike.

mod banner;
mod banner_html;
mod choice_summary;
mod definition_list;
pub(crate) mod error_page;
mod labels;
mod line_breaks;
mod placeholder;
mod policy_page;
mod purposes;
pub(crate) mod rendered;
mod sentences;
mod settings;
mod stored_data;
mod style;
mod tables;
pub(crate) mod view;
mod words;

use self::labels::{Labels, Languages, base};

pub(crate) use self::rendered::Rendered;
pub use self::{
    banner_html::Banner,
    style::style_source,
    view::{
        BannerKind, BannerView, CategoryView, EditionView, Frame, HeldKind, PlaceholderView,
        PolicyView, RecordView, RecordedView, RejectedPostView, Rejection, ServiceView,
        SettingsView, ShownView, StateView,
    },
    words::Words,
};
pub use crate::choice::note::Outcome;

/// Renders the pages for visitors.
///
/// Forms must keep these hooks: `data-consent-banner` on the banner, `button[name=action]` with the
/// values `accept`, `reject`, `save`, `dismiss`, inputs `cat.<id>` and `svc.<id>`, and the hidden
/// fields `asked`, `return_to` and `from`.
pub trait Pages: Send + Sync {
    /// Renders the banner, the notice or the confirmation: HTML for the start of `<body>`.
    ///
    /// It is called once per policy, language and kind, not once per request. The HTML must depend
    /// on nothing but the view. `frame.return_to` is a placeholder for the return path of each
    /// request.
    fn banner(&self, view: &BannerView<'_>) -> String;

    /// Renders the settings page, a whole document.
    fn settings(&self, view: &SettingsView<'_>) -> String;

    /// Renders the privacy policy, a whole document.
    fn policy(&self, view: &PolicyView<'_>) -> String;

    /// Renders the page for a rejected form, a whole document.
    fn rejected_post(&self, view: &RejectedPostView<'_>) -> String;

    /// Renders the placeholder that replaces a blocked frame, video or image.
    ///
    /// The first placeholder of a page (`view.styled`) contains the `<style>`, whose content is the
    /// same for every visitor. The form posts the units of the view. Default: the placeholder of
    /// [`DefaultPages`].
    fn placeholder(&self, view: &PlaceholderView<'_>) -> String {
        DefaultPages::new().render_placeholder(view)
    }

    /// Renders the status line before an element that *Show it once* or *Always show* has just
    /// inserted. It has the id of the view and takes the focus, so that a screen reader reads it
    /// out.
    fn shown(&self, view: &ShownView<'_>) -> String {
        DefaultPages::new().render_shown(view)
    }

    /// Renders a link to the settings for the end of documents without one.
    fn settings_link(&self, frame: &Frame<'_>) -> String {
        DefaultPages::new().render_settings_link(frame)
    }

    /// Returns the source for `style-src` ([`style_source`]) that admits the inline `<style>` of
    /// the documents; empty if there is none. Style sheets of the site need no source.
    fn page_style_hash(&self) -> &str {
        ""
    }
}

/// Default pages, in the frame of an application.
///
/// ```
/// use actix_consent::pages::DefaultPages;
///
/// let pages = DefaultPages::new()
///     .head(r#"<link rel="stylesheet" href="/assets/site.css">"#)
///     .header(r#"<header><a href="/">Plenary</a></header>"#)
///     .footer(r#"<footer><a href="/privacy/choices">Cookie settings</a></footer>"#);
/// ```
#[derive(Clone, Debug)]
pub struct DefaultPages {
    head: String,
    header: String,
    footer: String,
    banner_style: String,
    placeholder_style: String,
    page_style: String,
    page_style_source: String,
    /// Texts by language tag. English comes last and serves all other languages.
    words: Vec<(String, Words)>,
}

impl DefaultPages {
    /// Creates pages with the default frame, texts and style.
    pub fn new() -> Self {
        let page_style = style::compact(style::PAGE);
        Self {
            head: String::new(),
            header: String::new(),
            footer: String::new(),
            banner_style: style::compact(style::BANNER),
            placeholder_style: style::compact(style::PLACEHOLDER),
            page_style_source: style_source(&page_style),
            page_style,
            words: vec![("en".to_owned(), Words::english())],
        }
    }

    /// Sets HTML for the end of `<head>`, such as a link to the site's style sheet.
    ///
    /// It is inserted unchanged. The pages forbid scripts and inline styles.
    pub fn head(mut self, html: impl Into<String>) -> Self {
        self.head = html.into();
        self
    }

    /// Sets HTML for the top of `<body>`, inserted unchanged: the site's own masthead.
    pub fn header(mut self, html: impl Into<String>) -> Self {
        self.header = html.into();
        self
    }

    /// Sets HTML for the foot of `<body>`, inserted unchanged. As on every page, it should link to
    /// the settings and the policy.
    pub fn footer(mut self, html: impl Into<String>) -> Self {
        self.footer = html.into();
        self
    }

    /// Appends CSS to the style of banner and pages, for example `:root{--consent-link:#7a2e1d}`.
    /// Every first visit transfers it with the banner.
    pub fn style(mut self, css: impl AsRef<str>) -> Self {
        let css = style::contained(css.as_ref());
        self.banner_style.push_str(&css);
        self.placeholder_style.push_str(&css);
        self.page_style.push_str(&css);
        self.page_style_source = style_source(&self.page_style);
        self
    }

    /// Sets the texts of one language, such as `en` or `de`. The language of a page is that of its
    /// texts; policy texts in another language are marked with `lang`.
    pub fn words(mut self, language: impl Into<String>, words: Words) -> Self {
        let language = language.into();
        self.words.retain(|(known, _)| *known != language);
        self.words.insert(0, (language, words));
        self
    }

    /// Returns the texts in `language`, else in its primary language (`de` for `de-AT`), else in
    /// English, together with the languages of the page.
    fn words_for<'a>(&'a self, language: &'a str) -> (&'a Words, Languages<'a>) {
        let of = |tag: &str| self.words.iter().find(|(known, _)| known == tag);
        let (page, words) = match of(language).or_else(|| of(base(language))) {
            Some((_, words)) => (language, words),
            None => {
                let (tag, words) = of("en").unwrap_or(&self.words[0]);
                (tag.as_str(), words)
            }
        };
        (words, Languages::new(page, language, Labels::of(language)))
    }
}

impl Default for DefaultPages {
    fn default() -> Self {
        Self::new()
    }
}

impl Pages for DefaultPages {
    fn banner(&self, view: &BannerView<'_>) -> String {
        self.render_banner(view)
    }

    fn settings(&self, view: &SettingsView<'_>) -> String {
        self.render_settings(view)
    }

    fn policy(&self, view: &PolicyView<'_>) -> String {
        self.render_policy(view)
    }

    fn rejected_post(&self, view: &RejectedPostView<'_>) -> String {
        self.render_rejected_post(view)
    }

    fn placeholder(&self, view: &PlaceholderView<'_>) -> String {
        self.render_placeholder(view)
    }

    fn shown(&self, view: &ShownView<'_>) -> String {
        self.render_shown(view)
    }

    fn settings_link(&self, frame: &Frame<'_>) -> String {
        self.render_settings_link(frame)
    }

    fn page_style_hash(&self) -> &str {
        &self.page_style_source
    }
}

/// Renders a template. Neither writing to a `String` nor any of the values can fail.
fn render(template: &impl askama::Template) -> String {
    template.render().unwrap_or_else(|error| {
        log::error!(
            "a consent page could not be rendered and is empty: {error}; report this as a bug"
        );
        String::new()
    })
}

#[cfg(test)]
mod tests;
