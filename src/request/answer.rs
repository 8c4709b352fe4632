//! Answers of the visitor: computes the new choice, applies it, and leaves notes for the next page.

use std::{rc::Rc, sync::Arc};

use super::{RequestConsent, now};
use crate::{
    choice::rejections::Rejections,
    choice::{
        Answer, Choice,
        consent_id::ConsentId,
        note::{Once, Outcome, SAVED_SECONDS, Saved},
    },
    day::Day,
    decision::{self, ConsentModel, Status, decide},
    policy::{Unit, UnitTag},
};

/// New choice that does not count yet.
#[derive(Debug)]
pub(crate) struct PendingChoice {
    pub(crate) choice: Choice,
    /// The choice that counted before.
    pub(crate) before: Option<Rc<Choice>>,
}

impl RequestConsent {
    /// Applies answers without a record: `true` accepts a unit. Rejecting a category also rejects
    /// its services, unless they have answers of their own.
    pub(crate) fn answer(&self, answers: &[(usize, bool)], gpc_ack: bool) {
        if let Some(pending) = self.pending_choice(answers, gpc_ack) {
            self.apply(pending.choice);
        }
    }

    /// Computes the choice that follows from the answers; `None` if none of them counts.
    pub(crate) fn pending_choice(
        &self,
        answers: &[(usize, bool)],
        gpc_ack: bool,
    ) -> Option<PendingChoice> {
        self.pending_choice_keeping(answers, &[], gpc_ack)
    }

    /// Like [`Self::pending_choice`], but the services in `kept` keep their state although their
    /// category is rejected.
    pub(crate) fn pending_choice_keeping(
        &self,
        answers: &[(usize, bool)],
        kept: &[usize],
        gpc_ack: bool,
    ) -> Option<PendingChoice> {
        let units = self.policy().units();
        // A minor cannot accept, and the acceptance does not count later either.
        let counts = |(_, yes): &(usize, bool)| !(*yes && self.signals.minor);
        let answers: Vec<(usize, bool)> = answers.iter().copied().filter(counts).collect();
        if answers.is_empty() {
            return None;
        }
        let before = self.state().choice.clone();
        let accepts = |unit: &usize| answers.iter().any(|(other, yes)| other == unit && *yes);
        let old_ack = before.as_deref().is_some_and(Choice::gpc_ack);
        let mut choice = match &before {
            Some(old) => restamped(old, self.today(), units, (&answers, kept)),
            None => Choice::new(self.today()),
        };
        for (unit, yes) in &answers {
            if !yes {
                // Each service gets its own rejection, so that moving it to another category does
                // not turn the rejection into "not asked".
                let reached = self.policy().with_services(*unit);
                for reached in reached.filter(|unit| !kept.contains(unit)) {
                    choice.set(units[reached].tag, Answer::Rejected);
                }
            }
        }
        let keeps_sold = choice.answers().any(|(tag, answer)| {
            let kept = units.iter().position(|unit| unit.tag == tag);
            // Grants of another policy may be sales, so they are treated as sales.
            let sold = kept.is_none_or(|at| units[at].sale_or_share && !accepts(&at));
            answer != Answer::Rejected && sold
        });
        let grants = (0..units.len()).filter(accepts).map(|unit| &units[unit]);
        let grants_sold = grants.clone().any(|unit| {
            let granted = Some(Answer::Granted(unit.fingerprint));
            unit.sale_or_share && choice.answer(unit.tag) != granted
        });
        for unit in grants {
            choice.set(unit.tag, Answer::Granted(unit.fingerprint));
        }
        let grants_here = units
            .iter()
            .any(|unit| matches!(choice.answer(unit.tag), Some(Answer::Granted(_))));
        if !grants_here {
            // Rejecting everything also drops grants of other policies, and all such cookies are
            // alike.
            choice.forget_grants();
        }
        if self.method.is_safe() {
            // A GET that arrives late must not restore what was withdrawn meanwhile, so the choice
            // that it writes grants nothing. (A GET cannot accept.)
            choice.forget_grants();
        }
        // One flag covers the whole choice, so it is set only if the form stated the signal for
        // every grant that the signal concerns.
        let for_new = gpc_ack || (old_ack && !grants_sold);
        let for_kept = old_ack || !keeps_sold;
        choice.set_gpc_ack(for_new && for_kept && choice.grants());
        let gated = units.iter().filter(|unit| !unit.necessary);
        let open = gated.filter(|unit| decision::answer(&choice, unit, units).is_none());
        choice.set_partial(open.count() > 0);
        if let Some(subject) = before.as_deref().and_then(Choice::subject) {
            choice.set_subject(subject);
        }
        Some(PendingChoice { choice, before })
    }

