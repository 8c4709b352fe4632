//! What is in a receipt: all that the standard asks for, and nothing that nobody has declared.

use actix_consent::{
    ConsentBuilder, ConsentMiddleware, ConsentModel, Placement, Policy,
    markup::{Markup, PageScript},
};
use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::{
    Notebook, id,
    receipt::{process, receipt, records},
    recorded_site_of,
};
use crate::{
    helpers::{Visitor, builder, keys, policy_with},
    site::{hidden, site},
};

/// What ISO/IEC TS 27560 and, for the GDPR, the DPV guide ask of a record. A star stands for each
/// entry of a list, which has to have one.
const OF_A_RECORD: &[&str] = &[
    "@type",
    "dct:conformsTo/*/@id",
    "dct:identifier",
    "dpv:hasDataSubject/@id",
    "dpv:hasDataSubject/@type",
    "dpv:hasDataSubject/dct:identifier",
    "dpv:hasNotice/@type",
    "dpv:hasNotice/dct:date/@value",
    "dpv:hasNotice/dct:hasVersion",
    "dpv:hasNotice/dct:identifier",
    "dpv:hasNotice/dct:language",
    "dpv:hasNotice/dct:source/@id",
    "dpv:hasDataController/@id",
    "dpv:hasDataController/@type/*",
    "dpv:hasDataController/dpv:hasIdentifier",
    "dpv:hasDataController/dpv:hasName",
    "dpv:hasDataController/dpv:hasAddress",
    "dpv:hasDataController/dpv:hasContact/*",
    "dpv:hasJurisdiction/*/@id",
    "dpv:hasConsentControl/@type",
    "dpv:hasConsentControl/dpv:isExercisedAt/@id",
    "dpv:hasLegalBasis/@id",
    "dpv:hasRight/*/@id",
    "dpv:hasAuthority/dpv:hasName",
    "dpv:hasConsentStatus/*/@type/*",
    "dpv:hasConsentStatus/*/dpv:isIndicatedBy/@id",
    "dpv:hasConsentStatus/*/dpv:isIndicatedAtTime/@value",
    "dpv:hasConsentStatus/*/dpv:hasIndicationMethod",
    "dpv:hasConsentStatus/*/dpv:hasDuration/rdf:value",
    "dpv:hasProcess/*/@id",
    "dpv:hasProcess/*/@type",
    "dpv:hasProcess/*/dct:identifier",
    "dpv:hasProcess/*/dct:title",
    "dpv:hasProcess/*/dpv:hasPurpose/*/dct:identifier",
    "dpv:hasProcess/*/dpv:hasPersonalData/*/@type",
    "dpv:hasProcess/*/dpv:hasPersonalData/*/dct:title",
    "dpv:hasProcess/*/dpv:hasPersonalData/*/dct:description",
    "dpv:hasProcess/*/dpv:hasDataSource/*/@id",
    "dpv:hasProcess/*/dpv:hasProcessing/*/@id",
    "dpv:hasProcess/*/dpv:hasNecessity/@id",
    "dpv:hasProcess/*/dpv:hasRecipient/*/@id",
    "dpv:hasProcess/*/dpv:hasRecipient/*/@type/*",
    "dpv:hasProcess/*/dpv:hasRecipient/*/dpv:hasIdentifier",
    "dpv:hasProcess/*/dpv:hasRecipient/*/dpv:hasName",
    "dpv:hasProcess/*/dpv:hasStorageCondition/*/@type",
    "dpv:hasProcess/*/dpv:hasStatus/@id",
];

/// What is missing below `value` of what `path` asks for.
fn missing(value: &Value, path: &str, found: &mut Vec<String>, place: &str) {
    let (step, rest) = path.split_once('/').unwrap_or((path, ""));
    if step == "*" {
        let entries = value.as_array().filter(|entries| !entries.is_empty());
        let Some(entries) = entries else {
            return found.push(format!("{place}/*"));
        };
        for (at, entry) in entries.iter().enumerate() {
            ask(entry, rest, found, &format!("{place}/{at}"));
        }
    } else {
        ask(&value[step], rest, found, &format!("{place}/{step}"));
    }
}

fn ask(value: &Value, rest: &str, found: &mut Vec<String>, place: &str) {
    if !rest.is_empty() {
        missing(value, rest, found, place);
    } else if !(value.is_number() || value.as_str().is_some_and(|text| !text.is_empty())) {
        found.push(place.to_owned());
    }
}

fn missing_of_a_record(record: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for path in OF_A_RECORD {
        missing(record, path, &mut found, "");
    }
    found
}

/// More than the tests' policy has: a cookie that another company sets, something in the browser's
/// storage, a service that keeps nothing and one that is known by name alone.
const MORE: &str = r#"
[[cookie]]
name = "ad_id"
category = "marketing"
purpose = "Tells advertisers which advertisement you saw."
duration = "13 months"
set_by = "third-party"
host = "ads.example"
purposes = ["targeted-advertising"]

[[storage]]
kind = "session"
key = "scroll"
category = "preferences"
purpose = "Remembers how far you read."
duration = "session"

