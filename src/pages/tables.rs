//! Tables of cookies and storage on the policy page, one per category.

use std::borrow::Cow;

use crate::{
    decision::ConsentModel,
    policy::{
        Category, CookieSpec, Lifetime, NECESSARY, Pattern, ServiceSpec, SetBy, StorageKind,
        StorageSpec,
    },
};

use super::{
    sentences::Sentences,
    view::PolicyView,
    words::{Words, capitalised, fill},
};

/// Table of one category.
pub(super) struct Group<'a> {
    pub(super) title: &'a str,
    /// True if the title comes from the policy, not from [`Words`].
    pub(super) declared: bool,
    pub(super) text: String,
    pub(super) caption: String,
    pub(super) rows: Vec<Row<'a>>,
    pub(super) necessary: bool,
}

pub(super) struct Row<'a> {
    pub(super) name: Cow<'a, str>,
    /// Kind of storage; `None` for a cookie.
    pub(super) kind: Option<&'a str>,
    pub(super) purpose: Cow<'a, str>,
    /// True if the purpose comes from the policy, not from [`Words`].
    pub(super) declared: bool,
    pub(super) duration: String,
    pub(super) readers: String,
}

/// Returns the tables, `necessary` first. It includes this library's own cookies, except in an
/// earlier edition.
pub(super) fn groups<'a>(sentences: &Sentences<'a>, view: &PolicyView<'a>) -> Vec<Group<'a>> {
    let categories = sentences.policy.categories().iter();
    categories
        .map(|category| {
            let own = if category.id == NECESSARY && !view.superseded {
                view.own_cookies
            } else {
                &[]
            };
            group(sentences, category, own, view)
        })
        .filter(|group| !(group.necessary && group.rows.is_empty()))
        .collect()
}

fn group<'a>(
    sentences: &Sentences<'a>,
    category: &'a Category,
    own: &'a [CookieSpec],
    view: &PolicyView<'_>,
) -> Group<'a> {
    let model = view.frame.model;
    let words = sentences.words;
    let necessary = category.id == NECESSARY;
    let data = sentences.stored_by_category(&category.id);
    let cookies = data.cookies.len() + own.len();
    let count = sentences.count(cookies, data.storage.len());
    let caption = match (necessary, model, cookies + data.storage.len()) {
        (true, ..) => &words.caption_always,
        (_, ConsentModel::Implied, 1) => &words.caption_implied_one,
        (_, ConsentModel::Implied, _) => &words.caption_implied_many,
        (.., 1) => &words.caption_one,
        _ => &words.caption_many,
    };
    let title = sentences.title(category);
    let cookies = data.cookies.into_iter();
    let declared = cookies.map(|cookie| cookie_row(sentences, cookie));
    let noticed = model == ConsentModel::Implied && sentences.asks();
    let own_purposes = words.own_purposes(noticed, view.recorded);
    // Order of the own cookies: choice, note, recent rejections, cache key.
    let note = match noticed {
        true => &words.cell_notice,
        false => &words.cell_note,
    };
    let choice = &words.cell_choice;
    let from = [choice, note, choice, choice];
    let own_rows = own.iter().zip(own_purposes).zip(from);
    let own_rows = own_rows.map(|((cookie, purpose), from)| {
        let row = cookie_row(sentences, cookie);
        Row {
            purpose: purpose.into(),
            declared: false,
            duration: fill(from, &[("time", &row.duration)]),
            ..row
        }
    });
    let storage = data.storage.into_iter();
    Group {
        title,
        declared: !sentences.text(&category.title).is_empty(),
        text: if necessary {
            necessary_text(sentences, !own.is_empty())
        } else {
            text(sentences, category, model)
        },
        caption: fill(caption, &[("title", title), ("what", &count)]),
        rows: declared
            .chain(own_rows)
            .chain(storage.map(|entry| storage_row(sentences, entry)))
            .collect(),
        necessary,
    }
}

