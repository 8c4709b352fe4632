//! The labels on buttons, and which parts of a page are in which language.

use std::fmt;

/// What stands on buttons and beside switches: short, plain, alike, and not the application's to
/// change. A further language brings its own line here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Labels {
    /// The language that they are in.
    pub(crate) language: &'static str,
    pub(crate) reject: &'static str,
    pub(crate) accept: &'static str,
    pub(crate) save: &'static str,
    /// Of the notice. It never says that somebody agrees.
    pub(crate) close: &'static str,
    /// Of a placeholder: for the next page alone, and from now on.
    pub(crate) once: &'static str,
    pub(crate) always: &'static str,
    pub(crate) on: &'static str,
    pub(crate) off: &'static str,
}

impl Labels {
    /// The labels in `language`, else in English.
    pub(crate) fn of(_language: &str) -> Self {
        Self {
            language: "en",
            reject: "Reject all",
            accept: "Accept all",
            save: "Save settings",
            close: "Close",
            once: "Show it once",
            always: "Always show",
            on: "On",
            off: "Off",
        }
    }
}

/// Which languages one page is in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Languages<'a> {
    /// That of our own sentences, so that of the page.
    pub(super) page: &'a str,
    /// That of the policy's texts, where it is another.
    pub(super) texts: Lang<'a>,
    /// That of the labels, where it is another.
    pub(super) labels: Lang<'a>,
}

impl<'a> Languages<'a> {
    pub(super) fn new(page: &'a str, texts: &'a str, labels: Labels) -> Self {
        let other = |tag| Lang((base(tag) != base(page)).then_some(tag));
        Self {
            page,
            texts: other(texts),
            labels: other(labels.language),
        }
    }
}

/// An attribute `lang` with a blank before it, or nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lang<'a>(Option<&'a str>);

impl Lang<'_> {
    /// The attribute where the text is the policy's.
    pub(super) fn when(self, declared: &bool) -> Self {
        if *declared { self } else { Self(None) }
    }
}

impl fmt::Display for Lang<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |tag: &&str| {
            let mut bytes = tag.bytes();
            bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        match self.0.filter(plain) {
            Some(tag) => write!(f, " lang=\"{tag}\""),
            None => Ok(()),
        }
    }
}

// Nothing comes through but letters, digits and hyphens.
impl askama::filters::HtmlSafe for Lang<'_> {}

/// `de` for `de-AT`.
pub(super) fn base(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_another_language_than_the_pages_is_marked() {
        let english = Languages::new("en-GB", "en-GB", Labels::of("en-GB"));
        assert_eq!(format!("{}{}", english.texts, english.labels), "");
        let fallen_back = Languages::new("en", "pl-PL", Labels::of("pl-PL"));
        assert_eq!(fallen_back.texts.to_string(), " lang=\"pl-PL\"");
        assert_eq!(fallen_back.texts.when(&false).to_string(), "");
        let german = Languages::new("de", "de", Labels::of("de"));
        assert_eq!(german.labels.to_string(), " lang=\"en\"");
        assert_eq!(Lang(Some("\"><script>")).to_string(), "");
    }

    #[test]
    fn the_button_of_the_notice_never_says_that_somebody_agrees() {
        let close = Labels::of("en").close.to_lowercase();
        assert!(
            !["accept", "agree", "consent"]
                .iter()
                .any(|word| close.contains(word))
        );
    }
}
