//! All requests of all visits as HAR 1.2.

use std::{io, time::SystemTime};

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    super::record::{By, Event, Record, Request, Visit, What},
    sanitize, time_format,
};

/// Comment of each cookie, whose value is empty.
const NO_VALUE: &str = "Values of cookies are never recorded.";

/// Unknown size in the format.
const UNKNOWN: i64 = -1;

#[derive(Serialize)]
struct Har {
    log: Log,
}

#[derive(Serialize)]
struct Log {
    version: &'static str,
    creator: Value,
    browser: Value,
    pages: Vec<Value>,
    entries: Vec<Value>,
    comment: &'static str,
}

/// The requests as HAR.
pub(crate) fn write(record: &Record) -> io::Result<String> {
    let mut log = Log {
        version: "1.2",
        creator: json!({ "name": "consent audit", "version": env!("CARGO_PKG_VERSION") }),
        browser: browser(&record.browser),
        pages: Vec::new(),
        entries: Vec::new(),
        comment: "Visits in different circumstances, each in a fresh profile. Some visits \
                  were made at the same time. Headers and values of cookies are not recorded.",
    };
    for (at, visit) in record.visits.iter().enumerate() {
        let began = visit.started;
        for page in 0..pages(visit) {
            log.pages.push(paged(visit, at, page, began));
        }
        for event in &visit.events {
            if let What::Requested(request) = &event.what {
                let id = id(at, event.page);
                log.entries.push(entry(visit, event, request, id, began));
            }
        }
    }
    sanitize::json(&Har { log })
}

fn browser(name: &str) -> Value {
    // The last of two words is the version.
    let (name, version) = name.rsplit_once([' ', '/']).unwrap_or((name, ""));
    json!({ "name": name, "version": version })
}

/// Number of pages of a visit, including those with events that never opened.
fn pages(visit: &Visit) -> usize {
    let last = visit.events.iter().map(|event| event.page + 1).max();
    visit.pages.len().max(last.unwrap_or(0))
}

fn id(visit: usize, page: usize) -> String {
    format!("visit-{}-page-{}", visit + 1, page + 1)
}

fn paged(visit: &Visit, number: usize, page: usize, began: SystemTime) -> Value {
    let first = visit.events.iter().find(|event| event.page == page);
    let seen = visit.pages.get(page);
    let title = match seen {
        Some(seen) => format!("{} ({})", seen.address, visit.circumstances),
        None => format!("A page that did not open ({})", visit.circumstances),
    };
    json!({
        "startedDateTime": time_format::rfc3339(time_format::later(began, first.map_or(0, |event| event.at))),
        "id": id(number, page),
        "title": title,
        // The idle time is neither of the two times in the format.
        "pageTimings": { "onContentLoad": -1, "onLoad": -1 },
        "_documentTitle": seen.map(|seen| &seen.title),
        "_quietAfter": seen.map(|seen| seen.took),
        "_circumstances": visit.circumstances.to_string(),
    })
}

fn entry(
    visit: &Visit,
    event: &Event,
    request: &Request,
    page: String,
    began: SystemTime,
) -> Value {
    let took = request.took.unwrap_or(0);
    let mut entry = json!({
        "pageref": page,
        "startedDateTime": time_format::rfc3339(time_format::later(began, event.at)),
        "time": took,
        "request": {
            "method": request.method,
            "url": request.address,
            "httpVersion": "unknown",
            "cookies": request.cookies.iter().map(|name| sent(name)).collect::<Vec<_>>(),
            "headers": [],
            "queryString": query(&request.address),
            "headersSize": UNKNOWN,
            "bodySize": UNKNOWN,
        },
        "response": response(visit, event, request),
        "cache": {},
        // Only the total time is known.
        "timings": {
            "blocked": -1, "dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": took, "receive": 0,
        },
        "_thirdParty": request.third_party,
        "_resourceType": request.kind,
        "_said": event.said.to_string(),
    });
    if let Some(by) = &event.by {
        entry["_initiator"] = initiator(by);
    }
    if request.took.is_none() {
        entry["comment"] = json!("The duration is unknown.");
    }
    entry
}

