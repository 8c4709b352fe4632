//! What the visitor has said, verified, and what follows from it.

use std::{rc::Rc, sync::Arc};

use super::{RequestConsent, Said, answer::Weighed};
use crate::{
    choice::{
        Choice,
        consent_id::ConsentId,
        note::{NOTICE_DAYS, Note, Once, Saved},
        rejections::Rejections,
    },
    day::Day,
    decision::{Decision, Status, cache::Known, decide},
    http::signals::Signals,
};

/// Number of values of one cookie that are tried. A request with more values of the choice grants
/// nothing: one of the others may be a rejection.
const MAX_TRIED: usize = 4;

/// Number of cookies with rejections that are read. Beside more of them nothing is granted.
const MAX_REJECTIONS: usize = 8;

/// What changes while the request is served.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) choice: Option<Rc<Choice>>,
    pub(crate) note: Note,
    pub(crate) decision: Arc<Decision>,
    pub(crate) choice_changed: bool,
    pub(crate) note_changed: bool,
    /// More than one choice came with the request.
    pub(crate) duplicates: bool,
    /// More values of the choice came than are tried.
    pub(crate) unread: bool,
    /// The choice as it came, where it grants what was rejected by somebody who did not know it.
    pub(crate) overruled: Option<Rc<Choice>>,
    /// The visitor answered in this request.
    pub(crate) answered: bool,
    /// Units that were on and that the visitor turned off in this request.
    pub(crate) withdrawn: Vec<usize>,
    /// Who had granted something before this request changed it.
    pub(crate) left: Option<ConsentId>,
    /// The confirmation that this response shows.
    pub(crate) taken: Option<Saved>,
    /// What this response shows once.
    pub(crate) taken_once: Option<Once>,
    /// This response shows the notice for the first time.
    pub(crate) first_shown: bool,
}

impl State {
    /// Takes back what drawing a banner remembered, where no page came of it.
    pub(crate) fn nothing_was_shown(&mut self) {
        if let Some(saved) = self.taken.take() {
            self.note.saved = self.note.saved.or(Some(saved));
        }
        if let Some(once) = self.taken_once.take() {
            self.note.once = Some(once);
        }
        if std::mem::take(&mut self.first_shown) {
            self.note.until = None;
        }
    }
}

impl RequestConsent {
    /// Verifies what the visitor said, and concludes. Has no effect: see [`Self::go_on`] and
    /// [`Self::record_signal`].
    pub(crate) fn conclude(&self) -> State {
        let config = &*self.config;
        let (known, mut unread) = self.read_choice();
        let (known, overruled) = self.overrule(known, &mut unread);
        let choice = known.as_ref().map(|known| &known.choice);
        let mut note = match self.read_note() {
            Some(note) => note.about(config.drawn.notice(), config.today()),
            None => Note::default(),
        };
        if unread {
            // An answer that was not read is not silence.
            (note.implied, note.once) = (false, None);
        }
        if let Some(once) = &mut note.once {
            // The answer that brought it may have come after that to a later rejection.
            for (_, rejections) in self.rejections() {
                let known = once.known;
                once.units.retain(|unit| !rejections.follows(known, unit));
            }
        }
        let decision = match &known {
            // Most requests say nothing more, and visitors who answer alike get the same.
            Some(known) if !note.implied && self.signals == Signals::default() => {
                known.decision(&config.policy)
            }
            None if !note.implied && self.signals == Signals::default() => config.undecided.clone(),
            _ => self.decided(choice.map(Rc::as_ref), note.implied),
        };
        let mut note_changed = false;
        if let Some(until) = note.until {
            // A GET that was under way while the visitor answered may have left it here.
            let ends = self.notice_ends(choice.map(Rc::as_ref));
            if decision.status() == Status::Decided {
                note_changed |= note.forget_notice();
            } else if ends < until {
                note.until = Some(ends);
                note_changed = true;
            }
        }
        let duplicates = (choice.is_some() || unread) && self.cookies.have_several_choices();
        State {
            note,
            decision,
            // The duplicates are replaced by their combination, by a request that may write it.
            choice_changed: duplicates
                && !unread
                && (self.provenance.may_grant.is_ok()
                    || !choice.is_some_and(|choice| choice.grants())),
            choice: choice.cloned(),
            note_changed,
            duplicates,
            unread,
            overruled,
            answered: false,
            withdrawn: Vec::new(),
            left: None,
            taken: None,
            taken_once: None,
            first_shown: false,
        }
    }

