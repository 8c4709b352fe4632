//! Recorder of the requests, cookies and storage of a tab, as events of a visit.

mod recording;

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

use crate::audit::record::{
    Event, PageProblem, ProblemKind, Stored, What,
    site::{Site, host_of},
    value_fingerprint::Tracer,
};

/// Maximum number of bytes of a page.
pub(crate) const MOST_BYTES: u64 = 30 * 1024 * 1024;
/// Maximum number of events of a visit, so that a hostile page cannot fill the memory.
const MOST_EVENTS: usize = 20_000;

/// An event from the browser.
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

/// Shared recorder of one visit.
#[derive(Clone, Debug)]
pub(crate) struct Recorder(Arc<Mutex<Recording>>);

#[derive(Debug)]
struct Recording {
    site: Site,
    tracer: Tracer,
    started: Instant,
    said: State,
    page: usize,
    address: String,
    events: Vec<Event>,
    problems: Vec<PageProblem>,
    requests: HashMap<String, Flight>,
    /// Pending requests of the page.
    open: HashSet<String>,
    quiet_since: Instant,
    bytes: u64,
    downloads: bool,
    crashed: bool,
}

/// One request with its redirects. Each hop is an event.
#[derive(Debug, Default)]
struct Flight {
    /// Indices of its events.
    hops: Vec<usize>,
    started: u64,
    ended: bool,
    /// Headers, which may arrive before or after their request or response.
    answers: Vec<Arc<EventResponseReceivedExtraInfo>>,
    sent: Vec<Arc<EventRequestWillBeSentExtraInfo>>,
    answers_read: usize,
    sent_read: usize,
    /// Response to the last hop.
    response: Option<Arc<EventResponseReceived>>,
}

impl Recorder {
    pub(crate) fn new(site: Site, tracer: Tracer) -> Self {
        Self(Arc::new(Mutex::new(Recording {
            address: site.start.to_string(),
            site,
            tracer,
            started: Instant::now(),
            said: State::NoChoice,
            page: 0,
            events: Vec::new(),
            problems: Vec::new(),
            requests: HashMap::new(),
            open: HashSet::new(),
            quiet_since: Instant::now(),
            bytes: 0,
            downloads: false,
            crashed: false,
        })))
    }

    fn recording(&self) -> MutexGuard<'_, Recording> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Starts a page.
    pub(crate) fn page(&self, page: usize, address: &str) {
        let mut recording = self.recording();
        recording.page = page;
        address.clone_into(&mut recording.address);
        recording.bytes = 0;
        recording.downloads = false;
        recording.open.clear();
        recording.quiet_since = Instant::now();
    }

    /// Sets the choice of the visitor from now on.
    pub(crate) fn said(&self, state: State, by: &str) {
        let mut recording = self.recording();
        recording.said = state;
        recording.push(What::Answered(by.to_owned()), None);
    }

    pub(crate) fn problem(&self, kind: ProblemKind, detail: impl Into<String>) {
        self.recording().problem(kind, detail.into());
    }

    pub(crate) fn crashed(&self) -> bool {
        self.recording().crashed
    }

    /// Returns whether the navigation became a download, so that no page opens.
    pub(crate) fn downloads(&self) -> bool {
        self.recording().downloads
    }

    /// Returns whether the page exceeds the maximum size.
    pub(crate) fn is_too_large(&self) -> bool {
        self.recording().bytes > MOST_BYTES
    }

    /// Returns whether no request was pending for `quiet` milliseconds, or nothing has arrived for
    /// a long time. A page may keep a request open, and the end of a request that starts a worker
    /// is not reported to its page.
    pub(crate) fn is_at_rest(&self, quiet: u64) -> bool {
        const SILENT: u64 = 2_500;
        let recording = self.recording();
        let since = millis(recording.quiet_since);
        since >= SILENT || (recording.open.is_empty() && since >= quiet)
    }

    /// Records a resource hint, for which the browser sends no event.
    pub(crate) fn readied(&self, address: &str, relation: &str) {
        let mut recording = self.recording();
        let host = host_of(address);
        if host.is_empty() {
            return;
        }
        let page = recording.page;
        let known = recording.events.iter().any(|event| match &event.what {
            What::Requested(request) => request.address == address && event.page == page,
            _ => false,
        });
        if !known {
            let mut request = recording.request(address, "GET", "preconnect");
            if !relation.contains("preconnect") {
                relation.clone_into(&mut request.kind);
            }
            let by = recording.document();
            recording.push(What::Requested(request), Some(by));
        }
    }

