//! `inspection.json` in the format of the EDPS Website Evidence Collector, for the tools of
//! authorities.
//!
//! It describes one visit. Parts that the audit does not collect (links, forms, the TLS test) are
//! empty and listed in `script.config`. Values of cookies and stored items are always empty.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    time::SystemTime,
};

use actix_consent::audit::rules::State;
use serde_json::{Map, Value, json};

use super::{
    super::{
        judge::findings::{Item, Verdict},
        record::{
            By, Event, Kept, KeptCookie, Record, Request, Set, Storage, Visit, What, site::host_of,
        },
    },
    sanitize, time_format,
};

/// The visit to describe, and its start.
struct Seen<'a> {
    record: &'a Record,
    visit: Option<&'a Visit>,
    began: SystemTime,
}

/// Formats the evidence of the first visit without a choice and with JavaScript.
pub(crate) fn write(record: &Record, verdict: &Verdict) -> io::Result<String> {
    let plain = |visit: &&Visit| {
        let who = &visit.circumstances;
        who.scripts && !who.gpc && who.state == State::NoChoice
    };
    let visit = record.visits.iter().find(plain).or(record.visits.first());
    sanitize::json(&seen(record, visit).document(&verdict.inventory))
}

fn seen<'a>(record: &'a Record, visit: Option<&'a Visit>) -> Seen<'a> {
    Seen {
        record,
        visit,
        began: visit.map_or(record.started, |visit| visit.started),
    }
}