[[service]]
id = "maps"
category = "preferences"
provider = "Example Maps"

[[embed]]
service = "maps"
frame = ["https://maps.example"]
img = ["https://tiles.maps.example", "https://maps.example"]

[[service]]
id = "widgets"
category = "preferences"
provider = "Example Widgets"
"#;

#[actix_web::test]
async fn a_receipt_has_what_the_standard_asks_for() {
    let (notebook, app, _outbox) = recorded_site_of(policy_with(MORE)).await;
    let mut visitor = Visitor::new();
    for (page, action) in [("/", "accept"), ("/privacy/choices", "save")] {
        let asked = visitor.get(&app, page).await;
        let asked = hidden(asked.text(), "asked");
        let form = [
            ("action", action),
            ("asked", &*asked),
            ("cat.analytics", "1"),
        ];
        visitor.choose(&app, &form).await;
    }
    notebook.records(2);
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
    let profile = "https://w3id.org/dpv/schema/dpv-27560#receipt";
    assert_eq!(receipt["dct:conformsTo"][0]["@id"], profile);
    let with_gdpr = format!("{profile}-eu-gdpr");
    assert_eq!(receipt["dct:conformsTo"][1]["@id"], with_gdpr);
    let id_of_it = receipt["dct:identifier"].as_str().expect("an id");
    assert_eq!(&id_of_it[14..15], "4");
    assert!(receipt["dct:created"]["@value"].is_string());
    let records = records(&receipt);
    assert_eq!(records.len(), 2);
    for record in records {
        let units = record["dpv:hasProcess"].as_array().expect("a list");
        assert_eq!(units.len(), 6, "each unit has an answer: {record:#}");
        assert_eq!(missing_of_a_record(record), [""; 0], "{record:#}");
        assert_eq!(record["dpv:hasDataSubject"]["dct:identifier"], id(&visitor));
        for unit in units {
            let storage = &unit["dpv:hasStorageCondition"];
            let kinds = ["StorageLocation", "StorageDuration", "StorageDeletion"];
            for (at, kind) in kinds.into_iter().enumerate() {
                assert_eq!(storage[at]["@type"], format!("dpv:{kind}"));
            }
            assert!(
                storage[1]["dpv:hasDuration"]["@type"].is_string(),
                "{unit:#}"
            );
        }
    }
    // The control: what is taken away in the last process of a list is missed.
    let mut less = records[0].clone();
    let last = &mut less["dpv:hasProcess"][5];
    last["dpv:hasNecessity"] = Value::Null;
    last["dpv:hasRecipient"] = Value::Array(Vec::new());
    let missed = missing_of_a_record(&less);
    let place = "/dpv:hasProcess/5/dpv:has";
    assert!(
        missed.contains(&format!("{place}Necessity/@id")),
        "{missed:?}"
    );
    assert!(
        missed.contains(&format!("{place}Recipient/*")),
        "{missed:?}"
    );
}

#[actix_web::test]
async fn a_process_says_what_the_policy_declares_and_no_more() {
    let (_notebook, app, _outbox) = recorded_site_of(policy_with(MORE)).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let receipt = receipt(&app, &visitor).await.json();
    let record = &records(&receipt)[0];
    let names = |unit: &str, list: &str, key: &str| -> Vec<String> {
        let list = process(record, unit)[list].as_array().expect("a list");
        let text = |entry: &Value| entry[key].as_str().unwrap_or("-").to_owned();
        list.iter().map(text).collect()
    };
    let recipients = |unit: &str| names(unit, "dpv:hasRecipient", "dpv:hasName");
    assert_eq!(recipients("analytics"), ["Example News Ltd"]);
    assert_eq!(recipients("marketing"), ["Example News Ltd", "ads.example"]);
    assert_eq!(
        recipients("example-video"),
        ["Example Video", "Example Ads"]
    );
    let video = process(record, "example-video");
    let provider = &video["dpv:hasRecipient"][0];
    assert_eq!(
        provider["dpv:hasContact"][0],
        "https://video.example/privacy"
    );
    assert_eq!(
        video["dpv:hasRecipient"][1]["dpv:hasContact"],
        Value::Null,
        "nobody said how to reach it"
    );
    assert_eq!(video["dpv:hasNotice"]["dct:description"], "None.");
    assert_eq!(process(record, "maps")["dpv:hasNotice"], Value::Null);
    // One party has one identifier.
    let site = &process(record, "analytics")["dpv:hasRecipient"][0]["@id"];
    assert_eq!(*site, record["dpv:hasDataController"]["@id"]);
    assert_ne!(*site, provider["@id"]);

    let purposes = |unit: &str| names(unit, "dpv:hasPurpose", "@id");
    assert_eq!(
        purposes("marketing"),
        ["dpv:Advertising", "dpv:TargetedAdvertising"]
    );
    assert_eq!(purposes("maps"), ["dpv:UserInterfacePersonalisation"]);
    let own = &video["dpv:hasPurpose"][0];
    assert_eq!(own["@id"], Value::Null, "it is no term of the vocabulary");
    assert_eq!(own["dct:description"], "to play videos");

    let data = |unit: &str| names(unit, "dpv:hasPersonalData", "dct:title");
    assert_eq!(data("preferences"), ["display", "scroll"]);
    assert_eq!(
        data("maps"),
        ["https://maps.example", "https://tiles.maps.example"]
    );
    assert_eq!(data("widgets"), ["None"]);
    let kept = |unit: &str| {
        let storage = &process(record, unit)["dpv:hasStorageCondition"][1];
        storage["dpv:hasDuration"].clone()
    };
    let longest = [
        ("preferences", "P180D"),
        ("analytics", "P13M"),
        ("example-video", "P1Y"),
    ];
    for (unit, duration) in longest {
        assert_eq!(kept(unit)["rdf:value"], duration, "{unit}");
        assert_eq!(
            kept(unit)["dct:description"],
            "from when it was last set on the device"
        );
    }
    assert_eq!(kept("maps")["@type"], "dpv:IndeterminateDuration");
    let scroll = &process(record, "preferences")["dpv:hasPersonalData"][1]["dpv:hasDuration"];
    assert_eq!(scroll["@type"], "dpv:UntilEventDuration");
    assert_eq!(record["dpv:hasJurisdiction"][0]["@id"], "loc:EU");
}

