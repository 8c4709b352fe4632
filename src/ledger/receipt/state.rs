//! State of each consent in a history: pure, computed from the earlier records and the day.

use std::collections::HashMap;

use serde_json::Value;

use super::json_ld::iri;
use crate::ledger::{ConsentRecord, Event, RecordId, UnitAnswer};

/// States of the Data Privacy Vocabulary for a record. Only the first two allow anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Given,
    /// Given before with the same meaning, with nothing new.
    Renewed,
    /// A rejection without earlier consent.
    Refused,
    /// A rejection after consent.
    Withdrawn,
    /// A consent that is no longer valid. This state is computed, not recorded.
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

/// JSON-LD types of an event: its state and, if it is consent, its form of expression. A browser's
/// signal is an opt-out and no form of consent.
pub(super) fn types(state: State, event: Event) -> Vec<&'static str> {
    let kind = match event {
        Event::OptedOut => None,
        Event::Implied => Some("dpv:ImpliedConsent"),
        _ => Some("dpv:ExpressedConsent"),
    };
    std::iter::once(state.term()).chain(kind).collect()
}

/// A record with its state and those of its units.
#[derive(Debug)]
pub(super) struct StatedRecord<'r> {
    pub(super) record: &'r ConsentRecord,
    /// The record that this one replaces. The ledger's `replaces` may refer to one that never took
    /// effect.
    pub(super) replaces: Option<RecordId>,
    pub(super) state: State,
    pub(super) units: Vec<(&'r UnitAnswer, State)>,
}

/// Computes the states of a subject's records, which must be in order.
pub(super) fn states<'r>(
    records: &[&'r ConsentRecord],
    has_expired: impl Fn(&ConsentRecord) -> bool,
) -> Vec<StatedRecord<'r>> {
    let mut before = Earlier::default();
    let stated = |record: &&'r ConsentRecord| {
        let stated = before.stated(record, has_expired(record));
        before.add(record);
        stated
    };
    records.iter().map(stated).collect()
}

/// Records before the current one.
#[derive(Debug, Default)]
struct Earlier<'r> {
    last: Option<RecordId>,
    /// Units accepted at some time, with the meaning of those still accepted.
    on: HashMap<&'r str, Option<&'r str>>,
}

impl<'r> Earlier<'r> {
    fn stated(&self, record: &'r ConsentRecord, has_expired: bool) -> StatedRecord<'r> {
        let given = match self.renews(record) {
            _ if has_expired => State::Expired,
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
        StatedRecord {
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

    /// Returns whether everything that the record accepts was accepted before with the same
    /// meaning.
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
            // The signal overrides consent only while it is sent, and withdraws none.
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