fn response(visit: &Visit, event: &Event, request: &Request) -> Value {
    let size = request.size.and_then(|size| i64::try_from(size).ok());
    json!({
        "status": request.status.unwrap_or(0),
        "statusText": "",
        "httpVersion": "unknown",
        "cookies": received(visit, event, request),
        "headers": [],
        "content": {
            "size": UNKNOWN,
            "mimeType": request.media_type.as_deref().unwrap_or("x-unknown"),
        },
        "redirectURL": "",
        "headersSize": UNKNOWN,
        // Only the size including the headers is known.
        "bodySize": UNKNOWN,
        "_transferSize": size,
    })
}

fn sent(name: &str) -> Value {
    json!({ "name": name, "value": "", "comment": NO_VALUE })
}

/// Cookies set by the response to a request: the events at the same time from its address.
fn received(visit: &Visit, event: &Event, request: &Request) -> Vec<Value> {
    // Events are sorted by time.
    let first = visit.events.partition_point(|other| other.at < event.at);
    let moment = visit.events[first..].iter();
    let moment = moment.take_while(|other| other.at == event.at);
    let set = moment.filter(|other| {
        let by = other.by.as_ref();
        other.page == event.page && by.is_some_and(|by| by.address == request.address)
    });
    let set = set.filter_map(|other| match &other.what {
        What::Set(set) if !set.by_script => Some(json!({
            "name": set.cookie.name,
            "value": "",
            "path": set.cookie.path.as_deref().unwrap_or_default(),
            "domain": set.host,
            "httpOnly": set.cookie.http_only,
            "secure": set.cookie.secure,
            "comment": NO_VALUE,
        })),
        _ => None,
    });
    set.collect()
}

fn query(address: &str) -> Vec<Value> {
    let Ok(address) = url::Url::parse(address) else {
        return Vec::new();
    };
    let pairs = address.query_pairs();
    pairs
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

fn initiator(by: &By) -> Value {
    let mut initiator = json!({ "url": by.address });
    if by.line > 0 {
        initiator["lineNumber"] = json!(by.line);
        initiator["columnNumber"] = json!(by.column);
    }
    initiator
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{super::fixture, *};

    fn text() -> String {
        write(&fixture::record()).expect("it can be written")
    }

    #[test]
    fn another_reader_of_the_format_reads_it() {
        let har = ::har::from_slice(text().as_bytes()).expect("it is HAR");
        let ::har::Spec::V1_2(log) = har.log else {
            panic!("it is another version");
        };
        let record = fixture::record();
        let requests = record.visits.iter().flat_map(|visit| &visit.events);
        let requests = requests.filter(|event| matches!(event.what, What::Requested(_)));
        assert_eq!(log.entries.len(), requests.count());
        let pages = log.pages.expect("it has pages");
        assert_eq!(pages.len(), record.visits.len() * 3);
        let ids: BTreeSet<&str> = pages.iter().map(|page| page.id.as_str()).collect();
        assert_eq!(ids.len(), pages.len());
        for entry in &log.entries {
            let page = entry.pageref.as_deref().expect("it is on a page");
            assert!(ids.contains(page), "{page}");
            assert_eq!(entry.time, entry.timings.wait);
        }
        assert_eq!(log.browser.expect("a browser").version, "156.0.8078.79");
    }

    #[test]
    fn cookies_have_names_and_no_values_in_what_was_sent_and_in_what_came() {
        let har: Value = serde_json::from_str(&text()).expect("it is JSON");
        let first = &har["log"]["entries"][0];
        for part in ["request", "response"] {
            let cookie = &first[part]["cookies"][0];
            assert_eq!(
                (&cookie["name"], &cookie["value"]),
                (&json!("sid"), &json!(""))
            );
            assert_eq!(cookie["comment"], NO_VALUE);
        }
        assert_eq!(first["_thirdParty"], false);
    }

    #[test]
    fn a_request_tells_its_query_and_who_made_it() {
        let har: Value = serde_json::from_str(&text()).expect("it is JSON");
        let second = &har["log"]["entries"][1];
        assert_eq!(
            second["request"]["queryString"][1],
            json!({ "name": "b", "value": " " })
        );
        assert_eq!(second["_initiator"]["lineNumber"], 12);
        assert_eq!(second["_thirdParty"], true);
    }
}