#[actix_web::test]
async fn a_jurisdiction_is_a_vocabulary_term_or_the_given_text() {
    for (code, place) in [
        ("EEA", json!({ "@id": "loc:EEA" })),
        ("UK", json!({ "@id": "loc:GB" })),
        ("US-CA", json!({ "@id": "loc:US-CA" })),
        (
            "the moon",
            json!({ "@type": "dpv:Location", "dct:title": "the moon" }),
        ),
    ] {
        let notebook = Notebook::default();
        let (recording, _outbox) = notebook.recording();
        let here = Placement::new(ConsentModel::OptIn).in_jurisdiction(code);
        let consent = builder().placement(move |_| Some(here.clone()));
        let consent = consent.ledger(recording).build();
        let app = site(consent.expect("it can be used")).await;
        let mut visitor = Visitor::new();
        visitor.press(&app, "accept").await;
        let receipt = receipt(&app, &visitor).await.json();
        assert_eq!(records(&receipt)[0]["dpv:hasJurisdiction"], json!([place]));
    }
}

/// The receipt's statement on the deletion of each unit's data.
async fn deletions(settings: impl Fn(ConsentBuilder) -> ConsentBuilder) -> [Vec<String>; 4] {
    let notebook = Notebook::default();
    let (recording, _outbox) = notebook.recording();
    let more = format!(
        "{MORE}\n[[storage]]\nkey = \"visits.seen\"\ncategory = \"analytics\"\n\
         purpose = \"Counts.\"\nduration = \"30 days\"\n"
    );
    let text = format!("{}\n{more}", include_str!("../consent.toml"));
    let policy = Policy::parse(&text.replace("partitioned = true", "")).expect("it is valid");
    let consent = settings(ConsentMiddleware::builder(policy, keys()).ledger(recording));
    let app = site(consent.build().expect("it can be used")).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let receipt = receipt(&app, &visitor).await.json();
    let record = &records(&receipt)[0];
    ["preferences", "analytics", "marketing", "maps"].map(|unit| {
        let storage = &process(record, unit)["dpv:hasStorageCondition"];
        let ways = &storage.as_array().expect("a list")[2..];
        let ways = ways.iter().map(|way| &way["rdf:value"]);
        ways.map(|way| way.as_str().expect("a text").to_owned())
            .collect()
    })
}

#[actix_web::test]
async fn a_receipt_promises_only_deletion_that_happens() {
    const COOKIES: &str = "cookies of the site: on withdrawal, and when the duration has passed";
    const THEIRS: &str =
        "cookies of others: when the duration has passed, or by the visitor, in the browser";
    const NOTHING: &str = "the site keeps nothing of it on the device";
    let visitor = "stored entries: by the visitor, in the browser";
    let session = "stored entries: when the browser is closed";
    let withdrawal = "stored entries: on withdrawal";
    let plain = deletions(|builder| builder).await;
    assert_eq!(plain[0], [COOKIES, session]);
    assert_eq!(plain[1], [COOKIES, visitor]);
    assert_eq!(plain[2], [COOKIES, THEIRS]);
    assert_eq!(plain[3], [NOTHING]);
    let script = |builder: ConsentBuilder| builder.markup(Markup::new().script(PageScript::Reload));
    let cleared = |builder: ConsentBuilder| builder.markup(Markup::new().clear_storage(true));
    for ends in [deletions(script).await, deletions(cleared).await] {
        assert_eq!(ends[0], [COOKIES, withdrawal]);
        assert_eq!(ends[1], [COOKIES, withdrawal]);
        assert_eq!(ends[2], [COOKIES, THEIRS]);
    }
    // Browsers empty no storage for a site that speaks plain http.
    let http = deletions(|builder| cleared(builder).plain_http()).await;
    assert_eq!(http[1], [COOKIES, visitor]);
}
