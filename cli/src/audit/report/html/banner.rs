//! Description of the banner.

use std::borrow::Cow;

use super::super::{
    super::record::{Banner, Control, Record},
    sanitize::cut,
};

/// Maximum length of the text. Some banners contain a whole policy.
const MOST_OF_THE_TEXT: usize = 1200;
const MOST_OF_A_LABEL: usize = 160;

#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) language: &'a str,
    pub(super) found_by: String,
    pub(super) controls: Vec<Handle<'a>>,
    pub(super) facts: Vec<(&'static str, String)>,
    /// Visits in which it was visible on the first page.
    pub(super) seen: Vec<String>,
}

/// A row of the table of controls.
#[derive(Debug)]
pub(super) struct Handle<'a> {
    pub(super) role: &'static str,
    /// Properties of the control, if the banner has it.
    pub(super) about: Option<Measures<'a>>,
}

#[derive(Debug)]
pub(super) struct Measures<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) kind: &'a str,
    pub(super) size: String,
    pub(super) place: String,
    pub(super) letters: String,
    pub(super) contrast: String,
    pub(super) stands_out: String,
    pub(super) order: u32,
}

/// Describes the banner of the first visit with one.
pub(super) fn shown(record: &Record) -> Option<Shown<'_>> {
    let banner = record
        .visits
        .iter()
        .find_map(|visit| visit.banner.as_ref())?;
    let seen = record.visits.iter().filter(|visit| visit.banner.is_some());
    let controls = [
        ("Accept", &banner.accept),
        ("Reject", &banner.reject),
        ("Settings", &banner.settings),
        ("Close", &banner.close),
    ];
    Some(Shown {
        text: cut(&banner.text, MOST_OF_THE_TEXT),
        language: &banner.language,
        found_by: match banner.found_by.as_str() {
            "heuristic" => "its position on the page and its wording".to_owned(),
            product => product.to_owned(),
        },
        controls: controls
            .map(|(role, control)| Handle {
                role,
                about: control.as_ref().map(measures),
            })
            .into(),
        facts: facts(banner),
        seen: seen.map(|visit| visit.circumstances.to_string()).collect(),
    })
}

fn measures(control: &Control) -> Measures<'_> {
    Measures {
        text: cut(&control.text, MOST_OF_A_LABEL),
        kind: &control.kind,
        size: format!("{:.0} × {:.0}", control.width, control.height),
        place: format!("{:.0}, {:.0}", control.x, control.y),
        letters: format!("{:.0} px, {:.0}", control.font_size, control.font_weight),
        contrast: format!("{:.1} : 1", control.contrast),
        stands_out: format!("{:.1} : 1", control.stands_out),
        order: control.order.saturating_add(1),
    }
}

fn facts(banner: &Banner) -> Vec<(&'static str, String)> {
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let mut facts = vec![
        (
            "Covers",
            format!(
                "{:.0} % of the window of a phone, 360 × 740",
                banner.covers * 100.0
            ),
        ),
        (
            "Covers the keyboard focus",
            match &banner.covers_focus {
                Some(target) => cut(target, MOST_OF_A_LABEL).into_owned(),
                None => yes(false),
            },
        ),
        ("Disappears without an answer", yes(banner.vanishes)),
        ("Blocks the page", yes(banner.wall)),
        ("Traps the keyboard focus", yes(banner.traps_focus)),
        (
            "Relies on legitimate interest",
            yes(banner.legitimate_interest),
        ),
        (
            "Treats silence as consent",
            yes(banner.says_silence_is_consent),
        ),
    ];
    if !banner.categories.is_empty() {
        facts.push((
            "Categories that can be accepted alone",
            banner.categories.join(", "),
        ));
    }
    if !banner.boxes.is_empty() {
        let boxes = banner.boxes.iter();
        let boxes = boxes.map(|tick| match tick.ticked {
            true => format!("{} (on)", cut(&tick.label, MOST_OF_A_LABEL)),
            false => format!("{} (off)", cut(&tick.label, MOST_OF_A_LABEL)),
        });
        facts.push((
            "Checkboxes and switches",
            boxes.collect::<Vec<_>>().join(", "),
        ));
    }
    facts
}
