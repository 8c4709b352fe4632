//! The visitor's own copy: a receipt by ISO/IEC TS 27560, in the words of the Data Privacy
//! Vocabulary (DPV 2.3; W3C DPVCG, Final Report of 15 February 2026).

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{ConsentId, ConsentRecord, Event, UnitAnswer};
use crate::policy::{Lifetime, Policy, Purpose, TimeUnit};

/// What a receipt says beside the records.
pub(crate) struct Facts<'f> {
    /// The editions of the policy, the one in force first.
    pub(crate) editions: Vec<&'f Policy>,
    /// Address of the settings page, in full where the site's origin is known.
    pub(crate) settings: String,
    /// Address of the policy page, likewise.
    pub(crate) policy: String,
    pub(crate) validity_days: u32,
    pub(crate) now: OffsetDateTime,
}

/// The records of a subject that ever counted: those that were confirmed too late are left out.
pub(crate) fn counted(records: &[ConsentRecord]) -> Vec<&ConsentRecord> {
    let voided = |record: &ConsentRecord| {
        let mut all = records.iter();
        all.any(|other| other.event == Event::Voided && other.replaces == Some(record.id))
    };
    let mut counted: Vec<_> = records.iter().collect();
    counted.retain(|record| record.event != Event::Voided && !voided(record));
    counted
}

/// The receipt of a subject.
pub(crate) fn receipt(facts: &Facts<'_>, subject: ConsentId, records: &[ConsentRecord]) -> Value {
    let records = counted(records).into_iter();
    let id = uuid(rand::random());
    json!({
        "@context": {
            "dct": "http://purl.org/dc/terms/",
            "dpv": "https://w3id.org/dpv#",
            "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
            "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": format!("urn:uuid:{id}"),
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": profile("receipt"),
        "dct:identifier": id,
        "dct:created": moment(facts.now),
        "dpv:hasRecordOfActivity": records.map(|record| facts.record(subject, record)).collect::<Vec<_>>(),
    })
}

/// Both profiles: the plain one, and the one that adds what the GDPR asks for.
fn profile(what: &str) -> Value {
    let iri = |rest: &str| json!({ "@id": format!("https://w3id.org/dpv/schema/dpv-27560#{what}{rest}") });
    json!([iri(""), iri("-eu-gdpr")])
}

impl Facts<'_> {
    fn record(&self, subject: ConsentId, record: &ConsentRecord) -> Value {
        let policy = self.edition(record);
        let answers = record.answers.iter();
        let mut entry = json!({
            "@id": format!("urn:uuid:{}", record.id),
            "@type": "dpv:ConsentRecord",
            "dct:conformsTo": profile("record"),
            "dct:identifier": record.id,
            "dpv:hasDataSubject": person(subject),
            "dpv:hasNotice": self.notice(policy, record),
            "dpv:hasProcess": answers.map(|answer| process(policy, answer)).collect::<Vec<_>>(),
            "dpv:hasDataController": controller(policy),
            "dpv:hasJurisdiction": record.jurisdiction.as_ref().map_or_else(
                || json!(policy.file().site.serves),
                |jurisdiction| json!([jurisdiction]),
            ),
            "dpv:hasConsentControl": {
                "@type": "dpv:WithdrawConsent",
                "dpv:isExercisedAt": self.settings,
            },
            "dpv:hasRight": [{ "@id": "eu-gdpr:A7-3" }, { "@id": "eu-gdpr:A15" }, { "@id": "eu-gdpr:A17" }],
            "dpv:hasConsentStatus": [self.status(subject, record)],
        });
        if record.event != Event::OptedOut {
            entry["dpv:hasLegalBasis"] = json!({ "@id": "eu-gdpr:A6-1-a" });
        }
        if let Some(replaced) = record.replaces {
            entry["dct:replaces"] = json!({ "@id": format!("urn:uuid:{replaced}") });
        }
        if let Some(authority) = &policy.file().controller.authority {
            entry["dpv:hasAuthority"] = json!(authority);
        }
        entry
    }

    /// The edition that the record names, or else the one in force.
    fn edition(&self, record: &ConsentRecord) -> &Policy {
        let named = |policy: &&&Policy| policy.file().policy.version == record.policy_version;
        self.editions
            .iter()
            .find(named)
            .unwrap_or(&self.editions[0])
    }

    fn notice(&self, policy: &Policy, record: &ConsentRecord) -> Value {
        let mut notice = json!({
            "@type": "dpv:ConsentNotice",
            "dct:language": record.language,
            "dct:hasVersion": record.policy_version,
            "dct:source": self.policy,
        });
        // The hash of the words and controls that were shown.
        if let Some(asked) = &record.asked {
            notice["dct:identifier"] = json!(asked);
        }
        if let Some(day) = policy.file().policy.effective {
            notice["dct:date"] = json!({ "@type": "xsd:date", "@value": day.to_string() });
        }
        notice
    }

    fn status(&self, subject: ConsentId, record: &ConsentRecord) -> Value {
        let granted = record.answers.iter().any(|answer| answer.granted);
        let state = match (record.event, granted) {
            (Event::Withdrawn, false) => "dpv:ConsentWithdrawn",
            (Event::Accepted | Event::Partial, _) if record.replaces.is_some() => {
                "dpv:RenewedConsentGiven"
            }
            (_, true) => "dpv:ConsentGiven",
            (_, false) => "dpv:ConsentRefused",
        };
        let kind = match record.event {
            Event::Implied => "dpv:ImpliedConsent",
            _ => "dpv:ExpressedConsent",
        };
        json!({
            "@type": [state, kind],
            "dpv:isIndicatedBy": { "@id": format!("urn:consent:{subject}") },
            "dpv:isIndicatedAtTime": moment(record.time),
            "dpv:hasIndicationMethod": record.source.as_str(),
            "dpv:hasDuration": duration(&format!("P{}D", self.validity_days)),
        })
    }
}

