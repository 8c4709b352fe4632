//! Compatibility with tools that read the evidence of the collector.

use super::{super::fixture, *};

fn inspection() -> Value {
    let text = write(&fixture::record(), &fixture::verdict()).expect("it can be written");
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn it_has_every_part_that_the_collector_writes() {
    let nothing = write(&fixture::nothing(), &fixture::no_verdict()).expect("it can be written");
    let nothing = serde_json::from_str(&nothing).expect("it is JSON");
    for inspection in [inspection(), nothing] {
        for part in [
            "title",
            "uri_ins",
            "uri_dest",
            "secure_connection",
            "host",
            "script",
            "cookies",
            "localStorage",
            "beacons",
            "links",
            "unsafeForms",
            "websockets",
            "hosts",
            "start_time",
            "end_time",
            "browser",
            "browsing_history",
        ] {
            assert!(inspection.get(part).is_some(), "{part}");
        }
        for of in [
            "requests",
            "beacons",
            "cookies",
            "localStorage",
            "links",
            "contentSecurityPolicy",
        ] {
            for party in ["firstParty", "thirdParty"] {
                assert!(inspection["hosts"][of][party].is_array(), "{of} {party}");
            }
        }
    }
}

#[test]
fn cookies_have_lifetime_and_origin_and_no_value() {
    let inspection = inspection();
    let cookies = inspection["cookies"].as_array().expect("a list");
    assert!(cookies.iter().all(|cookie| cookie["value"] == ""));
    let named = |name: &str| {
        cookies
            .iter()
            .find(|cookie| cookie["name"] == name)
            .expect(name)
    };
    assert_eq!(named("sid")["log"]["type"], "Cookie.HTTP");
    assert_eq!(
        (&named("sid")["session"], &named("sid")["expires"]),
        (&json!(true), &json!(-1))
    );
    let analytics = named("_ga");
    assert_eq!(analytics["log"]["type"], "Cookie.JS");
    assert_eq!(analytics["log"]["stack"][0]["lineNumber"], 12);
    assert_eq!(analytics["expiresDays"], 730.0);
    assert_eq!(analytics["expiresUTC"], "2028-11-24T09:02:08Z");
    // A removal sets no cookie.
    assert!(cookies.iter().all(|cookie| cookie["name"] != "old"));
    // A removed cookie is still evidence, and its host is counted.
    assert!(cookies.iter().any(|cookie| {
        cookie["name"]
            .as_str()
            .is_some_and(|name| name.contains("alert"))
    }));
    assert_eq!(
        inspection["hosts"]["cookies"]["firstParty"],
        json!(["news.example"])
    );
}

#[test]
fn beacons_are_requests_to_hosts_that_need_consent() {
    let unanswered = inspection();
    assert_eq!(unanswered["beacons"][0]["filter"], "metrics.example");
    assert_eq!(
        unanswered["hosts"]["beacons"]["thirdParty"],
        json!(["metrics.example"])
    );
    let record = fixture::record();
    let accepted = seen(&record, record.visits.get(2)).document(&fixture::verdict().inventory);
    let beacons = accepted["beacons"].as_array().expect("a list");
    let ads = beacons
        .iter()
        .find(|beacon| beacon["filter"] == "ads.example");
    assert_eq!(ads.expect("there is one")["occurrances"], 2);
}

#[test]
fn storage_stands_under_its_origin_without_values() {
    let inspection = inspection();
    let item = &inspection["localStorage"]["https://news.example"]["seen"];
    assert_eq!(
        (&item["value"], &item["firstPartyStorage"]),
        (&json!(""), &json!(true))
    );
    assert_eq!(
        inspection["hosts"]["localStorage"]["firstParty"],
        json!(["news.example"])
    );
}
