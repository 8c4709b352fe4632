//! Recent rejections: a cookie of one day beside the choice, so that an answer that was asked
//! for earlier and arrives later does not undo it.
//!
//! ```text
//! consent-off-<hash>=<number>.*<unit><unit>…
//! ```
//!
//! `number` is one more than that of any which came with the answer, the units are five characters
//! each. A `*` before them says that nothing at all was granted, so that nothing is kept which only
//! another policy knows.
//!
//! An answer removes those that came with it and say otherwise, since it was given after them, and
//! no others. So one that stands beside a grant was not known to whoever granted. The name has a
//! hash of the value: two rejections that did not know of each other stand side by side. An answer
//! that rejects nothing leaves one without units if others came with it, so that no number is used
//! twice in a day. Nothing in it tells two visitors apart who answered alike.
//!
//! It is not signed: it only denies.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::{
    choice::{Answer, Choice},
    day::ParseError,
    policy::UnitTag,
};

/// Lifetime in seconds, longer than any answer is under way.
pub(crate) const LIFETIME: i64 = 86_400;

/// More units than any policy has.
const MAX_UNITS: usize = 256;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rejections {
    number: u16,
    /// Nothing was granted.
    all: bool,
    units: Vec<UnitTag>,
}

impl Rejections {
    /// The rejections of a choice that was made with knowledge of others; `None` if there are none
    /// in either.
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

    /// Rejects in a choice what is rejected here. Says whether that changes it.
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

    /// Returns whether a choice grants something that is rejected here.
    pub(crate) fn contradicts(&self, choice: &Choice) -> bool {
        let granted = |tag: &UnitTag| matches!(choice.answer(*tag), Some(Answer::Granted(_)));
        self.all && choice.grants() || self.units.iter().any(granted)
    }

    /// Number of the latest of them; 0 if there is none.
    pub(crate) fn latest(known: &[Self]) -> u16 {
        known.iter().map(|known| known.number).max().unwrap_or(0)
    }

    /// Returns whether a unit was rejected here after rejections up to `known`.
    pub(crate) fn follows(&self, known: u16, unit: &UnitTag) -> bool {
        self.number > known && (self.all || self.units.contains(unit))
    }

    /// The end of the cookie's name.
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
