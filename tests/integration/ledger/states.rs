//! In which state a receipt says that each consent is.

use std::time::Duration;

use actix_consent::{
    ConsentMiddleware, Policy,
    choice::Day,
    ledger::{Event, RecordId},
};
use serde_json::Value;

use super::{
    Notebook,
    receipt::{process, receipt, records},
    recorded_site, recording,
};
use crate::{
    helpers::{Visitor, builder, keys, policy},
    site::site,
};

const ALL: [&str; 4] = ["preferences", "analytics", "marketing", "example-video"];
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The types of a record's event, without the prefix.
fn event(record: &Value) -> Vec<&str> {
    let types = record["dpv:hasConsentStatus"][0]["@type"].as_array();
    let types = types.expect("a list").iter();
    types
        .map(|it| it.as_str().expect("a term").trim_start_matches("dpv:"))
        .collect()
}

/// The states of some units of a record, without what they have in common.
fn states<'r>(record: &'r Value, units: &[&str]) -> Vec<&'r str> {
    let state = |unit: &&str| {
        let state = process(record, unit)["dpv:hasStatus"]["@id"].as_str();
        state.expect("a term").trim_start_matches("dpv:")
    };
    units.iter().map(state).collect()
}

#[actix_web::test]
async fn a_yes_is_given_and_a_no_is_refused_where_there_was_no_yes() {
    let (_notebook, app, _outbox) = recorded_site().await;
    let (mut all, mut some) = (Visitor::new(), Visitor::new());
    all.press(&app, "accept").await;
    some.choose(&app, &[("action", "save"), ("cat.analytics", "1")])
        .await;
    let expressed = ["ConsentGiven", "ExpressedConsent"];
    let told = receipt(&app, &all).await.json();
    assert_eq!(event(&records(&told)[0]), expressed);
    assert_eq!(states(&records(&told)[0], &ALL), ["ConsentGiven"; 4]);
    let told = receipt(&app, &some).await.json();
    assert_eq!(event(&records(&told)[0]), expressed);
    let (no, yes) = ("ConsentRefused", "ConsentGiven");
    assert_eq!(states(&records(&told)[0], &ALL), [no, yes, no, no]);
}

#[actix_web::test]
async fn withdrawn_units_stay_withdrawn_until_granted_again() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    let form = [
        ("action", "save"),
        ("cat.analytics", "1"),
        ("cat.marketing", "1"),
        ("svc.example-video", "0"),
    ];
    visitor.choose(&app, &form).await;
    let steps = [
        "/withdraw/marketing",
        "/accept/preferences",
        "/accept/marketing",
        "/withdraw/preferences",
        "/accept/preferences",
    ];
    for (step, recorded) in steps.iter().zip(2..) {
        visitor.post(&app, step).await;
        // What waits in the outbox is there before the next is said.
        notebook.records(recorded);
    }
    // Who takes everything back has no number any more; another tab still has.
    let before = visitor.clone();
    visitor.press(&app, "reject").await;
    notebook.records(7);
    let told = receipt(&app, &before).await.json();
    let records = records(&told);
    let (given, refused, withdrawn) = ("ConsentGiven", "ConsentRefused", "ConsentWithdrawn");
    let expected = [
        (given, [refused, given, given, refused]),
        (withdrawn, [refused, given, withdrawn, refused]),
        (given, [given, given, withdrawn, refused]),
        (given, [given; 4]),
        (withdrawn, [withdrawn, given, given, given]),
        (given, [given; 4]),
        (withdrawn, [withdrawn; 4]),
    ];
    for (record, (state, units)) in records.iter().zip(expected) {
        assert_eq!(event(record), [state, "ExpressedConsent"], "{record:#}");
        assert_eq!(states(record, &ALL), units, "{record:#}");
    }
    assert_eq!(records.len(), expected.len());
    for pair in records.windows(2) {
        assert_eq!(pair[1]["dct:replaces"]["@id"], pair[0]["@id"]);
    }
    assert_eq!(records[0]["dct:replaces"], Value::Null);
}

