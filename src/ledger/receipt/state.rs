//! In which state each consent of a record is: pure, from what was said before and the day.

use std::collections::HashMap;

use serde_json::Value;

use super::terms::iri;
use crate::ledger::{ConsentRecord, Event, RecordId, UnitAnswer};

/// The states of the Data Privacy Vocabulary that a record can be in. Only the first two allow
/// anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Given,
    /// It was given before, to the same, and nothing new was given with it.
    Renewed,
    /// A no where there has been no yes.
    Refused,
    /// A no after a yes.
    Withdrawn,
    /// A yes that has run out. Nobody says so: it is computed.
    Expired,
}

impl State {
    fn term(self) -> &'static str {
        match self {
            Self::Given => "dpv:ConsentGiven",
            Self::Renewed => "dpv:RenewedConsentGiven",
            Self::Refused => "dpv:ConsentRefused",
            Self::Withdrawn => "dpv:ConsentWithdrawn",
            Self::Expired => "dpv:ConsentExpired",
        }
    }

    pub(super) fn iri(self) -> Value {
        iri(self.term())
    }
}

/// The types of an event: its state, and where it is one how consent was expressed. What a browser
/// signals is an opt-out and no sort of consent.
pub(super) fn types(state: State, event: Event) -> Vec<&'static str> {
    let kind = match event {
        Event::OptedOut => None,
        Event::Implied => Some("dpv:ImpliedConsent"),
        _ => Some("dpv:ExpressedConsent"),
    };
    std::iter::once(state.term()).chain(kind).collect()
}

/// A record with its state, and that of each unit in it.
#[derive(Debug)]
pub(super) struct Told<'r> {
    pub(super) record: &'r ConsentRecord,
    /// The record that it takes the place of. The ledger's own `replaces` may name one that never
    /// counted.
    pub(super) replaces: Option<RecordId>,
    pub(super) state: State,
    pub(super) units: Vec<(&'r UnitAnswer, State)>,
}

/// Tells the records of a subject, which are in their order.
pub(super) fn told<'r>(
    records: &[&'r ConsentRecord],
    ran_out: impl Fn(&ConsentRecord) -> bool,
) -> Vec<Told<'r>> {
    let mut before = Before::default();
    let tell = |record: &&'r ConsentRecord| {
        let told = before.tell(record, ran_out(record));
        before.add(record);
        told
    };
    records.iter().map(tell).collect()
}

/// What was said before a record.
#[derive(Debug, Default)]
struct Before<'r> {
    last: Option<RecordId>,
    /// Units that were on at some time; with what they mean, those that still are.
    on: HashMap<&'r str, Option<&'r str>>,
}

impl<'r> Before<'r> {
    fn tell(&self, record: &'r ConsentRecord, ran_out: bool) -> Told<'r> {
        let given = match self.renews(record) {
            _ if ran_out => State::Expired,
            true => State::Renewed,
            false => State::Given,
        };
        let state = |answer: &UnitAnswer| match answer.granted {
            true => given,
            false if self.on.contains_key(&*answer.unit) => State::Withdrawn,
            false => State::Refused,
        };
        let units: Vec<_> = record
            .answers
            .iter()
            .map(|answer| (answer, state(answer)))
            .collect();
        let has = |wanted: State| units.iter().any(|(_, state)| *state == wanted);
        Told {
            record,
            replaces: self.last,
            state: match record.event {
                Event::Withdrawn => State::Withdrawn,
                _ if has(given) => given,
                _ if has(State::Withdrawn) => State::Withdrawn,
                _ => State::Refused,
            },
            units,
        }
    }

    /// Whether all that the record gives was given before, to the same.
    fn renews(&self, record: &ConsentRecord) -> bool {
        let was_on = |answer: &UnitAnswer| {
            self.on.get(&*answer.unit).copied().flatten() == Some(&*answer.meaning)
        };
        let mut given = record.answers.iter().filter(|answer| answer.granted);
        matches!(record.event, Event::Accepted | Event::Partial) && given.all(was_on)
    }

    fn add(&mut self, record: &'r ConsentRecord) {
        self.last = Some(record.id);
        if record.event == Event::OptedOut {
            // It overrides a yes while it is sent, and takes none back.
            return;
        }
        for answer in &record.answers {
            if answer.granted {
                self.on.insert(&answer.unit, Some(&answer.meaning));
            } else if let Some(meaning) = self.on.get_mut(&*answer.unit) {
                *meaning = None;
            }
        }
    }
}
