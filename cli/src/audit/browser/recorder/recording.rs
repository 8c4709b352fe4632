//! State of a recorder, and the assembly of requests from their events.

use std::time::{Instant, SystemTime};

use actix_consent::audit::rules::SetCookie;
use chromiumoxide::cdp::browser_protocol::network::{
    EventRequestWillBeSent, EventResponseReceived, EventResponseReceivedExtraInfo,
    EventWebSocketCreated, Initiator, InitiatorType,
};
use serde::Deserialize;

use super::{MOST_EVENTS, Recording, millis};
use crate::audit::record::{
    By, Event, PageProblem, ProblemKind, Request, Set, Storage, Stored, What, site::host_of,
};

/// Message of the script in the page.
#[derive(Debug, Deserialize)]
struct Said {
    kind: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    text: String,
    origin: String,
    frame: String,
    place: (String, u64, u64),
}

impl Recording {
    pub(super) fn push(&mut self, what: What, by: Option<By>) -> usize {
        if self.events.len() < MOST_EVENTS {
            self.events.push(Event {
                at: millis(self.started),
                page: self.page,
                said: self.said.clone(),
                what,
                by,
            });
        }
        self.events.len().saturating_sub(1)
    }

    pub(super) fn problem(&mut self, kind: ProblemKind, detail: String) {
        let problem = PageProblem {
            page: self.address.clone(),
            kind,
            detail,
        };
        let same = |other: &PageProblem| other.page == problem.page && other.kind == problem.kind;
        if !self.problems.iter().any(same) {
            self.problems.push(problem);
        }
    }

    pub(super) fn document(&self) -> By {
        By {
            address: self.address.clone(),
            line: 0,
            column: 0,
        }
    }

    pub(super) fn request(&self, address: &str, method: &str, kind: &str) -> Request {
        let host = host_of(address);
        Request {
            third_party: self.site.is_third(&host),
            host,
            // A data URL contains its whole content.
            address: address.chars().take(2000).collect(),
            method: method.to_owned(),
            kind: kind.to_owned(),
            status: None,
            media_type: None,
            size: None,
            took: None,
            cookies: Vec::new(),
        }
    }

    pub(super) fn requested(&mut self, event: &EventRequestWillBeSent) {
        let address = &event.request.url;
        if !address.starts_with("http") {
            return;
        }
        let id = event.request_id.inner().clone();
        if let Some(redirect) = &event.redirect_response
            && let Some(last) = self
                .requests
                .get(&id)
                .and_then(|flight| flight.hops.last().copied())
            && let Some(request) = self.event_request(last)
        {
            request.status = u16::try_from(redirect.status).ok();
        }
        let kind = event
            .r#type
            .as_ref()
            .map_or_else(|| "other".to_owned(), |kind| kind.as_ref().to_lowercase());
        let request = self.request(address, &event.request.method, &kind);
        let by = initiator(&event.initiator).or_else(|| {
            (kind != "document").then(|| By {
                address: event.document_url.clone(),
                line: 0,
                column: 0,
            })
        });
        let at = self.push(What::Requested(request), by);
        let now = millis(self.started);
        let flight = self.requests.entry(id.clone()).or_default();
        if flight.hops.is_empty() {
            flight.started = now;
            // An event source stays open. Events come in any order, so the end may be known.
            if kind != "eventsource" && !flight.ended {
                self.open.insert(id.clone());
            }
        }
        flight.hops.push(at);
        self.quiet_since = Instant::now();
        self.settle(&id);
    }

    pub(super) fn socket(&mut self, event: &EventWebSocketCreated) {
        let request = self.request(&event.url, "GET", "websocket");
        let by = event.initiator.as_ref().and_then(initiator);
        self.push(What::Requested(request), by);
    }

    pub(super) fn event_request(&mut self, at: usize) -> Option<&mut Request> {
        match &mut self.events.get_mut(at)?.what {
            What::Requested(request) => Some(request),
            _ => None,
        }
    }

    /// Records the resource hints in the headers of a response.
    pub(super) fn links(&mut self, event: &EventResponseReceived) {
        let headers = event.response.headers.inner().as_object();
        let links: Vec<String> = headers
            .into_iter()
            .flatten()
            .filter(|(name, _)| name.eq_ignore_ascii_case("link"))
            .filter_map(|(_, value)| value.as_str().map(str::to_owned))
            .collect();
        for address in links.iter().flat_map(|links| readied_by(links)) {
            let request = self.request(&address, "GET", "preconnect");
            let by = self.document();
            self.push(What::Requested(request), Some(by));
        }
    }

    pub(super) fn ended(&mut self, id: &str, size: Option<u64>) {
        let now = millis(self.started);
        let flight = self.requests.entry(id.to_owned()).or_default();
        let took = now.saturating_sub(flight.started);
        let last = flight.hops.last().copied();
        flight.ended = true;
        self.open.remove(id);
        self.quiet_since = Instant::now();
        if let Some(request) = last.and_then(|last| self.event_request(last)) {
            request.size = size;
            request.took = Some(took);
        }
    }

    /// Replaces a request that the browser blocked, since it was never sent.
    pub(super) fn stopped(&mut self, id: &str, reason: &str) {
        let Some(last) = self
            .requests
            .get(id)
            .and_then(|flight| flight.hops.last().copied())
        else {
            return;
        };
        if let Some(request) = self.event_request(last) {
            let stopped = What::Violation {
                directive: reason.to_owned(),
                blocked: request.address.clone(),
            };
            if let Some(event) = self.events.get_mut(last) {
                event.what = stopped;
            }
        }
    }

