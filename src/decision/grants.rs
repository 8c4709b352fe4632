//! Units that are allowed in one response.

use crate::decision::{Basis, Decision};

/// Units that the decision allows, and units shown once by request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grants(Box<[bool]>);

impl Grants {
    pub(crate) fn of(decision: &Decision, once: &[usize]) -> Self {
        let allowed = |(unit, basis): (usize, &Basis)| basis.allows() || once.contains(&unit);
        Self(decision.bases().iter().enumerate().map(allowed).collect())
    }

    pub(crate) fn allow(&self, unit: usize) -> bool {
        self.0[unit]
    }
}