    fn decided(&self, choice: Option<&Choice>, implied: bool) -> Arc<Decision> {
        let (placement, policy) = (&self.placement, &self.config.policy);
        Arc::new(decide(choice, implied, placement, policy, self.signals))
    }

    /// The choice with what was rejected beside it, and as it came where that makes a difference.
    fn overrule(
        &self,
        known: Option<Rc<Known>>,
        unread: &mut bool,
    ) -> (Option<Rc<Known>>, Option<Rc<Choice>>) {
        let (Some(came), true) = (&known, self.cookies.have_rejections()) else {
            return (known, None);
        };
        let mut choice = Choice::clone(&came.choice);
        if self.cookies.rejections().count() > MAX_REJECTIONS {
            *unread = true;
            choice.forget_grants();
            return (Some(Rc::new(Known::new(choice))), None);
        }
        let mut changed = false;
        for (_, rejections) in self.rejections() {
            changed |= rejections.apply(&mut choice);
        }
        match changed {
            true => (Some(Rc::new(Known::new(choice))), Some(came.choice.clone())),
            false => (known, None),
        }
    }

    /// Recent rejections, with the names of their cookies.
    pub(crate) fn rejections(&self) -> Vec<(String, Rejections)> {
        let read = |(name, value): (&[u8], &[u8])| {
            let name = std::str::from_utf8(name).ok()?.to_owned();
            Some((name, std::str::from_utf8(value).ok()?.parse().ok()?))
        };
        let all = self.cookies.rejections().take(MAX_REJECTIONS);
        all.filter_map(read).collect()
    }

    /// Writes what holds of a choice that was overruled, and has it recorded that the rest does not.
    pub(crate) fn settle(&self) {
        let state = self.state();
        let (Some(came), Some(choice)) = (&state.overruled, &state.choice) else {
            return;
        };
        let weighed = Weighed {
            choice: Choice::clone(choice),
            before: Some(came.clone()),
        };
        drop(state);
        if let Some(recorder) = &self.config.recorder {
            self.record_later(recorder, &weighed, &Said::default());
        }
        self.state_mut().choice_changed = true;
    }

    /// Reads silence as consent, if the notice was shown and what that turns on is recorded.
    pub(crate) fn go_on(&self) {
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

    /// The choice, and whether there are more values of it than are tried. Then it grants nothing.
    fn read_choice(&self) -> (Option<Rc<Known>>, bool) {
        let config = &*self.config;
        let today = config.today();
        let open = |value| {
            let seal = &config.choice_seal;
            self.verified.open(seal, value, today, config.validity_days)
        };
        let mut values = self.cookies.choices();
        let tried = values.by_ref().take(MAX_TRIED);
        let known = tried.filter_map(open).reduce(|one, other| {
            let (one, other) = (Choice::clone(&one.choice), Choice::clone(&other.choice));
            Rc::new(Known::new(one.combined(other)))
        });
        if values.next().is_none() {
            return (known, false);
        }
        let rejections = known.map(|known| {
            let mut choice = Choice::clone(&known.choice);
            choice.forget_grants();
            choice
        });
        let rejections = rejections.filter(|choice| choice.answers().next().is_some());
        (rejections.map(|choice| Rc::new(Known::new(choice))), true)
    }

    fn read_note(&self) -> Option<Note> {
        let seal = &self.config.note_seal;
        let mut values = self.cookies.notes().take(MAX_TRIED);
        values.find_map(|value| seal.open(value))
    }

    /// The day on which a notice that is shown today ends to count. It does not outlive an answer
    /// beside it: once a rejection has lapsed, silence counts again only after a new notice.
    pub(crate) fn notice_ends(&self, choice: Option<&Choice>) -> Day {
        let own = self.today().plus(NOTICE_DAYS);
        match choice {
            Some(choice) => own.min(choice.day().plus(self.config.validity_days)),
            None => own,
        }
    }
}