    /// Assigns headers to their requests.
    pub(super) fn settle(&mut self, id: &str) {
        if let Some(flight) = self.requests.get(id)
            && let (Some(last), Some(event)) =
                (flight.hops.last().copied(), flight.response.clone())
            && let Some(request) = self.event_request(last)
        {
            request.status = u16::try_from(event.response.status).ok();
            request.media_type = Some(event.response.mime_type.clone());
        }
        loop {
            let Some(flight) = self.requests.get_mut(id) else {
                return;
            };
            if flight.sent_read < flight.sent.len().min(flight.hops.len()) {
                let (hop, sent) = (
                    flight.hops[flight.sent_read],
                    flight.sent[flight.sent_read].clone(),
                );
                flight.sent_read += 1;
                let names = sent.associated_cookies.iter();
                let names = names
                    .filter(|cookie| cookie.blocked_reasons.is_empty())
                    .map(|cookie| cookie.cookie.name.clone())
                    .collect();
                if let Some(request) = self.event_request(hop) {
                    request.cookies = names;
                }
            } else if flight.answers_read < flight.answers.len().min(flight.hops.len()) {
                let hop = flight.hops[flight.answers_read];
                let answer = flight.answers[flight.answers_read].clone();
                flight.answers_read += 1;
                self.headers(hop, &answer);
            } else {
                return;
            }
        }
    }

    pub(super) fn headers(&mut self, hop: usize, answer: &EventResponseReceivedExtraInfo) {
        let Some(event) = self.events.get(hop).cloned() else {
            return;
        };
        let What::Requested(request) = &event.what else {
            return;
        };
        let lines: Vec<String> = answer
            .headers
            .inner()
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
            .filter_map(|(_, value)| value.as_str())
            .flat_map(|lines| lines.split('\n').map(str::to_owned))
            .collect();
        let by = Some(By {
            address: request.address.clone(),
            line: 0,
            column: 0,
        });
        for line in lines {
            let refused = answer
                .blocked_cookies
                .iter()
                .any(|blocked| blocked.cookie_line == line && !blocked.blocked_reasons.is_empty());
            let set = self.set(&line, &request.host, false, refused);
            // The cookie counts as set at the time of the request that caused it.
            if self.events.len() < MOST_EVENTS {
                self.events.push(Event {
                    at: event.at,
                    page: event.page,
                    said: event.said.clone(),
                    what: What::Set(set),
                    by: by.clone(),
                });
            }
        }
    }

    pub(super) fn set(&self, line: &str, host: &str, by_script: bool, refused: bool) -> Set {
        let cookie = SetCookie::parse(line.as_bytes(), SystemTime::now());
        let pair = line.split(';').next().unwrap_or_default();
        let value = pair.split_once('=').map_or(pair, |(_, value)| value).trim();
        let host = cookie.domain.clone().unwrap_or_else(|| host.to_owned());
        Set {
            third_party: self.site.is_third(&host),
            trace: self.tracer.trace(value),
            cookie,
            host,
            by_script,
            refused,
        }
    }

    pub(super) fn stored(&self, kind: &str, key: &str, text: &str, origin: &str) -> Option<Stored> {
        Some(Stored {
            kind: match kind {
                "local" => Storage::Local,
                "session" => Storage::Session,
                "indexed" => Storage::Indexed,
                "cache" => Storage::Cache,
                _ => return None,
            },
            key: key.chars().take(200).collect(),
            third_party: self.site.is_third(&host_of(origin)),
            origin: origin.to_owned(),
            trace: self.tracer.trace(text),
        })
    }

    pub(super) fn script(&mut self, payload: &str) {
        // A page could call this with any payload.
        let Ok(said) = serde_json::from_str::<Said>(payload) else {
            return;
        };
        let (address, line, column) = said.place;
        let by = Some(By {
            address,
            line,
            column,
        });
        let what = match &*said.kind {
            "cookie" => What::Set(self.set(&said.text, &host_of(&said.frame), true, false)),
            "worker" => What::Worker(said.key),
            "violation" => What::Violation {
                directive: said.key,
                blocked: said.text,
            },
            kind => match self.stored(kind, &said.key, &said.text, &said.origin) {
                Some(stored) => What::Stored(stored),
                None => return,
            },
        };
        self.push(what, by);
    }
}

/// Addresses in a `Link` header that the browser connects to or prefetches.
fn readied_by(links: &str) -> impl Iterator<Item = String> + '_ {
    links.split(',').filter_map(|link| {
        let relation = link.to_ascii_lowercase();
        let fetches = ["preconnect", "dns-prefetch", "prefetch"]
            .iter()
            .any(|name| relation.contains(name));
        let (_, rest) = link.split_once('<')?;
        let (address, _) = rest.split_once('>')?;
        (fetches && address.starts_with("http")).then(|| address.to_owned())
    })
}

/// Returns the script or the markup that caused a request.
fn initiator(initiator: &Initiator) -> Option<By> {
    let frame = initiator.stack.as_ref().and_then(|stack| {
        let mut stack = stack;
        loop {
            if let Some(frame) = stack.call_frames.iter().find(|frame| !frame.url.is_empty()) {
                return Some(frame);
            }
            stack = stack.parent.as_deref()?;
        }
    });
    if let Some(frame) = frame {
        return Some(By {
            address: frame.url.clone(),
            line: frame.line_number.max(0).unsigned_abs() + 1,
            column: frame.column_number.max(0).unsigned_abs() + 1,
        });
    }
    let address = initiator.url.clone()?;
    let number = |number: Option<f64>| number.map_or(0, |number| number.max(0.0) as u64 + 1);
    (initiator.r#type != InitiatorType::Other).then(|| By {
        address,
        line: number(initiator.line_number),
        column: number(initiator.column_number),
    })
}