    /// Makes the choice count from now on.
    pub(crate) fn apply(&self, choice: Choice) {
        if self.head_sent.get() {
            log::error!(
                "a choice was made after the head of the response had been sent, so it is lost; call \
                 Consent::accept, reject or withdraw before the first byte of a stream"
            );
        }
        let units = self.policy().units();
        let mut state = self.state_mut();
        let before = Arc::clone(&state.decision);
        if let Some(subject) = state.choice.as_deref().and_then(Choice::subject) {
            state.former_consent_id = Some(subject);
        }
        state.decision = Arc::new(decide(
            Some(&choice),
            state.note.implied,
            &self.placement,
            self.policy(),
            self.signals,
        ));
        state.choice = Some(Rc::new(choice));
        state.choice_changed = true;
        // The answer replaces an earlier request to show units once.
        state.note_changed |= state.note.once.take().is_some();
        state.answered = true;
        if state.decision.status() == Status::Decided {
            state.note_changed |= state.note.forget_notice();
        } else if let Some(until) = state.note.until {
            state.note.until = Some(until.min(self.notice_ends(state.choice.as_deref())));
            state.note_changed = true;
        }
        let withdrawn = (0..units.len())
            .filter(|unit| before.basis(*unit).allows() && !state.decision.basis(*unit).allows());
        let withdrawn: Vec<usize> = withdrawn.collect();
        state.withdrawn.extend(withdrawn);
    }

    /// Result that the confirmation states.
    pub(crate) fn outcome(&self) -> Outcome {
        let state = self.state();
        let mut gated = self
            .policy()
            .gated_units()
            .map(|(unit, _)| state.decision.basis(unit).allows());
        let first = gated.next().unwrap_or(false);
        match (first, gated.all(|on| on == first)) {
            (_, false) => Outcome::Some,
            (true, true) => Outcome::On,
            (false, true) => Outcome::Off,
        }
    }

    /// Notes that the next page confirms the choice.
    pub(crate) fn note_saved(&self) {
        let (outcome, subject) = (self.outcome(), self.former_consent_id());
        let mut state = self.state_mut();
        state.note.saved = Some(Saved {
            outcome,
            until: now() + SAVED_SECONDS,
            subject,
        });
        state.note_changed = true;
    }

    /// The consent id that the visitor had before this request; `None` if the new choice has one.
    pub(crate) fn former_consent_id(&self) -> Option<ConsentId> {
        let state = self.state();
        let holds = state.choice.as_deref().and_then(Choice::subject);
        state.former_consent_id.filter(|_| holds.is_none())
    }

    /// Notes that the next page shows `units` once.
    pub(crate) fn show_once(&self, units: Vec<UnitTag>) {
        let known: Vec<_> = self.rejections().into_iter().map(|(_, one)| one).collect();
        let mut state = self.state_mut();
        // An answer in this request leaves a rejection of its own.
        let own = state.choice.as_deref().filter(|_| state.answered);
        let own = own.and_then(|choice| Rejections::of(choice, &known));
        let known = Rejections::latest(own.as_slice()).max(Rejections::latest(&known));
        state.note.once = Some(Once {
            units,
            until: now() + SAVED_SECONDS,
            known,
        });
        state.note_changed = true;
    }

    /// Notes that the next page points out the units that the visitor named and that are on now.
    pub(crate) fn show_granted(&self, answer: impl Fn(&str) -> Option<bool>) {
        let decision = self.state().decision.clone();
        let units = self.policy().gated_units();
        let shown = units
            .filter(|(at, unit)| answer(&unit.id) == Some(true) && decision.basis(*at).allows());
        let shown: Vec<_> = shown.map(|(_, unit)| unit.tag).collect();
        if !shown.is_empty() {
            self.show_once(shown);
        }
    }

    /// Closes the notice. Has no effect under other models than `Implied`.
    pub(crate) fn dismiss(&self) {
        if self.placement.model != ConsentModel::Implied {
            return;
        }
        let mut state = self.state_mut();
        state.note.dismissed = true;
        state.note.until = Some(self.notice_ends(state.choice.as_deref()));
        state.note_changed = true;
    }
}

/// Old choice as the base of a new one. The new answers do not prolong grants that they do not
/// cover: grants of this policy keep the old day; grants of another policy are dropped if the day
/// has changed or an answer is a rejection.
fn restamped(
    old: &Choice,
    today: Day,
    units: &[Unit],
    (answered, kept): (&[(usize, bool)], &[usize]),
) -> Choice {
    let is_answered = |tag| {
        if kept.iter().any(|unit| units[*unit].tag == tag) {
            return false;
        }
        answered.iter().any(|(unit, yes)| {
            let with_category =
                |service: &Unit| service.category == Some(*unit) && service.tag == tag;
            units[*unit].tag == tag || (!yes && units.iter().any(with_category))
        })
    };
    let is_known = |tag| units.iter().any(|unit| unit.tag == tag);
    // A rejected category may have services that only another policy has.
    let all_accept = answered.iter().all(|(_, yes)| *yes);
    let stays = |answer: &(UnitTag, Answer)| {
        let keeps_unknown = all_accept && old.day() == today;
        answer.1 == Answer::Rejected || is_known(answer.0) || keeps_unknown
    };
    let keeps_grant = old
        .answers()
        .any(|(tag, answer)| answer != Answer::Rejected && is_known(tag) && !is_answered(tag));
    let mut choice = Choice::new(if keeps_grant {
        old.day().min(today)
    } else {
        today
    });
    for (tag, answer) in old.answers().filter(stays) {
        choice.set(tag, answer);
    }
    choice
}
