//! Identifiers of records.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::{Builder, Uuid};

use crate::day::Day;

/// Identifier of a record: a UUID that starts with the time (RFC 9562, version 7), so that repeated
/// writes are idempotent and large ledgers append at the end of their index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(Uuid);

impl RecordId {
    /// Creates an id for this time.
    pub(crate) fn new(time: OffsetDateTime) -> Self {
        Self::at(time, rand::random())
    }

    /// Returns the id of an event that is recorded once a day: the same for every node on this day.
    pub(crate) fn once(what: &str, day: Day) -> Self {
        let digest = Sha256::digest([what.as_bytes(), &day.number().to_be_bytes()].concat());
        let mut rest = [0; 10];
        rest.copy_from_slice(&digest[..10]);
        Self::at(day.date().midnight().assume_utc(), rest)
    }

    fn at(time: OffsetDateTime, rest: [u8; 10]) -> Self {
        let millis = u64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
        Self(Builder::from_unix_timestamp_millis(millis, &rest).into_uuid())
    }

    /// Creates an id from its bytes, as a ledger stores them.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Returns the bytes of the id.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// Error: the text is not the id of a record.
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

    /// Parses exactly the output of [`Display`](fmt::Display).
    fn from_str(text: &str) -> Result<Self, NotARecordId> {
        let id = Uuid::try_parse(text).map(Self).map_err(|_| NotARecordId)?;
        if id.to_string() == text {
            Ok(id)
        } else {
            Err(NotARecordId)
        }
    }
}

impl Serialize for RecordId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_id_has_one_form() {
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
    fn an_id_is_a_uuid_of_its_time_and_later_ones_are_greater() {
        let early = RecordId::new(datetime!(2026-11-25 12:00 UTC));
        let late = RecordId::new(datetime!(2026-11-25 12:00:00.001 UTC));
        assert!(early < late);
        let text = early.to_string();
        assert!(text.starts_with("01a21293-b600-7"), "{text}");
        assert!(matches!(&text[19..20], "8" | "9" | "a" | "b"), "{text}");
    }

    #[test]
    fn a_record_of_one_day_has_one_id_a_day() {
        let day = Day::today();
        assert_eq!(RecordId::once("a", day), RecordId::once("a", day));
        assert_ne!(RecordId::once("a", day), RecordId::once("b", day));
        assert_ne!(RecordId::once("a", day), RecordId::once("a", day.plus(1)));
    }
}
