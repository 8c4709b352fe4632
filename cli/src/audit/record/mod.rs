//! What a browser was seen to do: the record that is judged and reported.
//!
//! Values of cookies and of stored items stand nowhere in it; two of them can be compared by their
//! [`Trace`].

pub(crate) mod site;
pub(crate) mod trace;

use std::{fmt, time::SystemTime};

use actix_consent::audit::rules::{SetCookie, State};
use serde::Serialize;

/// All visits of one audit.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// The address that was asked for.
    pub(crate) address: String,
    /// Host and port of the site.
    pub(crate) host: String,
    pub(crate) started: SystemTime,
    pub(crate) ended: SystemTime,
    /// Name and version of the browser.
    pub(crate) browser: String,
    /// The pages that were visited, in their order.
    pub(crate) pages: Vec<String>,
    pub(crate) visits: Vec<Visit>,
}

/// What sort of visitor came, and what they said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Circumstances {
    /// What the visitor has said at the end.
    pub(crate) state: State,
    /// The browser sends `Sec-GPC: 1`.
    pub(crate) gpc: bool,
    /// The browser runs scripts.
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
    /// In the order of time.
    pub(crate) events: Vec<Event>,
    /// What the profile holds at the end.
    pub(crate) kept: Vec<Kept>,
    /// Which page was opened after that, with every cookie removed and storage kept.
    pub(crate) without_cookies: Option<usize>,
    pub(crate) banner: Option<Banner>,
    /// Whether the visitor could say what this visit is about.
    pub(crate) choice: Choosing,
    /// The first page as it looked when it was still unanswered, and at the end.
    pub(crate) pictures: Vec<Picture>,
    pub(crate) problems: Vec<PageProblem>,
}

/// A page that was opened.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PageSeen {
    pub(crate) address: String,
    pub(crate) title: String,
    pub(crate) status: Option<u16>,
    /// Until nothing was fetched any more, in milliseconds.
    pub(crate) took: u64,
    /// The banner stood on it.
    pub(crate) asks: bool,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Milliseconds since the visit began.
    pub(crate) at: u64,
    /// Which of the visit's pages was open.
    pub(crate) page: usize,
    /// What the visitor had said by then.
    pub(crate) said: State,
    pub(crate) what: What,
    pub(crate) by: Option<By>,
}

/// What made it happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct By {
    /// The script, or the document where it was markup.
    pub(crate) address: String,
    /// From 1; 0 where it is not known.
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
    /// A script asked for a service worker.
    Worker(String),
    /// The page's own Content-Security-Policy stopped something.
    Violation {
        directive: String,
        blocked: String,
    },
    /// The visitor answered, by this.
    Answered(String),
}

/// A request that left the browser, or a connection that was made ready for one.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) address: String,
    pub(crate) host: String,
    /// Another site than the one that is audited.
    pub(crate) third_party: bool,
    pub(crate) method: String,
    /// `document`, `script`, `image`, `ping`, `websocket`, `preconnect` and others.
    pub(crate) kind: String,
    pub(crate) status: Option<u16>,
    pub(crate) media_type: Option<String>,
    /// Bytes of the answer on the wire.
    pub(crate) size: Option<u64>,
    /// Until it had ended, in milliseconds.
    pub(crate) took: Option<u64>,
    /// Names of the cookies that went with it.
    pub(crate) cookies: Vec<String>,
}

/// A cookie that was set or removed.
#[derive(Clone, Debug)]
pub(crate) struct Set {
    pub(crate) cookie: SetCookie,
    /// The host that it was set for.
    pub(crate) host: String,
    pub(crate) third_party: bool,
    pub(crate) by_script: bool,
    /// The browser refused it.
    pub(crate) refused: bool,
    pub(crate) trace: Trace,
}

/// An item of storage that was written.
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

