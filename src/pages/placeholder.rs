//! Placeholders for blocked frames, videos and images.

use askama::Template;

use super::{
    DefaultPages,
    labels::{Labels, Languages},
    sentences::{Sentences, push_once},
    view::{HeldKind, PlaceholderView, ShownView},
    words::{Words, around, fill},
};

#[derive(Template)]
#[template(path = "consent/shown.html", whitespace = "suppress")]
struct Shown<'a> {
    view: &'a ShownView<'a>,
    words: &'a Words,
    lang: Languages<'a>,
    text: (String, Option<String>),
}

#[derive(Template)]
#[template(path = "consent/placeholder.html", whitespace = "suppress")]
struct Placeholder<'a> {
    view: &'a PlaceholderView<'a>,
    style: &'a str,
    words: &'a Words,
    lang: Languages<'a>,
    labels: Labels,
    name: String,
    text: String,
    fields: Vec<String>,
    watch: Option<(&'a str, String)>,
}

impl DefaultPages {
    pub(super) fn render_placeholder(&self, view: &PlaceholderView<'_>) -> String {
        let (words, lang) = self.words_for(view.frame.language);
        let sentences = Sentences::of(&view.frame, words);
        let what = what(&sentences, &view.units);
        super::render(&Placeholder {
            view,
            style: &self.placeholder_style,
            words,
            lang,
            labels: Labels::of(view.frame.language),
            name: match view.kind {
                HeldKind::Advertisement => fill(&words.held_name_advertisement, &[("what", &what)]),
                _ => fill(&words.held_name, &[("what", &what)]),
            },
            text: text(&sentences, view, &what),
            fields: view
                .units
                .iter()
                .map(|unit| field(&sentences, unit))
                .collect(),
            watch: watch(&sentences, view),
        })
    }

    pub(super) fn render_shown(&self, view: &ShownView<'_>) -> String {
        let (words, lang) = self.words_for(view.frame.language);
        let sentences = Sentences::of(&view.frame, words);
        let what = what(&sentences, &view.units);
        let fill = |text: &str| fill(text, &[("what", &what)]);
        super::render(&Shown {
            view,
            words,
            lang,
            text: match view.always {
                false => (fill(&words.shown_once), None),
                true => {
                    let (before, after) = around(&words.shown_always, "settings");
                    (fill(before), Some(fill(after)))
                }
            },
        })
    }
}

/// Returns the name of the hidden field that turns the unit on.
fn field(sentences: &Sentences<'_>, unit: &str) -> String {
    match sentences.service(unit) {
        Some(_) => format!("svc.{unit}"),
        None => format!("cat.{unit}"),
    }
}

/// Lists the titles of the required units: providers of services, names of categories.
fn what(sentences: &Sentences<'_>, units: &[&str]) -> String {
    let titles: Vec<&str> = units
        .iter()
        .map(|unit| sentences.policy.title(unit))
        .collect();
    sentences.list_in_sentence(&titles)
}

fn text(sentences: &Sentences<'_>, view: &PlaceholderView<'_>, what: &str) -> String {
    let words = sentences.words;
    let by_provider = view
        .units
        .iter()
        .any(|unit| sentences.service(unit).is_some());
    let belongs = match (by_provider, view.kind) {
        (false, _) => &words.held_category,
        (true, HeldKind::Video) => &words.held_video,
        (true, HeldKind::Sound) => &words.held_sound,
        (true, HeldKind::Picture) => &words.held_picture,
        (true, HeldKind::Advertisement) => &words.held_advertisement,
        (true, HeldKind::Content) => &words.held_content,
    };
    let purposes = sentences.words.list(&purposes(sentences, view));
    let why = match by_provider {
        true => fill(&words.held_why, &[("what", what), ("for", &purposes)]),
        false => fill(&words.held_why_category, &[("for", &purposes)]),
    };
    let mut text = format!(
        "{} {why} {}",
        fill(belongs, &[("what", what)]),
        words.held_nothing
    );
    if states_signal(sentences, view) {
        text.push(' ');
        text.push_str(&words.held_signal);
    }
    text
}

/// Returns whether the placeholder states that the signal blocks the element. Only then does a
/// choice on it count against the signal.
fn states_signal(sentences: &Sentences<'_>, view: &PlaceholderView<'_>) -> bool {
    view.frame.gpc
        && view
            .units
            .iter()
            .any(|unit| sentences.policy.sale_or_share(unit))
}

/// Returns the purposes of the units.
fn purposes<'a>(sentences: &Sentences<'a>, view: &PlaceholderView<'_>) -> Vec<&'a str> {
    let mut names = Vec::new();
    for unit in &view.units {
        let mut categories = sentences.policy.categories().iter();
        let purposes = match sentences.service(unit) {
            Some(service) => sentences.purposes_of_service(service),
            None => categories
                .find(|category| category.id == *unit)
                .map_or_else(Vec::new, |category| {
                    sentences.purposes_of_category(category)
                }),
        };
        for purpose in purposes {
            push_once(
                &mut names,
                sentences.words.purpose(purpose, sentences.language),
            );
        }
    }
    names
}

/// Returns the address and text of a link to the provider's own page, if the policy names one.
fn watch<'a>(sentences: &Sentences<'a>, view: &PlaceholderView<'_>) -> Option<(&'a str, String)> {
    let mut services = view.units.iter().filter_map(|unit| sentences.service(unit));
    let link = services.find_map(|service| service.provider_url.as_deref())?;
    let host = link.split("://").nth(1)?.split(['/', '?', '#']).next()?;
    let text = match view.kind {
        HeldKind::Video => &sentences.words.held_watch,
        _ => &sentences.words.held_open,
    };
    Some((link, fill(text, &[("host", host)])))
}
