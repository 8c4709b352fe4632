//! The visitor's choice in a sentence.

use crate::decision::{ConsentModel, Status};

use super::{
    sentences::Sentences,
    view::{Frame, StateView},
    words::fill,
};
use crate::choice::note::Outcome;

/// Describes the choice: "On 22 November 2026, you turned analytics on."
pub(super) fn state_line(
    sentences: &Sentences<'_>,
    frame: &Frame<'_>,
    state: &StateView<'_>,
) -> String {
    let words = sentences.words;
    let what = sentences.list_in_sentence(&state.on);
    let day = state.day.map(|day| words.date(day)).unwrap_or_default();
    let implied = frame.model == ConsentModel::Implied;
    let text = match (state.status, state.on.is_empty()) {
        _ if !sentences.asks() => &words.state_nothing,
        // Some units may be on or off without the visitor's action.
        (Status::Decided, false) if implied => &words.state_chosen_on,
        (Status::Decided, false) => &words.state_on,
        (Status::Decided, true) if !state.off_by_signal.is_empty() => &words.state_chosen_off,
        (Status::Decided, true) => &words.state_off,
        (Status::Implied, false) => &words.state_implied,
        _ if implied => &words.state_none_implied,
        _ => &words.state_none,
    };
    fill(text, &[("what", &what), ("day", &day)])
}

/// Returns the sentence that silence is not valid consent in some places, if the site uses the
/// model `Implied`.
pub(super) fn implied_warning<'a>(sentences: &Sentences<'a>, frame: &Frame<'_>) -> Option<&'a str> {
    let implied = frame.model == ConsentModel::Implied && sentences.asks();
    implied.then_some(&*sentences.words.state_not_valid)
}

/// Names the units that are off because of `Sec-GPC: 1`; `None` if there are none.
pub(super) fn signal_line(sentences: &Sentences<'_>, state: &StateView<'_>) -> Option<String> {
    let what = sentences.list_in_sentence(&state.off_by_signal);
    (!what.is_empty()).then(|| fill(&sentences.words.state_signal, &[("what", &what)]))
}

pub(super) fn saved_line<'a>(sentences: &Sentences<'a>, outcome: Outcome) -> &'a str {
    match outcome {
        Outcome::Off => &sentences.words.saved_off,
        Outcome::On => &sentences.words.saved_on,
        Outcome::Some => &sentences.words.saved_some,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::super::{tests::frame, words::Words};
    use super::*;

    fn line(model: ConsentModel, status: Status, on: &[&str], off_by_signal: &[&str]) -> String {
        let words = Words::english();
        let mut frame = frame();
        frame.model = model;
        let state = StateView {
            status,
            day: Some(date!(2026 - 11 - 22)),
            on: on.to_vec(),
            off_by_signal: off_by_signal.to_vec(),
        };
        state_line(&Sentences::of(&frame, &words), &frame, &state)
    }

    #[test]
    fn the_state_is_told_as_it_is() {
        use ConsentModel::{Implied, OptIn};
        for (model, status, on, off_by_signal, expected) in [
            (
                OptIn,
                Status::Undecided,
                &[][..],
                &[][..],
                "You have not chosen yet. Everything optional is off.",
            ),
            (
                OptIn,
                Status::Decided,
                &["Analytics", "Example Video"],
                &[],
                "On 22\u{a0}November 2026, you turned analytics and Example Video on.",
            ),
            (
                OptIn,
                Status::Decided,
                &[],
                &[],
                "On 22\u{a0}November 2026, you turned everything optional off.",
            ),
            (
                OptIn,
                Status::Decided,
                &[],
                &["Marketing"],
                "You chose on 22\u{a0}November 2026. Nothing optional is on.",
            ),
            (
                Implied,
                Status::Undecided,
                &[],
                &[],
                "You have not chosen yet. Everything optional is off on your first page. If you read on, it is turned on.",
            ),
            (
                Implied,
                Status::Implied,
                &["Analytics"],
                &[],
                "You have not chosen. Because you read on, this is on: analytics.",
            ),
            (
                Implied,
                Status::Decided,
                &["Analytics"],
                &[],
                "You chose on 22\u{a0}November 2026. This is on: analytics.",
            ),
        ] {
            assert_eq!(line(model, status, on, off_by_signal), expected);
        }
    }
}
