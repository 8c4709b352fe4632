//! Choices whose signature this worker has checked today.
//!
//! Visitors who answer alike on one day hold the same value, so a handful of entries serves most
//! requests. Only what verified is kept, and it is looked up under a hash with a random key, so
//! neither guessing nor flooding gets anyone anywhere.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    fmt,
    rc::Rc,
};

use crate::{
    choice::{Choice, Day},
    signing::Seal,
};

/// More different answers than a site sees in a day without a ledger; beyond it, start anew.
const MAX_ENTRIES: usize = 1024;

/// See the module.
#[derive(Default)]
pub(crate) struct Verified {
    day: Cell<Option<Day>>,
    choices: RefCell<HashMap<Box<[u8]>, Rc<Choice>>>,
}

impl Verified {
    /// The choice that a value holds, when it verifies and counts today.
    pub(crate) fn open(
        &self,
        seal: &Seal,
        value: &[u8],
        today: Day,
        validity_days: u32,
    ) -> Option<Rc<Choice>> {
        let mut choices = self.choices.borrow_mut();
        if self.day.replace(Some(today)) != Some(today) {
            // What counted yesterday may have lapsed.
            choices.clear();
        }
        if let Some(choice) = choices.get(value) {
            return Some(choice.clone());
        }
        let choice = Rc::new(seal.open::<Choice>(value)?);
        if !choice.is_valid(today, validity_days) {
            return None;
        }
        if choices.len() >= MAX_ENTRIES {
            choices.clear();
        }
        choices.insert(value.into(), choice.clone());
        Some(choice)
    }
}

/// Prints no value.
impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified({} choices)", self.choices.borrow().len())
    }
}
