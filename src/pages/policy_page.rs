//! The privacy policy.

use askama::Template;

use crate::{
    decision::ConsentModel,
    policy::{LegalBasis, Lifetime, NECESSARY},
};

use super::{
    DefaultPages, choice_summary,
    definition_list::{
        DefinitionList, ListItem, Piece, contact, controller, pieces, processing, recipients,
    },
    labels::Languages,
    sentences::Sentences,
    tables::{self, Group},
    view::{EditionView, Frame, PolicyView},
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
    lang: Languages<'a>,
    superseded: bool,
    /// Text of the confirmation before and after the link to the settings.
    saved: Option<(&'a str, &'a str)>,
    /// In a confirmation: the sentence that shows the former consent id.
    withdrawal_note: Option<String>,
    edition: String,
    contents: Vec<(&'static str, &'a str)>,
    short: &'a str,
    short_lines: Vec<Line>,
    /// The visitor's current choice; `None` in an earlier edition.
    choice: Option<Choice>,
    controller: Vec<ListItem<'a>>,
    processing: Vec<DefinitionList<'a>>,
    what_line: Option<&'a str>,
    groups: Vec<Group<'a>>,
    tables: bool,
    recipients: Vec<DefinitionList<'a>>,
    recipients_lines: Vec<&'a str>,
    long_lines: Vec<String>,
    objection: Option<String>,
    objection_contact: (&'a str, &'a str),
    withdrawal: Option<Withdrawal<'a>>,
    rights_contact: (&'a str, &'a str),
    contact: ListItem<'a>,
    authority: Vec<Piece>,
    duties: Vec<(&'a str, &'a str)>,
    signal: String,
    changes: Option<Line>,
    editions: Vec<Edition<'a>>,
}

/// A paragraph.
struct Line {
    text: String,
    /// True if the text comes from the policy, not from [`Words`].
    declared: bool,
}

struct Choice {
    state: String,
    signal: Option<String>,
    /// True if there is something to choose.
    open: bool,
}

/// Instructions for withdrawal: by a link for cookies, by a message for other processing.
struct Withdrawal<'a> {
    before: &'a str,
    linked: bool,
    after: &'a str,
    also: Option<&'a str>,
}

struct Edition<'a> {
    title: String,
    path: &'a str,
    this: bool,
}

impl DefaultPages {
    pub(super) fn render_policy(&self, view: &PolicyView<'_>) -> String {
        let frame = &view.frame;
        let (words, lang) = self.words_for(frame.language);
        let sentences = Sentences::of(frame, words);
        let optional = sentences.asks();
        let processing = processing(&sentences);
        let groups = tables::groups(&sentences, view);
        let tables = groups.iter().any(|group| !group.rows.is_empty());
        let recipients = recipients(&sentences);
        let recipients_lines = recipients_lines(&sentences, tables);
        let long_lines = long_lines(
            words,
            tables,
            validity(words, view, optional),
            !processing.is_empty(),
        );
        let objection = objection(&sentences, groups.iter().any(|group| group.necessary));
        super::render(&PolicyPage {
            pages: self,
            frame,
            site: sentences.site(),
            title: &words.policy_title,
            words,
            lang,
            superseded: view.superseded,
            saved: (view.saved)
                .map(|outcome| around(choice_summary::saved_line(&sentences, outcome), "settings")),
            withdrawal_note: (view.former_consent_id.as_ref())
                .map(|id| fill(&words.saved_left, &[("id", id)])),
            edition: edition(words, view),
            contents: contents(words)
                .into_iter()
                .filter(|(id, _)| match *id {
                    "choice" => !view.superseded,
                    "what" => !processing.is_empty() || tables,
                    "kept" => !groups.is_empty(),
                    "recipients" => !(recipients.is_empty() && recipients_lines.is_empty()),
                    "long" => !long_lines.is_empty(),
                    "object" => objection.is_some(),
                    _ => true,
                })
                .collect(),
            short: short(&sentences, view),
            short_lines: short_lines(&sentences, view),
            choice: (!view.superseded).then(|| Choice {
                state: choice_summary::state_line(&sentences, frame, &view.state),
                signal: choice_summary::signal_line(&sentences, &view.state),
                open: optional,
            }),
            controller: controller(&sentences),
            what_line: match (tables, &processing[..]) {
                (false, _) => None,
                (true, []) => Some(&*words.what_only_cookies),
                (true, _) => Some(&*words.what_cookies),
            },
            processing,
            groups,
            tables,
            recipients,
            recipients_lines,
            long_lines,
            objection,
            objection_contact: around(&words.objection_how, "who"),
            withdrawal: withdrawal(&sentences),
            rights_contact: around(&words.rights_how, "who"),
            contact: contact(&sentences),
            authority: authority(&sentences),
            duties: duties(&sentences),
            signal: signal(&sentences),
            changes: changes(&sentences, view),
            editions: (view.editions.iter())
                .map(|edition| Edition {
                    title: listed(words, edition, view),
                    path: &edition.path,
                    this: edition.version == frame.policy.file().policy.version,
                })
                .collect(),
        })
    }
}

