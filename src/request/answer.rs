//! What the visitor answers, and what is remembered of it.

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

/// What an answer comes to, before it counts.
#[derive(Debug)]
pub(crate) struct Weighed {
    pub(crate) choice: Choice,
    /// What counted before.
    pub(crate) before: Option<Rc<Choice>>,
}

impl RequestConsent {
    /// Writes what the visitor answered, unit by unit: `true` is a yes. A category's no is one to
    /// its services as well, unless they are answered for themselves.
    pub(crate) fn answer(&self, answers: &[(usize, bool)], gpc_ack: bool) {
        if let Some(weighed) = self.weigh(answers, gpc_ack) {
            self.take(weighed.choice);
        }
    }

    /// What the visitor's answer comes to; `None` where it says nothing.
    pub(crate) fn weigh(&self, answers: &[(usize, bool)], gpc_ack: bool) -> Option<Weighed> {
        self.weigh_beside(answers, &[], gpc_ack)
    }

    /// The same where some services keep what they had: the rejection of their category does not
    /// reach them.
    pub(crate) fn weigh_beside(
        &self,
        answers: &[(usize, bool)],
        kept: &[usize],
        gpc_ack: bool,
    ) -> Option<Weighed> {
        let units = self.policy().units();
        // A minor's yes is none, also once the flag is gone.
        let counts = |(_, yes): &(usize, bool)| !(*yes && self.signals.minor);
        let answers: Vec<(usize, bool)> = answers.iter().copied().filter(counts).collect();
        if answers.is_empty() {
            return None;
        }
        let before = self.state().choice.clone();
        let said_yes = |unit: &usize| answers.iter().any(|(other, yes)| other == unit && *yes);
        let old_ack = before.as_deref().is_some_and(Choice::gpc_ack);
        let mut choice = match &before {
            Some(old) => restamped(old, self.today(), units, (&answers, kept)),
            None => Choice::new(self.today()),
        };
        for (unit, yes) in &answers {
            if !yes {
                // Each no is kept by itself, so that no edit which moves a service elsewhere turns
                // it into "not asked".
                let reached = self.policy().with_services(*unit);
                for reached in reached.filter(|unit| !kept.contains(unit)) {
                    choice.set(units[reached].tag, Answer::Rejected);
                }
            }
        }
        let keeps_sold = choice.answers().any(|(tag, answer)| {
            let kept = units.iter().position(|unit| unit.tag == tag);
            // What is sold among the grants of another policy cannot be told from here.
            let sold = kept.is_none_or(|at| units[at].sale_or_share && !said_yes(&at));
            answer != Answer::Rejected && sold
        });
        let grants = (0..units.len()).filter(said_yes).map(|unit| &units[unit]);
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
            // A no to everything is one everywhere, and alike for everyone who says it.
            choice.forget_grants();
        }
        if self.method.is_safe() {
            // A GET that arrives late must not bring back what was withdrawn meanwhile, so what it
            // writes grants nothing (nothing that it could say is a yes).
            choice.forget_grants();
        }
        // One flag stands for the whole choice, so it is set only when the signal was stated for
        // every grant that it is about.
        let for_new = gpc_ack || (old_ack && !grants_sold);
        let for_kept = old_ack || !keeps_sold;
        choice.set_gpc_ack(for_new && for_kept && choice.grants());
        let gated = units.iter().filter(|unit| !unit.necessary);
        let open = gated.filter(|unit| decision::answer(&choice, unit, units).is_none());
        choice.set_partial(open.count() > 0);
        if let Some(subject) = before.as_deref().and_then(Choice::subject) {
            choice.set_subject(subject);
        }
        Some(Weighed { choice, before })
    }

    /// Makes a choice count.
    pub(crate) fn take(&self, choice: Choice) {
        if self.released.get() {
            log::error!("a choice was made after the head of the response had left: it is lost");
        }
        let units = self.policy().units();
        let mut state = self.state_mut();
        let before = Arc::clone(&state.decision);
        if let Some(subject) = state.choice.as_deref().and_then(Choice::subject) {
            state.left = Some(subject);
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
        // What was asked for before is answered by this.
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

    /// What a confirmation says.
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

    /// Leaves the confirmation for the next page.
    pub(crate) fn note_saved(&self) {
        let (outcome, left) = (self.outcome(), self.left());
        let mut state = self.state_mut();
        state.note.saved = Some(Saved {
            outcome,
            until: now() + SAVED_SECONDS,
            subject: left,
        });
        state.note_changed = true;
    }

    /// The consent id that the visitor held before this choice, and holds no more.
    pub(crate) fn left(&self) -> Option<ConsentId> {
        let state = self.state();
        let holds = state.choice.as_deref().and_then(Choice::subject);
        state.left.filter(|_| holds.is_none())
    }

    /// Leaves for the next page what the visitor asked to see once.
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

    /// Leaves for the next page that it tells of units which were named and are on now.
    pub(crate) fn show_granted(&self, said: impl Fn(&str) -> Option<bool>) {
        let decision = self.state().decision.clone();
        let units = self.policy().gated_units();
        let shown =
            units.filter(|(at, unit)| said(&unit.id) == Some(true) && decision.basis(*at).allows());
        let shown: Vec<_> = shown.map(|(_, unit)| unit.tag).collect();
        if !shown.is_empty() {
            self.show_once(shown);
        }
    }

    /// Closes the notice. Where none is shown there is nothing to close.
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

/// An old choice as the base of a new answer. Grants that the answer does not cover are not made
/// to last longer by it: those of this policy keep the old day, those of another are dropped once
/// the day changes, or something is answered with a no.
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
    // A no may be to the category of a service that only another policy has.
    let all_yes = answered.iter().all(|(_, yes)| *yes);
    let stays = |answer: &(UnitTag, Answer)| {
        let unknown_kept = all_yes && old.day() == today;
        answer.1 == Answer::Rejected || is_known(answer.0) || unknown_kept
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
