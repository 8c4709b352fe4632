//! The privacy policy.

use std::borrow::Cow;

use askama::Template;

use crate::{
    decision::ConsentModel,
    policy::{LegalBasis, NECESSARY, ServiceSpec, Text},
};

use super::{
    DefaultPages,
    compose::Composer,
    state,
    tables::{self, Group},
    view::{Frame, PolicyView},
    words::{Words, around, fill},
};

#[derive(Template)]
#[template(path = "consent/policy.html", whitespace = "minimize")]
struct PolicyPage<'a> {
    pages: &'a DefaultPages,
    frame: &'a Frame<'a>,
    site: &'a str,
    title: &'a str,
    words: &'a Words,
    superseded: bool,
    edition: String,
    contents: [(&'static str, &'a str); 11],
    short: &'a str,
    short_lines: Vec<String>,
    state: String,
    signal_state: Option<String>,
    controller: Vec<Fact<'a>>,
    processing: Vec<Entry<'a>>,
    groups: Vec<Group<'a>>,
    recipients: Vec<Entry<'a>>,
    recipients_line: Option<&'a str>,
    validity: Option<String>,
    withdrawal: (&'a str, &'a str),
    how: (&'a str, &'a str),
    reach: Fact<'a>,
    authority: Option<String>,
    duties: Vec<(&'a str, &'a str)>,
    signal: String,
    changes: &'a str,
    editions: Vec<Edition<'a>>,
}

/// A line of a definition list.
struct Fact<'a> {
    name: Cow<'a, str>,
    text: Cow<'a, str>,
    link: Option<String>,
}

/// A definition list under a heading.
struct Entry<'a> {
    title: &'a str,
    facts: Vec<Fact<'a>>,
}

struct Edition<'a> {
    title: String,
    path: &'a str,
    this: bool,
}

impl DefaultPages {
    pub(super) fn draw_policy(&self, view: &PolicyView<'_>) -> String {
        let frame = &view.frame;
        let words = self.words_for(frame.language);
        let composer = Composer::of(frame, words);
        let file = frame.policy.file();
        let optional = frame.policy.gated_categories().next().is_some();
        let sold = composer.in_sentences(&composer.sold_or_shared());
        let recipients = recipients(&composer);
        let duties = [
            (
                &*words.rights_provision,
                composer.optional(&file.policy.provision),
            ),
            (
                &*words.rights_automated,
                composer.optional(&file.policy.automated_decisions),
            ),
        ];
        super::render(&PolicyPage {
            pages: self,
            frame,
            site: composer.site(),
            title: &words.policy_title,
            words,
            superseded: view.superseded,
            edition: numbered(
                words,
                (file.policy.version, file.policy.effective),
                (&words.policy_edition, &words.policy_edition_undated),
            ),
            contents: contents(words),
            short: match frame.model {
                _ if !optional => &words.short_nothing,
                ConsentModel::Implied => &words.short_implied,
                _ => &words.short_opt_in,
            },
            short_lines: short_lines(&composer, frame.model),
            state: state::state_line(&composer, frame, &view.state),
            signal_state: state::signal_line(&composer, &view.state),
            controller: controller(&composer),
            processing: processing(&composer),
            groups: tables::groups(&composer, view),
            recipients_line: match (&recipients[..], &file.processing[..]) {
                ([], []) => Some(&*words.recipients_none),
                (_, []) => None,
                _ => Some(&*words.recipients_above),
            },
            recipients,
            validity: (view.own_cookies.first())
                .and_then(|cookie| cookie.duration)
                .filter(|_| optional)
                .map(|kept| fill(&words.long_choice, &[("time", &kept.to_string())])),
            withdrawal: around(&words.rights_withdrawal, "settings"),
            how: around(&words.rights_how, "who"),
            reach: reach(&composer),
            authority: (file.controller.authority.as_deref()).map(|who| {
                fill(
                    &words.rights_authority,
                    &[("authority", who.trim_end_matches('.'))],
                )
            }),
            duties: duties
                .into_iter()
                .filter(|(_, text)| !text.is_empty())
                .collect(),
            signal: if sold.is_empty() {
                words.signal_none.to_string()
            } else {
                fill(&words.signal_some, &[("what", &sold)])
            },
            changes: match composer.optional(&file.policy.changes) {
                "" => &words.changed_first,
                changes => changes,
            },
            editions: (view.editions.iter())
                .map(|edition| Edition {
                    title: numbered(
                        words,
                        (edition.version, edition.effective),
                        (&words.changed_edition, &words.changed_edition_undated),
                    ),
                    path: &edition.path,
                    this: edition.version == file.policy.version,
                })
                .collect(),
        })
    }
}

