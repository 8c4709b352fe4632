//! Validation of region codes, languages and summaries.

use super::Validation;
use crate::policy::{Category, PolicyFile, Purpose, Text, language, region};

impl Validation<'_> {
    /// The regions decide which consent models are lawful, so an unknown code would disable that
    /// check.
    pub(super) fn regions(&mut self, file: &PolicyFile) {
        for (index, code) in file.site.serves.iter().enumerate() {
            if region::is_region(code) {
                continue;
            }
            let remedy = match region::nearest(code) {
                Some(nearest) => format!("write `{nearest}`"),
                None => "list `EU`, `EEA`, `UK`, or ISO 3166 codes such as `US` and `US-CA`".into(),
            };
            self.fault(
                format!("site.serves[{index}]"),
                format!("`{code}` is not a region code: {remedy}"),
            );
        }
    }

    /// Texts are looked up by tag, so one under an invalid tag would never be shown.
    pub(super) fn languages(&mut self, file: &PolicyFile) {
        for (index, tag) in file.site.languages.iter().enumerate() {
            self.language(format!("site.languages[{index}]"), tag);
        }
        for (place, text) in texts(file) {
            if let Text::ByLanguage(texts) = text {
                for tag in texts.keys() {
                    self.language(format!("{place}.{tag}"), tag);
                }
            }
        }
    }

    fn language(&mut self, place: String, tag: &str) {
        if !language::is_language(tag) {
            let remedy = match language::nearest(tag) {
                Some(nearest) => format!("write `{nearest}`"),
                None => "write one such as `en` or `de-AT`".to_owned(),
            };
            self.fault(place, format!("`{tag}` is not a language tag: {remedy}"));
        }
    }

    /// The summary of a gated category is a phrase within a sentence.
    pub(super) fn summary(&mut self, place: &str, category: &Category, default: &str) {
        let place = format!("{place}.summary");
        if category.summary.is_empty() {
            self.fault(
                place,
                "write a phrase that completes \"With your permission we also …\"",
            );
            return;
        }
        let texts: Vec<(&str, &str)> = match &category.summary {
            Text::Plain(text) => vec![(default, text.trim())],
            Text::ByLanguage(texts) => texts
                .iter()
                .map(|(tag, text)| (tag.as_str(), text.trim()))
                .collect(),
        };
        for (tag, text) in texts {
            if let Some(phrase) = not_a_phrase(tag, text) {
                self.fault(
                    &place,
                    format!(
                        "\"{text}\" has to complete \"With your permission we also …\": write a \
                         phrase with a small first letter and without a full stop, such as \
                         \"{phrase}\""
                    ),
                );
            }
        }
    }
}

/// Proposes a phrase for a summary that is a sentence or is written like one.
fn not_a_phrase(tag: &str, text: &str) -> Option<String> {
    let first = text.get(..end_of_first(text)).unwrap_or(text);
    let bare = first.trim_end_matches(['.', '!', '?', '。', '…', ';', ':', ',', ' ']);
    let ends_a_sentence = bare.len() < text.len();
    // German nouns are always capitalised.
    let noun = ["de", "gsw", "lb", "nds"].contains(&tag.split('-').next().unwrap_or(tag));
    let mut letters = bare.chars();
    let first = letters.next();
    let capital = !noun
        && first.is_some_and(char::is_uppercase)
        // Keep an abbreviation.
        && letters.next().is_none_or(|second| second.is_lowercase() || second == ' ');
    let mut phrase = bare.to_owned();
    if capital {
        let small = first.into_iter().flat_map(char::to_lowercase);
        phrase = small.chain(bare.chars().skip(1)).collect();
    }
    let english = tag == "en" || tag.starts_with("en-");
    let subjects = [
        "we also ",
        "we ",
        "to ",
        "this site ",
        "with your permission we also ",
    ];
    let subject = (subjects.iter())
        .filter(|_| english)
        .find(|subject| phrase.to_lowercase().starts_with(**subject));
    if let Some(subject) = subject {
        phrase = phrase[subject.len()..].to_owned();
    }
    // Several words without a lower-case letter are not an abbreviation.
    let is_loud = phrase.contains(' ')
        && phrase.chars().any(char::is_uppercase)
        && !phrase.chars().any(char::is_lowercase);
    if is_loud {
        phrase = phrase.to_lowercase();
    }
    let is_wrong = ends_a_sentence || capital || is_loud || subject.is_some();
    let phrase = if phrase.is_empty() {
        "count visits".to_owned()
    } else {
        phrase
    };
    (is_wrong && !bare.is_empty()).then_some(phrase)
}

