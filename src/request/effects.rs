//! Effects of a request that do not wait for a handler.
//!
//! [`RequestConsent::new`] and [`RequestConsent::conclude`] compute the decision and change
//! nothing. The middleware then calls [`RequestConsent::perform_effects`] once for every request,
//! whether or not a handler extracts [`Consent`](crate::Consent): cookies that the response has to
//! set are noted in the state, and records go to the ledger.

use super::{RequestConsent, answer::PendingChoice, record::AnswerContext};
use crate::{
    choice::Choice,
    day::Day,
    decision::{Basis, Decision, Status},
    ledger::{ConsentRecord, Event, RecordId, Source, UnitAnswer},
    policy::Unit,
};

/// Effects that a request may have, by its headers alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Effects {
    /// Persists rejections that arrived in cookies of their own beside an older choice.
    pub(super) settle_rejections: bool,
    /// Reads navigation after the notice as consent, under
    /// [`ConsentModel::Implied`](crate::ConsentModel::Implied).
    pub(super) imply_consent: bool,
    /// Records the opt-out that `Sec-GPC: 1` states.
    pub(super) record_opt_out: bool,
}

impl RequestConsent {
    /// Performs the effects of the request. This is the one place that does; the middleware calls
    /// it before any handler runs.
    pub(crate) fn perform_effects(&self) {
        if self.effects.settle_rejections {
            self.settle_rejections();
        }
        if self.effects.imply_consent {
            self.imply_consent();
        }
        if self.effects.record_opt_out {
            self.record_opt_out();
        }
    }

    /// Persists the choice after rejections have overridden some of its grants, and records that
    /// those grants no longer count.
    fn settle_rejections(&self) {
        let state = self.state();
        let (Some(before), Some(choice)) = (&state.superseded, &state.choice) else {
            return;
        };
        let pending = PendingChoice {
            choice: Choice::clone(choice),
            before: Some(before.clone()),
        };
        drop(state);
        if let Some(recorder) = &self.config.recorder {
            self.record_later(recorder, &pending, &AnswerContext::default());
        }
        self.state_mut().choice_changed = true;
    }

    /// Reads silence as consent, if the notice was shown and the consent can be recorded.
    fn imply_consent(&self) {
        let mut state = self.state_mut();
        if state.note.until.is_none()
            || state.note.implied
            || state.unread
            || state.decision.status() == Status::Decided
        {
            return;
        }
        let implied = self.decided(state.choice.as_deref(), true);
        if self.record_implied(&implied) {
            state.note.implied = true;
            state.note_changed = true;
            state.decision = implied;
        }
    }

    /// Records what silence turns on, and returns whether the consent counts: with a ledger, only
    /// if the record is certain to reach it.
    ///
    /// Every visitor who was shown the notice on one day holds the same note, and no id may tell
    /// them apart. One record a day stands for all of them.
    fn record_implied(&self, implied: &Decision) -> bool {
        let Some(recorder) = &self.config.recorder else {
            return true;
        };
        let units = self.policy().gated_units();
        let on = units.filter(|(at, _)| implied.basis(*at) == Basis::Implied);
        let answers: Vec<_> = on
            .map(|(_, unit)| UnitAnswer::new(&unit.id, true, unit.fingerprint.to_string()))
            .collect();
        if answers.is_empty() {
            return true;
        }
        let context = AnswerContext {
            source: Source::Silence,
            asked: Some(self.config.rendered.hash_of_notice(self.signals.gpc)),
            gpc_ack: false,
        };
        let mut record = ConsentRecord {
            answers,
            ..self.blank(Event::Implied, &context)
        };
        record.id = daily_id(&record, self.today());
        if self.config.was_recorded(record.id) {
            return true;
        }
        let certain = recorder.later_on_disk(&record);
        if certain {
            self.config.mark_recorded(record.id);
        }
        certain
    }

    /// Records the opt-out that the browser states: once a day, and once a day for each consent id
    /// whose grants the signal overrides. Grants that the visitor gave in spite of the signal are
    /// not overridden.
    fn record_opt_out(&self) {
        let Some(recorder) = &self.config.recorder else {
            return;
        };
        let state = self.state();
        let (choice, decision) = (state.choice.as_deref(), &state.decision);
        let subject = choice.and_then(Choice::subject);
        let is_denied = |(at, unit): &(usize, &Unit)| match subject {
            Some(_) => decision.basis(*at) == Basis::Signal,
            None => unit.sale_or_share,
        };
        let units = || self.policy().gated_units().filter(is_denied);
        let who = subject.map_or_else(String::new, |subject| subject.to_string());
        let id = RecordId::once(&format!("signal {who}"), self.today());
        if units().next().is_none() || !self.config.mark_recorded(id) {
            return;
        }
        let context = AnswerContext {
            source: Source::Signal,
            ..AnswerContext::default()
        };
        let answer = |(_, unit): (usize, &Unit)| {
            UnitAnswer::new(&unit.id, false, unit.fingerprint.to_string())
        };
        recorder.later(&ConsentRecord {
            id,
            subject,
            answers: units().map(answer).collect(),
            ..self.blank(Event::OptedOut, &context)
        });
    }
}

/// Id of a record that belongs to no visitor and is kept once a day: the same for every visitor
/// whose record would have the same contents.
fn daily_id(record: &ConsentRecord, day: Day) -> RecordId {
    let contents = ConsentRecord {
        id: RecordId::from_bytes([0; 16]),
        time: day.date().midnight().assume_utc(),
        ..record.clone()
    };
    RecordId::once(&contents.to_json(), day)
}
