//! Labels of buttons, and the language of each part of a page.

use std::fmt;

/// Labels of buttons and switches. They are short and neutral, and an application cannot change
/// them. Another language needs its own line here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Labels {
    /// Language of the labels.
    pub(crate) language: &'static str,
    pub(crate) reject: &'static str,
    pub(crate) accept: &'static str,
    pub(crate) save: &'static str,
    /// Closes the notice. The label never claims that the visitor agrees.
    pub(crate) close: &'static str,
    /// Shows a blocked element on the next page only.
    pub(crate) once: &'static str,
    pub(crate) always: &'static str,
    pub(crate) on: &'static str,
    pub(crate) off: &'static str,
}

impl Labels {
    /// Returns the labels in `language`, or in English if there are none.
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

/// Languages of the parts of one page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Languages<'a> {
    /// Language of the page and of the texts of [`Words`](super::Words).
    pub(super) page: &'a str,
    /// Language of the policy's texts, if it differs from the page.
    pub(super) texts: Lang<'a>,
    /// Language of the labels, if it differs from the page.
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

/// Attribute `lang` with a leading blank, or nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lang<'a>(Option<&'a str>);

impl Lang<'_> {
    /// Returns the attribute if the text comes from the policy, else nothing.
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

// `Display` writes letters, digits and hyphens only.
impl askama::filters::HtmlSafe for Lang<'_> {}

/// Returns the primary language of a tag: `de` for `de-AT`.
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