impl Seen<'_> {
    fn document(&self, inventory: &[Item]) -> Value {
        let record = self.record;
        let pages = self.visit.map_or(&[][..], |visit| &visit.pages);
        let landed = pages.first().map_or(&record.address, |page| &page.address);
        let history: Vec<&str> = pages.iter().map(|page| page.address.as_str()).collect();
        let gpc = self.visit.is_some_and(|visit| visit.circumstances.gpc);
        let (cookies, items) = (self.cookies(), self.local_storage());
        let beacons = self.beacons(inventory);
        let ended = self.visit.map_or(0, time_format::length_of);
        let encrypted = |address: &str| address.starts_with("https:");
        json!({
            "title": "Website Evidence Collection",
            "task_description": self.visit.map(|visit| visit.circumstances.to_string()),
            "uri_ins": record.address,
            "uri_refs": [record.address],
            "uri_dest": landed,
            "uri_redirects": [],
            "secure_connection": {
                "https_redirect": !encrypted(&record.address) && encrypted(landed),
                "redirects": [],
                // HTTPS is not tried on an HTTP address.
                "https_support": encrypted(landed).then_some(true),
            },
            "host": record.host,
            "script": {
                "host": "",
                "version": { "npm": concat!("consent ", env!("CARGO_PKG_VERSION")), "commit": null },
                "config": { "notCollected": ["links", "unsafeForms", "testSSL", "values"] },
                "environment": {},
            },
            "browser": {
                "name": record.browser.split([' ', '/']).next(),
                "version": record.browser,
                "user_agent": "",
                "platform": { "name": "", "version": "" },
                "extra_headers": if gpc { json!({ "dnt": 0, "Sec-GPC": 1 }) } else { json!({ "dnt": 0 }) },
                "preset_cookies": {},
            },
            "start_time": time_format::rfc3339(self.began),
            "end_time": time_format::rfc3339(time_format::later(self.began, ended)),
            "browsing_history": history,
            "hosts": self.hosts(&cookies, &items, &beacons),
            "cookies": cookies,
            "localStorage": items,
            "beacons": beacons.into_values().map(|(_, beacon)| beacon).collect::<Vec<_>>(),
            "links": { "firstParty": [], "thirdParty": [], "social": [], "keywords": [] },
            "unsafeForms": [],
            "websockets": self.sockets(),
            "websocketLog": {},
        })
    }

    fn events(&self) -> &[Event] {
        self.visit.map_or(&[], |visit| &visit.events)
    }

    fn requests(&self) -> impl Iterator<Item = (&Event, &Request)> {
        let requests = self.events().iter();
        requests.filter_map(|event| match &event.what {
            What::Requested(request) => Some((event, request)),
            _ => None,
        })
    }

    fn kept_cookies(&self) -> impl Iterator<Item = &KeptCookie> {
        let kept = self.visit.into_iter().flat_map(|visit| &visit.kept);
        kept.filter_map(|kept| match kept {
            Kept::Cookie(cookie) => Some(cookie),
            Kept::Item(_) => None,
        })
    }

    /// Cookies at the end, and accepted cookies that were removed before.
    fn cookies(&self) -> Vec<Value> {
        let mut told = BTreeSet::new();
        let mut cookies = Vec::new();
        for cookie in self.kept_cookies() {
            let domain = cookie.domain.trim_start_matches('.');
            told.insert((cookie.name.as_str(), domain));
            cookies.push(self.kept_cookie(cookie));
        }
        for event in self.events() {
            if let What::Set(set) = &event.what
                && !set.refused
                && !set.cookie.is_removal()
                && told.insert((&set.cookie.name, &set.host))
            {
                cookies.push(json!({
                    "name": set.cookie.name,
                    "value": "",
                    "domain": set.host,
                    "path": set.cookie.path.as_deref().unwrap_or("/"),
                    "firstPartyStorage": !set.third_party,
                    "log": self.log(event, Some(kind_of(set))),
                }));
            }
        }
        cookies
    }

    fn kept_cookie(&self, cookie: &KeptCookie) -> Value {
        let domain = cookie.domain.trim_start_matches('.');
        let set = self.events().iter().find_map(|event| match &event.what {
            What::Set(set) if set.cookie.name == cookie.name && set.host == domain => {
                Some((event, set))
            }
            _ => None,
        });
        let mut seen = json!({
            "name": cookie.name,
            "value": "",
            "domain": domain,
            "path": cookie.path,
            "expires": -1,
            "size": cookie.size,
            "httpOnly": cookie.http_only,
            "secure": cookie.secure,
            "session": cookie.expires.is_none(),
            "firstPartyStorage": !cookie.third_party,
        });
        if let Some(same_site) = &cookie.same_site {
            seen["sameSite"] = json!(same_site);
        }
        if cookie.partitioned {
            // The partition belongs to the visited site.
            seen["partitionKey"] = json!(self.record.address);
        }
        if let Some(seconds) = cookie.expires {
            let until = self.unix_time().saturating_add_unsigned(seconds);
            seen["expires"] = json!(until);
            seen["expiresUTC"] = json!(time_format::rfc3339_seconds(until));
            seen["expiresDays"] = json!((seconds as f64 / 8640.0).round() / 10.0);
        }
        if let Some((event, set)) = set {
            seen["log"] = self.log(event, Some(kind_of(set)));
        }
        seen
    }

    /// End of the visit in seconds since 1970.
    fn unix_time(&self) -> i64 {
        let ended = time_format::later(self.began, self.visit.map_or(0, time_format::length_of));
        let since = ended.duration_since(SystemTime::UNIX_EPOCH);
        since.map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        })
    }

    fn local_storage(&self) -> BTreeMap<&str, Map<String, Value>> {
        let mut origins: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        let local = |kept: &Kept| match kept {
            Kept::Item(stored) if stored.kind == Storage::Local => Some(stored.clone()),
            _ => None,
        };
        for event in self.events() {
            if let What::Stored(stored) = &event.what
                && stored.kind == Storage::Local
            {
                let items = origins.entry(&stored.origin).or_default();
                items.entry(stored.key.clone()).or_insert_with(|| {
                    json!({
                        "value": "",
                        "firstPartyStorage": !stored.third_party,
                        "log": self.log(event, Some("Storage.LocalStorage")),
                    })
                });
            }
        }
        for kept in self.visit.into_iter().flat_map(|visit| &visit.kept) {
            if let (Some(stored), Kept::Item(item)) = (local(kept), kept) {
                let items = origins.entry(&item.origin).or_default();
                let new = || json!({ "value": "", "firstPartyStorage": !stored.third_party });
                items.entry(stored.key.clone()).or_insert_with(new);
            }
        }
        origins
    }

    /// Requests to hosts that need consent, counted by host and path as in the collector. The
    /// inventory takes the place of its filter lists.
    fn beacons<'s>(&'s self, inventory: &'s [Item]) -> BTreeMap<String, (&'s Request, Value)> {
        let mut beacons: BTreeMap<String, (&Request, Value)> = BTreeMap::new();
        for (event, request) in self.requests() {
            let known = inventory.iter().find(|item| {
                let category = item.category.as_deref();
                item.kind == "host"
                    && item.name == request.host
                    && category.is_some_and(|category| category != "necessary")
            });
            let Some(item) = known else {
                continue;
            };
            let (place, query) = match request.address.split_once(['?', '#']) {
                Some((place, query)) => (place, query),
                None => (request.address.as_str(), ""),
            };
            let (_, beacon) = beacons.entry(place.to_owned()).or_insert_with(|| {
                let beacon = json!({
                    "url": request.address,
                    "query": (!query.is_empty()).then_some(query),
                    "filter": request.host,
                    "listName": item.source,
                    "log": self.log(event, None),
                    "occurrances": 0,
                });
                (request, beacon)
            });
            beacon["occurrances"] = json!(beacon["occurrances"].as_u64().unwrap_or(0) + 1);
        }
        beacons
    }

    fn hosts(
        &self,
        cookies: &[Value],
        items: &BTreeMap<&str, Map<String, Value>>,
        beacons: &BTreeMap<String, (&Request, Value)>,
    ) -> Value {
        let named = |request: &Request| (request.host.clone(), request.third_party);
        let is_third = |seen: &Value| seen["firstPartyStorage"] == false;
        let cookies = cookies.iter().filter_map(|cookie| {
            let domain = cookie["domain"].as_str()?;
            Some((domain.to_owned(), is_third(cookie)))
        });
        let items = items.iter().map(|(origin, items)| {
            let third = items.values().any(is_third);
            (host_of(origin), third)
        });
        json!({
            "requests": parties(self.requests().map(|(_, request)| named(request))),
            "beacons": parties(beacons.values().map(|(request, _)| named(request))),
            "cookies": parties(cookies),
            "localStorage": parties(items),
            "links": parties(std::iter::empty()),
            "contentSecurityPolicy": parties(std::iter::empty()),
        })
    }

    /// Opened web sockets, without their messages.
    fn sockets(&self) -> BTreeMap<&str, [Value; 0]> {
        let sockets = self
            .requests()
            .filter(|(_, request)| request.kind == "websocket");
        sockets
            .map(|(_, request)| (request.address.as_str(), []))
            .collect()
    }

    fn log(&self, event: &Event, kind: Option<&str>) -> Value {
        let page = self.visit.and_then(|visit| visit.pages.get(event.page));
        let mut log = json!({
            "stack": event.by.iter().map(frame).collect::<Vec<_>>(),
            "timestamp": time_format::rfc3339(time_format::later(self.began, event.at)),
            "location": page.map_or(&self.record.address, |page| &page.address),
        });
        if let Some(kind) = kind {
            log["type"] = json!(kind);
        }
        log
    }
}

fn kind_of(set: &Set) -> &'static str {
    if set.by_script {
        "Cookie.JS"
    } else {
        "Cookie.HTTP"
    }
}

fn frame(by: &By) -> Value {
    let mut frame = json!({ "fileName": by.address, "source": by.to_string() });
    if by.line > 0 {
        frame["lineNumber"] = json!(by.line);
        frame["columnNumber"] = json!(by.column);
    }
    frame
}

fn parties(hosts: impl Iterator<Item = (String, bool)>) -> Value {
    let (mut first, mut third) = (BTreeSet::new(), BTreeSet::new());
    for (host, is_third) in hosts {
        if is_third { &mut third } else { &mut first }.insert(host);
    }
    json!({ "firstParty": first, "thirdParty": third })
}

#[cfg(test)]
mod tests;