/// Explains why necessary cookies need no consent, and names the legal basis for the data in them.
fn necessary_text(sentences: &Sentences<'_>, with_choice: bool) -> String {
    let words = sentences.words;
    let ground = if sentences.policy.file().processing.is_empty() {
        words.cookies_necessary_ground.to_string()
    } else {
        fill(
            &words.cookies_necessary_ground_named,
            &[("section", &words.what_title)],
        )
    };
    let mut text = format!("{} {ground}", words.cookies_necessary);
    if with_choice && sentences.asks() {
        text.push(' ');
        text.push_str(&words.cookies_choice_ground);
    }
    text
}

/// Names the purposes and the legal basis of an optional category.
fn text<'a>(sentences: &Sentences<'a>, category: &'a Category, model: ConsentModel) -> String {
    let words = sentences.words;
    let text = match model {
        ConsentModel::Implied => &words.cookies_implied,
        _ => &words.cookies_gated,
    };
    fill(
        text,
        &[(
            "purposes",
            &sentences.purposes_in_words(&sentences.purposes_of_category(category)),
        )],
    )
}

fn cookie_row<'a>(sentences: &Sentences<'a>, cookie: &'a CookieSpec) -> Row<'a> {
    let service = cookie
        .service
        .as_deref()
        .and_then(|id| sentences.service(id));
    Row {
        name: Pattern::of(&cookie.name).shown(),
        kind: None,
        purpose: sentences.text(&cookie.purpose).into(),
        declared: true,
        duration: lifetime(sentences.words, cookie.duration),
        readers: readers(sentences, cookie, service),
    }
}

fn storage_row<'a>(sentences: &Sentences<'a>, entry: &'a StorageSpec) -> Row<'a> {
    let words = sentences.words;
    let service = entry
        .service
        .as_deref()
        .and_then(|id| sentences.service(id));
    Row {
        name: Cow::Borrowed(&entry.key),
        kind: Some(match entry.kind {
            StorageKind::Local => &words.cell_local,
            StorageKind::Session => &words.cell_session_storage,
            StorageKind::Indexed => &words.cell_indexed,
            StorageKind::Cache => &words.cell_cache,
        }),
        purpose: sentences.text(&entry.purpose).into(),
        declared: true,
        duration: lifetime(words, entry.duration),
        readers: who(sentences, Some(&*words.this_site), service),
    }
}

fn lifetime(words: &Words, lifetime: Option<Lifetime>) -> String {
    match lifetime {
        None => String::new(),
        Some(Lifetime::Session) => words.cell_session.to_string(),
        Some(Lifetime::Persistent) => words.cell_for_good.to_string(),
        Some(Lifetime::For { count, unit }) => capitalised(&words.time(count, unit)),
    }
}

/// Names the readers of a cookie, and its setter if that is not the site's server (C-673/17, 81).
fn readers(
    sentences: &Sentences<'_>,
    cookie: &CookieSpec,
    service: Option<&ServiceSpec>,
) -> String {
    let words = sentences.words;
    let host = cookie.host.as_deref().unwrap_or_default();
    let (first, set_by) = match cookie.set_by {
        SetBy::Server => (Some(&*words.this_site), None),
        SetBy::Script => (Some(&*words.this_site), Some(words.cell_script.to_string())),
        SetBy::ThirdParty => {
            let first = service.is_none().then_some(host);
            let set_by = fill(&words.cell_third_party, &[("host", host)]);
            // Without a provider, the host already names the reader.
            (
                first,
                (service.is_some() && !host.is_empty()).then_some(set_by),
            )
        }
    };
    let mut text = who(sentences, first, service);
    if let Some(set_by) = set_by {
        text += &words.list_comma;
        text += &set_by;
    }
    text
}

fn who(sentences: &Sentences<'_>, first: Option<&str>, service: Option<&ServiceSpec>) -> String {
    let mut names: Vec<&str> = first.into_iter().collect();
    if let Some(service) = service {
        names.push(&service.provider);
        names.extend(service.access.iter().map(String::as_str));
    }
    names.retain(|name| Some(*name) == first || sentences.is_third_party(name));
    if names.is_empty() {
        names.push(&sentences.words.this_site);
    }
    let text = sentences.words.list(&names);
    // Names of hosts and providers keep their spelling.
    if names[0] == sentences.words.this_site {
        capitalised(&text)
    } else {
        text
    }
}
