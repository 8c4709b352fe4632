//! One entry of the ledger.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::RecordId;
use crate::choice::consent_id::ConsentId;

/// What a visitor said, or what stands in the ledger for what was not kept.
///
/// No IP address, no user agent, no address of a page: whoever looks the visitor up in it needs the
/// consent id that the visitor holds (Art. 7(1), 5(1)(c) GDPR).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ConsentRecord {
    /// The format of this record.
    pub v: u32,
    /// Given before it is sent, so that a write that is tried again is one record.
    pub id: RecordId,
    /// When (UTC).
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// What happened.
    pub event: Event,
    /// Who, where something is or was accepted. A rejection is nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<ConsentId>,
    /// What holds from now on, for each category and service that has an answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<UnitAnswer>,
    /// How silence was read: `opt-in` or `implied`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// Where the visitor came from in law, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<String>,
    /// The edition of the policy.
    #[serde(default)]
    pub policy_version: u32,
    /// The hash of what was shown: see [`Shown`](super::Shown).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// The language of what was shown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// Where it was said.
    pub source: Source,
    /// The record of the same subject that this one takes the place of. The ledger fills it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<RecordId>,
    /// The form stated the signal `Sec-GPC` while it was on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gpc_ack: bool,
    /// Of how many records nothing but their number is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
}

/// The newest format of records.
pub(crate) const FORMAT: u32 = 1;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// Everything optional was accepted.
    Accepted,
    /// Everything optional was rejected, by someone who had accepted nothing.
    Rejected,
    /// Some of it was accepted.
    Partial,
    /// Something that was accepted was taken back, and nothing new accepted (Art. 7(3) GDPR).
    Withdrawn,
    /// Silence was read as a yes.
    Implied,
    /// What was held back was shown once, on the next page and on no other. It is nobody's.
    Once,
    /// The browser said no with `Sec-GPC: 1`: recorded once a day, and once a day for each subject
    /// whose yes it overrides.
    OptedOut,
    /// An acceptance that the ledger did not confirm in time: it never counted, whether or not it
    /// stands here. [`ConsentRecord::replaces`] names it.
    Voided,
    /// Records that could not be kept: see [`Gap`].
    Gap,
}

impl Event {
    /// The word for it in the ledger.
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

/// Where it was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Source {
    /// In the banner.
    Banner,
    /// On the settings page.
    Settings,
    /// Where something is held back.
    Placeholder,
    /// By a header of the browser.
    Signal,
    /// By going on, in the model that reads that as a yes.
    Silence,
    /// By a handler of the application, or a program that posts.
    #[default]
    Program,
}

impl Source {
    /// The word for it in the ledger.
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

/// The answer about a category or a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UnitAnswer {
    /// Its id.
    pub unit: String,
    /// Whether it is a yes.
    pub granted: bool,
    /// What the unit meant: the fingerprint of its purposes, providers and the like.
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

/// Rejections and withdrawals that counted and could not be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Gap {
    /// How many, at least.
    pub count: u64,
    /// When the first of them was.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// When the last of them was.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

impl ConsentRecord {
    /// A record of something that happened now.
    pub(crate) fn new(event: Event, source: Source) -> Self {
        // Finer than any proof needs, and what all ledgers can hold.
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

    /// For so many records nothing could be kept.
    pub(crate) fn gap(gap: Gap) -> Self {
        Self {
            gap: Some(gap),
            ..Self::new(Event::Gap, Source::Program)
        }
    }

    /// The record as a ledger stores it: one line of JSON, the same for the same record.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`to_json`](Self::to_json) has written.
    ///
    /// # Errors
    ///
    /// When the text is not a record, or one of a newer format than this version knows.
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
