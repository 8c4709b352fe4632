//! Identifier of a visitor who accepted something.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::day::{Day, ParseError};

/// Random identifier of a visitor who accepted something. It is stored only in the visitor's own
/// cookie and in the ledger, and identifies no person by itself; it is an online identifier
/// (recital 30 GDPR). A visitor who accepts nothing has none.
///
/// The first three bytes are the day, which the choice contains anyway, so that a ledger sorts the
/// ids of one day together. The other 104 bits are random and cannot be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConsentId([u8; 16]);

impl ConsentId {
    /// Number of characters that [`Display`](fmt::Display) writes.
    pub(crate) const CHARS: usize = 22;

    pub(crate) fn new(day: Day) -> Self {
        let mut bytes: [u8; 16] = rand::random();
        bytes[..3].copy_from_slice(&day.number().to_be_bytes()[1..]);
        Self(bytes)
    }

    /// Creates an id from its bytes, as a ledger stores them.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes of the id.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for ConsentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl FromStr for ConsentId {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if text.len() != Self::CHARS {
            return Err(ParseError);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ParseError)?;
        bytes.try_into().map(Self).map_err(|_| ParseError)
    }
}

impl Serialize for ConsentId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ConsentId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_form() {
        let id = ConsentId::new(Day::today());
        let text = id.to_string();
        assert_eq!((text.len(), text.parse()), (ConsentId::CHARS, Ok(id)));
        for other in [&text[1..], &format!("{text}A"), "", &"é".repeat(11)] {
            assert_eq!(other.parse::<ConsentId>(), Err(ParseError), "{other}");
        }
        // The last character would set four bits that do not exist.
        assert!(format!("{}_", &text[..21]).parse::<ConsentId>().is_err());
    }

    #[test]
    fn ids_of_one_day_differ_and_start_alike() {
        let (one, other) = (ConsentId::new(Day::today()), ConsentId::new(Day::today()));
        assert_ne!(one, other);
        assert_eq!(one.as_bytes()[..3], other.as_bytes()[..3]);
    }
}