/// Returns the sentence on the validity of a choice, if the current policy asks for one.
fn validity(words: &Words, view: &PolicyView<'_>, optional: bool) -> Option<String> {
    match view.own_cookies.first().and_then(|cookie| cookie.duration) {
        Some(Lifetime::For { count, unit }) if optional && !view.superseded => {
            let time = words.time(count, unit);
            Some(fill(&words.long_choice, &[("time", &time)]))
        }
        _ => None,
    }
}

/// Returns the summary at the start of the page.
fn short<'a>(sentences: &Sentences<'a>, view: &PolicyView<'_>) -> &'a str {
    let words = sentences.words;
    match view.frame.model {
        _ if !sentences.asks() => &words.short_nothing,
        ConsentModel::Implied => &words.short_implied,
        _ if sentences.stores_outside_server() && !view.gates_markup => &words.short_opt_in_server,
        _ => &words.short_opt_in,
    }
}

/// Names the supervisory authority; empty if the policy does not.
fn authority(sentences: &Sentences<'_>) -> Vec<Piece> {
    let Some(name) = sentences.policy.file().controller.authority.as_deref() else {
        return Vec::new();
    };
    let name = name.trim().trim_end_matches('.');
    pieces(&fill(
        &sentences.words.rights_authority,
        &[("authority", name)],
    ))
}