fn person(subject: ConsentId) -> Value {
    json!({
        "@id": format!("urn:consent:{subject}"),
        "@type": "dpv:DataSubject",
        "dct:identifier": subject,
    })
}

fn controller(policy: &Policy) -> Value {
    let controller = &policy.file().controller;
    let contact = [&controller.email, &controller.phone, &controller.contact];
    json!({
        "@type": "dpv:DataController",
        "dpv:hasName": controller.name,
        "dpv:hasAddress": controller.address,
        "dpv:hasContact": contact.into_iter().flatten().collect::<Vec<_>>(),
    })
}

/// One unit: what it is for, which data, who gets them, how long and where they are kept.
fn process(policy: &Policy, answer: &UnitAnswer) -> Value {
    let file = policy.file();
    let service = file
        .service
        .iter()
        .find(|service| service.id == answer.unit);
    let category = service.map_or(&answer.unit, |service| &service.category);
    let category = file.category.iter().find(|other| other.id == *category);
    let language = policy.language();
    let purposes: Vec<&Purpose> = match (service, category) {
        (Some(service), _) if !service.purposes.is_empty() => service.purposes.iter().collect(),
        (_, Some(category)) => category.purposes.iter().collect(),
        _ => Vec::new(),
    };
    let mine = |of: &Option<String>, in_category: &Option<String>| match service {
        Some(_) => of.as_ref() == Some(&answer.unit),
        None => of.is_none() && in_category.as_ref() == Some(&answer.unit),
    };
    let cookies = file
        .cookie
        .iter()
        .filter(|cookie| mine(&cookie.service, &cookie.category));
    let items = file
        .storage
        .iter()
        .filter(|item| mine(&item.service, &item.category));
    let data: Vec<Value> = cookies
        .map(|cookie| kept(&cookie.name, cookie.purpose.get(language), cookie.duration))
        .chain(items.map(|item| kept(&item.key, item.purpose.get(language), item.duration)))
        .collect();
    let recipients: Vec<Value> = service
        .into_iter()
        .flat_map(|service| std::iter::once(&service.provider).chain(&service.access))
        .map(|name| json!({ "@type": "dpv:Recipient", "dpv:hasName": name }))
        .collect();
    let mut process = json!({
        "@type": "dpv:Process",
        "dct:identifier": answer.unit,
        "dct:title": category.map(|category| category.title.get(language)),
        "dpv:hasPurpose": purposes.iter().map(|purpose| purpose_of(purpose, language)).collect::<Vec<_>>(),
        "dpv:hasPersonalData": data,
        "dpv:hasProcessing": ["dpv:Collect", "dpv:Store", "dpv:Use"],
        "dpv:hasNecessity": "dpv:Optional",
        "dpv:hasRecipient": recipients,
        "dpv:hasStorageCondition": [
            { "@type": "dpv:StorageLocation", "rdf:value": "the visitor's device, and where the recipients work" },
            { "@type": "dpv:StorageDuration", "rdf:value": "with each entry of dpv:hasPersonalData" },
            { "@type": "dpv:StorageDeletion", "rdf:value": "on withdrawal, and when the duration has passed" },
        ],
        "dpv:hasStatus": if answer.granted { "dpv:ConsentGiven" } else { "dpv:ConsentRefused" },
    });
    if let Some(transfers) = service.and_then(|service| service.transfers.as_ref()) {
        process["dpv:hasDataTransfer"] = json!(transfers.get(language));
    }
    process
}

fn purpose_of(purpose: &Purpose, language: &str) -> Value {
    let mut entry =
        json!({ "@id": format!("dpv:{}", purpose.dpv_term()), "dct:identifier": purpose.id() });
    let text = purpose.text(language);
    if !text.is_empty() {
        entry["dct:description"] = json!(text);
    }
    entry
}

fn kept(name: &str, purpose: &str, lifetime: Option<Lifetime>) -> Value {
    let mut entry = json!({
        "@type": "dpv:PersonalData",
        "dct:title": name,
        "dct:description": purpose,
    });
    entry["dpv:hasDuration"] = match lifetime {
        Some(Lifetime::For { count, unit }) => {
            let (before, letter) = match unit {
                TimeUnit::Second => ("PT", "S"),
                TimeUnit::Minute => ("PT", "M"),
                TimeUnit::Hour => ("PT", "H"),
                TimeUnit::Day => ("P", "D"),
                TimeUnit::Week => ("P", "W"),
                TimeUnit::Month => ("P", "M"),
                TimeUnit::Year => ("P", "Y"),
            };
            duration(&format!("{before}{count}{letter}"))
        }
        Some(Lifetime::Persistent) => json!({ "@type": "dpv:IndeterminateDuration" }),
        Some(Lifetime::Session) => {
            json!({ "@type": "dpv:UntilEventDuration", "rdf:value": "the browser is closed" })
        }
        None => Value::Null,
    };
    entry
}

fn duration(text: &str) -> Value {
    json!({ "@type": "dpv:TemporalDuration", "rdf:value": text })
}

fn moment(time: OffsetDateTime) -> Value {
    json!({ "@type": "xsd:dateTime", "@value": time.format(&Rfc3339).unwrap_or_default() })
}

/// A random UUID (RFC 9562, version 4).
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = 0x40 | bytes[6] & 0x0f;
    bytes[8] = 0x80 | bytes[8] & 0x3f;
    super::RecordId::from_bytes(bytes).to_string()
}
