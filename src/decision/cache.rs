//! Cache of the choices whose signature this worker has verified today.
//!
//! Visitors with the same answers on the same day hold the same value, so a few entries serve most
//! requests. Only verified values are stored, hashed with a random key, so neither guessing nor
//! flooding succeeds.

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

/// Maximum number of entries, more than the different answers of one day without a ledger. The
/// cache is emptied when it is full.
const MAX_ENTRIES: usize = 1024;

/// Cache of verified choices; see the module.
#[derive(Default)]
pub(crate) struct ChoiceCache {
    day: Cell<Option<Day>>,
    choices: RefCell<HashMap<Box<[u8]>, Rc<Known>, RandomState>>,
}

/// A verified choice and the decision that follows from it alone.
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

    /// Decision without a signal and without implied consent, in which case the consent model makes
    /// no difference.
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
    /// Returns the choice in a cookie value if its signature verifies and it is valid today.
    pub(crate) fn open(
        &self,
        seal: &Seal,
        value: &[u8],
        today: Day,
        validity_days: u32,
    ) -> Option<Rc<Known>> {
        let mut choices = self.choices.borrow_mut();
        if self.day.replace(Some(today)) != Some(today) {
            // Yesterday's choices may have expired.
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

/// Prints the number of entries, never a value.
impl fmt::Debug for ChoiceCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChoiceCache({} choices)", self.choices.borrow().len())
    }
}
