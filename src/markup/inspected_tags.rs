//! Elements that the gate inspects, and the subset that may occur in a page.
//!
//! `lol_html` compiles its selectors for each page, so a page is read with only those that may
//! match.

use std::sync::LazyLock;

use lol_html::Selector;

use super::prefilter::starts;

/// Condition on which an element is inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum With {
    Anything,
    /// It has addresses that are notified of a click or a sale.
    Notified,
    Background,
}

/// Elements that are decided on: all that fetch something, `base`, which changes the addresses of
/// others, and the wrapper of the dialect.
const JUDGED: [(&str, With); 35] = {
    use With::{Anything, Background, Notified};
    [
        ("script", Anything),
        ("iframe", Anything),
        ("img", Anything),
        ("link", Anything),
        ("template", Anything),
        ("video", Anything),
        ("audio", Anything),
        ("source", Anything),
        ("track", Anything),
        ("embed", Anything),
        ("object", Anything),
        ("input", Anything),
        ("base", Anything),
        ("frame", Anything),
        ("image", Anything),
        ("use", Anything),
        ("feimage", Anything),
        ("bgsound", Anything),
        ("set", Anything),
        ("animate", Anything),
        ("model", Anything),
        ("portal", Anything),
        ("meta", Anything),
        ("a", Notified),
        ("area", Notified),
        ("col", Background),
        ("colgroup", Background),
        ("body", Background),
        ("table", Background),
        ("thead", Background),
        ("tbody", Background),
        ("tfoot", Background),
        ("tr", Background),
        ("th", Background),
        ("td", Background),
    ]
};

/// Elements that affect other elements.
const BESIDES: [&str; 5] = ["form", "noscript", "svg", "math", "head"];

const TAGS: [&str; JUDGED.len() + BESIDES.len()] = {
    let mut tags = [""; JUDGED.len() + BESIDES.len()];
    let mut at = 0;
    while at < tags.len() {
        tags[at] = match at < JUDGED.len() {
            true => JUDGED[at].0,
            false => BESIDES[at - JUDGED.len()],
        };
        at += 1;
    }
    tags
};

/// Bits of the [`TAGS`] that start with each letter.
static BY_LETTER: [u64; 26] = {
    let mut letters = [0; 26];
    let mut at = 0;
    while at < TAGS.len() {
        letters[(TAGS[at].as_bytes()[0] - b'a') as usize] |= 1 << at;
        at += 1;
    }
    letters
};

/// Selectors of [`JUDGED`], in its order.
static SELECTORS: LazyLock<Vec<Selector>> = LazyLock::new(|| {
    let selector = |(tag, with): &(&str, With)| {
        let text = match with {
            With::Anything => (*tag).to_owned(),
            With::Notified => format!("{tag}[ping], {tag}[attributionsrc]"),
            With::Background => format!("{tag}[background]"),
        };
        text.parse().expect("the selectors are well-formed")
    };
    JUDGED.iter().map(selector).collect()
});

/// Inspected elements that may occur in a page. It may contain too many, never too few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InspectedTags {
    /// One bit for each of [`TAGS`].
    tags: u64,
    told: bool,
    background: bool,
    has_skip_link: bool,
}

impl InspectedTags {
    /// All tags, for a page whose content is unknown.
    pub(crate) const ANY: Self = Self {
        tags: u64::MAX,
        told: true,
        background: true,
        has_skip_link: false,
    };

    /// Scans the bytes of a whole page: anything that looks like the start of a tag counts.
    pub(crate) fn of(page: &[u8]) -> Self {
        let mut tags = 0;
        for at in memchr::memchr_iter(b'<', page) {
            let name = &page[at + 1..];
            let Some(letter) = name.first().filter(|byte| byte.is_ascii_alphabetic()) else {
                continue;
            };
            let letter = letter.to_ascii_lowercase() - b'a';
            let mut left = BY_LETTER[usize::from(letter)] & !tags;
            while left != 0 {
                let tag = left.trailing_zeros() as usize;
                left &= left - 1;
                if starts_with_name(name, TAGS[tag].as_bytes()) {
                    tags |= 1 << tag;
                }
            }
        }
        Self {
            tags,
            told: names(page, b"ping", 0) || names(page, b"attributionsrc", 6),
            background: names(page, b"background", 0),
            has_skip_link: false,
        }
    }

