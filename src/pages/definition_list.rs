//! Definition lists of the privacy policy: controller, processing, recipients.

use std::borrow::Cow;

use crate::policy::{LegalBasis, ServiceSpec, Text};

use super::{sentences::Sentences, words::Words};

/// One line of a definition list.
pub(super) struct ListItem<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) text: Cow<'a, str>,
    pub(super) link: Option<String>,
    /// True if the text comes from the policy, not from [`Words`].
    pub(super) declared: bool,
}

/// Part of a text: a web address, or the text between two addresses.
#[derive(Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) link: bool,
}

/// A definition list under a heading.
pub(super) struct DefinitionList<'a> {
    pub(super) title: &'a str,
    pub(super) items: Vec<ListItem<'a>>,
}

/// Splits a text at its web addresses.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut push = |text: &str, link| {
        if !text.is_empty() {
            let text = text.to_owned();
            pieces.push(Piece { text, link });
        }
    };
    let (mut plain, mut seen) = (0, 0);
    while let Some(at) = text[seen..].find("http") {
        let start = seen + at;
        let from = &text[start..];
        let ends = |letter: char| letter.is_whitespace() || "<>\"".contains(letter);
        let address = from[..from.find(ends).unwrap_or(from.len())]
            .trim_end_matches(|letter| ".,;:!?)".contains(letter));
        let mut schemes = ["https://", "http://"].into_iter();
        if schemes.any(|scheme| address.len() > scheme.len() && address.starts_with(scheme)) {
            push(&text[plain..start], false);
            push(address, true);
            plain = start + address.len();
            seen = plain;
        } else {
            seen = start + "http".len();
        }
    }
    push(&text[plain..], false);
    pieces
}

/// Returns a line with a text of the policy; `None` if the text is empty.
pub(super) fn item<'a>(
    name: impl Into<Cow<'a, str>>,
    text: impl Into<Cow<'a, str>>,
) -> Option<ListItem<'a>> {
    let text = text.into();
    let link = link(&text);
    (!text.trim().is_empty()).then(|| ListItem {
        name: name.into(),
        text,
        link,
        declared: true,
    })
}

/// Returns a line with a text of [`Words`]; `None` if the text is empty.
pub(super) fn own_item<'a>(name: &'a str, text: impl Into<Cow<'a, str>>) -> Option<ListItem<'a>> {
    let item = item(name, text)?;
    Some(ListItem {
        declared: false,
        ..item
    })
}

/// Returns the link target of a text that consists of one web or mail address.
pub(super) fn link(text: &str) -> Option<String> {
    let one_word = !text.contains(char::is_whitespace);
    let web = text.starts_with("https://") || text.starts_with("http://");
    match text.split_once('@') {
        _ if one_word && web => Some(text.to_owned()),
        Some((name, host)) if one_word && !name.is_empty() && host.contains('.') => {
            Some(format!("mailto:{text}"))
        }
        _ => None,
    }
}

pub(super) fn controller<'a>(sentences: &Sentences<'a>) -> Vec<ListItem<'a>> {
    let words = sentences.words;
    let who = &sentences.policy.file().controller;
    let line = |name, text: &'a Option<String>| item(name, text.as_deref().unwrap_or(""));
    // Blanks make a number readable and are not part of it.
    let phone_link = |item: ListItem<'a>| {
        let is_dialled = |letter: &char| letter.is_ascii_digit() || *letter == '+';
        let digits: String = item.text.chars().filter(is_dialled).collect();
        ListItem {
            link: Some(format!("tel:{digits}")),
            ..item
        }
    };
    [
        item(&*words.who_name, &who.name),
        line(&*words.who_address, &who.address),
        line(&*words.who_email, &who.email),
        line(&*words.who_phone, &who.phone).map(phone_link),
        line(&*words.who_contact, &who.contact),
        line(&*words.who_representative, &who.representative),
        line(&*words.who_dpo, &who.dpo),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns the contact at which visitors exercise their rights.
pub(super) fn contact<'a>(sentences: &Sentences<'a>) -> ListItem<'a> {
    let who = &sentences.policy.file().controller;
    let text = [&who.email, &who.dpo, &who.contact, &who.address]
        .into_iter()
        .find_map(|way| way.as_deref())
        .unwrap_or(&who.name);
    ListItem {
        name: Cow::Borrowed(""),
        text: Cow::Borrowed(text),
        link: link(text),
        declared: true,
    }
}

