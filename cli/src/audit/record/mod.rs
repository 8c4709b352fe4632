//! The record of an audit: the events of all visits.
//!
//! It contains no values of cookies and stored items. A [`Trace`] allows comparing two values.

pub(crate) mod site;
pub(crate) mod value_fingerprint;

use std::{fmt, time::SystemTime};

use actix_consent::audit::rules::{SetCookie, State};
use serde::Serialize;

/// All visits of one audit.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// Requested address.
    pub(crate) address: String,
    /// Host and port of the site.
    pub(crate) host: String,
    pub(crate) started: SystemTime,
    pub(crate) ended: SystemTime,
    /// Name and version of the browser.
    pub(crate) browser: String,
    /// Addresses of the visited pages, in order.
    pub(crate) pages: Vec<String>,
    pub(crate) visits: Vec<Visit>,
}

/// State of consent and browser settings of a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Circumstances {
    /// State of consent at the end.
    pub(crate) state: State,
    /// True if the browser sends `Sec-GPC: 1`.
    pub(crate) gpc: bool,
    /// True if the browser runs scripts.
    pub(crate) scripts: bool,
}

impl fmt::Display for Circumstances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.state)?;
        if self.gpc {
            f.write_str(", GPC")?;
        }
        if !self.scripts {
            f.write_str(", no JavaScript")?;
        }
        Ok(())
    }
}

/// One visit in a fresh profile.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) circumstances: Circumstances,
    pub(crate) started: SystemTime,
    pub(crate) pages: Vec<PageSeen>,
    /// Events in order of time.
    pub(crate) events: Vec<Event>,
    /// Cookies and stored items at the end.
    pub(crate) kept: Vec<Kept>,
    /// Index of the page that was opened afterwards, with all cookies removed and storage kept.
    pub(crate) without_cookies: Option<usize>,
    pub(crate) banner: Option<Banner>,
    /// Result of making the choice of the visit.
    pub(crate) choice: Choosing,
    /// Screenshots of the first page before the answer and at the end.
    pub(crate) pictures: Vec<Picture>,
    pub(crate) problems: Vec<PageProblem>,
}

/// An opened page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PageSeen {
    pub(crate) address: String,
    pub(crate) title: String,
    pub(crate) status: Option<u16>,
    /// Time until the page was idle, in milliseconds.
    pub(crate) took: u64,
    /// True if the banner was visible.
    pub(crate) asks: bool,
}

/// One event of a visit.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Milliseconds since the start of the visit.
    pub(crate) at: u64,
    /// Index of the open page.
    pub(crate) page: usize,
    /// State of consent at the time.
    pub(crate) said: State,
    pub(crate) what: What,
    pub(crate) by: Option<By>,
}

/// Cause of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct By {
    /// Address of the script, or of the document if markup was the cause.
    pub(crate) address: String,
    /// Line from 1; 0 if unknown.
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        Ok(())
    }
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Requested(Request),
    Set(Set),
    Stored(Stored),
    /// A script registered a service worker.
    Worker(String),
    /// The Content-Security-Policy of the page blocked a resource.
    Violation {
        directive: String,
        blocked: String,
    },
    /// The visitor answered with this control.
    Answered(String),
}

/// A request or a preconnection.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) address: String,
    pub(crate) host: String,
    /// True if the host belongs to another site.
    pub(crate) third_party: bool,
    pub(crate) method: String,
    /// `document`, `script`, `image`, `ping`, `websocket`, `preconnect` and others.
    pub(crate) kind: String,
    pub(crate) status: Option<u16>,
    pub(crate) media_type: Option<String>,
    /// Size of the response on the wire, in bytes.
    pub(crate) size: Option<u64>,
    /// Duration in milliseconds.
    pub(crate) took: Option<u64>,
    /// Names of the cookies in the request.
    pub(crate) cookies: Vec<String>,
}

/// Setting or removal of a cookie.
#[derive(Clone, Debug)]
pub(crate) struct Set {
    pub(crate) cookie: SetCookie,
    /// Host of the cookie.
    pub(crate) host: String,
    pub(crate) third_party: bool,
    pub(crate) by_script: bool,
    /// True if the browser rejected the cookie.
    pub(crate) refused: bool,
    pub(crate) trace: Trace,
}

/// A written item of storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) kind: Storage,
    pub(crate) key: String,
    pub(crate) origin: String,
    pub(crate) third_party: bool,
    pub(crate) trace: Trace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Storage {
    Local,
    Session,
    Indexed,
    Cache,
}

