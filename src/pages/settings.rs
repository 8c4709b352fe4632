//! The settings page.

use askama::Template;

use crate::{decision::Basis, ledger::Event, policy::TimeUnit};

use super::{
    DefaultPages, choice_summary,
    labels::{Labels, Languages},
    sentences::Sentences,
    view::{CategoryView, Frame, RecordView, RecordedView, SettingsView},
    words::{Words, around, fill},
};

#[derive(Template)]
#[template(path = "consent/settings.html", whitespace = "minimize")]
struct SettingsPage<'a> {
    pages: &'a DefaultPages,
    frame: &'a Frame<'a>,
    site: &'a str,
    title: &'a str,
    words: &'a Words,
    lang: Languages<'a>,
    labels: Labels,
    saved: Option<(&'a str, &'a str)>,
    back: String,
    /// Path of the page that the visitor came from, or of the home page if the form returns to
    /// itself.
    back_to: &'a str,
    state: String,
    implied_warning: Option<&'a str>,
    signal: Option<String>,
    necessary: Vec<Always<'a>>,
    record: Option<Record<'a>>,
    blocks: Vec<Block<'a>>,
}

/// The necessary category.
struct Always<'a> {
    title: &'a str,
    /// True if the title comes from the policy, not from [`Words`].
    declared: bool,
    sentence: String,
}

/// The visitor's record in the ledger.
struct Record<'a> {
    about: &'a str,
    id: &'a str,
    /// Sentence on the validity of a choice.
    valid: String,
    receipt: Option<&'a str>,
    /// Time and content of each entry; `None` if the ledger cannot be read.
    entries: Option<Vec<(String, String)>>,
}

/// One switch, with its title and description.
struct Block<'a> {
    name: String,
    title: &'a str,
    sentence: String,
    note: Option<&'a str>,
    on: bool,
    services: Vec<Block<'a>>,
}

impl DefaultPages {
    pub(super) fn render_settings_link(&self, frame: &Frame<'_>) -> String {
        let (words, lang) = self.words_for(frame.language);
        let title = askama::filters::escape(&*words.settings_title, askama::filters::Html);
        format!(
            "<p lang=\"{}\"><a href=\"{}\">{}</a></p>",
            lang.page,
            frame.settings_path,
            title.map(|title| title.to_string()).unwrap_or_default()
        )
    }

    pub(super) fn render_settings(&self, view: &SettingsView<'_>) -> String {
        let frame = &view.frame;
        let (words, lang) = self.words_for(frame.language);
        let sentences = Sentences::of(frame, words);
        let (necessary, gated): (Vec<_>, Vec<_>) = view
            .categories
            .iter()
            .partition(|category| category.necessary);
        let sold = sentences.list_in_sentence(&sentences.sold_or_shared());
        super::render(&SettingsPage {
            pages: self,
            frame,
            site: sentences.site(),
            title: &words.settings_title,
            words,
            lang,
            labels: Labels::of(frame.language),
            saved: view
                .saved
                .map(|outcome| around(choice_summary::saved_line(&sentences, outcome), "settings")),
            back: fill(&words.settings_back, &[("site", sentences.site())]),
            back_to: if frame.return_to == frame.settings_path {
                frame.home_path
            } else {
                frame.return_to
            },
            state: choice_summary::state_line(&sentences, frame, &view.state),
            implied_warning: choice_summary::implied_warning(&sentences, frame),
            signal: (frame.gpc && !sold.is_empty())
                .then(|| fill(&words.settings_signal, &[("what", &sold)])),
            necessary: necessary
                .into_iter()
                .map(|category| Always {
                    title: title(&sentences, category),
                    declared: !category.title.is_empty(),
                    sentence: sentence(&sentences, category.id),
                })
                .collect(),
            record: view
                .record
                .as_ref()
                .map(|record| record_of(&sentences, record)),
            blocks: gated
                .into_iter()
                .map(|category| block(&sentences, category))
                .collect(),
        })
    }
}

fn record_of<'a>(sentences: &Sentences<'a>, record: &'a RecordView<'a>) -> Record<'a> {
    let words = sentences.words;
    let entry = |entry: &RecordedView<'_>| {
        let time = format!("{:02}:{:02}", entry.time.hour(), entry.time.minute());
        let day = words.date(entry.time.date());
        let when = fill(&words.record_when, &[("day", &day), ("time", &time)]);
        let what = sentences.list_in_sentence(&entry.on);
        let what = match (entry.event, what.is_empty()) {
            (Event::OptedOut, _) => words.record_signal.to_string(),
            (_, true) => words.record_off.to_string(),
            (_, false) => fill(&words.record_on, &[("what", &what)]),
        };
        (when, what)
    };
    Record {
        about: match (record.receipt, &record.entries) {
            (Some(_), Some(entries)) if entries.is_empty() => &words.record_none,
            (Some(_), _) => &words.record_id,
            (None, _) => &words.record_left,
        },
        id: &record.id,
        valid: fill(
            &words.record_valid,
            &[("time", &words.time(record.validity_days, TimeUnit::Day))],
        ),
        // An empty record, for example an erased one, has no receipt.
        receipt: record
            .receipt
            .filter(|_| record.entries.as_ref().is_none_or(|all| !all.is_empty())),
        entries: record
            .entries
            .as_ref()
            .map(|entries| entries.iter().map(entry).collect()),
    }
}

fn block<'a>(sentences: &Sentences<'a>, category: &CategoryView<'a>) -> Block<'a> {
    let words = sentences.words;
    let services = category.services.iter().map(|service| Block {
        name: format!("svc.{}", service.id),
        title: service.provider,
        sentence: sentences.one_service(service.id),
        note: note(words, service.basis),
        on: service.chosen,
        services: Vec::new(),
    });
    Block {
        name: format!("cat.{}", category.id),
        title: title(sentences, category),
        sentence: sentence(sentences, category.id),
        note: note(words, category.basis),
        on: category.chosen,
        services: services.collect(),
    }
}

fn title<'a>(sentences: &Sentences<'a>, view: &CategoryView<'a>) -> &'a str {
    let mut categories = sentences.policy.categories().iter();
    match categories.find(|category| category.id == view.id) {
        Some(category) if view.title.is_empty() => sentences.title(category),
        _ => view.title,
    }
}

fn sentence(sentences: &Sentences<'_>, id: &str) -> String {
    let mut categories = sentences.policy.categories().iter();
    categories
        .find(|category| category.id == id)
        .map(|category| sentences.category(category))
        .unwrap_or_default()
}

/// Explains a difference between the switch and the current state.
fn note(words: &Words, basis: Basis) -> Option<&str> {
    match basis {
        Basis::Implied => Some(&words.settings_on_implied),
        Basis::Signal => Some(&words.settings_off_signal),
        _ => None,
    }
}