/// Returns the end of the first sentence if another one follows: a mark after a word of at least
/// four letters, which is not an abbreviation, with a capital after it. Otherwise returns the end
/// of the text.
fn end_of_first(text: &str) -> usize {
    let mut ends = text.match_indices(['.', '!', '?']);
    let is_end = |(at, mark): &(usize, &str)| {
        let word = text[..*at].rsplit(' ').next().unwrap_or_default();
        let whole = word.chars().count() >= 4 && word.chars().all(char::is_alphabetic);
        let after = &text[at + mark.len()..];
        let next = after.trim_start().chars().next();
        whole && after.starts_with(' ') && next.is_some_and(char::is_uppercase)
    };
    ends.find(is_end).map_or(text.len(), |(at, _)| at)
}

/// Every text for visitors, with its entry.
fn texts(file: &PolicyFile) -> Vec<(String, &Text)> {
    let mut all = vec![("site.name".to_owned(), &file.site.name)];
    fn add<'f>(all: &mut Vec<(String, &'f Text)>, place: String, text: Option<&'f Text>) {
        all.extend(text.map(|text| (place, text)));
    }
    let edition = &file.policy;
    for (key, text) in [
        ("changes", &edition.changes),
        ("provision", &edition.provision),
        ("automated_decisions", &edition.automated_decisions),
    ] {
        add(&mut all, format!("policy.{key}"), text.as_ref());
    }
    for (at, entry) in file.processing.iter().enumerate() {
        for (key, text) in [
            ("purpose", Some(&entry.purpose)),
            ("interest", entry.interest.as_ref()),
            ("data", entry.data.as_ref()),
            ("recipients", entry.recipients.as_ref()),
            ("transfers", entry.transfers.as_ref()),
            ("retention", entry.retention.as_ref()),
        ] {
            add(&mut all, format!("processing[{at}].{key}"), text);
        }
    }
    fn purposes<'f>(all: &mut Vec<(String, &'f Text)>, place: &str, purposes: &'f [Purpose]) {
        for (at, purpose) in purposes.iter().enumerate() {
            let place = format!("{place}.purposes[{at}].text");
            add(all, place, purpose.own_text());
        }
    }
    for (at, category) in file.category.iter().enumerate() {
        let place = format!("category[{at}]");
        add(&mut all, format!("{place}.title"), Some(&category.title));
        add(
            &mut all,
            format!("{place}.summary"),
            Some(&category.summary),
        );
        purposes(&mut all, &place, &category.purposes);
    }
    for (at, service) in file.service.iter().enumerate() {
        let place = format!("service[{at}]");
        add(
            &mut all,
            format!("{place}.transfers"),
            service.transfers.as_ref(),
        );
        purposes(&mut all, &place, &service.purposes);
    }
    for (at, cookie) in file.cookie.iter().enumerate() {
        let place = format!("cookie[{at}]");
        add(&mut all, format!("{place}.purpose"), Some(&cookie.purpose));
        purposes(&mut all, &place, &cookie.purposes);
    }
    for (at, storage) in file.storage.iter().enumerate() {
        add(
            &mut all,
            format!("storage[{at}].purpose"),
            Some(&storage.purpose),
        );
    }
    all
}