impl fmt::Display for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Local => "localStorage",
            Self::Session => "sessionStorage",
            Self::Indexed => "IndexedDB",
            Self::Cache => "Cache storage",
        })
    }
}

/// Trace of a value, which allows comparing it but not reading it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// Hash with a new salt for each audit.
    pub(crate) hash: u64,
    /// Length in characters.
    pub(crate) length: usize,
    /// True if the value looks like an identifier of a browser.
    pub(crate) identifies: bool,
}

/// A cookie or stored item of the profile.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    Cookie(KeptCookie),
    Item(Stored),
}

/// A cookie of the profile.
#[derive(Clone, Debug)]
pub(crate) struct KeptCookie {
    pub(crate) name: String,
    pub(crate) domain: String,
    pub(crate) path: String,
    /// Remaining lifetime in seconds; `None` for a session cookie.
    pub(crate) expires: Option<u64>,
    pub(crate) secure: bool,
    pub(crate) http_only: bool,
    pub(crate) same_site: Option<String>,
    pub(crate) partitioned: bool,
    pub(crate) third_party: bool,
    pub(crate) size: usize,
    pub(crate) trace: Trace,
}

/// Result of making the choice of a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Choosing {
    /// The visit makes no choice.
    Silent,
    /// The choice was made with this number of clicks.
    Said { clicks: u32 },
    /// The choice could not be made.
    Failed { why: String },
}

/// The banner of the first page.
#[derive(Clone, Debug, Default, Serialize, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Banner {
    /// Detection: `actix-consent`, the name of another product, or `heuristic`.
    pub(crate) found_by: String,
    pub(crate) text: String,
    pub(crate) language: String,
    pub(crate) accept: Option<Control>,
    pub(crate) reject: Option<Control>,
    pub(crate) settings: Option<Control>,
    pub(crate) close: Option<Control>,
    /// Checkboxes and switches of the banner and its settings that can be changed.
    pub(crate) boxes: Vec<Tick>,
    /// Ids of categories that can be accepted alone.
    pub(crate) categories: Vec<String>,
    /// Number of controls that the keyboard reaches.
    #[serde(skip_serializing)]
    pub(crate) focusables: u32,
    /// Covered share of the window, 0 to 1.
    pub(crate) covers: f64,
    /// Focused link or control of the page that the banner covers.
    pub(crate) covers_focus: Option<String>,
    /// True if the page behind cannot be scrolled or clicked.
    pub(crate) wall: bool,
    /// True if the Tab key does not leave the banner although the page behind is usable.
    pub(crate) traps_focus: bool,
    /// True if the banner disappeared unanswered after scrolling or some seconds.
    pub(crate) vanishes: bool,
    /// True if the text relies on legitimate interest.
    pub(crate) legitimate_interest: bool,
    /// True if the text treats browsing, scrolling or closing as consent.
    pub(crate) says_silence_is_consent: bool,
}

/// A button or link of a banner.
#[derive(Clone, Debug, Default, Serialize, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Control {
    pub(crate) text: String,
    /// `button` or `link`.
    pub(crate) kind: String,
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) font_size: f64,
    pub(crate) font_weight: f64,
    /// Contrast ratio between text and background, 1 to 21.
    pub(crate) contrast: f64,
    /// Contrast ratio between its background and the banner's, 1 to 21.
    pub(crate) stands_out: f64,
    /// Position in the tab order, from 0.
    pub(crate) order: u32,
    /// True if visible without scrolling inside the banner.
    pub(crate) in_sight: bool,
    /// Selector of the control.
    pub(crate) selector: String,
}

/// A checkbox or switch of a banner.
#[derive(Clone, Debug, Default, Serialize, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Tick {
    pub(crate) label: String,
    pub(crate) ticked: bool,
}

/// A screenshot.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    /// Short description.
    pub(crate) caption: String,
    pub(crate) webp: Vec<u8>,
}

/// A page that could not be loaded or used as intended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PageProblem {
    pub(crate) page: String,
    pub(crate) kind: ProblemKind,
    pub(crate) detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ProblemKind {
    /// The page stopped responding.
    Hangs,
    /// The page kept sending requests until the time limit.
    NeverIdle,
    /// The redirects did not end.
    RedirectLoop,
    /// The page opened a dialog.
    Dialog,
    /// The page started a download.
    Download,
    /// The tab crashed.
    Crashed,
    /// The page exceeded the size limit.
    TooLarge,
    BadCertificate,
    /// The connection failed.
    Unreachable,
    /// The response had a status of 400 or more.
    ErrorStatus,
}