/// What is left of a value: enough to see it again, not enough to read it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// A hash that is salted anew for each audit.
    pub(crate) hash: u64,
    /// How many characters it has.
    pub(crate) length: usize,
    /// It looks as if it told one browser from all others.
    pub(crate) identifies: bool,
}

/// What the profile holds.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    Cookie(KeptCookie),
    Item(Stored),
}

/// A cookie in the jar.
#[derive(Clone, Debug)]
pub(crate) struct KeptCookie {
    pub(crate) name: String,
    pub(crate) domain: String,
    pub(crate) path: String,
    /// Seconds from now; `None` for a cookie of the session.
    pub(crate) expires: Option<u64>,
    pub(crate) secure: bool,
    pub(crate) http_only: bool,
    pub(crate) same_site: Option<String>,
    pub(crate) partitioned: bool,
    pub(crate) third_party: bool,
    pub(crate) size: usize,
    pub(crate) trace: Trace,
}

/// How a visit came to its choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Choosing {
    /// Nothing was to be said.
    Silent,
    /// It was said with so many clicks.
    Said { clicks: u32 },
    /// It could not be said, for this reason.
    Failed { why: String },
}

/// A banner as it stood on the first page.
#[derive(Clone, Debug, Default, Serialize, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Banner {
    /// How it was found: `actix-consent`, the name of another product, or `heuristic`.
    pub(crate) found_by: String,
    pub(crate) text: String,
    pub(crate) language: String,
    pub(crate) accept: Option<Control>,
    pub(crate) reject: Option<Control>,
    pub(crate) settings: Option<Control>,
    pub(crate) close: Option<Control>,
    /// Boxes and switches of it and of its settings that can be changed.
    pub(crate) boxes: Vec<Tick>,
    /// Ids of the categories that can be accepted alone.
    pub(crate) categories: Vec<String>,
    /// How many of its controls the keyboard reaches.
    #[serde(skip_serializing)]
    pub(crate) focusables: u32,
    /// Share of the window that it covers, 0 to 1.
    pub(crate) covers: f64,
    /// A link or control of the page that it hides while the keyboard is on it.
    pub(crate) covers_focus: Option<String>,
    /// The page behind it cannot be scrolled or clicked.
    pub(crate) wall: bool,
    /// The Tab key does not leave it, although the page behind can be used.
    pub(crate) traps_focus: bool,
    /// It went away unanswered, when the page was scrolled or some seconds had passed.
    pub(crate) vanishes: bool,
    /// It is said that legitimate interest were enough.
    pub(crate) legitimate_interest: bool,
    /// It is said that going on, scrolling or closing were consent.
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
    /// Between its text and what is behind it, 1 to 21.
    pub(crate) contrast: f64,
    /// Between its own background and the banner's, 1 to 21.
    pub(crate) stands_out: f64,
    /// Its place in the order of the keyboard, from 0.
    pub(crate) order: u32,
    /// It is seen without scrolling inside of the banner.
    pub(crate) in_sight: bool,
    /// A selector that finds it again.
    pub(crate) selector: String,
}

/// A box or switch of a banner.
#[derive(Clone, Debug, Default, Serialize, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Tick {
    pub(crate) label: String,
    pub(crate) ticked: bool,
}

/// A picture of the page.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    /// What it shows, in a few words.
    pub(crate) caption: String,
    pub(crate) webp: Vec<u8>,
}

/// What went wrong with a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PageProblem {
    pub(crate) page: String,
    pub(crate) kind: ProblemKind,
    pub(crate) detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ProblemKind {
    /// The page did not answer the browser's questions any more.
    Hangs,
    /// It went on fetching until time was up.
    NeverIdle,
    /// Redirects did not end.
    RedirectLoop,
    /// It opened a dialog.
    Dialog,
    /// It started a download.
    Download,
    /// The tab crashed.
    Crashed,
    /// More bytes than the limit.
    TooLarge,
    BadCertificate,
    /// No connection.
    Unreachable,
    /// A status of 400 or more.
    ErrorStatus,
}
