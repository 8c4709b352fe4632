//! Watches a tab: what it requests, sets and stores becomes events of a visit.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::{Instant, SystemTime},
};

use actix_consent::audit::rules::{SetCookie, State};
use chromiumoxide::cdp::{
    browser_protocol::{
        network::{
            EventDataReceived, EventLoadingFailed, EventLoadingFinished, EventRequestWillBeSent,
            EventRequestWillBeSentExtraInfo, EventResponseReceived, EventResponseReceivedExtraInfo,
            EventWebSocketCreated, Initiator, InitiatorType,
        },
        page::EventJavascriptDialogOpening,
    },
    js_protocol::runtime::EventBindingCalled,
};
use serde::Deserialize;

use super::{
    record::{By, Event, Request, Set, Storage, Stored, Trouble, TroubleKind, What},
    site::{Site, host_of},
    trace::Tracer,
};

/// More than this many bytes of one page are too many.
pub(crate) const MOST_BYTES: u64 = 30 * 1024 * 1024;
/// What is kept of one visit: a hostile page must not fill the memory.
const MOST_EVENTS: usize = 20_000;

/// What the browser said.
#[derive(Clone, Debug)]
pub(crate) enum Signal {
    Request(Arc<EventRequestWillBeSent>),
    RequestExtra(Arc<EventRequestWillBeSentExtraInfo>),
    Response(Arc<EventResponseReceived>),
    ResponseExtra(Arc<EventResponseReceivedExtraInfo>),
    Data(Arc<EventDataReceived>),
    Finished(Arc<EventLoadingFinished>),
    Failed(Arc<EventLoadingFailed>),
    Socket(Arc<EventWebSocketCreated>),
    Script(Arc<EventBindingCalled>),
    Dialog(Arc<EventJavascriptDialogOpening>),
    Crashed,
}

/// The events of one visit, as they come.
#[derive(Clone, Debug)]
pub(crate) struct Watch(Arc<Mutex<Seen>>);

#[derive(Debug)]
struct Seen {
    site: Site,
    tracer: Tracer,
    started: Instant,
    said: State,
    page: usize,
    address: String,
    events: Vec<Event>,
    troubles: Vec<Trouble>,
    requests: HashMap<String, Flight>,
    /// Requests of the page that have not ended.
    open: HashSet<String>,
    quiet_since: Instant,
    bytes: u64,
    crashed: bool,
}

/// One request with its redirects, each of which is an event.
#[derive(Debug, Default)]
struct Flight {
    /// Places of its events.
    hops: Vec<usize>,
    started: u64,
    ended: bool,
    /// Headers of answers and requests, which may come before or after what they belong to.
    answers: Vec<Arc<EventResponseReceivedExtraInfo>>,
    sent: Vec<Arc<EventRequestWillBeSentExtraInfo>>,
    answers_read: usize,
    sent_read: usize,
    /// The answer to the last of its hops.
    response: Option<Arc<EventResponseReceived>>,
}

/// What the script in the page says.
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

