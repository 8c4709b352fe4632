//! Ids of records and of those who accepted.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::choice::{Day, NotAChoice};

/// Identifier of a visitor who accepted something. It is random, is stored in the visitor's own
/// choice and in the ledger and nowhere else, and does not by itself name anyone; it is an online
/// identifier (recital 30 GDPR). A visitor who accepts nothing has none.
///
/// It begins with the day, which the choice tells anyway, so that a ledger of many years finds the
/// ids of one day beside each other. 104 bits of it are random: nobody guesses one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConsentId([u8; 16]);

impl ConsentId {
    /// As many characters as [`Display`](fmt::Display) writes.
    pub(crate) const CHARS: usize = 22;

    pub(crate) fn new(day: Day) -> Self {
        let mut bytes: [u8; 16] = rand::random();
        bytes[..3].copy_from_slice(&day.number().to_be_bytes()[1..]);
        Self(bytes)
    }

    /// An id from its bytes, as a ledger stores them.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
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
    type Err = NotAChoice;

    fn from_str(text: &str) -> Result<Self, NotAChoice> {
        if text.len() != Self::CHARS {
            return Err(NotAChoice);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAChoice)?;
        bytes.try_into().map(Self).map_err(|_| NotAChoice)
    }
}

/// The id of one record: a UUID that begins with the time (RFC 9562, version 7), so that a write
/// that is tried again is one record, and a ledger of many years appends at the end of its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId([u8; 16]);

impl RecordId {
    /// A new one.
    pub(crate) fn new(time: OffsetDateTime) -> Self {
        Self::at(time, rand::random())
    }

    /// The same for everyone who records this thing of this day: it is recorded once, by however
    /// many nodes.
    pub(crate) fn once(what: &str, day: Day) -> Self {
        let digest = Sha256::digest([what.as_bytes(), &day.number().to_be_bytes()].concat());
        let mut rest = [0; 10];
        rest.copy_from_slice(&digest[..10]);
        Self::at(day.date().midnight().assume_utc(), rest)
    }

    fn at(time: OffsetDateTime, rest: [u8; 10]) -> Self {
        let millis = u64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        bytes[6..].copy_from_slice(&rest);
        bytes[6] = 0x70 | bytes[6] & 0x0f;
        bytes[8] = 0x80 | bytes[8] & 0x3f;
        Self(bytes)
    }

    /// An id from its bytes, as a ledger stores them.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// The text is not the id of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NotARecordId;

impl fmt::Display for NotARecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the id of a record: it is a UUID")
    }
}

debug_as_display!(NotARecordId);

impl std::error::Error for NotARecordId {}

impl FromStr for RecordId {
    type Err = NotARecordId;

    /// Accepts exactly what [`Display`](fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, NotARecordId> {
        let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
        if digits.len() != 32 {
            return Err(NotARecordId);
        }
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| NotARecordId)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NotARecordId)?;
        }
        let id = Self(bytes);
        if id.to_string() == text {
            Ok(id)
        } else {
            Err(NotARecordId)
        }
    }
}

/// Both are written as text.
macro_rules! as_text {
    ($($id:ty)*) => {$(
        impl Serialize for $id {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $id {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

as_text!(ConsentId RecordId);

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_id_has_one_form() {
        let id = ConsentId::new(Day::today());
        let text = id.to_string();
        assert_eq!((text.len(), text.parse()), (ConsentId::CHARS, Ok(id)));
        for other in [&text[1..], &format!("{text}A"), "", &"é".repeat(11)] {
            assert_eq!(other.parse::<ConsentId>(), Err(NotAChoice), "{other}");
        }
        // The last character holds four bits that are not there.
        assert!(format!("{}_", &text[..21]).parse::<ConsentId>().is_err());
        let id = RecordId::new(OffsetDateTime::now_utc());
        let text = id.to_string();
        assert_eq!(text.parse(), Ok(id));
        for other in [
            text.to_uppercase(),
            text.replace('-', ""),
            format!("+{}", &text[1..]),
        ] {
            let is_same = other == text;
            assert_eq!(other.parse::<RecordId>().is_ok(), is_same, "{other}");
        }
    }

    #[test]
    fn two_who_accept_on_one_day_have_two_ids_that_begin_alike() {
        let (one, other) = (ConsentId::new(Day::today()), ConsentId::new(Day::today()));
        assert_ne!(one, other);
        assert_eq!(one.as_bytes()[..3], other.as_bytes()[..3]);
    }

    #[test]
    fn a_record_id_is_a_uuid_of_its_time_and_later_ones_are_greater() {
        let early = RecordId::new(datetime!(2026-11-25 12:00 UTC));
        let late = RecordId::new(datetime!(2026-11-25 12:00:00.001 UTC));
        assert!(early < late);
        let text = early.to_string();
        assert!(text.starts_with("01a21293-b600-7"), "{text}");
        assert!(matches!(&text[19..20], "8" | "9" | "a" | "b"), "{text}");
    }

    #[test]
    fn what_is_recorded_once_a_day_has_one_id_a_day() {
        let day = Day::today();
        assert_eq!(RecordId::once("a", day), RecordId::once("a", day));
        assert_ne!(RecordId::once("a", day), RecordId::once("b", day));
        assert_ne!(RecordId::once("a", day), RecordId::once("a", day.plus(1)));
    }
}
