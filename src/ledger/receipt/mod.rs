//! Receipts for visitors: consent records by ISO/IEC TS 27560 in the terms of the Data Privacy
//! Vocabulary (DPV 2.3; W3C DPVCG, Final Report of 15 February 2026).
//!
//! A receipt contains what was recorded, and what the edition of that time says about each unit. It
//! contains nothing that was not declared.

mod json_ld;
mod party;
mod process;
mod state;

use serde_json::{Value, json};
use time::OffsetDateTime;

use self::{
    json_ld::{days, iri, iris, moment, place},
    process::Described,
    state::{State, StatedRecord, states, types},
};
use super::{ConsentRecord, Event, UnitAnswer, history::counted};
use crate::choice::consent_id::ConsentId;
use crate::{day::Day, policy::Policy};

/// Content of a receipt other than the records.
pub(crate) struct Facts<'f> {
    /// Editions of the policy, the current one first.
    pub(crate) editions: Vec<&'f Policy>,
    /// Address of the settings page; absolute if the site's origin is known.
    pub(crate) settings: String,
    /// Address of the policy page; absolute if the site's origin is known.
    pub(crate) policy: String,
    /// Address prefix of the permanent page of each edition; its number is appended.
    pub(crate) versions: String,
    pub(crate) validity_days: u32,
    /// True if a withdrawal clears the storage of the visitor's browser.
    pub(crate) storage_ends: bool,
    /// Day on which the validity of consent is evaluated.
    pub(crate) today: Day,
    pub(crate) now: OffsetDateTime,
}