impl Watch {
    pub(crate) fn new(site: Site, tracer: Tracer) -> Self {
        Self(Arc::new(Mutex::new(Seen {
            address: site.start.to_string(),
            site,
            tracer,
            started: Instant::now(),
            said: State::NoChoice,
            page: 0,
            events: Vec::new(),
            troubles: Vec::new(),
            requests: HashMap::new(),
            open: HashSet::new(),
            quiet_since: Instant::now(),
            bytes: 0,
            crashed: false,
        })))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// A page is about to be opened.
    pub(crate) fn page(&self, page: usize, address: &str) {
        let mut seen = self.seen();
        seen.page = page;
        address.clone_into(&mut seen.address);
        seen.bytes = 0;
        seen.open.clear();
        seen.quiet_since = Instant::now();
    }

    /// The visitor says this from now on.
    pub(crate) fn said(&self, state: State, by: &str) {
        let mut seen = self.seen();
        seen.said = state;
        seen.push(What::Answered(by.to_owned()), None);
    }

    pub(crate) fn trouble(&self, kind: TroubleKind, detail: impl Into<String>) {
        self.seen().trouble(kind, detail.into());
    }

    pub(crate) fn crashed(&self) -> bool {
        self.seen().crashed
    }

    /// Whether more came than a page should have.
    pub(crate) fn is_too_large(&self) -> bool {
        self.seen().bytes > MOST_BYTES
    }

    /// Whether nothing has been under way for so many milliseconds, or nothing has come for long:
    /// a page may keep a request open, and the end of one that starts a worker is told to others.
    pub(crate) fn is_at_rest(&self, quiet: u64) -> bool {
        const SILENT: u64 = 2_500;
        let seen = self.seen();
        let since = millis(seen.quiet_since);
        since >= SILENT || (seen.open.is_empty() && since >= quiet)
    }

    /// What a page makes connections ready for, which the browser does not tell.
    pub(crate) fn readied(&self, address: &str, relation: &str) {
        let mut seen = self.seen();
        let host = host_of(address);
        if host.is_empty() {
            return;
        }
        let page = seen.page;
        let known = seen.events.iter().any(|event| match &event.what {
            What::Requested(request) => request.address == address && event.page == page,
            _ => false,
        });
        if !known {
            let mut request = seen.request(address, "GET", "preconnect");
            if !relation.contains("preconnect") {
                relation.clone_into(&mut request.kind);
            }
            let by = seen.document();
            seen.push(What::Requested(request), Some(by));
        }
    }

    /// A cookie that the profile holds, written as a header; where nobody was seen to set it, it
    /// counts as set now. Workers set cookies, and pages do in their last moment.
    pub(crate) fn holds(&self, line: &str, domain: &str) {
        let mut seen = self.seen();
        let host = domain.trim_start_matches('.');
        let found = seen.set(line, host, false, false);
        let known = seen.events.iter().any(|event| match &event.what {
            What::Set(set) => set.cookie.name == found.cookie.name && !set.refused,
            _ => false,
        });
        if !known {
            seen.push(What::Set(found), None);
        }
    }

    /// The same for an item of storage, which scripts can also write without a call.
    pub(crate) fn keeps(&self, stored: &Stored) {
        let mut seen = self.seen();
        let known = seen.events.iter().any(|event| match &event.what {
            What::Stored(other) => other.kind == stored.kind && other.key == stored.key,
            _ => false,
        });
        if !known {
            seen.push(What::Stored(stored.clone()), None);
        }
    }

    /// What the browser says.
    pub(crate) fn hear(&self, signal: Signal) {
        let mut seen = self.seen();
        match signal {
            Signal::Request(event) => seen.requested(&event),
            Signal::RequestExtra(event) => {
                let id = event.request_id.inner().clone();
                seen.requests
                    .entry(id.clone())
                    .or_default()
                    .sent
                    .push(event);
                seen.settle(&id);
            }
            Signal::Response(event) => {
                let id = event.request_id.inner().clone();
                seen.links(&event);
                seen.requests.entry(id.clone()).or_default().response = Some(event);
                seen.settle(&id);
            }
            Signal::ResponseExtra(event) => {
                let id = event.request_id.inner().clone();
                seen.requests
                    .entry(id.clone())
                    .or_default()
                    .answers
                    .push(event);
                seen.settle(&id);
            }
            Signal::Data(event) => {
                seen.bytes += event.data_length.max(0).unsigned_abs();
                seen.quiet_since = Instant::now();
            }
            Signal::Finished(event) => {
                let size = event.encoded_data_length.max(0.0) as u64;
                seen.ended(event.request_id.inner(), Some(size));
            }
            Signal::Failed(event) => {
                let id = event.request_id.inner();
                seen.ended(id, None);
                if let Some(reason) = &event.blocked_reason {
                    seen.stopped(id, &format!("{reason:?}").to_lowercase());
                }
            }
            Signal::Socket(event) => {
                let request = seen.request(&event.url, "GET", "websocket");
                let by = event.initiator.as_ref().and_then(initiator);
                seen.push(What::Requested(request), by);
            }
            Signal::Script(event) if event.name == BINDING => seen.script(&event.payload),
            Signal::Script(_) => {}
            Signal::Dialog(event) => {
                let kind = format!("{:?}", event.r#type).to_lowercase();
                seen.trouble(TroubleKind::Dialog, format!("it opened a dialog ({kind})"));
            }
            Signal::Crashed => {
                seen.crashed = true;
                seen.trouble(TroubleKind::Crashed, "its tab crashed".to_owned());
            }
        }
    }

    /// Everything that was seen, in the order of time.
    pub(crate) fn finish(&self) -> (Vec<Event>, Vec<Trouble>) {
        let mut seen = self.seen();
        let mut events = std::mem::take(&mut seen.events);
        events.sort_by_key(|event| event.at);
        (events, std::mem::take(&mut seen.troubles))
    }

    pub(crate) fn stored(&self, kind: &str, key: &str, text: &str, origin: &str) -> Option<Stored> {
        self.seen().stored(kind, key, text, origin)
    }

    /// The status of the last document of the page that is open.
    pub(crate) fn status(&self) -> Option<u16> {
        let seen = self.seen();
        seen.events
            .iter()
            .rev()
            .find_map(|event| match &event.what {
                What::Requested(request)
                    if request.kind == "document"
                        && event.page == seen.page
                        && !request.third_party =>
                {
                    request.status
                }
                _ => None,
            })
    }
}

/// What the script in the page calls.
pub(crate) const BINDING: &str = "__consentAuditSeen";

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

impl Seen {
    fn push(&mut self, what: What, by: Option<By>) -> usize {
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

    fn trouble(&mut self, kind: TroubleKind, detail: String) {
        let trouble = Trouble {
            page: self.address.clone(),
            kind,
            detail,
        };
        let same = |other: &Trouble| other.page == trouble.page && other.kind == trouble.kind;
        if !self.troubles.iter().any(same) {
            self.troubles.push(trouble);
        }
    }

    fn document(&self) -> By {
        By {
            address: self.address.clone(),
            line: 0,
            column: 0,
        }
    }

    fn request(&self, address: &str, method: &str, kind: &str) -> Request {
        let host = host_of(address);
        Request {
            third_party: self.site.is_third(&host),
            host,
            // Addresses of data hold what they are an address of.
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

    fn requested(&mut self, event: &EventRequestWillBeSent) {
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
            // A page may keep one open for as long as it is open.
            // And what the browser says comes in any order: its end may be known already.
            if kind != "eventsource" && !flight.ended {
                self.open.insert(id.clone());
            }
        }
        flight.hops.push(at);
        self.quiet_since = Instant::now();
        self.settle(&id);
    }

    fn event_request(&mut self, at: usize) -> Option<&mut Request> {
        match &mut self.events.get_mut(at)?.what {
            What::Requested(request) => Some(request),
            _ => None,
        }
    }

    /// What the headers of an answer make connections ready for.
    fn links(&mut self, event: &EventResponseReceived) {
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

    fn ended(&mut self, id: &str, size: Option<u64>) {
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

    /// The browser has not let it out: nobody was called.
    fn stopped(&mut self, id: &str, reason: &str) {
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

    /// Brings headers and the requests that they belong to together.
    fn settle(&mut self, id: &str) {
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

    fn headers(&mut self, hop: usize, answer: &EventResponseReceivedExtraInfo) {
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
            // It counts as set when the request was made: that is what brought it about.
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

    fn set(&self, line: &str, host: &str, by_script: bool, refused: bool) -> Set {
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

    fn stored(&self, kind: &str, key: &str, text: &str, origin: &str) -> Option<Stored> {
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

    fn script(&mut self, payload: &str) {
        // A page could call this itself, with anything.
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

/// Addresses that a `Link` header has the browser connect to, or fetch ahead.
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

/// The script that asked for it, or the place in the markup.
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
