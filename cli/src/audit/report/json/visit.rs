//! A visit in the JSON report.

use actix_consent::audit::rules::{Life, SameSite, State};
use serde::{Serialize, Serializer};

use super::super::{
    super::record::{
        Banner, By, Choosing, Circumstances, Event, Kept, PageProblem, PageSeen, Trace, Visit, What,
    },
    time_format,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Visited<'a> {
    circumstances: Came<'a>,
    started: String,
    choice: Choice<'a>,
    pages: &'a [PageSeen],
    banner: Option<&'a Banner>,
    events: Vec<Happened<'a>>,
    kept: Vec<Held<'a>>,
    without_cookies: Option<usize>,
    #[serde(rename = "troubles")]
    problems: &'a [PageProblem],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Came<'a> {
    #[serde(flatten)]
    said: Said<'a>,
    gpc: bool,
    scripts: bool,
    /// Circumstances in words, as in the places of findings.
    text: String,
}

/// State of consent, with the category if only one is accepted.
#[derive(Serialize)]
struct Said<'a> {
    state: String,
    category: Option<&'a str>,
}

#[derive(Serialize)]
struct Choice<'a> {
    how: &'static str,
    clicks: Option<u32>,
    why: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Happened<'a> {
    at: u64,
    page: usize,
    said: Said<'a>,
    by: Option<&'a By>,
    #[serde(flatten)]
    what: Kind<'a>,
}

#[derive(Serialize)]
#[serde(
    tag = "type",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
enum Kind<'a> {
    Request {
        address: &'a str,
        host: &'a str,
        third_party: bool,
        method: &'a str,
        kind: &'a str,
        status: Option<u16>,
        media_type: Option<&'a str>,
        size: Option<u64>,
        took: Option<u64>,
        cookies: &'a [String],
    },
    Cookie {
        name: &'a str,
        host: &'a str,
        third_party: bool,
        by_script: bool,
        refused: bool,
        life: &'static str,
        seconds: Option<u64>,
        path: Option<&'a str>,
        secure: bool,
        http_only: bool,
        same_site: Option<&'static str>,
        partitioned: bool,
        size: usize,
        trace: Mark,
    },
    Storage {
        storage: String,
        key: &'a str,
        origin: &'a str,
        third_party: bool,
        trace: Mark,
    },
    Worker {
        address: &'a str,
    },
    Violation {
        directive: &'a str,
        blocked: &'a str,
    },
    Answer {
        control: &'a str,
    },
}

#[derive(Serialize)]
#[serde(
    tag = "type",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
enum Held<'a> {
    Cookie {
        name: &'a str,
        domain: &'a str,
        path: &'a str,
        third_party: bool,
        seconds: Option<u64>,
        secure: bool,
        http_only: bool,
        same_site: Option<&'a str>,
        partitioned: bool,
        size: usize,
        trace: Mark,
    },
    Storage {
        storage: String,
        key: &'a str,
        origin: &'a str,
        third_party: bool,
        trace: Mark,
    },
}

/// Trace of a value.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mark {
    // Many JSON parsers cannot represent 64-bit integers.
    #[serde(serialize_with = "hexadecimal")]
    hash: u64,
    length: usize,
    identifies: bool,
}

fn hexadecimal<S: Serializer>(hash: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{hash:016x}"))
}

impl<'a> Visited<'a> {
    pub(super) fn new(visit: &'a Visit) -> Self {
        Self {
            circumstances: came(&visit.circumstances),
            started: time_format::rfc3339(visit.started),
            choice: choice(&visit.choice),
            pages: &visit.pages,
            banner: visit.banner.as_ref(),
            events: visit.events.iter().map(happened).collect(),
            kept: visit.kept.iter().map(held).collect(),
            without_cookies: visit.without_cookies,
            problems: &visit.problems,
        }
    }
}

fn came(circumstances: &Circumstances) -> Came<'_> {
    Came {
        said: said(&circumstances.state),
        gpc: circumstances.gpc,
        scripts: circumstances.scripts,
        text: circumstances.to_string(),
    }
}

fn said(state: &State) -> Said<'_> {
    match state {
        State::Only(category) => Said {
            state: "only".to_owned(),
            category: Some(category),
        },
        // `no-choice`, `rejected` and so on.
        state => Said {
            state: state.to_string().replace(' ', "-"),
            category: None,
        },
    }
}

fn choice(choice: &Choosing) -> Choice<'_> {
    let (how, clicks, why) = match choice {
        Choosing::Silent => ("silent", None, None),
        Choosing::Said { clicks } => ("said", Some(*clicks), None),
        Choosing::Failed { why } => ("failed", None, Some(why.as_str())),
    };
    Choice { how, clicks, why }
}

fn happened(event: &Event) -> Happened<'_> {
    Happened {
        at: event.at,
        page: event.page,
        said: said(&event.said),
        by: event.by.as_ref(),
        what: kind(&event.what),
    }
}

fn kind(what: &What) -> Kind<'_> {
    match what {
        What::Requested(request) => Kind::Request {
            address: &request.address,
            host: &request.host,
            third_party: request.third_party,
            method: &request.method,
            kind: &request.kind,
            status: request.status,
            media_type: request.media_type.as_deref(),
            size: request.size,
            took: request.took,
            cookies: &request.cookies,
        },
        What::Set(set) => {
            let (life, seconds) = match set.cookie.life {
                Life::Removed => ("removed", None),
                Life::Session => ("session", None),
                Life::Seconds(seconds) => ("seconds", Some(seconds)),
            };
            Kind::Cookie {
                name: &set.cookie.name,
                host: &set.host,
                third_party: set.third_party,
                by_script: set.by_script,
                refused: set.refused,
                life,
                seconds,
                path: set.cookie.path.as_deref(),
                secure: set.cookie.secure,
                http_only: set.cookie.http_only,
                same_site: set.cookie.same_site.map(same_site),
                partitioned: set.cookie.partitioned,
                size: set.cookie.size,
                trace: mark(set.trace),
            }
        }
        What::Stored(stored) => Kind::Storage {
            storage: stored.kind.to_string(),
            key: &stored.key,
            origin: &stored.origin,
            third_party: stored.third_party,
            trace: mark(stored.trace),
        },
        What::Worker(address) => Kind::Worker { address },
        What::Violation { directive, blocked } => Kind::Violation { directive, blocked },
        What::Answered(control) => Kind::Answer { control },
    }
}

fn held(kept: &Kept) -> Held<'_> {
    match kept {
        Kept::Cookie(cookie) => Held::Cookie {
            name: &cookie.name,
            domain: &cookie.domain,
            path: &cookie.path,
            third_party: cookie.third_party,
            seconds: cookie.expires,
            secure: cookie.secure,
            http_only: cookie.http_only,
            same_site: cookie.same_site.as_deref(),
            partitioned: cookie.partitioned,
            size: cookie.size,
            trace: mark(cookie.trace),
        },
        Kept::Item(stored) => Held::Storage {
            storage: stored.kind.to_string(),
            key: &stored.key,
            origin: &stored.origin,
            third_party: stored.third_party,
            trace: mark(stored.trace),
        },
    }
}

fn mark(trace: Trace) -> Mark {
    Mark {
        hash: trace.hash,
        length: trace.length,
        identifies: trace.identifies,
    }
}

fn same_site(value: SameSite) -> &'static str {
    match value {
        SameSite::Strict => "Strict",
        SameSite::Lax => "Lax",
        SameSite::None => "None",
    }
}
