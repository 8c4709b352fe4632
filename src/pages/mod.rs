//! The pages that visitors see, without a line of JavaScript: banner, settings, privacy policy.
//!
//! [`DefaultPages`] draws them from the policy. An application gives it its own frame (`head`,
//! `header`, `footer`), texts ([`Words`]) and look, or draws whole pages itself by [`Pages`].
//!
//! # Look
//!
//! The defaults stand by themselves, light and dark. Custom properties set on `:root` by the
//! application's style sheet, or by [`DefaultPages::style`], give banner and pages its look:
//!
//! | property | what it is |
//! | --- | --- |
//! | `--consent-ink`, `--consent-paper` | text and background |
//! | `--consent-band` | background of the banner, and of rows that stand out |
//! | `--consent-soft` | lesser text; at least 4.5 : 1 on the band |
//! | `--consent-rule` | hairlines, which carry no meaning |
//! | `--consent-edge` | edges of controls; at least 3 : 1 |
//! | `--consent-link` | links and focus rings |
//! | `--consent-font`, `--consent-ui` | fonts of text, and of buttons and tables |
//! | `--consent-width` | width of the frame |
//!
//! The banner takes the page's own font and follows its `color-scheme`. Its buttons share one
//! rule, so that whatever a site does to one of them it does to both.

mod banner;
mod breaks;
mod compose;
pub(crate) mod error_page;
mod facts;
mod fragment;
mod kept;
mod labels;
mod placeholder;
mod policy_page;
mod purposes;
pub(crate) mod rendered;
mod settings;
mod state;
mod style;
mod tables;
pub(crate) mod view;
mod words;

use self::labels::{Labels, Languages, base};

pub(crate) use self::rendered::Rendered;
pub use self::{
    fragment::Banner,
    style::style_source,
    view::{
        BannerKind, BannerView, CategoryView, EditionView, Frame, HeldKind, PlaceholderView,
        PolicyView, RecordView, RecordedView, RejectedPostView, Rejection, ServiceView,
        SettingsView, ShownView, StateView,
    },
    words::Words,
};
pub use crate::choice::note::Outcome;

/// Draws what visitors see.
///
/// Forms have to keep their hooks: `data-consent-banner` on the banner, `button[name=action]`
/// with the values `accept`, `reject`, `save`, `dismiss`, inputs `cat.<id>` and `svc.<id>`, and
/// the hidden fields `asked`, `return_to` and `from`.
pub trait Pages: Send + Sync {
    /// The banner, the notice or the confirmation: a piece of HTML that stands first in a body.
    ///
    /// It is drawn once per policy, language and kind, not once per request; so it says nothing
    /// that differs between visitors but for what the view holds. `frame.return_to` holds a mark
    /// that each request's own way back is put in for.
    fn banner(&self, view: &BannerView<'_>) -> String;

    /// The settings page, a whole document.
    fn settings(&self, view: &SettingsView<'_>) -> String;

    /// The privacy policy, a whole document.
    fn policy(&self, view: &PolicyView<'_>) -> String;

    /// The page that says that a form was not accepted, a whole document.
    fn rejected_post(&self, view: &RejectedPostView<'_>) -> String;

    /// What stands where a frame, a film or a picture is held back: a piece of HTML in its place.
    ///
    /// The first on a page (`view.styled`) brings its `<style>`, whose content is the same for
    /// every visitor. The form posts what the view names, so it is drawn as
    /// [`DefaultPages`] draws it, unless an application has a reason to draw another.
    fn placeholder(&self, view: &PlaceholderView<'_>) -> String {
        DefaultPages::new().draw_placeholder(view)
    }

    /// The line before what *Show it once* or *Always show* has just brought into the page: a piece
    /// of HTML with the id of the view, which takes the focus and is read out.
    fn shown(&self, view: &ShownView<'_>) -> String {
        DefaultPages::new().draw_shown(view)
    }

    /// A link to the settings, for the end of documents that have none.
    fn settings_link(&self, frame: &Frame<'_>) -> String {
        DefaultPages::new().draw_settings_link(frame)
    }

    /// The source for `style-src` ([`style_source`]) that admits the one inline `<style>` of the
    /// documents; empty when there is none. Style sheets of the site need no source.
    fn page_style_hash(&self) -> &str {
        ""
    }
}

/// The pages of this library, in the frame of an application.
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
    /// By language tag. English comes last, for every language that there is no other for.
    words: Vec<(String, Words)>,
}

impl DefaultPages {
    /// The pages as they come.
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

    /// HTML for the end of `<head>`: a link to the site's style sheet, icons.
    ///
    /// It is put in as it is. The pages forbid scripts and inline styles.
    pub fn head(mut self, html: impl Into<String>) -> Self {
        self.head = html.into();
        self
    }

    /// HTML for the top of `<body>`, put in as it is: the site's own masthead.
    pub fn header(mut self, html: impl Into<String>) -> Self {
        self.header = html.into();
        self
    }

    /// HTML for the foot of `<body>`, put in as it is. It should lead to the settings and the
    /// policy, as on every page.
    pub fn footer(mut self, html: impl Into<String>) -> Self {
        self.footer = html.into();
        self
    }

    /// CSS that is put after the style of banner and pages, for example
    /// `:root{--consent-link:#7a2e1d}`. It counts towards the banner's bytes on every first visit.
    pub fn style(mut self, css: impl AsRef<str>) -> Self {
        let css = style::contained(css.as_ref());
        self.banner_style.push_str(&css);
        self.placeholder_style.push_str(&css);
        self.page_style.push_str(&css);
        self.page_style_source = style_source(&self.page_style);
        self
    }

    /// The texts of one language, such as `en` or `de`. A page is in the language of its texts;
    /// what a policy says in another is marked as such.
    pub fn words(mut self, language: impl Into<String>, words: Words) -> Self {
        let language = language.into();
        self.words.retain(|(known, _)| *known != language);
        self.words.insert(0, (language, words));
        self
    }

    /// The texts in `language`; else in its base language (`de` for `de-AT`), else in English.
    /// With them, which language that is.
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
        self.draw_banner(view)
    }

    fn settings(&self, view: &SettingsView<'_>) -> String {
        self.draw_settings(view)
    }

    fn policy(&self, view: &PolicyView<'_>) -> String {
        self.draw_policy(view)
    }

    fn rejected_post(&self, view: &RejectedPostView<'_>) -> String {
        self.draw_rejected_post(view)
    }

    fn placeholder(&self, view: &PlaceholderView<'_>) -> String {
        self.draw_placeholder(view)
    }

    fn shown(&self, view: &ShownView<'_>) -> String {
        self.draw_shown(view)
    }

    fn settings_link(&self, frame: &Frame<'_>) -> String {
        self.draw_settings_link(frame)
    }

    fn page_style_hash(&self) -> &str {
        &self.page_style_source
    }
}

/// Renders a template of ours. Writing into a `String` cannot fail, and none of our values do.
fn render(template: &impl askama::Template) -> String {
    template.render().unwrap_or_else(|error| {
        log::error!("a consent page could not be drawn: {error}");
        String::new()
    })
}

#[cfg(test)]
mod tests;
