//! Recent rejections: cookies of one day beside the choice, so that an earlier answer that arrives
//! late does not undo a rejection.
//!
//! ```text
//! consent-off-<hash>=<number>.*<unit><unit>…
//! ```
//!
//! `number` is one higher than that of every rejection that the request carried. Each unit has five
//! characters. A `*` before the units means that nothing was accepted at all, which covers units of
//! other policies too.
//!
//! An answer removes the rejections that its request carried and that it contradicts, and no
//! others. A rejection beside a grant was therefore unknown when the grant was given. The cookie
//! name contains a hash of the value, so that two independent rejections are both stored. An answer
//! without rejections still sets a cookie without units if its request carried others, so that no
//! number is used twice in a day. Visitors with the same answers hold the same cookies.
//!
//! The cookie is not signed because it can only deny.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::{
    choice::{Answer, Choice},
    day::ParseError,
    policy::UnitTag,
};

/// Lifetime in seconds, longer than any request takes.
pub(crate) const LIFETIME: i64 = 86_400;

/// Maximum number of units, more than any policy has.
const MAX_UNITS: usize = 256;

/// Units rejected by one answer; see the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rejections {
    number: u16,
    /// True if nothing was accepted.
    all: bool,
    units: Vec<UnitTag>,
}

impl Rejections {
    /// Rejections of a choice whose request carried `known`; `None` if both are empty.
    pub(crate) fn of(choice: &Choice, known: &[Self]) -> Option<Self> {
        let rejected = choice
            .answers()
            .filter(|(_, answer)| *answer == Answer::Rejected);
        let units: Vec<UnitTag> = rejected.map(|(tag, _)| tag).collect();
        (!units.is_empty() || !known.is_empty()).then(|| Self {
            number: Self::latest(known).saturating_add(1),
            all: !choice.grants(),
            units,
        })
    }

    /// Rejects the units of this rejection in a choice. Returns whether that changes the choice.
    pub(crate) fn apply(&self, choice: &mut Choice) -> bool {
        let before = choice.clone();
        if self.all {
            choice.forget_grants();
        }
        for tag in &self.units {
            choice.set(*tag, Answer::Rejected);
        }
        *choice != before
    }

    /// Returns whether the choice accepts something that is rejected here.
    pub(crate) fn contradicts(&self, choice: &Choice) -> bool {
        let granted = |tag: &UnitTag| matches!(choice.answer(*tag), Some(Answer::Granted(_)));
        self.all && choice.grants() || self.units.iter().any(granted)
    }

    /// Highest number among them; 0 if there is none.
    pub(crate) fn latest(known: &[Self]) -> u16 {
        known.iter().map(|known| known.number).max().unwrap_or(0)
    }

    /// Returns whether a unit was rejected here after the rejections up to number `known`.
    pub(crate) fn follows(&self, known: u16, unit: &UnitTag) -> bool {
        self.number > known && (self.all || self.units.contains(unit))
    }

    /// Suffix of the cookie's name.
    pub(crate) fn name(&self) -> String {
        URL_SAFE_NO_PAD.encode(&Sha256::digest(self.to_string())[..6])
    }
}

impl fmt::Display for Rejections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = if self.all { "*" } else { "" };
        write!(f, "{}.{all}", self.number)?;
        self.units.iter().try_for_each(|unit| write!(f, "{unit}"))
    }
}

impl FromStr for Rejections {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (number, units) = text.split_once('.').ok_or(ParseError)?;
        let number = number.parse().map_err(|_| ParseError)?;
        let (all, units) = match units.strip_prefix('*') {
            Some(units) => (true, units),
            None => (false, units),
        };
        let length = units.len();
        if !units.is_ascii()
            || !length.is_multiple_of(UnitTag::CHARS)
            || length > MAX_UNITS * UnitTag::CHARS
        {
            return Err(ParseError);
        }
        let unit = |at| units[at..at + UnitTag::CHARS].parse();
        let units: Result<_, ParseError> = (0..length).step_by(UnitTag::CHARS).map(unit).collect();
        Ok(Self {
            number,
            all,
            units: units?,
        })
    }
}
