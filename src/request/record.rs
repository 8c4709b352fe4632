//! Choices with a record of them.

use crate::{
    choice::{Answer, Choice, consent_id::ConsentId},
    day::Day,
    decision::{Basis, Decision},
    error::AcceptError,
    ledger::{Admission, ConsentRecord, Event, RecordId, Recorder, Source, UnitAnswer, Withdrawal},
    policy::Unit,
};

use super::{RequestConsent, answer::Weighed};

/// Where and before which words something was said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub(crate) source: Source,
    /// The hash of what was shown.
    pub(crate) asked: Option<String>,
    /// The form stated the signal, and it is on.
    pub(crate) gpc_ack: bool,
}

/// What an answer turns on, beside what it turns off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grants {
    Nothing,
    /// What is on already, for a longer time.
    Longer,
    Anew,
}

impl RequestConsent {
    /// Writes what the visitor answered and has it recorded. A yes counts once that is done; a no
    /// counts at once, and where the yes beside it cannot be recorded it counts alone.
    pub(crate) async fn answer_and_record(
        &self,
        answers: &[(usize, bool)],
        said: &Said,
    ) -> Result<(), AcceptError> {
        let Some(mut weighed) = self.weigh(answers, said.gpc_ack) else {
            return Ok(());
        };
        let Some(recorder) = &self.config.recorder else {
            self.take_and_tell(weighed);
            return Ok(());
        };
        let grants = self.grants(&weighed);
        if grants == Grants::Nothing {
            self.record_later(recorder, &weighed, said);
            self.take_and_tell(weighed);
            return Ok(());
        }
        if weighed.choice.subject().is_none() {
            weighed.choice.set_subject(ConsentId::new(self.today()));
        }
        let Some(record) = self.record(&weighed, said) else {
            self.take_and_tell(weighed);
            return Ok(());
        };
        if self.record_now(recorder, record, &weighed, said).await {
            self.take_and_tell(weighed);
            return Ok(());
        }
        // A service that was answered for itself keeps what it had, also beside its category.
        let (yes, no): (Vec<_>, Vec<_>) = answers.iter().copied().partition(|(_, yes)| *yes);
        let yes: Vec<usize> = yes.into_iter().map(|(unit, _)| unit).collect();
        let taken_back = self.weigh_beside(&no, &yes, false);
        if let Some(weighed) = taken_back {
            self.record_later(recorder, &weighed, said);
            self.take_and_tell(weighed);
        }
        match grants {
            // What is on stays on for as long as it would have: nothing was asked for in vain.
            Grants::Longer => Ok(()),
            Grants::Nothing | Grants::Anew => Err(AcceptError::Ledger),
        }
    }

    /// Returns whether an acceptance is in the ledger.
    async fn record_now(
        &self,
        recorder: &Recorder,
        record: ConsentRecord,
        weighed: &Weighed,
        said: &Said,
    ) -> bool {
        // An id that is made for this acceptance is in nobody's cookie yet.
        let known = weighed
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
        self.void(recorder, record.id, record.subject, said);
        false
    }

