//! Watches a tab: what it requests, sets and stores becomes events of a visit.

mod initiator;
mod seen;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Instant,
};

use actix_consent::audit::rules::State;
use chromiumoxide::cdp::{
    browser_protocol::{
        network::{
            EventDataReceived, EventLoadingFailed, EventLoadingFinished, EventRequestWillBeSent,
            EventRequestWillBeSentExtraInfo, EventResponseReceived, EventResponseReceivedExtraInfo,
            EventWebSocketCreated, ResourceType,
        },
        page::EventJavascriptDialogOpening,
    },
    js_protocol::runtime::EventBindingCalled,
};

use self::initiator::initiator;
use super::{
    record::{Event, Stored, Trouble, TroubleKind, What},
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
    downloads: bool,
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
            downloads: false,
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
        seen.downloads = false;
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

    /// Whether what was asked for became a download: then no page comes.
    pub(crate) fn downloads(&self) -> bool {
        self.seen().downloads
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
                if is_download(&event) {
                    seen.downloads = true;
                    seen.trouble(TroubleKind::Download, "it started a download".to_owned());
                }
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
                // Of what came at once the browser does not always tell the parts.
                seen.bytes = seen.bytes.max(size);
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

/// Whether what should be a page is to be saved: it says so, or is nothing that browsers show.
fn is_download(event: &EventResponseReceived) -> bool {
    let response = &event.response;
    let headers = response.headers.inner().as_object();
    let is_attachment = headers.into_iter().flatten().any(|(name, value)| {
        let value = value.as_str().unwrap_or_default().trim_start();
        name.eq_ignore_ascii_case("content-disposition")
            && value
                .get(..10)
                .is_some_and(|start| start.eq_ignore_ascii_case("attachment"))
    });
    let kind = response.mime_type.to_ascii_lowercase();
    let is_archive = [
        "application/zip",
        "application/octet-stream",
        "application/gzip",
    ];
    event.r#type == ResourceType::Document
        && response.status == 200
        && (is_attachment || is_archive.contains(&&*kind))
}