pub(super) fn processing<'a>(sentences: &Sentences<'a>) -> Vec<DefinitionList<'a>> {
    let words = sentences.words;
    let optional = |name, text: &'a Option<Text>| item(name, sentences.optional(text));
    let entries = sentences.policy.file().processing.iter();
    entries
        .map(|entry| DefinitionList {
            title: sentences.text(&entry.purpose),
            items: [
                own_item(
                    &words.what_ground,
                    entry.legal_basis.map_or("", |basis| ground(words, basis)),
                ),
                optional(&*words.what_interest, &entry.interest),
                optional(&*words.what_data, &entry.data),
                optional(&*words.recipients_who, &entry.recipients),
                optional(&*words.recipients_transfers, &entry.transfers),
                optional(&*words.what_kept, &entry.retention),
            ]
            .into_iter()
            .flatten()
            .collect(),
        })
        .collect()
}

pub(super) fn ground(words: &Words, basis: LegalBasis) -> &str {
    match basis {
        LegalBasis::Consent => &words.ground_consent,
        LegalBasis::Contract => &words.ground_contract,
        LegalBasis::LegalObligation => &words.ground_legal_obligation,
        LegalBasis::VitalInterests => &words.ground_vital_interests,
        LegalBasis::PublicTask => &words.ground_public_task,
        LegalBasis::LegitimateInterests => &words.ground_legitimate_interests,
    }
}

/// Returns one entry for each provider of a service.
pub(super) fn recipients<'a>(sentences: &Sentences<'a>) -> Vec<DefinitionList<'a>> {
    let services = sentences.policy.services().iter();
    services
        .map(|service| DefinitionList {
            title: &service.provider,
            items: service_items(sentences, service),
        })
        .collect()
}

pub(super) fn service_items<'a>(
    sentences: &Sentences<'a>,
    service: &'a ServiceSpec,
) -> Vec<ListItem<'a>> {
    let words = sentences.words;
    [
        own_item(
            &words.recipients_purposes,
            sentences.purposes_in_words(&sentences.purposes_of_service(service)),
        ),
        own_item(&words.recipients_access, words.list(&service.access)),
        item(
            &*words.recipients_transfers,
            sentences.optional(&service.transfers),
        ),
        own_item(
            &words.recipients_about,
            service.provider_url.as_deref().unwrap_or(""),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, bool)> {
        let pieces = pieces(text).into_iter();
        pieces.map(|piece| (piece.text, piece.link)).collect()
    }

    #[test]
    fn web_addresses_are_found_without_the_stops_after_them() {
        let text = |text: &str| (text.to_owned(), false);
        let link = |text: &str| (text.to_owned(), true);
        for (given, expected) in [
            ("the one of Łódź", vec![text("the one of Łódź")]),
            (
                "a list (https://a.example/b?c=d) of all; http://e.example.",
                vec![
                    text("a list ("),
                    link("https://a.example/b?c=d"),
                    text(") of all; "),
                    link("http://e.example"),
                    text("."),
                ],
            ),
            (
                "https://a.example/\"onclick=x",
                vec![link("https://a.example/"), text("\"onclick=x")],
            ),
            ("https:// and http", vec![text("https:// and http")]),
            ("javascript:alert(1)", vec![text("javascript:alert(1)")]),
        ] {
            assert_eq!(found(given), expected);
        }
    }
}