    /// Sets whether the body of the page starts with a skip link.
    pub(crate) fn with_skip_link(self, has_skip_link: bool) -> Self {
        Self {
            has_skip_link,
            ..self
        }
    }

    /// Returns whether the body certainly starts with a skip link.
    pub(crate) fn has_skip_link(self) -> bool {
        self.has_skip_link
    }

    /// Returns whether an inspected tag may occur in the page.
    pub(crate) fn has(self, tag: &str) -> bool {
        let at = TAGS.iter().position(|other| *other == tag);
        at.is_none_or(|at| self.tags & (1 << at) != 0)
    }

    /// Returns the selectors of the elements that are decided on.
    pub(crate) fn judged(self) -> impl Iterator<Item = &'static Selector> {
        let judged = JUDGED.iter().zip(SELECTORS.iter()).enumerate();
        judged.filter_map(move |(at, ((_, with), selector))| {
            let may = match with {
                With::Anything => true,
                With::Notified => self.told,
                With::Background => self.background,
            };
            (may && self.tags & (1 << at) != 0).then_some(selector)
        })
    }
}

/// Returns whether the text starts with this name and no longer one.
fn starts_with_name(text: &[u8], name: &[u8]) -> bool {
    starts(text, name) && !text.get(name.len()).is_some_and(u8::is_ascii_alphanumeric)
}

/// Returns whether the page contains the name, in upper or lower case. The search looks for the
/// letter at `rare`.
fn names(page: &[u8], name: &[u8], rare: usize) -> bool {
    let letter = name[rare];
    memchr::memchr2_iter(letter, letter.to_ascii_uppercase(), page).any(|at| {
        at.checked_sub(rare)
            .is_some_and(|start| starts(&page[start..], name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::element::fetched_attributes;

    fn judged(page: &str) -> usize {
        InspectedTags::of(page.as_bytes()).judged().count()
    }

    #[test]
    fn every_element_that_fetches_is_judged_and_no_other() {
        for (tag, with) in JUDGED {
            let names = fetched_attributes(tag)
                .iter()
                .map(|fetched| fetched.attribute);
            match with {
                With::Anything => assert!(tag == "template" || names.count() > 0, "{tag}"),
                With::Notified => assert!(names.eq(["ping", "attributionsrc"]), "{tag}"),
                With::Background => assert!(names.eq(["background"]), "{tag}"),
            }
        }
        // Lists each arm of `fetched_attributes`: an element that is not decided on would open the gate.
        for tag in [
            "script", "iframe", "frame", "img", "image", "source", "video", "audio", "track",
            "embed", "bgsound", "input", "object", "link", "base", "use", "feimage", "a", "area",
            "body", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "col", "colgroup",
            "model", "portal", "set", "animate", "meta",
        ] {
            assert!(!fetched_attributes(tag).is_empty(), "{tag}");
            assert!(JUDGED.iter().any(|(judged, _)| *judged == tag), "{tag}");
        }
        for tag in ["p", "div", "form", "svg"] {
            assert!(fetched_attributes(tag).is_empty(), "{tag}");
        }
    }

    #[test]
    fn a_tag_is_present_however_it_is_written() {
        for page in [
            "<img>",
            "<IMG/src=x>",
            "<p <iMg\n>",
            "<!-- <img -->",
            "<img",
        ] {
            assert!(InspectedTags::of(page.as_bytes()).has("img"), "{page}");
            assert_eq!(judged(page), 1, "{page}");
        }
        for page in ["", "<", "img", "</img>", "< img>", "<imgs>", "<im"] {
            assert!(!InspectedTags::of(page.as_bytes()).has("img"), "{page}");
            assert_eq!(judged(page), 0, "{page}");
        }
        assert!(InspectedTags::ANY.has("img") && InspectedTags::ANY.has("svg"));
        assert_eq!(InspectedTags::ANY.judged().count(), JUDGED.len());
    }

    #[test]
    fn inspects_links_and_cells_only_with_fetched_attributes() {
        assert_eq!(judged("<a href=x><body><td>"), 0);
        assert_eq!(judged("<a href=x pINg=y><body><td>"), 1);
        assert_eq!(judged("<a href=x><area attributionSRC>"), 2);
        assert_eq!(judged("<a href=x><td BACKGROUND=y>"), 1);
    }
}
