//! Terms and values in JSON-LD.

use serde_json::{Value, json};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::policy::{Lifetime, TimeUnit};

/// Reference to an entity by its IRI, in contrast to a text.
pub(super) fn iri(name: &str) -> Value {
    json!({ "@id": name })
}

/// List of references.
pub(super) fn iris<const N: usize>(names: [&str; N]) -> Value {
    names.iter().map(|name| iri(name)).collect()
}

pub(super) fn moment(time: OffsetDateTime) -> Value {
    json!({ "@type": "xsd:dateTime", "@value": time.format(&Rfc3339).unwrap_or_default() })
}

/// Validity of a choice made on the given day (UTC).
pub(super) fn days(count: u32, day: Date) -> Value {
    temporal(
        &format!("P{count}D"),
        &format!("{count} days from {day} (UTC), the day of the choice"),
    )
}

/// Storage period.
pub(super) fn duration(lifetime: Lifetime) -> Value {
    match lifetime {
        Lifetime::For { count, unit } => {
            let (before, letter) = match unit {
                TimeUnit::Second => ("PT", "S"),
                TimeUnit::Minute => ("PT", "M"),
                TimeUnit::Hour => ("PT", "H"),
                TimeUnit::Day => ("P", "D"),
                TimeUnit::Week => ("P", "W"),
                TimeUnit::Month => ("P", "M"),
                TimeUnit::Year => ("P", "Y"),
            };
            temporal(
                &format!("{before}{count}{letter}"),
                "from when it was last set on the device",
            )
        }
        Lifetime::Session => until("the browser is closed"),
        Lifetime::Persistent => until("it is deleted on the device"),
    }
}

/// A duration of ISO 8601 with a description of its start.
fn temporal(text: &str, begins: &str) -> Value {
    json!({ "@type": "dpv:TemporalDuration", "rdf:value": text, "dct:description": begins })
}

fn until(event: &str) -> Value {
    json!({ "@type": "dpv:UntilEventDuration", "rdf:value": event })
}

/// A jurisdiction: `EU`, `EEA`, `UK` or an ISO 3166 code. An application may use other names.
pub(super) fn place(code: &str) -> Value {
    let iso = if code == "UK" { "GB" } else { code };
    let part = |part: &str| {
        let known = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        (1..=3).contains(&part.len()) && part.bytes().all(known)
    };
    if iso.split('-').all(part) {
        iri(&format!("loc:{iso}"))
    } else {
        json!({ "@type": "dpv:Location", "dct:title": code })
    }
}
