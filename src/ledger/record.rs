//! Records of the ledger.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::RecordId;
use crate::choice::consent_id::ConsentId;

/// A visitor's choice or a gap in the ledger.
///
/// Contains no IP address, user agent or URL: a visitor's records can be found only with the
/// consent id that the visitor holds (Art. 7(1), 5(1)(c) GDPR).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ConsentRecord {
    /// Format of the record.
    pub v: u32,
    /// Id, assigned before the record is sent, so that a repeated write is idempotent.
    pub id: RecordId,
    /// Time of the choice (UTC).
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// Kind of event.
    pub event: Event,
    /// Id of the visitor if something is or was accepted; rejections have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<ConsentId>,
    /// Answers in force from now on, one for each answered category and service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<UnitAnswer>,
    /// Consent model: `opt-in` or `implied`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// Jurisdiction of the visitor, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<String>,
    /// Edition of the policy.
    #[serde(default)]
    pub policy_version: u32,
    /// Hash of what was shown; see [`Shown`](super::Shown).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// Language of what was shown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// Place where the choice was made.
    pub source: Source,
    /// Record of the same subject that this one replaces. Filled in by the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<RecordId>,
    /// True if the form stated the active signal `Sec-GPC`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gpc_ack: bool,
    /// Number and period of records that were lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
}

/// Latest format of records.
pub(crate) const FORMAT: u32 = 1;

/// Kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// Everything optional was accepted.
    Accepted,
    /// Everything optional was rejected by a visitor who had accepted nothing.
    Rejected,
    /// Some optional units were accepted.
    Partial,
    /// Consent was withdrawn without accepting anything new (Art. 7(3) GDPR).
    Withdrawn,
    /// Silence was interpreted as consent.
    Implied,
    /// Blocked content was shown once, on the next page only. Has no subject.
    Once,
    /// The browser opted out with `Sec-GPC: 1`: recorded once a day, and once a day for each
    /// subject whose consent it overrides.
    OptedOut,
    /// Voids an acceptance that the ledger did not confirm in time and that never took effect,
    /// whether or not it is stored. [`ConsentRecord::replaces`] refers to it.
    Voided,
    /// Records were lost; see [`Gap`].
    Gap,
}

impl Event {
    /// Name in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Partial => "partial",
            Self::Withdrawn => "withdrawn",
            Self::Implied => "implied",
            Self::Once => "once",
            Self::OptedOut => "opted-out",
            Self::Voided => "voided",
            Self::Gap => "gap",
        }
    }
}

/// Place where a choice was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Source {
    /// The banner.
    Banner,
    /// The settings page.
    Settings,
    /// The placeholder of blocked content.
    Placeholder,
    /// A header of the browser.
    Signal,
    /// Continued use of the site, under the implied model.
    Silence,
    /// A handler of the application, or a program that posts.
    #[default]
    Program,
}

impl Source {
    /// Name in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Banner => "banner",
            Self::Settings => "settings",
            Self::Placeholder => "placeholder",
            Self::Signal => "signal",
            Self::Silence => "silence",
            Self::Program => "program",
        }
    }
}

/// Answer for a category or service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UnitAnswer {
    /// Id of the category or service.
    pub unit: String,
    /// True if accepted.
    pub granted: bool,
    /// Fingerprint of the unit's meaning: its purposes, providers and so on.
    pub meaning: String,
}

impl UnitAnswer {
    pub(crate) fn new(unit: &str, granted: bool, meaning: String) -> Self {
        Self {
            unit: unit.to_owned(),
            granted,
            meaning,
        }
    }
}

/// Rejections and withdrawals that took effect but could not be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Gap {
    /// Minimum number of them.
    pub count: u64,
    /// Time of the first.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// Time of the last.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

impl ConsentRecord {
    /// Creates a record of an event that happens now.
    pub(crate) fn new(event: Event, source: Source) -> Self {
        // Milliseconds are finer than any proof needs, and all ledgers can store them.
        let now = OffsetDateTime::now_utc();
        let time = now.replace_millisecond(now.millisecond()).unwrap_or(now);
        Self {
            v: FORMAT,
            id: RecordId::new(time),
            time,
            event,
            subject: None,
            answers: Vec::new(),
            model: String::new(),
            jurisdiction: None,
            policy_version: 0,
            asked: None,
            language: String::new(),
            source,
            replaces: None,
            gpc_ack: false,
            gap: None,
        }
    }

    /// Creates a record of lost records.
    pub(crate) fn gap(gap: Gap) -> Self {
        Self {
            gap: Some(gap),
            ..Self::new(Event::Gap, Source::Program)
        }
    }

    /// Serialises the record as ledgers store it: one line of JSON, always the same for the same
    /// record.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Parses the output of [`to_json`](Self::to_json).
    ///
    /// # Errors
    ///
    /// Fails if the text is not a record, or if its format is newer than this version supports.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        let record: Self = serde_json::from_str(text)?;
        if record.v > FORMAT {
            let newer = format!(
                "a record of format {}: this version reads {FORMAT}",
                record.v
            );
            return Err(serde::de::Error::custom(newer));
        }
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_the_same() {
        let mut record = ConsentRecord::new(Event::Partial, Source::Banner);
        record.answers = vec![UnitAnswer::new("analytics", true, "abcdef".to_owned())];
        record.subject = Some(ConsentId::new(crate::day::Day::today()));
        let gap = ConsentRecord::gap(Gap {
            count: 3,
            since: record.time,
            until: record.time,
        });
        for record in [record, gap] {
            assert_eq!(
                ConsentRecord::from_json(&record.to_json()).expect("a record"),
                record
            );
        }
    }

    #[test]
    fn the_words_for_events_and_sources_are_those_in_the_records() {
        for event in [
            Event::Accepted,
            Event::OptedOut,
            Event::Gap,
            Event::Withdrawn,
        ] {
            let written = serde_json::to_value(event).expect("a word");
            assert_eq!(written, event.as_str());
        }
        for source in [Source::Banner, Source::Silence, Source::Program] {
            let written = serde_json::to_value(source).expect("a word");
            assert_eq!(written, source.as_str());
        }
    }

    #[test]
    fn a_newer_format_is_not_read_as_this_one() {
        let record = ConsentRecord::new(Event::Rejected, Source::Settings);
        let newer = record.to_json().replacen("\"v\":1", "\"v\":2", 1);
        let error = ConsentRecord::from_json(&newer).expect_err("it is newer");
        assert!(error.to_string().contains("format 2"), "{error}");
    }
}