/// Returns the duty to provide data and the automated decisions that the policy declares, each with
/// its heading.
fn duties<'a>(sentences: &Sentences<'a>) -> Vec<(&'a str, &'a str)> {
    let (words, edition) = (sentences.words, &sentences.policy.file().policy);
    [
        (
            &*words.rights_provision,
            sentences.optional(&edition.provision),
        ),
        (
            &*words.rights_automated,
            sentences.optional(&edition.automated_decisions),
        ),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .collect()
}

/// Describes the effect of `Sec-GPC: 1`.
fn signal(sentences: &Sentences<'_>) -> String {
    let sold = sentences.list_in_sentence(&sentences.sold_or_shared());
    match sold.is_empty() {
        true => sentences.words.signal_none.to_string(),
        false => fill(&sentences.words.signal_some, &[("what", &sold)]),
    }
}

fn contents(words: &Words) -> [(&'static str, &str); 12] {
    [
        ("short", &words.short_title),
        ("choice", &words.choice_title),
        ("who", &*words.who_title),
        ("what", &words.what_title),
        ("kept", &words.cookies_title),
        ("recipients", &words.recipients_title),
        ("long", &words.long_title),
        ("object", &words.objection_title),
        ("rights", &words.rights_title),
        ("signal", &words.signal_title),
        ("delete", &words.delete_title),
        ("changed", &words.changed_title),
    ]
}

/// Describes the edition of the page: "Version 2, in force since 22 November 2026."
fn edition(words: &Words, view: &PolicyView<'_>) -> String {
    let this = &view.frame.policy.file().policy;
    let next = next(view, this.version);
    let until = next.and_then(|next| next.effective);
    let text = match (view.superseded, this.effective, until) {
        (true, Some(_), Some(_)) => &words.policy_edition_ended,
        (true, None, Some(_)) => &words.policy_edition_ended_undated,
        (true, Some(_), None) => &words.policy_edition_begun,
        (false, Some(_), _) => &words.policy_edition,
        (_, None, _) => &words.policy_edition_undated,
    };
    let next = next.map(|next| next.version.to_string());
    fill(
        text,
        &[
            ("n", &this.version.to_string()),
            ("day", &day(words, this.effective)),
            ("next", &next.unwrap_or_default()),
            ("until", &day(words, until)),
        ],
    )
}

/// Describes an edition in the list of editions: "Version 1, from 1 March 2026 until 22 November
/// 2026".
fn listed(words: &Words, edition: &EditionView, view: &PolicyView<'_>) -> String {
    let until = next(view, edition.version).and_then(|next| next.effective);
    let text = match (edition.effective, until) {
        (Some(_), Some(_)) => &words.changed_edition_ended,
        (None, Some(_)) => &words.changed_edition_ended_undated,
        (Some(_), None) => &words.changed_edition,
        (None, None) => &words.changed_edition_undated,
    };
    fill(
        text,
        &[
            ("n", &edition.version.to_string()),
            ("day", &day(words, edition.effective)),
            ("until", &day(words, until)),
        ],
    )
}

/// Returns the edition that replaced `version`.
fn next<'v>(view: &'v PolicyView<'_>, version: u32) -> Option<&'v EditionView> {
    let later = view.editions.iter().filter(|one| one.version > version);
    later.min_by_key(|one| one.version)
}

fn day(words: &Words, day: Option<time::Date>) -> String {
    day.map(|day| words.date(day)).unwrap_or_default()
}

fn short_lines(sentences: &Sentences<'_>, view: &PolicyView<'_>) -> Vec<Line> {
    let (words, frame) = (sentences.words, &view.frame);
    let ours = |text| Line {
        text,
        declared: false,
    };
    let mut categories = sentences.policy.categories().iter();
    let necessary = categories
        .find(|category| category.id == NECESSARY)
        .map(|category| Line {
            text: sentences.summary(category).to_owned(),
            declared: !sentences.text(&category.summary).is_empty(),
        });
    let optional = match frame.model {
        ConsentModel::Implied => sentences.uses_implied(),
        _ => sentences.uses_asked(),
    };
    let implied_warning = choice_summary::implied_warning(sentences, frame).map(str::to_owned);
    let others = match (view.gates_markup, frame.model) {
        _ if !sentences.stores_outside_server() => None,
        (true, ConsentModel::OptIn) => Some(words.short_markup.to_string()),
        // Third parties start together with everything else.
        (true, _) => None,
        (false, _) => Some(words.short_scripts.to_string()),
    };
    [
        implied_warning.map(ours),
        necessary,
        optional.map(ours),
        others.map(ours),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Names the sections that list recipients; empty if no section does.
fn recipients_lines<'a>(sentences: &Sentences<'a>, tables: bool) -> Vec<&'a str> {
    let words = sentences.words;
    let mut processing = sentences.policy.file().processing.iter();
    let named = processing.any(|entry| !sentences.optional(&entry.recipients).is_empty());
    [
        named.then_some(&*words.recipients_above),
        tables.then_some(&*words.recipients_cookies),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn long_lines(
    words: &Words,
    tables: bool,
    validity: Option<String>,
    processing: bool,
) -> Vec<String> {
    let cookies = tables.then(|| words.long_cookies.to_string());
    let cookies: Vec<_> = cookies.into_iter().chain(validity).collect();
    let cookies = (!cookies.is_empty()).then(|| cookies.join(" "));
    let processing = processing.then(|| words.long_processing.to_string());
    cookies.into_iter().chain(processing).collect()
}

/// Describes the right to object, separately from the other rights (Art. 21(4) GDPR), if a
/// processing rests on legitimate interests. Necessary cookies do, unless the policy declares
/// another basis.
fn objection(sentences: &Sentences<'_>, necessary: bool) -> Option<String> {
    let words = sentences.words;
    let rests_on = |ground| {
        let mut processing = sentences.policy.file().processing.iter();
        processing.any(|entry| entry.legal_basis == Some(ground))
    };
    let interests = necessary || rests_on(LegalBasis::LegitimateInterests);
    let task = rests_on(LegalBasis::PublicTask);
    let grounds: Vec<_> = [
        interests.then_some(&*words.objection_interests),
        task.then_some(&*words.objection_task),
    ]
    .into_iter()
    .flatten()
    .collect();
    let grounds = (!grounds.is_empty()).then(|| words.list(&grounds));
    grounds.map(|grounds| fill(&words.objection_text, &[("grounds", &grounds)]))
}

/// Describes how to withdraw consent; `None` if nothing rests on consent.
fn withdrawal<'a>(sentences: &Sentences<'a>) -> Option<Withdrawal<'a>> {
    let words = sentences.words;
    let mut processing = sentences.policy.file().processing.iter();
    let other = processing.any(|entry| entry.legal_basis == Some(LegalBasis::Consent));
    let (before, after) = match (sentences.asks(), other) {
        (true, _) => around(&words.rights_withdrawal, "settings"),
        (false, true) => (&*words.rights_withdrawal_other, ""),
        (false, false) => return None,
    };
    let linked = sentences.asks();
    Some(Withdrawal {
        before,
        linked,
        after,
        also: (linked && other).then_some(&*words.rights_withdrawal_also),
    })
}

/// Returns the changes that the policy declares. For a first edition without any, states that it is
/// the first.
fn changes(sentences: &Sentences<'_>, view: &PolicyView<'_>) -> Option<Line> {
    let edition = &sentences.policy.file().policy;
    let mut editions = view.editions.iter();
    let first = edition.version == 1 && !editions.any(|one| one.version < edition.version);
    match sentences.optional(&edition.changes) {
        "" => first.then(|| Line {
            text: sentences.words.changed_first.to_string(),
            declared: false,
        }),
        changes => Some(Line {
            text: changes.to_owned(),
            declared: true,
        }),
    }
}
