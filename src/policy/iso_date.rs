//! Serialisation of `effective = 2026-11-22`: a local date of TOML or the same as a string.

use std::fmt;

use serde::{Deserializer, Serializer, de, ser::Error};
use time::{Date, format_description::well_known::Iso8601};

pub(super) fn serialize<S: Serializer>(
    day: &Option<Date>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match day {
        None => serializer.serialize_none(),
        Some(day) => {
            let text = day.format(&Iso8601::DATE).map_err(S::Error::custom)?;
            serializer.serialize_str(&text)
        }
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Date>, D::Error> {
    struct Day;

    impl<'de> de::Visitor<'de> for Day {
        type Value = Option<Date>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a day such as 2026-11-22")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Date::parse(text, &Iso8601::DATE)
                .map(Some)
                .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            use serde::Deserialize;
            let day =
                toml::value::Datetime::deserialize(de::value::MapAccessDeserializer::new(map))?;
            self.visit_str(&day.to_string())
        }
    }

    deserializer.deserialize_any(Day)
}