/// Returns the receipt of a subject; `None` if there is no record.
pub(crate) fn receipt(
    facts: &Facts<'_>,
    subject: ConsentId,
    records: &[ConsentRecord],
) -> Option<Value> {
    let has_expired = |record: &ConsentRecord| {
        let age = facts.today.since(record.time.date().into());
        age.is_some_and(|age| age >= facts.validity_days)
    };
    let records = states(&counted(records), has_expired);
    if records.is_empty() {
        return None;
    }
    let records = records.iter().map(|stated| facts.record(subject, stated));
    let id = uuid(rand::random());
    Some(json!({
        "@context": {
            "dct": "http://purl.org/dc/terms/",
            "dpv": "https://w3id.org/dpv#",
            "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
            "loc": "https://w3id.org/dpv/loc#",
            "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": format!("urn:uuid:{id}"),
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": profile("receipt"),
        "dct:identifier": id,
        "dct:created": moment(facts.now),
        "dpv:hasRecordOfActivity": records.collect::<Vec<_>>(),
    }))
}

/// Both profiles: the basic one and the one with the additions for the GDPR.
fn profile(what: &str) -> Value {
    let iri = |rest: &str| {
        iri(&format!(
            "https://w3id.org/dpv/schema/dpv-27560#{what}{rest}"
        ))
    };
    json!([iri(""), iri("-eu-gdpr")])
}

impl Facts<'_> {
    fn record(&self, subject: ConsentId, stated: &StatedRecord<'_>) -> Value {
        let record = stated.record;
        let edition = self.edition(record);
        let units = stated.units.iter();
        let mut entry = json!({
            "@id": format!("urn:uuid:{}", record.id),
            "@type": "dpv:ConsentRecord",
            "dct:conformsTo": profile("record"),
            "dct:identifier": record.id,
            "dpv:hasDataSubject": person(subject),
            "dpv:hasNotice": self.notice(edition, record),
            "dpv:hasProcess": units
                .map(|(answer, state)| self.process(record, answer, *state))
                .collect::<Vec<_>>(),
            // Falls back to today's controller if that of the time is unknown.
            "dpv:hasDataController": party::controller(&self.policy, edition.unwrap_or(self.editions[0])),
            "dpv:hasConsentControl": {
                "@type": "dpv:WithdrawConsent",
                "dpv:isExercisedAt": iri(&self.settings),
            },
            "dpv:hasRight": iris(["eu-gdpr:A7-3", "eu-gdpr:A15", "eu-gdpr:A17", "eu-gdpr:A20"]),
            "dpv:hasConsentStatus": [self.status(subject, stated)],
        });
        let places: Vec<_> = match (&record.jurisdiction, edition) {
            (Some(jurisdiction), _) => vec![place(jurisdiction)],
            (None, Some(edition)) => {
                let serves = edition.file().site.serves.iter();
                serves.map(|code| place(code)).collect()
            }
            (None, None) => Vec::new(),
        };
        if !places.is_empty() {
            entry["dpv:hasJurisdiction"] = json!(places);
        }
        if record.event != Event::OptedOut {
            entry["dpv:hasLegalBasis"] = iri("eu-gdpr:A6-1-a");
        }
        if let Some(replaced) = stated.replaces {
            entry["dct:replaces"] = iri(&format!("urn:uuid:{replaced}"));
        }
        if let Some(authority) = edition.and_then(|it| it.file().controller.authority.as_ref()) {
            entry["dpv:hasAuthority"] = json!({
                "@type": "dpv:DataProtectionAuthority",
                "dpv:hasName": authority,
            });
        }
        entry
    }

    /// Returns the edition of the record; `None` if the site no longer has it.
    fn edition(&self, record: &ConsentRecord) -> Option<&Policy> {
        self.since(record).first().copied()
    }

    /// Returns the edition of the record and the earlier ones, the newest first.
    fn since(&self, record: &ConsentRecord) -> &[&Policy] {
        let named = |policy: &&Policy| policy.file().policy.version == record.policy_version;
        let at = self.editions.iter().position(named);
        at.map_or(&[], |at| &self.editions[at..])
    }

    fn process(&self, record: &ConsentRecord, answer: &UnitAnswer, state: State) -> Value {
        let mut process = match self.described(record, answer) {
            Some(described) => described.fields(&self.policy, self.storage_ends),
            None => json!({
                "dct:description": "The site no longer has the edition of the policy that says what it was for",
            }),
        };
        process["@id"] = json!(format!("urn:uuid:{}#{}", record.id, answer.unit));
        process["@type"] = json!("dpv:Process");
        process["dct:identifier"] = json!(answer.unit);
        process["dpv:hasStatus"] = state.iri();
        process
    }

    /// Returns the unit as it was when it had the meaning of the answer. A grant can be older than
    /// the edition of its record.
    fn described(&self, record: &ConsentRecord, answer: &UnitAnswer) -> Option<Described<'_>> {
        let meant = |policy: &&&Policy| {
            let meaning = policy.fingerprint(&answer.unit);
            meaning.is_some_and(|meaning| meaning.to_string() == answer.meaning)
        };
        let policy = self.since(record).iter().find(meant)?;
        Described::of(policy, &answer.unit)
    }

    fn notice(&self, edition: Option<&Policy>, record: &ConsentRecord) -> Value {
        let mut notice = json!({
            "@type": "dpv:ConsentNotice",
            "dct:language": record.language,
            "dct:hasVersion": record.policy_version,
        });
        // Hash of the texts and controls that were shown.
        if let Some(asked) = &record.asked {
            notice["dct:identifier"] = json!(asked);
        }
        if edition.is_some() {
            notice["dct:source"] = iri(&format!("{}{}", self.versions, record.policy_version));
        }
        if let Some(day) = edition.and_then(|edition| edition.file().policy.effective) {
            notice["dct:date"] = json!({ "@type": "xsd:date", "@value": day.to_string() });
        }
        notice
    }

    fn status(&self, subject: ConsentId, stated: &StatedRecord<'_>) -> Value {
        json!({
            "@type": types(stated.state, stated.record.event),
            "dpv:isIndicatedBy": iri(&format!("urn:consent:{subject}")),
            "dpv:isIndicatedAtTime": moment(stated.record.time),
            "dpv:hasIndicationMethod": stated.record.source.as_str(),
            "dpv:hasDuration": days(self.validity_days, stated.record.time.date()),
        })
    }
}

fn person(subject: ConsentId) -> Value {
    json!({
        "@id": format!("urn:consent:{subject}"),
        "@type": "dpv:DataSubject",
        "dpv:hasIdentifier": subject,
        "dct:identifier": subject,
    })
}

/// A random UUID (RFC 9562, version 4).
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = 0x40 | bytes[6] & 0x0f;
    bytes[8] = 0x80 | bytes[8] & 0x3f;
    super::RecordId::from_bytes(bytes).to_string()
}
