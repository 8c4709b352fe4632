//! The verified choice and notes of the visitor, and the decision that follows from them.

use std::{rc::Rc, sync::Arc};

use super::RequestConsent;
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

/// Number of values of one cookie that are verified. If a request has more values of the choice,
/// it grants nothing: one of the others may be a rejection.
const MAX_TRIED: usize = 4;

/// Number of cookies with rejections that are read. If there are more, nothing is granted.
const MAX_REJECTIONS: usize = 8;

/// State of the visitor's consent, which answers change while the request is served.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) choice: Option<Rc<Choice>>,
    pub(crate) note: Note,
    pub(crate) decision: Arc<Decision>,
    pub(crate) choice_changed: bool,
    pub(crate) note_changed: bool,
    /// More than one choice came with the request.
    pub(crate) duplicates: bool,
    /// The request has more values of the choice than are verified.
    pub(crate) unread: bool,
    /// The choice as it arrived, if later rejections in cookies of their own override grants of it.
    pub(crate) superseded: Option<Rc<Choice>>,
    /// The visitor answered in this request.
    pub(crate) answered: bool,
    /// Units that the visitor withdrew in this request.
    pub(crate) withdrawn: Vec<usize>,
    /// Consent id of the choice that this request replaced.
    pub(crate) former_consent_id: Option<ConsentId>,
    /// The confirmation that this response shows.
    pub(crate) shown_confirmation: Option<Saved>,
    /// The units that this response shows once.
    pub(crate) shown_once: Option<Once>,
    /// True if this response shows the notice for the first time.
    pub(crate) first_shown: bool,
}

impl State {
    /// Undoes the notes of a rendered banner, because the response is no page.
    pub(crate) fn restore_unshown(&mut self) {
        if let Some(saved) = self.shown_confirmation.take() {
            self.note.saved = self.note.saved.or(Some(saved));
        }
        if let Some(once) = self.shown_once.take() {
            self.note.once = Some(once);
        }
        if std::mem::take(&mut self.first_shown) {
            self.note.until = None;
        }
    }
}

impl RequestConsent {
    /// Verifies the cookies and computes the decision. Has no effects: those are performed by
    /// [`Self::perform_effects`].
    pub(crate) fn conclude(&self) -> State {
        let config = &*self.config;
        let (known, mut unread) = self.read_choice();
        let (known, superseded) = self.apply_rejections(known, &mut unread);
        let choice = known.as_ref().map(|known| &known.choice);
        let mut note = match self.read_note() {
            Some(note) => note.about(config.rendered.notice(), config.today()),
            None => Note::default(),
        };
        if unread {
            // The visitor did answer, so this is not silence.
            (note.implied, note.once) = (false, None);
        }
        if let Some(once) = &mut note.once {
            // A rejection may be later than the answer that asked for these units.
            for (_, rejections) in self.rejections() {
                let known = once.known;
                once.units.retain(|unit| !rejections.follows(known, unit));
            }
        }
        let decision = match &known {
            // Visitors with the same choice and no signals share one decision.
            Some(known) if !note.implied && self.signals == Signals::default() => {
                known.decision(&config.policy)
            }
            None if !note.implied && self.signals == Signals::default() => config.undecided.clone(),
            _ => self.decided(choice.map(Rc::as_ref), note.implied),
        };
        let mut note_changed = false;
        if let Some(until) = note.until {
            // A GET that was in flight while the visitor answered may have written this note.
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
            // Their combination replaces the duplicates, if the request may write it.
            choice_changed: duplicates
                && !unread
                && (self.provenance.may_grant.is_ok()
                    || !choice.is_some_and(|choice| choice.grants())),
            choice: choice.cloned(),
            note_changed,
            duplicates,
            unread,
            superseded,
            answered: false,
            withdrawn: Vec::new(),
            former_consent_id: None,
            shown_confirmation: None,
            shown_once: None,
            first_shown: false,
        }
    }

    pub(super) fn decided(&self, choice: Option<&Choice>, implied: bool) -> Arc<Decision> {
        let (placement, policy) = (&self.placement, &self.config.policy);
        Arc::new(decide(choice, implied, placement, policy, self.signals))
    }

    /// The choice after the rejections that came beside it, and the original choice if they differ.
    fn apply_rejections(
        &self,
        known: Option<Rc<Known>>,
        unread: &mut bool,
    ) -> (Option<Rc<Known>>, Option<Rc<Choice>>) {
        let (Some(original), true) = (&known, self.cookies.have_rejections()) else {
            return (known, None);
        };
        let mut choice = Choice::clone(&original.choice);
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
            true => (
                Some(Rc::new(Known::new(choice))),
                Some(original.choice.clone()),
            ),
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

    /// Reads the choice. The flag is true if the request has more values of it than are verified:
    /// then it grants nothing.
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

    /// The day on which a notice that is shown today expires: at the latest with the answer beside
    /// it. After a rejection has expired, silence counts again only after a new notice.
    pub(crate) fn notice_ends(&self, choice: Option<&Choice>) -> Day {
        let own = self.today().plus(NOTICE_DAYS);
        match choice {
            Some(choice) => own.min(choice.day().plus(self.config.validity_days)),
            None => own,
        }
    }
}
