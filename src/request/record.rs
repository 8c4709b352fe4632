//! Answers that are recorded in the ledger before or after they count.

use crate::{
    choice::{Answer, Choice, consent_id::ConsentId},
    error::AcceptError,
    ledger::{Admission, ConsentRecord, Event, RecordId, Recorder, Source, UnitAnswer, Withdrawal},
    policy::Unit,
};

use super::{RequestConsent, answer::PendingChoice};

/// Context of an answer, for its record.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnswerContext {
    pub(crate) source: Source,
    /// Hash of the form that the visitor saw.
    pub(crate) asked: Option<String>,
    /// The form named the signal `Sec-GPC`, and the request carries it.
    pub(crate) gpc_ack: bool,
}

/// Change that an answer makes to the grants of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grants {
    Nothing,
    /// It prolongs grants that the visitor has.
    Longer,
    /// It turns something on.
    Anew,
}

impl RequestConsent {
    /// Applies the visitor's answers and records them. Acceptances count once they are recorded.
    /// Rejections count at once; if the acceptances beside them cannot be recorded, only the
    /// rejections count.
    pub(crate) async fn answer_and_record(
        &self,
        answers: &[(usize, bool)],
        context: &AnswerContext,
    ) -> Result<(), AcceptError> {
        let Some(mut pending) = self.pending_choice(answers, context.gpc_ack) else {
            return Ok(());
        };
        let Some(recorder) = &self.config.recorder else {
            self.apply_and_notify(pending);
            return Ok(());
        };
        let grants = self.grants(&pending);
        if grants == Grants::Nothing {
            self.record_later(recorder, &pending, context);
            self.apply_and_notify(pending);
            return Ok(());
        }
        if pending.choice.subject().is_none() {
            pending.choice.set_subject(ConsentId::new(self.today()));
        }
        let Some(record) = self.record(&pending, context) else {
            self.apply_and_notify(pending);
            return Ok(());
        };
        if self.record_now(recorder, record, &pending, context).await {
            self.apply_and_notify(pending);
            return Ok(());
        }
        // A service with an answer of its own keeps its former state if its category is rejected.
        let (yes, no): (Vec<_>, Vec<_>) = answers.iter().copied().partition(|(_, yes)| *yes);
        let yes: Vec<usize> = yes.into_iter().map(|(unit, _)| unit).collect();
        let rejections = self.pending_choice_keeping(&no, &yes, false);
        if let Some(pending) = rejections {
            self.record_later(recorder, &pending, context);
            self.apply_and_notify(pending);
        }
        match grants {
            // The grants stay for as long as they would have, so the visitor loses nothing.
            Grants::Longer => Ok(()),
            Grants::Nothing | Grants::Anew => Err(AcceptError::Ledger),
        }
    }

    /// Records an acceptance, and returns whether it is in the ledger.
    async fn record_now(
        &self,
        recorder: &Recorder,
        record: ConsentRecord,
        pending: &PendingChoice,
        context: &AnswerContext,
    ) -> bool {
        // A new id cannot repeat: no cookie has it yet.
        let known = pending
            .before
            .as_deref()
            .and_then(Choice::subject)
            .is_some();
        let verdict = match known {
            true => recorder.daily_limit.admit(self.today(), &record, true),
            false => Admission::Record,
        };
        match verdict {
            Admission::Record => {}
            Admission::Repeat => return true,
            Admission::TooMany => {
                self.config.report_too_many();
                return false;
            }
        }
        if recorder.now(record.clone()).await {
            if known {
                recorder.daily_limit.recorded(&record);
            }
            return true;
        }
        self.void(recorder, record.id, record.subject, context);
        false
    }

    /// Notes for the next page what the visitor asked to see once. It is an acceptance, so it
    /// counts once it is recorded.
    pub(crate) async fn show_once_and_record(
        &self,
        units: &[usize],
        context: &AnswerContext,
    ) -> Result<(), AcceptError> {
        if units.is_empty() || self.signals.minor {
            return Ok(());
        }
        let units = units.iter().map(|at| &self.policy().units()[*at]);
        if let Some(recorder) = &self.config.recorder {
            let answer =
                |unit: &Unit| UnitAnswer::new(&unit.id, true, unit.fingerprint.to_string());
            let record = ConsentRecord {
                answers: units.clone().map(answer).collect(),
                gpc_ack: context.gpc_ack,
                ..self.blank(Event::Once, context)
            };
            let id = record.id;
            if !recorder.now(record).await {
                self.void(recorder, id, None, context);
                return Err(AcceptError::Ledger);
            }
        }
        self.show_once(units.map(|unit| unit.tag).collect());
        Ok(())
    }

    /// Applies and records answers that are all rejections.
    pub(crate) fn reject_and_record(&self, answers: &[(usize, bool)]) {
        let Some(pending) = self.pending_choice(answers, false) else {
            return;
        };
        if let Some(recorder) = &self.config.recorder {
            self.record_later(recorder, &pending, &AnswerContext::default());
        }
        self.apply_and_notify(pending);
    }

    /// Records of a consent id; `None` without a ledger, or if it does not answer.
    pub(crate) async fn history(&self, subject: ConsentId) -> Option<Vec<ConsentRecord>> {
        self.config.recorder.as_ref()?.history(subject).await
    }

