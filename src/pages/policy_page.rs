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
    retention: Vec<Fact<'a>>,
    validity: Option<String>,
    withdrawal: (&'a str, &'a str),
    how: String,
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
        let duties = [
            (&*words.rights_provision, composer.optional(&file.policy.provision)),
            (&*words.rights_automated, composer.optional(&file.policy.automated_decisions)),
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
            short_lines: short_lines(&composer),
            state: state::state_line(&composer, frame, &view.state),
            signal_state: state::signal_line(&composer, &view.state),
            controller: controller(&composer),
            processing: processing(&composer),
            groups: tables::groups(&composer, view),
            recipients: recipients(&composer),
            retention: (file.processing.iter())
                .filter_map(|entry| {
                    fact(composer.text(&entry.purpose), composer.optional(&entry.retention))
                })
                .collect(),
            validity: (view.own_cookies.first())
                .and_then(|cookie| cookie.duration)
                .filter(|_| optional)
                .map(|kept| fill(&words.long_choice, &[("time", &kept.to_string())])),
            withdrawal: around(&words.rights_withdrawal, "settings"),
            how: fill(&words.rights_how, &[("who", reachable(&composer))]),
            authority: (file.controller.authority.as_deref())
                .map(|authority| fill(&words.rights_authority, &[("authority", authority)])),
            duties: duties.into_iter().filter(|(_, text)| !text.is_empty()).collect(),
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

fn short_lines(composer: &Composer<'_>) -> Vec<String> {
    let words = composer.words;
    let uses = composer.uses();
    let mut lines = Vec::new();
    let mut categories = composer.policy.categories().iter();
    if let Some(necessary) = categories.find(|category| category.id == NECESSARY) {
        lines.push(composer.summary(necessary).to_owned());
    }
    if !uses.is_empty() {
        let mut line = fill(&words.banner_uses, &[("uses", &words.list(&uses))]);
        let who = composer.some_of(&composer.third_parties());
        if !who.is_empty() {
            line.push(' ');
            line.push_str(&fill(&words.banner_third_parties, &[("who", &who)]));
        }
        lines.push(line);
    }
    lines
}

/// A line, unless there is nothing to say.
fn fact<'a>(name: impl Into<Cow<'a, str>>, text: impl Into<Cow<'a, str>>) -> Option<Fact<'a>> {
    let text = text.into();
    let link = is_address(&text).then(|| text.clone().into_owned());
    (!text.trim().is_empty()).then(|| Fact {
        name: name.into(),
        text,
        link,
    })
}

fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

fn controller<'a>(composer: &Composer<'a>) -> Vec<Fact<'a>> {
    let words = composer.words;
    let who = &composer.policy.file().controller;
    let line = |name, text: &'a Option<String>| fact(name, text.as_deref().unwrap_or(""));
    let linked = |fact: Option<Fact<'a>>, link: &dyn Fn(&str) -> String| {
        fact.map(|fact| Fact { link: Some(link(&fact.text)), ..fact })
    };
    // Blanks belong to how a number is read, not to the number.
    let dial = |phone: &str| {
        let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        format!("tel:{digits}")
    };
    [
        fact(&*words.who_name, &who.name),
        line(&*words.who_address, &who.address),
        linked(line(&*words.who_email, &who.email), &|mail| format!("mailto:{mail}")),
        linked(line(&*words.who_phone, &who.phone), &dial),
        line(&*words.who_contact, &who.contact),
        line(&*words.who_representative, &who.representative),
        line(&*words.who_dpo, &who.dpo),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What a visitor writes to in order to use a right.
fn reachable<'a>(composer: &Composer<'a>) -> &'a str {
    let who = &composer.policy.file().controller;
    [&who.email, &who.dpo, &who.contact, &who.address]
        .into_iter()
        .find_map(|way| way.as_deref())
        .unwrap_or(&who.name)
}

fn processing<'a>(composer: &Composer<'a>) -> Vec<Entry<'a>> {
    let words = composer.words;
    let optional = |name, text: &'a Option<Text>| fact(name, composer.optional(text));
    (composer.policy.file().processing.iter())
        .map(|entry| Entry {
            title: composer.text(&entry.purpose),
            facts: [
                fact(&*words.what_ground, entry.legal_basis.map_or("", |basis| ground(words, basis))),
                optional(&*words.what_interest, &entry.interest),
                optional(&*words.what_data, &entry.data),
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

fn recipients<'a>(composer: &Composer<'a>) -> Vec<Entry<'a>> {
    let words = composer.words;
    let optional = |name, text: &'a Option<Text>| fact(name, composer.optional(text));
    let file = composer.policy.file();
    let services = file.service.iter().map(|service| Entry {
        title: &service.provider,
        facts: service_facts(composer, service),
    });
    let others = file.processing.iter().map(|entry| Entry {
        title: composer.text(&entry.purpose),
        facts: [
            optional(&*words.recipients_who, &entry.recipients),
            optional(&*words.recipients_transfers, &entry.transfers),
        ]
        .into_iter()
        .flatten()
        .collect(),
    });
    services.chain(others).filter(|entry| !entry.facts.is_empty()).collect()
}

fn service_facts<'a>(composer: &Composer<'a>, service: &'a ServiceSpec) -> Vec<Fact<'a>> {
    let words = composer.words;
    let category = composer.policy.categories().iter().find(|one| one.id == service.category);
    let purposes = match (&service.purposes[..], category) {
        ([], Some(category)) => &category.purposes,
        _ => &service.purposes,
    };
    [
        fact(&*words.recipients_purposes, tables::purposes(composer, purposes)),
        fact(&*words.recipients_access, words.list(&service.access)),
        fact(&*words.recipients_transfers, composer.optional(&service.transfers)),
        fact(&*words.recipients_about, service.provider_url.as_deref().unwrap_or("")),
    ]
    .into_iter()
    .flatten()
    .collect()
}
