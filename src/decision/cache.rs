//! Choices whose signature this worker has checked today.
//!
//! Visitors who answer alike on one day hold the same value, so a handful of entries serves most
//! requests. Only what verified is kept, and it is looked up under a hash with a random key, so
//! neither guessing nor flooding gets anyone anywhere.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::HashMap,
    fmt,
    rc::Rc,
    sync::Arc,
};

use foldhash::fast::RandomState;

use crate::{
    choice::{Choice, seal::Seal},
    day::Day,
    decision::{ConsentModel, Decision, Placement, decide},
    http::signals::Signals,
    policy::Policy,
};

/// More different answers than a site sees in a day without a ledger; beyond it, start anew.
const MAX_ENTRIES: usize = 1024;

/// See the module.
#[derive(Default)]
pub(crate) struct ChoiceCache {
    day: Cell<Option<Day>>,
    choices: RefCell<HashMap<Box<[u8]>, Rc<Known>, RandomState>>,
}

/// A choice, and what it leads to where nothing else speaks.
pub(crate) struct Known {
    pub(crate) choice: Rc<Choice>,
    decision: OnceCell<Arc<Decision>>,
}

impl Known {
    pub(crate) fn new(choice: Choice) -> Self {
        Self {
            choice: Rc::new(choice),
            decision: OnceCell::new(),
        }
    }

    /// What the choice leads to where no signal is sent and no silence is read as agreement: then
    /// the model makes no difference.
    pub(crate) fn decision(&self, policy: &Policy) -> Arc<Decision> {
        let placement = Placement::new(ConsentModel::OptIn);
        let decided = || {
            let signals = Signals::default();
            Arc::new(decide(
                Some(&self.choice),
                false,
                &placement,
                policy,
                signals,
            ))
        };
        self.decision.get_or_init(decided).clone()
    }
}

impl ChoiceCache {
    /// The choice that a value holds, when it verifies and counts today.
    pub(crate) fn open(
        &self,
        seal: &Seal,
        value: &[u8],
        today: Day,
        validity_days: u32,
    ) -> Option<Rc<Known>> {
        let mut choices = self.choices.borrow_mut();
        if self.day.replace(Some(today)) != Some(today) {
            // What counted yesterday may have lapsed.
            choices.clear();
        }
        if let Some(known) = choices.get(value) {
            return Some(known.clone());
        }
        let choice = seal.open::<Choice>(value)?;
        if !choice.is_valid(today, validity_days) {
            return None;
        }
        if choices.len() >= MAX_ENTRIES {
            choices.clear();
        }
        let known = Rc::new(Known::new(choice));
        choices.insert(value.into(), known.clone());
        Some(known)
    }
}

/// Prints no value.
impl fmt::Debug for ChoiceCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChoiceCache({} choices)", self.choices.borrow().len())
    }
}