    /// Leaves for the next page what the visitor asked to see once, and has it recorded: it is a
    /// yes, so it counts once that is done.
    pub(crate) async fn show_once_and_record(
        &self,
        units: &[usize],
        said: &Said,
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
                gpc_ack: said.gpc_ack,
                ..self.blank(Event::Once, said)
            };
            let id = record.id;
            if !recorder.now(record).await {
                self.void(recorder, id, None, said);
                return Err(AcceptError::Ledger);
            }
        }
        self.show_once(units.map(|unit| unit.tag).collect());
        Ok(())
    }

    /// Writes answers that are all a no, and has them recorded.
    pub(crate) fn reject_and_record(&self, answers: &[(usize, bool)]) {
        let Some(weighed) = self.weigh(answers, false) else {
            return;
        };
        if let Some(recorder) = &self.config.recorder {
            self.record_later(recorder, &weighed, &Said::default());
        }
        self.take_and_tell(weighed);
    }

    /// Whether silence may be read as consent: with a ledger, once it is recorded what that turns
    /// on. Everyone who was shown the notice on one day holds the same note, and no id may tell
    /// them apart, so the record stands for all of them: it is written once a day.
    pub(crate) fn record_implied(&self, implied: &Decision) -> bool {
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
        let said = Said {
            source: Source::Silence,
            asked: Some(self.config.drawn.hash_of_notice(self.signals.gpc)),
            gpc_ack: false,
        };
        let mut record = ConsentRecord {
            answers,
            ..self.blank(Event::Implied, &said)
        };
        record.id = once_a_day(&record, self.today());
        if self.config.was_recorded(record.id) {
            return true;
        }
        let certain = recorder.later_on_disk(&record);
        if certain {
            self.config.is_news(record.id);
        }
        certain
    }

    /// Records that the browser said no: once a day, and once a day for each subject whose yes it
    /// overrides. A yes that was given in spite of the signal is not overridden.
    pub(crate) fn record_signal(&self) {
        let Some(recorder) = &self.config.recorder else {
            return;
        };
        let state = self.state();
        let (choice, decision) = (state.choice.as_deref(), &state.decision);
        let subject = choice.and_then(Choice::subject);
        let said_no = |(at, unit): &(usize, &Unit)| match subject {
            Some(_) => decision.basis(*at) == Basis::Signal,
            None => unit.sale_or_share,
        };
        let units = || self.policy().gated_units().filter(said_no);
        let who = subject.map_or_else(String::new, |subject| subject.to_string());
        let id = RecordId::once(&format!("signal {who}"), self.today());
        if units().next().is_none() || !self.config.is_news(id) {
            return;
        }
        let said = Said {
            source: Source::Signal,
            ..Said::default()
        };
        let answer = |(_, unit): (usize, &Unit)| {
            UnitAnswer::new(&unit.id, false, unit.fingerprint.to_string())
        };
        recorder.later(&ConsentRecord {
            id,
            subject,
            answers: units().map(answer).collect(),
            ..self.blank(Event::OptedOut, &said)
        });
    }

    /// What the ledger has of a subject; `None` where it does not answer, or there is none.
    pub(crate) async fn history(&self, subject: ConsentId) -> Option<Vec<ConsentRecord>> {
        self.config.recorder.as_ref()?.history(subject).await
    }

    /// What the choice turns on.
    fn grants(&self, weighed: &Weighed) -> Grants {
        let (choice, before) = (&weighed.choice, weighed.before.as_deref());
        let is_new = |unit: &Unit| {
            let now = choice.answer(unit.tag);
            let old = before.and_then(|before| before.answer(unit.tag));
            matches!(now, Some(Answer::Granted(_))) && now != old
        };
        // What the signal has kept off until now comes on.
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

    pub(crate) fn record_later(&self, recorder: &Recorder, weighed: &Weighed, said: &Said) {
        let record = self.record(weighed, said);
        let today = self.today();
        let record =
            record.filter(|one| recorder.daily_limit.admit(today, one, false) == Admission::Record);
        if let Some(record) = record {
            recorder.later(&record);
        }
    }

    /// An acceptance that the ledger may have taken too late: it never counted.
    fn void(
        &self,
        recorder: &Recorder,
        accepted: RecordId,
        subject: Option<ConsentId>,
        said: &Said,
    ) {
        // What is nobody's says nothing of what the visitor chose.
        let choice = self.state().choice.clone().filter(|_| subject.is_some());
        recorder.later(&ConsentRecord {
            subject,
            replaces: Some(accepted),
            answers: choice.map_or_else(Vec::new, |choice| self.answers(&choice)),
            ..self.blank(Event::Voided, said)
        });
    }

    /// The record of a choice; `None` where the visitor holds the very same already.
    fn record(&self, weighed: &Weighed, said: &Said) -> Option<ConsentRecord> {
        let (choice, before) = (&weighed.choice, weighed.before.as_deref());
        if before == Some(choice) {
            return None;
        }
        let granted = |choice: &Choice, unit: &Unit| {
            matches!(choice.answer(unit.tag), Some(Answer::Granted(_)))
        };
        let gated = || self.policy().gated_units().map(|(_, unit)| unit);
        // Grants of another policy are grants as well, and have a subject.
        let had = before.is_some_and(Choice::grants);
        let takes_back = before.is_some_and(|before| {
            let taken = |unit: &Unit| granted(before, unit) && !granted(choice, unit);
            gated().any(taken)
        });
        let event = match choice.grants() {
            false if had => Event::Withdrawn,
            false => Event::Rejected,
            true if gated().all(|unit| granted(choice, unit)) => Event::Accepted,
            true if takes_back && self.grants(weighed) != Grants::Anew => Event::Withdrawn,
            true => Event::Partial,
        };
        Some(ConsentRecord {
            subject: choice.subject().or(before.and_then(Choice::subject)),
            answers: self.answers(choice),
            gpc_ack: choice.gpc_ack(),
            ..self.blank(event, said)
        })
    }

    /// A record with what is known of the request.
    fn blank(&self, event: Event, said: &Said) -> ConsentRecord {
        let policy = self.policy();
        ConsentRecord {
            model: self.placement.model.to_string(),
            jurisdiction: self.placement.jurisdiction.clone(),
            policy_version: policy.file().policy.version,
            language: policy.language().to_owned(),
            asked: said.asked.clone(),
            ..ConsentRecord::new(event, said.source)
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

    /// Makes the choice count, and tells the application what was taken back by it.
    fn take_and_tell(&self, weighed: Weighed) {
        let already = self.state().withdrawn.len();
        let subject = weighed.before.as_deref().and_then(Choice::subject);
        self.take(weighed.choice);
        let Some(tell) = &self.config.withdrawal else {
            return;
        };
        let units = self.policy().units();
        let withdrawn = self.state().withdrawn[already..].to_vec();
        if !withdrawn.is_empty() {
            let units = withdrawn.iter().map(|unit| units[*unit].id.as_str());
            tell(&Withdrawal {
                subject,
                units: units.collect(),
            });
        }
    }
}

/// The id of a record that is nobody's and is kept once a day: the same for everyone of whom it
/// would say the same.
fn once_a_day(record: &ConsentRecord, day: Day) -> RecordId {
    let said = ConsentRecord {
        id: RecordId::from_bytes([0; 16]),
        time: day.date().midnight().assume_utc(),
        ..record.clone()
    };
    RecordId::once(&said.to_json(), day)
}
