//! Comparison of the categories and services of two policies.

use actix_consent::{
    Policy,
    policy::{Meaning, NECESSARY},
};

use super::super::wording::quoted;

/// A category or service of either policy.
#[derive(Debug)]
pub(super) struct Unit<'p> {
    pub(super) id: &'p str,
    pub(super) old: Option<Meaning<'p>>,
    pub(super) new: Option<Meaning<'p>>,
    pub(super) change: Change,
}

/// Effect of the new policy on the answers about a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// No answers exist: the unit is new or needed no consent before.
    New,
    /// Acceptances no longer count, since the meaning changed.
    Changed,
    /// The answers are obsolete.
    Gone,
    /// The answers still count.
    Same,
    /// The unit needs no consent, before and after.
    Exempt,
}

/// All units, in the order of the new policy and then of the old one.
pub(super) fn compare<'p>(old: &'p Policy, new: &'p Policy) -> Vec<Unit<'p>> {
    let gone = ids(old).filter(|id| new.meaning(id).is_none());
    let all = ids(new).chain(gone);
    all.map(|id| {
        let meanings = (old.meaning(id), new.meaning(id));
        let change = match (gated(&meanings.0), gated(&meanings.1)) {
            (false, true) => Change::New,
            (true, false) => Change::Gone,
            (false, false) => Change::Exempt,
            // The server compares a stored choice in the same way.
            (true, true) if old.fingerprint(id) == new.fingerprint(id) => Change::Same,
            (true, true) => Change::Changed,
        };
        Unit {
            id,
            old: meanings.0,
            new: meanings.1,
            change,
        }
    })
    .collect()
}

fn ids(policy: &Policy) -> impl Iterator<Item = &str> {
    let categories = policy.categories().iter().map(|category| &*category.id);
    categories.chain(policy.services().iter().map(|service| &*service.id))
}

fn gated(meaning: &Option<Meaning<'_>>) -> bool {
    (meaning.as_ref()).is_some_and(|meaning| meaning.category != NECESSARY)
}

impl Unit<'_> {
    /// Returns whether visitors are asked about it, again or for the first time.
    pub(super) fn asks(&self) -> bool {
        matches!(self.change, Change::New | Change::Changed)
    }

    /// Name by the new policy, or by the old one if it was removed.
    pub(super) fn name(&self) -> String {
        let meaning = self.new.as_ref().or(self.old.as_ref());
        match meaning {
            Some(meaning) if meaning.service.is_some() => format!(
                "the service {} of {}",
                quoted(self.id),
                quoted(meaning.category)
            ),
            _ => format!("the category {}", quoted(self.id)),
        }
    }

    /// Heading of its changes; `None` if the answers still count.
    pub(super) fn head(&self) -> Option<String> {
        let name = self.name();
        let head = match (self.change, &self.old, &self.new) {
            (Change::New, None, _) => format!("Asked for the first time: {name}"),
            (Change::New, ..) => {
                format!("Asked for the first time: {name}, which needed no consent before")
            }
            (Change::Changed, ..) => format!("Asked again: {name}"),
            (Change::Gone, _, None) => format!("No longer asked: {name}, which was removed"),
            (Change::Gone, ..) => {
                format!("No longer asked: {name}, which now needs no consent")
            }
            (Change::Same | Change::Exempt, ..) => return None,
        };
        Some(head)
    }
}