#[actix_web::test]
async fn renews_a_repeated_grant_but_not_a_new_one_beside_it() {
    let (given, renewed, withdrawn) = ("ConsentGiven", "RenewedConsentGiven", "ConsentWithdrawn");
    let refused = "ConsentRefused";
    let yes = |unit: &'static str| (unit, "1");
    let analytics = yes("cat.analytics");
    let cases = [
        // The same; more; less, which is a withdrawal whatever stays on.
        (
            vec![analytics, yes("cat.preferences")],
            renewed,
            [renewed, renewed, refused],
        ),
        (
            vec![analytics, yes("cat.preferences"), yes("cat.marketing")],
            given,
            [given; 3],
        ),
        (vec![analytics], withdrawn, [withdrawn, given, refused]),
    ];
    for (form, state, units) in cases {
        let notebook = Notebook::default();
        let (consent, _outbox) = recording(&notebook);
        let mut visitor = Visitor::new();
        let save = ("action", "save");
        let first = [save, analytics, yes("cat.preferences")];
        visitor.choose(&site(consent).await, &first).await;
        let (recording, _other) = notebook.recording();
        let tomorrow = builder().clock(|| Day::today().plus(1)).ledger(recording);
        let app = site(tomorrow.build().expect("it can be used")).await;
        visitor.choose(&app, &[vec![save], form].concat()).await;
        notebook.records(2);
        let told = receipt(&app, &visitor).await.json();
        let [first, second] = records(&told) else {
            panic!("two records: {told:#}");
        };
        assert_eq!(event(first)[0], given);
        assert_eq!(states(first, &ALL[..3]), [given, given, refused]);
        assert_eq!(event(second), [state, "ExpressedConsent"]);
        assert_eq!(states(second, &ALL[..3]), units);
    }
}

#[actix_web::test]
async fn a_signal_is_no_consent_and_withdraws_nothing() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    visitor.gpc = true;
    visitor.get(&app, "/").await;
    notebook.records(2);
    visitor.gpc = false;
    let (recording, _other) = notebook.recording();
    let tomorrow = builder().clock(|| Day::today().plus(1)).ledger(recording);
    let app = site(tomorrow.build().expect("it can be used")).await;
    visitor.press(&app, "accept").await;
    notebook.records(3);
    visitor.post(&app, "/withdraw/analytics").await;
    notebook.records(4);
    let told = receipt(&app, &visitor).await.json();
    let [accepted, signal, again, later] = records(&told) else {
        panic!("four records: {told:#}");
    };
    assert_eq!(event(signal), ["ConsentWithdrawn"]);
    assert_eq!(states(signal, &ALL[2..]), ["ConsentWithdrawn"; 2]);
    assert_eq!(signal["dpv:hasLegalBasis"], Value::Null);
    // The controls: clicks are expressed consent, and what the signal overrode is still given.
    assert_eq!(event(accepted), ["ConsentGiven", "ExpressedConsent"]);
    assert_eq!(accepted["dpv:hasLegalBasis"]["@id"], "eu-gdpr:A6-1-a");
    assert_eq!(states(again, &ALL), ["RenewedConsentGiven"; 4]);
    let (given, withdrawn) = ("ConsentGiven", "ConsentWithdrawn");
    assert_eq!(states(later, &ALL), [given, withdrawn, given, given]);
}

#[actix_web::test]
async fn a_yes_runs_out_after_the_days_that_the_site_says() {
    for (validity, age, expected) in [
        (180, 179, "ConsentGiven"),
        (180, 180, "ConsentExpired"),
        (30, 29, "ConsentGiven"),
        (30, 30, "ConsentExpired"),
    ] {
        let notebook = Notebook::default();
        let (recording, _outbox) = notebook.recording();
        // One day, however near midnight is.
        let today = Day::today();
        let consent = builder().validity_days(validity).clock(move || today);
        let consent = consent.ledger(recording);
        let app = site(consent.build().expect("it can be used")).await;
        let mut visitor = Visitor::new();
        visitor
            .choose(&app, &[("action", "save"), ("cat.analytics", "1")])
            .await;
        notebook.edit(|records| {
            records[0].time = (today.date() - DAY * age).midnight().assume_utc();
        });
        let told = receipt(&app, &visitor).await.json();
        let record = &records(&told)[0];
        assert_eq!(event(record)[0], expected, "{age} of {validity} days");
        let units = states(record, &["analytics", "marketing"]);
        assert_eq!(units, [expected, "ConsentRefused"], "a no does not run out");
        let lasts = &record["dpv:hasConsentStatus"][0]["dpv:hasDuration"];
        assert_eq!(lasts["rdf:value"], format!("P{validity}D"));
        let day = today.date() - DAY * age;
        assert_eq!(
            lasts["dct:description"],
            format!("{validity} days from {day} (UTC), the day of the choice")
        );
    }
}

