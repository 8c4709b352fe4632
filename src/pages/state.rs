//! The visitor's choice in a sentence.

use crate::decision::{ConsentModel, Status};

use super::{
    compose::Composer,
    view::{Frame, Outcome, StateView},
    words::fill,
};

/// "You turned analytics on, 22 November 2026."
pub(super) fn state_line(composer: &Composer<'_>, frame: &Frame<'_>, state: &StateView<'_>) -> String {
    let words = composer.words;
    let what = composer.in_sentences(&state.on);
    let day = state.day.map(|day| words.date(day)).unwrap_or_default();
    let values = [("what", &*what), ("day", &*day)];
    match (state.status, state.on.is_empty()) {
        (Status::Decided, true) => tidy(fill(&words.state_off, &values)),
        (Status::Decided, false) => tidy(fill(&words.state_on, &values)),
        (Status::Implied, false) => fill(&words.state_implied, &values),
        _ if frame.model == ConsentModel::Implied => words.state_none_implied.to_string(),
        _ => words.state_none.to_string(),
    }
}

/// What the browser's signal holds back, where it does.
pub(super) fn signal_line(composer: &Composer<'_>, state: &StateView<'_>) -> Option<String> {
    let what = composer.in_sentences(&state.off_by_signal);
    (!what.is_empty()).then(|| fill(&composer.words.state_signal, &[("what", &what)]))
}

pub(super) fn saved_line<'a>(composer: &Composer<'a>, outcome: Outcome) -> &'a str {
    match outcome {
        Outcome::Off => &composer.words.saved_off,
        Outcome::On => &composer.words.saved_on,
        Outcome::Some => &composer.words.saved_some,
    }
}

/// A choice without a day leaves ", ." behind.
fn tidy(line: String) -> String {
    line.replace(", .", ".")
}
