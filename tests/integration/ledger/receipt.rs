//! The visitor's own copy, and what the settings page tells of the record.

use actix_web::http::{Method, StatusCode};
use serde_json::Value;

use super::{Notebook, id, recording};
use crate::{
    helpers::{Answer, Visitor, consent, send},
    site::site,
};

/// A site with a ledger, and someone who has accepted everything and then withdrawn a part.
macro_rules! known {
    ($notebook:ident, $app:ident, $visitor:ident, $outbox:ident) => {
        let $notebook = Notebook::default();
        let (consent, $outbox) = recording(&$notebook);
        let $app = site(consent).await;
        let mut $visitor = Visitor::new();
        $visitor.press(&$app, "accept").await;
        $visitor.post(&$app, "/withdraw/marketing").await;
        $notebook.records(2);
    };
}

/// All that ISO/IEC TS 27560 asks for, by the DPV guide: each with where it stands in a record.
const ASKED_OF_A_RECORD: [&str; 15] = [
    "/dct:conformsTo/0/@id",
    "/dct:identifier",
    "/dpv:hasDataSubject/dct:identifier",
    "/dpv:hasNotice/dct:language",
    "/dpv:hasNotice/dct:date/@value",
    "/dpv:hasProcess/0/dpv:hasPurpose/0/@id",
    "/dpv:hasProcess/0/dpv:hasPersonalData/0/dct:title",
    "/dpv:hasProcess/0/dpv:hasStorageCondition/0/@type",
    "/dpv:hasDataController/dpv:hasName",
    "/dpv:hasDataController/dpv:hasContact/0",
    "/dpv:hasJurisdiction/0",
    "/dpv:hasConsentControl/dpv:isExercisedAt",
    "/dpv:hasLegalBasis/@id",
    "/dpv:hasConsentStatus/0/dpv:isIndicatedAtTime/@value",
    "/dpv:hasConsentStatus/0/dpv:hasDuration/rdf:value",
];

async fn receipt<S, B>(app: &S, visitor: &Visitor) -> Answer
where
    S: actix_web::dev::Service<
            actix_http::Request,
            Response = actix_web::dev::ServiceResponse<B>,
            Error = actix_web::Error,
        >,
    B: actix_web::body::MessageBody,
{
    send(app, visitor.request(Method::GET, "/privacy/receipt.json")).await
}

#[actix_web::test]
async fn a_receipt_has_what_the_standard_asks_for() {
    known!(notebook, app, visitor, _outbox);
    let answer = receipt(&app, &visitor).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/ld+json");
    assert!(
        answer
            .header("content-disposition")
            .starts_with("attachment; ")
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let receipt = answer.json();
    let profiles = receipt["dct:conformsTo"].as_array().expect("a list");
    let profile = "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr";
    assert!(profiles.iter().any(|entry| entry["@id"] == profile));
    assert_eq!(
        receipt["dct:identifier"].as_str().map(|id| &id[14..15]),
        Some("4")
    );
    assert!(receipt["dct:created"]["@value"].is_string());
    let records = receipt["dpv:hasRecordOfActivity"]
        .as_array()
        .expect("a list");
    assert_eq!(records.len(), 2);
    for record in records {
        for place in ASKED_OF_A_RECORD {
            let found = record.pointer(place).unwrap_or(&Value::Null);
            assert!(!found.is_null() && found != "", "{place}: {record:#}");
        }
        assert_eq!(record["dpv:hasDataSubject"]["dct:identifier"], id(&visitor));
    }
    let states = |at: usize| records[at]["dpv:hasConsentStatus"][0]["@type"].to_string();
    assert_eq!(states(0), r#"["dpv:ConsentGiven","dpv:ExpressedConsent"]"#);
    let first = notebook.records(2)[0].id.to_string();
    assert_eq!(
        records[1]["dct:replaces"]["@id"],
        format!("urn:uuid:{first}")
    );
    let video = &records[1]["dpv:hasProcess"][3];
    assert_eq!(video["dct:identifier"], "example-video");
    assert_eq!(video["dpv:hasStatus"], "dpv:ConsentRefused");
    let names = video["dpv:hasRecipient"].as_array().expect("a list");
    assert_eq!(names[0]["dpv:hasName"], "Example Video");
    assert_eq!(names[1]["dpv:hasName"], "Example Ads");
}

#[actix_web::test]
async fn a_receipt_is_for_whoever_holds_the_id_and_for_nobody_else() {
    known!(notebook, app, visitor, _outbox);
    let mut other = Visitor::new();
    other.press(&app, "accept").await;
    let theirs = receipt(&app, &other).await;
    assert!(theirs.text().contains(&id(&other)) && !theirs.text().contains(&id(&visitor)));
    let mut rejecting = Visitor::new();
    rejecting.press(&app, "reject").await;
    for nobody in [&Visitor::new(), &rejecting] {
        let answer = receipt(&app, nobody).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.json()["error"], "no_receipt");
    }
    let forged = visitor.cookies[crate::helpers::COOKIE].replace(&id(&visitor), &id(&other));
    let forger = Visitor::new().with(crate::helpers::COOKIE, &forged);
    assert_eq!(receipt(&app, &forger).await.status, StatusCode::NOT_FOUND);
    drop(notebook);
}

#[actix_web::test]
async fn without_a_ledger_there_is_no_receipt_and_no_id() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    assert_eq!(super::choice(&visitor).subject(), None);
    assert_eq!(receipt(&app, &visitor).await.status, StatusCode::NOT_FOUND);
    let page = visitor.get(&app, "/privacy/choices").await;
    assert!(!page.text().contains("Your record"));
}

#[actix_web::test]
async fn the_settings_page_tells_the_id_and_what_was_said_when() {
    known!(notebook, app, visitor, _outbox);
    let page = visitor.get(&app, "/privacy/choices").await;
    let text = page.text();
    assert!(
        text.contains("Your record") && text.contains(&id(&visitor)),
        "{text}"
    );
    assert!(
        text.contains(r#"href="/privacy/receipt.json" download"#),
        "{text}"
    );
    let latest = text
        .find("On from then: preferences and analytics")
        .expect("the latest");
    let first = text
        .find("On from then: preferences, analytics")
        .expect("the first");
    assert!(latest < first);
    let mut rejecting = Visitor::new();
    rejecting.press(&app, "reject").await;
    let page = rejecting.get(&app, "/privacy/choices").await;
    assert!(
        !page.text().contains("Your record"),
        "a rejection is nobody's"
    );
    drop(notebook);
}

#[actix_web::test]
async fn after_everything_was_taken_back_the_id_is_shown_once() {
    known!(notebook, app, visitor, _outbox);
    let held = id(&visitor);
    visitor.press(&app, "reject").await;
    let page = visitor.get(&app, "/privacy/choices").await;
    let text = page.text();
    assert!(
        text.contains(&held) && text.contains("taken everything back"),
        "{text}"
    );
    assert!(
        !text.contains("receipt.json"),
        "the browser holds no id to ask for it with"
    );
    let page = visitor.get(&app, "/privacy/choices").await;
    assert!(!page.text().contains(&held));
    for value in visitor.cookies.values() {
        assert!(!value.contains(&held), "{value}");
    }
    drop(notebook);
}