#[actix_web::test]
async fn what_was_confirmed_too_late_is_nowhere_in_a_receipt() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    visitor.post(&app, "/accept/preferences").await;
    visitor.post(&app, "/accept/marketing").await;
    visitor.post(&app, "/accept/analytics").await;
    let [first, late, last] = notebook.records(3).try_into().expect("three records");
    assert_eq!(last.replaces, Some(late.id));
    let told = receipt(&app, &visitor).await.json();
    let ids = |told: &Value| -> Vec<String> {
        let ids = records(told).iter().map(|it| it["dct:identifier"].clone());
        ids.map(|id| id.as_str().expect("an id").to_owned())
            .collect()
    };
    let all = [first.id, late.id, last.id].map(|id| id.to_string());
    assert_eq!(ids(&told), all, "the control");
    notebook.edit(|records| {
        let mut voids = late.clone();
        voids.id = RecordId::from_bytes([9; 16]);
        voids.event = Event::Voided;
        voids.replaces = Some(late.id);
        // It may be there before the acceptance is, which then takes its place.
        records[1].replaces = Some(voids.id);
        records.insert(1, voids);
    });
    let told = receipt(&app, &visitor).await.json();
    assert_eq!(ids(&told), [first.id, last.id].map(|id| id.to_string()));
    let replaced = &records(&told)[1]["dct:replaces"]["@id"];
    assert_eq!(*replaced, format!("urn:uuid:{}", first.id));
}

/// The tests' policy as its first edition was, in which marketing was for something else.
fn first_edition() -> Policy {
    let mut file = policy().file().clone();
    file.policy.version = 1;
    let purpose = "targeted-advertising".parse().expect("it is a purpose");
    file.category[3].purposes = vec![purpose];
    Policy::try_from(file).expect("it is valid")
}

#[actix_web::test]
async fn a_unit_is_for_what_it_was_for_when_it_was_asked_about() {
    let notebook = Notebook::default();
    let (recording, _outbox) = notebook.recording();
    let consent = ConsentMiddleware::builder(first_edition(), keys()).ledger(recording);
    let mut visitor = Visitor::new();
    let first = site(consent.build().expect("it can be used")).await;
    visitor.post(&first, "/accept/marketing").await;
    let (recording, _other) = notebook.recording();
    let consent = builder()
        .previous_edition(first_edition())
        .ledger(recording);
    let app = site(consent.build().expect("it can be used")).await;
    visitor.post(&app, "/accept/analytics").await;
    let told = receipt(&app, &visitor).await.json();
    let [first, second] = records(&told) else {
        panic!("two records: {told:#}");
    };
    // The yes to marketing is older than the edition of the second record.
    for record in [first, second] {
        let purposes = &process(record, "marketing")["dpv:hasPurpose"];
        assert_eq!(purposes[0]["@id"], "dpv:TargetedAdvertising", "{record:#}");
    }
    let versions = [first, second].map(|it| it["dpv:hasNotice"]["dct:source"]["@id"].clone());
    let address = |number: u32| format!("https://news.example/privacy/versions/{number}");
    assert_eq!(versions, [address(1), address(2)]);
    // The control: who says yes today says it to what is asked today.
    visitor.press(&app, "accept").await;
    let told = receipt(&app, &visitor).await.json();
    let purposes = &process(&records(&told)[2], "marketing")["dpv:hasPurpose"];
    assert_eq!(purposes[0]["@id"], "dpv:Advertising");
    assert_eq!(
        event(&records(&told)[2])[0],
        "ConsentGiven",
        "to something else"
    );
}

#[actix_web::test]
async fn of_an_edition_that_is_gone_nothing_is_made_up() {
    let notebook = Notebook::default();
    let (recording, _outbox) = notebook.recording();
    let consent = ConsentMiddleware::builder(first_edition(), keys()).ledger(recording);
    let mut visitor = Visitor::new();
    let first = site(consent.build().expect("it can be used")).await;
    visitor.press(&first, "accept").await;
    let (recording, _other) = notebook.recording();
    let app = builder().ledger(recording).build();
    let app = site(app.expect("it can be used")).await;
    visitor.post(&app, "/withdraw/preferences").await;
    notebook.records(2);
    let told = receipt(&app, &visitor).await.json();
    let [first, second] = records(&told) else {
        panic!("two records: {told:#}");
    };
    // Marketing of the second record is the yes to what it meant in the first.
    let mut gone: Vec<_> = ALL.iter().map(|unit| process(first, unit)).collect();
    gone.push(process(second, "marketing"));
    let known = [
        "@id",
        "@type",
        "dct:description",
        "dct:identifier",
        "dpv:hasStatus",
    ];
    for process in gone {
        let fields: Vec<_> = process.as_object().expect("an object").keys().collect();
        assert_eq!(fields, known, "{process:#}");
    }
    assert_eq!(first["dpv:hasNotice"]["dct:source"], Value::Null);
    assert_eq!(first["dpv:hasNotice"]["dct:hasVersion"], 1);
    assert_eq!(first["dpv:hasJurisdiction"], Value::Null);
    // The control: what the edition of today knows is told.
    let told = process(second, "analytics");
    assert_eq!(
        told["dpv:hasPurpose"][0]["@id"],
        "dpv:ServiceUsageAnalytics"
    );
    assert_eq!(second["dpv:hasJurisdiction"][0]["@id"], "loc:EU");
}