    /// Records a cookie of the profile that no event explains, as set now. Workers and closing
    /// pages set cookies without an event. `line` is a `Set-Cookie` header.
    pub(crate) fn holds(&self, line: &str, domain: &str) {
        let mut recording = self.recording();
        let host = domain.trim_start_matches('.');
        let found = recording.set(line, host, false, false);
        let known = recording.events.iter().any(|event| match &event.what {
            What::Set(set) => set.cookie.name == found.cookie.name && !set.refused,
            _ => false,
        });
        if !known {
            recording.push(What::Set(found), None);
        }
    }

    /// Records a stored item that no event explains.
    pub(crate) fn keeps(&self, stored: &Stored) {
        let mut recording = self.recording();
        let known = recording.events.iter().any(|event| match &event.what {
            What::Stored(other) => other.kind == stored.kind && other.key == stored.key,
            _ => false,
        });
        if !known {
            recording.push(What::Stored(stored.clone()), None);
        }
    }

    /// Processes an event from the browser.
    pub(crate) fn hear(&self, signal: Signal) {
        let mut recording = self.recording();
        match signal {
            Signal::Request(event) => recording.requested(&event),
            Signal::RequestExtra(event) => {
                let id = event.request_id.inner().clone();
                recording
                    .requests
                    .entry(id.clone())
                    .or_default()
                    .sent
                    .push(event);
                recording.settle(&id);
            }
            Signal::Response(event) => {
                let id = event.request_id.inner().clone();
                recording.links(&event);
                if is_download(&event) {
                    recording.downloads = true;
                    recording.problem(
                        ProblemKind::Download,
                        "the page started a download".to_owned(),
                    );
                }
                recording.requests.entry(id.clone()).or_default().response = Some(event);
                recording.settle(&id);
            }
            Signal::ResponseExtra(event) => {
                let id = event.request_id.inner().clone();
                recording
                    .requests
                    .entry(id.clone())
                    .or_default()
                    .answers
                    .push(event);
                recording.settle(&id);
            }
            Signal::Data(event) => {
                recording.bytes += event.data_length.max(0).unsigned_abs();
                recording.quiet_since = Instant::now();
            }
            Signal::Finished(event) => {
                let size = event.encoded_data_length.max(0.0) as u64;
                // The browser does not report every part of a fast response.
                recording.bytes = recording.bytes.max(size);
                recording.ended(event.request_id.inner(), Some(size));
            }
            Signal::Failed(event) => {
                let id = event.request_id.inner();
                recording.ended(id, None);
                if let Some(reason) = &event.blocked_reason {
                    recording.stopped(id, &format!("{reason:?}").to_lowercase());
                }
            }
            Signal::Socket(event) => recording.socket(&event),
            Signal::Script(event) if event.name == BINDING => recording.script(&event.payload),
            Signal::Script(_) => {}
            Signal::Dialog(event) => {
                let kind = format!("{:?}", event.r#type).to_lowercase();
                recording.problem(
                    ProblemKind::Dialog,
                    format!("the page opened a dialog ({kind})"),
                );
            }
            Signal::Crashed => {
                recording.crashed = true;
                recording.problem(
                    ProblemKind::Crashed,
                    "the tab of the page crashed".to_owned(),
                );
            }
        }
    }

    /// Returns the events in order of time, and the problems.
    pub(crate) fn finish(&self) -> (Vec<Event>, Vec<PageProblem>) {
        let mut recording = self.recording();
        let mut events = std::mem::take(&mut recording.events);
        events.sort_by_key(|event| event.at);
        (events, std::mem::take(&mut recording.problems))
    }

    pub(crate) fn stored(&self, kind: &str, key: &str, text: &str, origin: &str) -> Option<Stored> {
        self.recording().stored(kind, key, text, origin)
    }

    /// Returns the status of the last document of the open page.
    pub(crate) fn status(&self) -> Option<u16> {
        let recording = self.recording();
        recording
            .events
            .iter()
            .rev()
            .find_map(|event| match &event.what {
                What::Requested(request)
                    if request.kind == "document"
                        && event.page == recording.page
                        && !request.third_party =>
                {
                    request.status
                }
                _ => None,
            })
    }
}

/// Name of the function that the script in the page calls.
pub(crate) const BINDING: &str = "__consentAuditSeen";

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Returns whether a document is a download: an attachment, or a type that browsers do not display.
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
