//! The privacy policy.

use askama::Template;

use crate::{
    decision::ConsentModel,
    policy::{LegalBasis, Lifetime, NECESSARY},
};

use super::{
    DefaultPages,
    compose::Composer,
    facts::{Entry, Fact, Piece, controller, pieces, processing, reach, recipients},
    labels::Languages,
    state,
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
    left: Option<String>,
    edition: String,
    contents: Vec<(&'static str, &'a str)>,
    short: &'a str,
    short_lines: Vec<Line>,
    /// The visitor's current choice; `None` in an earlier edition.
    choice: Option<Choice>,
    controller: Vec<Fact<'a>>,
    processing: Vec<Entry<'a>>,
    what_line: Option<&'a str>,
    groups: Vec<Group<'a>>,
    tables: bool,
    recipients: Vec<Entry<'a>>,
    recipients_lines: Vec<&'a str>,
    long_lines: Vec<String>,
    objection: Option<String>,
    objection_how: (&'a str, &'a str),
    withdrawal: Option<Withdrawal<'a>>,
    how: (&'a str, &'a str),
    reach: Fact<'a>,
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
    pub(super) fn draw_policy(&self, view: &PolicyView<'_>) -> String {
        let frame = &view.frame;
        let (words, lang) = self.words_for(frame.language);
        let composer = Composer::of(frame, words);
        let file = frame.policy.file();
        let optional = composer.asks();
        let sold = composer.in_sentences(&composer.sold_or_shared());
        let processing = processing(&composer);
        let groups = tables::groups(&composer, view);
        let tables = groups.iter().any(|group| !group.rows.is_empty());
        let recipients = recipients(&composer);
        let recipients_lines = recipients_lines(&composer, tables);
        let validity = match view.own_cookies.first().and_then(|cookie| cookie.duration) {
            Some(Lifetime::For { count, unit }) if optional && !view.superseded => {
                let time = words.time(count, unit);
                Some(fill(&words.long_choice, &[("time", &time)]))
            }
            _ => None,
        };
        let long_lines = long_lines(words, tables, validity, !processing.is_empty());
        let objection = objection(&composer, groups.iter().any(|group| group.necessary));
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
            lang,
            superseded: view.superseded,
            saved: (view.saved)
                .map(|outcome| around(state::saved_line(&composer, outcome), "settings")),
            left: (view.left.as_ref()).map(|id| fill(&words.saved_left, &[("id", id)])),
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
            short: match frame.model {
                _ if !optional => &words.short_nothing,
                ConsentModel::Implied => &words.short_implied,
                _ if composer.others_set() && !view.gates_markup => &words.short_opt_in_server,
                _ => &words.short_opt_in,
            },
            short_lines: short_lines(&composer, view),
            choice: (!view.superseded).then(|| Choice {
                state: state::state_line(&composer, frame, &view.state),
                signal: state::signal_line(&composer, &view.state),
                open: optional,
            }),
            controller: controller(&composer),
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
            objection_how: around(&words.objection_how, "who"),
            withdrawal: withdrawal(&composer),
            how: around(&words.rights_how, "who"),
            reach: reach(&composer),
            authority: (file.controller.authority.as_deref())
                .map(|who| {
                    pieces(&fill(
                        &words.rights_authority,
                        &[("authority", who.trim().trim_end_matches('.'))],
                    ))
                })
                .unwrap_or_default(),
            duties: duties
                .into_iter()
                .filter(|(_, text)| !text.is_empty())
                .collect(),
            signal: if sold.is_empty() {
                words.signal_none.to_string()
            } else {
                fill(&words.signal_some, &[("what", &sold)])
            },
            changes: changes(&composer, view),
            editions: (view.editions.iter())
                .map(|edition| Edition {
                    title: listed(words, edition, view),
                    path: &edition.path,
                    this: edition.version == file.policy.version,
                })
                .collect(),
        })
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

fn short_lines(composer: &Composer<'_>, view: &PolicyView<'_>) -> Vec<Line> {
    let (words, frame) = (composer.words, &view.frame);
    let ours = |text| Line {
        text,
        declared: false,
    };
    let mut categories = composer.policy.categories().iter();
    let necessary = categories
        .find(|category| category.id == NECESSARY)
        .map(|category| Line {
            text: composer.summary(category).to_owned(),
            declared: !composer.text(&category.summary).is_empty(),
        });
    let optional = match frame.model {
        ConsentModel::Implied => composer.uses_implied(),
        _ => composer.uses_asked(),
    };
    let not_valid = state::not_valid(composer, frame).map(str::to_owned);
    let others = match (view.gates_markup, frame.model) {
        _ if !composer.others_set() => None,
        (true, ConsentModel::OptIn) => Some(words.short_markup.to_string()),
        // Third parties start together with everything else.
        (true, _) => None,
        (false, _) => Some(words.short_scripts.to_string()),
    };
    [
        not_valid.map(ours),
        necessary,
        optional.map(ours),
        others.map(ours),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Names the sections that list recipients; empty if no section does.
fn recipients_lines<'a>(composer: &Composer<'a>, tables: bool) -> Vec<&'a str> {
    let words = composer.words;
    let mut processing = composer.policy.file().processing.iter();
    let named = processing.any(|entry| !composer.optional(&entry.recipients).is_empty());
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
fn objection(composer: &Composer<'_>, necessary: bool) -> Option<String> {
    let words = composer.words;
    let rests_on = |ground| {
        let mut processing = composer.policy.file().processing.iter();
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
fn withdrawal<'a>(composer: &Composer<'a>) -> Option<Withdrawal<'a>> {
    let words = composer.words;
    let mut processing = composer.policy.file().processing.iter();
    let other = processing.any(|entry| entry.legal_basis == Some(LegalBasis::Consent));
    let (before, after) = match (composer.asks(), other) {
        (true, _) => around(&words.rights_withdrawal, "settings"),
        (false, true) => (&*words.rights_withdrawal_other, ""),
        (false, false) => return None,
    };
    let linked = composer.asks();
    Some(Withdrawal {
        before,
        linked,
        after,
        also: (linked && other).then_some(&*words.rights_withdrawal_also),
    })
}

/// Returns the changes that the policy declares. For a first edition without any, states that it is
/// the first.
fn changes(composer: &Composer<'_>, view: &PolicyView<'_>) -> Option<Line> {
    let edition = &composer.policy.file().policy;
    let mut editions = view.editions.iter();
    let first = edition.version == 1 && !editions.any(|one| one.version < edition.version);
    match composer.optional(&edition.changes) {
        "" => first.then(|| Line {
            text: composer.words.changed_first.to_string(),
            declared: false,
        }),
        changes => Some(Line {
            text: changes.to_owned(),
            declared: true,
        }),
    }
}