    /// Change that a pending choice makes to the grants.
    fn grants(&self, pending: &PendingChoice) -> Grants {
        let (choice, before) = (&pending.choice, pending.before.as_deref());
        let is_new = |unit: &Unit| {
            let now = choice.answer(unit.tag);
            let old = before.and_then(|before| before.answer(unit.tag));
            matches!(now, Some(Answer::Granted(_))) && now != old
        };
        // The answer also turns on what the signal has denied so far.
        let sold_is_on = self.policy().gated_units().any(|(_, unit)| {
            unit.sale_or_share && matches!(choice.answer(unit.tag), Some(Answer::Granted(_)))
        });
        let acknowledged = sold_is_on && choice.gpc_ack() && !before.is_some_and(Choice::gpc_ack);
        let renewed = before.is_some_and(|before| before.day() != choice.day());
        if acknowledged || self.policy().gated_units().any(|(_, unit)| is_new(unit)) {
            Grants::Anew
        } else if renewed && choice.grants() {
            Grants::Longer
        } else {
            Grants::Nothing
        }
    }

    /// Queues the record of a choice, unless it repeats the last one.
    pub(super) fn record_later(
        &self,
        recorder: &Recorder,
        pending: &PendingChoice,
        context: &AnswerContext,
    ) {
        let record = self.record(pending, context);
        let today = self.today();
        let record =
            record.filter(|one| recorder.daily_limit.admit(today, one, false) == Admission::Record);
        if let Some(record) = record {
            recorder.later(&record);
        }
    }

    /// Voids an acceptance that the ledger may have stored too late: it never counted.
    fn void(
        &self,
        recorder: &Recorder,
        accepted: RecordId,
        subject: Option<ConsentId>,
        context: &AnswerContext,
    ) {
        // A record without a subject must not show what this visitor chose.
        let choice = self.state().choice.clone().filter(|_| subject.is_some());
        recorder.later(&ConsentRecord {
            subject,
            replaces: Some(accepted),
            answers: choice.map_or_else(Vec::new, |choice| self.answers(&choice)),
            ..self.blank(Event::Voided, context)
        });
    }

    /// Record of a pending choice; `None` if it equals the choice that the visitor has.
    fn record(&self, pending: &PendingChoice, context: &AnswerContext) -> Option<ConsentRecord> {
        let (choice, before) = (&pending.choice, pending.before.as_deref());
        if before == Some(choice) {
            return None;
        }
        let granted = |choice: &Choice, unit: &Unit| {
            matches!(choice.answer(unit.tag), Some(Answer::Granted(_)))
        };
        let gated = || self.policy().gated_units().map(|(_, unit)| unit);
        // Grants under another policy count as well, and have a subject.
        let had = before.is_some_and(Choice::grants);
        let takes_back = before.is_some_and(|before| {
            let taken = |unit: &Unit| granted(before, unit) && !granted(choice, unit);
            gated().any(taken)
        });
        let event = match choice.grants() {
            false if had => Event::Withdrawn,
            false => Event::Rejected,
            true if gated().all(|unit| granted(choice, unit)) => Event::Accepted,
            true if takes_back && self.grants(pending) != Grants::Anew => Event::Withdrawn,
            true => Event::Partial,
        };
        Some(ConsentRecord {
            subject: choice.subject().or(before.and_then(Choice::subject)),
            answers: self.answers(choice),
            gpc_ack: choice.gpc_ack(),
            ..self.blank(event, context)
        })
    }

    /// Record without answers, with the facts of the request.
    pub(super) fn blank(&self, event: Event, context: &AnswerContext) -> ConsentRecord {
        let policy = self.policy();
        ConsentRecord {
            model: self.placement.model.to_string(),
            jurisdiction: self.placement.jurisdiction.clone(),
            policy_version: policy.file().policy.version,
            language: policy.language().to_owned(),
            asked: context.asked.clone(),
            ..ConsentRecord::new(event, context.source)
        }
    }

    fn answers(&self, choice: &Choice) -> Vec<UnitAnswer> {
        let answer = |(_, unit): (usize, &Unit)| {
            let (granted, meant) = match choice.answer(unit.tag)? {
                Answer::Granted(meant) => (true, meant),
                Answer::Rejected => (false, unit.fingerprint),
            };
            Some(UnitAnswer::new(&unit.id, granted, meant.to_string()))
        };
        self.policy().gated_units().filter_map(answer).collect()
    }

    /// Applies the choice, and calls the application's callback if it withdraws something.
    fn apply_and_notify(&self, pending: PendingChoice) {
        let known = self.state().withdrawn.len();
        let subject = pending.before.as_deref().and_then(Choice::subject);
        self.apply(pending.choice);
        let Some(notify) = &self.config.withdrawal else {
            return;
        };
        let units = self.policy().units();
        let withdrawn = self.state().withdrawn[known..].to_vec();
        if !withdrawn.is_empty() {
            let units = withdrawn.iter().map(|unit| units[*unit].id.as_str());
            notify(&Withdrawal {
                subject,
                units: units.collect(),
            });
        }
    }
}
