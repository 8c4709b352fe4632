//! The visitor's own copy: who gets it, and where it says that the site is.

use actix_consent::ConsentMiddleware;
use actix_http::Request;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    http::{Method, StatusCode},
};
use serde_json::Value;

use super::{Notebook, id, recording};
use crate::{
    helpers::{Answer, COOKIE, Visitor, builder, consent, keys, send},
    site::site,
};

pub(super) async fn receipt(
    app: &impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error>,
    visitor: &Visitor,
) -> Answer {
    send(app, visitor.request(Method::GET, "/privacy/receipt.json")).await
}

/// The records of a receipt.
pub(super) fn records(receipt: &Value) -> &[Value] {
    let records = receipt["dpv:hasRecordOfActivity"].as_array();
    records.expect("a list of records")
}

/// The process of a unit.
pub(super) fn process<'r>(record: &'r Value, unit: &str) -> &'r Value {
    let processes = record["dpv:hasProcess"].as_array().expect("a list");
    let mut processes = processes.iter();
    processes
        .find(|process| process["dct:identifier"] == unit)
        .unwrap_or_else(|| panic!("no process {unit}: {record:#}"))
}

#[actix_web::test]
async fn addresses_use_the_configured_origin_or_the_host() {
    let notebook = Notebook::default();
    let mut visitor = Visitor::new();
    let (named, _outbox) = recording(&notebook);
    visitor.press(&site(named).await, "accept").await;
    let (recording, _other) = notebook.recording();
    let configured = builder().origin("https://www.news.example");
    let configured = configured.ledger(recording).build();
    let (recording, _another) = notebook.recording();
    let unnamed = builder().ledger(recording).build();
    for (consent, origin) in [
        (configured, "https://www.news.example"),
        (unnamed, "https://news.example"),
    ] {
        let app = site(consent.expect("it can be used")).await;
        let request = visitor
            .request(Method::GET, "/privacy/receipt.json")
            .insert_header(("X-Forwarded-Host", "evil.example"))
            .insert_header(("X-Forwarded-Proto", "http"))
            .insert_header(("Forwarded", "host=evil.example;proto=http"));
        let receipt = send(&app, request).await.json();
        let record = &records(&receipt)[0];
        for (place, path) in [
            ("/dpv:hasNotice/dct:source/@id", "/privacy/versions/2"),
            (
                "/dpv:hasConsentControl/dpv:isExercisedAt/@id",
                "/privacy/choices",
            ),
            (
                "/dpv:hasDataController/@id",
                "/privacy#party-Example+News+Ltd",
            ),
        ] {
            let address = record.pointer(place).expect("it is there");
            assert_eq!(*address, format!("{origin}{path}"));
        }
        let page = visitor.get(&app, "/privacy/versions/2").await;
        assert_eq!(page.status, StatusCode::OK, "the notice can be read there");
    }
}

#[actix_web::test]
async fn addresses_are_relative_without_a_known_origin() {
    let notebook = Notebook::default();
    let (recording, _outbox) = notebook.recording();
    let consent = builder_without_partitioned().plain_http().ledger(recording);
    let app = site(consent.build().expect("it can be used")).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    for (host, start) in [("news.example:8080", "http://news.example:8080"), ("%", "")] {
        let request = visitor
            .request(Method::GET, "/privacy/receipt.json")
            .insert_header(("Host", host));
        let receipt = send(&app, request).await.json();
        let address = &records(&receipt)[0]["dpv:hasNotice"]["dct:source"]["@id"];
        assert_eq!(*address, format!("{start}/privacy/versions/2"));
    }
}

fn builder_without_partitioned() -> actix_consent::ConsentBuilder {
    let text = include_str!("../consent.toml").replace("partitioned = true", "");
    let policy = actix_consent::Policy::parse(&text).expect("it is valid");
    ConsentMiddleware::builder(policy, keys())
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
    let forged = visitor.cookies[COOKIE].replace(&id(&visitor), &id(&other));
    let forger = Visitor::new().with(COOKIE, &forged);
    assert_eq!(receipt(&app, &forger).await.status, StatusCode::NOT_FOUND);
    drop(notebook);
}

#[actix_web::test]
async fn after_an_erasure_there_is_no_receipt_and_no_link_to_one() {
    known!(notebook, app, visitor, _outbox);
    let link = "receipt.json";
    assert_eq!(receipt(&app, &visitor).await.status, StatusCode::OK);
    let page = visitor.get(&app, "/privacy/choices").await;
    assert!(page.text().contains(link), "{}", page.text());
    notebook.edit(Vec::clear);
    let answer = receipt(&app, &visitor).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.json()["error"], "no_receipt");
    let page = visitor.get(&app, "/privacy/choices").await;
    assert!(page.text().contains(&id(&visitor)), "{}", page.text());
    assert!(!page.text().contains(link), "{}", page.text());
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