fn contents(words: &Words) -> [(&'static str, &str); 11] {
    [
        ("short", &words.short_title),
        ("choice", &words.choice_title),
        ("who", &*words.who_title),
        ("what", &words.what_title),
        ("kept", &words.cookies_title),
        ("recipients", &words.recipients_title),
        ("long", &words.long_title),
        ("rights", &words.rights_title),
        ("signal", &words.signal_title),
        ("delete", &words.delete_title),
        ("changed", &words.changed_title),
    ]
}

fn numbered(words: &Words, (n, day): (u32, Option<time::Date>), texts: (&str, &str)) -> String {
    let n = n.to_string();
    match day {
        Some(day) => fill(texts.0, &[("n", &n), ("day", &words.date(day))]),
        None => fill(texts.1, &[("n", &n)]),
    }
}

fn short_lines(composer: &Composer<'_>, model: ConsentModel) -> Vec<String> {
    let mut categories = composer.policy.categories().iter();
    let necessary = categories
        .find(|category| category.id == NECESSARY)
        .map(|category| composer.summary(category).to_owned());
    let optional = match model {
        ConsentModel::Implied => composer.uses_implied(),
        _ => composer.uses_asked(),
    };
    necessary.into_iter().chain(optional).collect()
}

/// A line, unless there is nothing to say.
fn fact<'a>(name: impl Into<Cow<'a, str>>, text: impl Into<Cow<'a, str>>) -> Option<Fact<'a>> {
    let text = text.into();
    let link = link(&text);
    (!text.trim().is_empty()).then(|| Fact {
        name: name.into(),
        text,
        link,
    })
}

/// Where a text leads that is nothing but a web or mail address.
fn link(text: &str) -> Option<String> {
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

fn controller<'a>(composer: &Composer<'a>) -> Vec<Fact<'a>> {
    let words = composer.words;
    let who = &composer.policy.file().controller;
    let line = |name, text: &'a Option<String>| fact(name, text.as_deref().unwrap_or(""));
    // Blanks belong to how a number is read, not to the number.
    let dialled = |fact: Fact<'a>| {
        let is_dialled = |letter: &char| letter.is_ascii_digit() || *letter == '+';
        let digits: String = fact.text.chars().filter(is_dialled).collect();
        Fact {
            link: Some(format!("tel:{digits}")),
            ..fact
        }
    };
    [
        fact(&*words.who_name, &who.name),
        line(&*words.who_address, &who.address),
        line(&*words.who_email, &who.email),
        line(&*words.who_phone, &who.phone).map(dialled),
        line(&*words.who_contact, &who.contact),
        line(&*words.who_representative, &who.representative),
        line(&*words.who_dpo, &who.dpo),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Where a visitor writes to in order to use a right.
fn reach<'a>(composer: &Composer<'a>) -> Fact<'a> {
    let who = &composer.policy.file().controller;
    let text = [&who.email, &who.dpo, &who.contact, &who.address]
        .into_iter()
        .find_map(|way| way.as_deref())
        .unwrap_or(&who.name);
    Fact {
        name: Cow::Borrowed(""),
        text: Cow::Borrowed(text),
        link: link(text),
    }
}

fn processing<'a>(composer: &Composer<'a>) -> Vec<Entry<'a>> {
    let words = composer.words;
    let optional = |name, text: &'a Option<Text>| fact(name, composer.optional(text));
    let entries = composer.policy.file().processing.iter();
    entries
        .map(|entry| Entry {
            title: composer.text(&entry.purpose),
            facts: [
                fact(
                    &*words.what_ground,
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

fn ground(words: &Words, basis: LegalBasis) -> &str {
    match basis {
        LegalBasis::Consent => &words.ground_consent,
        LegalBasis::Contract => &words.ground_contract,
        LegalBasis::LegalObligation => &words.ground_legal_obligation,
        LegalBasis::VitalInterests => &words.ground_vital_interests,
        LegalBasis::PublicTask => &words.ground_public_task,
        LegalBasis::LegitimateInterests => &words.ground_legitimate_interests,
    }
}

/// Who comes in with the cookies.
fn recipients<'a>(composer: &Composer<'a>) -> Vec<Entry<'a>> {
    let services = composer.policy.services().iter();
    services
        .map(|service| Entry {
            title: &service.provider,
            facts: service_facts(composer, service),
        })
        .collect()
}

fn service_facts<'a>(composer: &Composer<'a>, service: &'a ServiceSpec) -> Vec<Fact<'a>> {
    let words = composer.words;
    let category = composer
        .policy
        .categories()
        .iter()
        .find(|one| one.id == service.category);
    let purposes = match (&service.purposes[..], category) {
        ([], Some(category)) => &category.purposes,
        _ => &service.purposes,
    };
    [
        fact(
            &*words.recipients_purposes,
            tables::purposes(composer, purposes),
        ),
        fact(&*words.recipients_access, words.list(&service.access)),
        fact(
            &*words.recipients_transfers,
            composer.optional(&service.transfers),
        ),
        fact(
            &*words.recipients_about,
            service.provider_url.as_deref().unwrap_or(""),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}
