//! What the visitor has said, verified, and what follows from it.

use std::{rc::Rc, sync::Arc};

use super::Handle;
use crate::{
    choice::{Choice, Day},
    decision::{ConsentModel, Decision, Status, decide},
    ledger::ConsentId,
    note::{NOTICE_DAYS, Note, Once, Saved},
    signals::Signals,
    verified::Known,
};

/// How many values of one cookie are tried.
const MAX_TRIED: usize = 4;

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
    /// Units that were on and that the visitor turned off in this request.
    pub(crate) withdrawn: Vec<usize>,
    /// Who had granted something before this request changed it.
    pub(super) left: Option<ConsentId>,
    /// The confirmation that this response shows.
    pub(super) taken: Option<Saved>,
    /// What this response shows once.
    pub(super) taken_once: Option<Once>,
    /// This response shows the notice for the first time.
    pub(super) first_shown: bool,
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

impl Handle {
    /// Verifies what the visitor said, and concludes.
    pub(super) fn conclude(&self) -> State {
        let config = &*self.config;
        let known = self.read_choice();
        let choice = known.as_ref().map(|known| &known.choice);
        let mut note = match self.read_note() {
            Some(note) => note.about(config.drawn.notice(), config.today()),
            None => Note::default(),
        };
        let decided = |implied: bool| match &known {
            // Most requests say nothing more, and visitors who answer alike get the same.
            Some(known) if !implied && self.signals == Signals::default() => {
                known.decision(&config.policy)
            }
            None if !implied && self.signals == Signals::default() => config.undecided.clone(),
            _ => Arc::new(decide(
                choice.map(Rc::as_ref),
                implied,
                &self.placement,
                &config.policy,
                self.signals,
            )),
        };
        let mut decision = decided(note.implied);
        let goes_on = self.placement.model == ConsentModel::Implied
            && note.until.is_some()
            && !note.implied
            && self.navigation
            && !self.own_path
            && decision.status() != Status::Decided;
        let implied = goes_on.then(|| decided(true));
        let implied = implied.filter(|implied| self.record_implied(implied));
        let goes_on = implied.is_some();
        if let Some(implied) = implied {
            note.implied = true;
            decision = implied;
        }
        if self.signals.gpc && self.navigation {
            self.record_signal(choice.map(Rc::as_ref), &decision);
        }
        let mut note_changed = goes_on;
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
        let duplicates = choice.is_some() && self.cookies.choices().nth(1).is_some();
        State {
            note,
            decision,
            // The duplicates are replaced by their combination, by a request that may write it.
            choice_changed: duplicates
                && (self.may_grant.is_ok() || !choice.is_some_and(|choice| choice.grants())),
            choice: choice.cloned(),
            note_changed,
            duplicates,
            withdrawn: Vec::new(),
            left: None,
            taken: None,
            taken_once: None,
            first_shown: false,
        }
    }

    fn read_choice(&self) -> Option<Rc<Known>> {
        let config = &*self.config;
        let today = config.today();
        let open = |value| {
            let seal = &config.choice_seal;
            self.verified.open(seal, value, today, config.validity_days)
        };
        let values = self.cookies.choices().take(MAX_TRIED);
        values.filter_map(open).reduce(|one, other| {
            let (one, other) = (Choice::clone(&one.choice), Choice::clone(&other.choice));
            Rc::new(Known::new(one.combined(other)))
        })
    }

    fn read_note(&self) -> Option<Note> {
        let seal = &self.config.note_seal;
        let mut values = self.cookies.notes().take(MAX_TRIED);
        values.find_map(|value| seal.open(value))
    }

    /// The day on which a notice that is shown today ends to count. It does not outlive an answer
    /// beside it: once a rejection has lapsed, silence counts again only after a new notice.
    pub(super) fn notice_ends(&self, choice: Option<&Choice>) -> Day {
        let own = self.today().plus(NOTICE_DAYS);
        match choice {
            Some(choice) => own.min(choice.day().plus(self.config.validity_days)),
            None => own,
        }
    }
}
