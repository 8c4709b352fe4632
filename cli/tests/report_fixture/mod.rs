//! An example audit of a hostile site, for the unit tests of the reports.

mod verdict;

use std::time::{Duration, SystemTime};

use actix_consent::audit::rules::{SetCookie, State};

pub(crate) use self::verdict::verdict;
use super::super::{
    judge::findings::Verdict,
    record::{
        Banner, By, Choosing, Circumstances, Control, Event, Kept, KeptCookie, PageProblem,
        PageSeen, Picture, ProblemKind, Record, Request, Set, Storage, Stored, Tick, Trace, Visit,
        What,
    },
};

/// Value of each cookie, which no report may contain.
pub(crate) const VALUE: &str = "GA1.1.secret-of-a-visitor";

/// A name with markup, the end of a CDATA section, terminal controls and a direction override.
pub(crate) const HOSTILE: &str =
    "<script>alert('1')</script>\"]]>&amp;\u{1b}[2J\u{9b}31m\u{0}\u{202e}\r\nżółw {{ 7 }}";

/// Header of a WebP image of 640 by 400 pixels.
const PICTURE: &[u8] = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\x8f\x01\0";

/// An audit without any observation.
pub(crate) fn nothing() -> Record {
    Record {
        address: "https://news.example/".to_owned(),
        host: "news.example".to_owned(),
        started: SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_597_321_123),
        ended: SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_597_500_000),
        browser: "Chromium 156.0.8078.79".to_owned(),
        pages: Vec::new(),
        visits: Vec::new(),
    }
}

pub(crate) fn no_verdict() -> Verdict {
    Verdict {
        findings: Vec::new(),
        inventory: Vec::new(),
    }
}

pub(crate) fn record() -> Record {
    let states = [
        (State::NoChoice, false, true),
        (State::Rejected, false, true),
        (State::Accepted, false, true),
        (State::Only("analytics".to_owned()), false, true),
        (State::Withdrawn, false, true),
        (State::NoChoice, true, true),
        (State::NoChoice, false, false),
    ];
    let circumstances = states.map(|(state, gpc, scripts)| Circumstances {
        state,
        gpc,
        scripts,
    });
    Record {
        pages: ["", "report", "about?ref=%3Cb%3E"]
            .map(|path| format!("https://news.example/{path}"))
            .to_vec(),
        visits: circumstances.map(visit).to_vec(),
        ..nothing()
    }
}

fn visit(circumstances: Circumstances) -> Visit {
    let said = circumstances.state.clone();
    let choice = match (&said, circumstances.scripts) {
        (State::NoChoice | State::WentOn, _) => Choosing::Silent,
        (State::Only(_), _) => Choosing::Failed {
            why: format!("no control was found for {HOSTILE}"),
        },
        _ => Choosing::Said { clicks: 1 },
    };
    let mut events = unanswered(circumstances.scripts);
    if matches!(choice, Choosing::Said { .. }) {
        let control = What::Answered(format!("the button “{said}”"));
        events.push(event(2100, 0, &said, control));
    }
    events.extend(answered(&said));
    Visit {
        started: nothing().started,
        without_cookies: None,
        pages: vec![
            page("https://news.example/", "News — <b>front</b>", true),
            page("https://news.example/report", HOSTILE, false),
            page("https://news.example/about?ref=%3Cb%3E", "About", false),
        ],
        events,
        kept: vec![
            cookie("sid", None),
            cookie("_ga", Some(63_072_000)),
            Kept::Item(item("seen")),
        ],
        banner: circumstances.scripts.then(banner),
        choice,
        pictures: [
            ("The first page, unanswered", PICTURE),
            (HOSTILE, &b"no picture"[..]),
        ]
        .map(|(caption, webp)| Picture {
            caption: caption.to_owned(),
            webp: webp.to_vec(),
        })
        .into(),
        problems: vec![PageProblem {
            page: "https://news.example/report".to_owned(),
            kind: ProblemKind::NeverIdle,
            detail: format!("the page kept sending {HOSTILE}"),
        }],
        circumstances,
    }
}

/// Events of the first page before an answer.
fn unanswered(scripts: bool) -> Vec<Event> {
    let said = State::NoChoice;
    let mut events = vec![
        request(0, 0, &said, "https://news.example/", "document"),
        set(0, 0, &said, "sid=x; HttpOnly; Secure; SameSite=Lax"),
    ];
    if scripts {
        let counter = "https://metrics.example/count.js?id=1&b=%20";
        let blocked = What::Violation {
            directive: "script-src".to_owned(),
            blocked: format!("https://evil.example/{HOSTILE}"),
        };
        events.push(request(140, 0, &said, counter, "script"));
        events.push(set(420, 0, &said, "_ga=x; Max-Age=63072000"));
        events.push(stored(450, 0, &said, "seen"));
        events.push(event(500, 0, &said, blocked));
    }
    events
}

/// Events of the second and third page in a state of consent.
fn answered(said: &State) -> Vec<Event> {
    let report = "https://news.example/report";
    let mut events = vec![request(4000, 1, said, report, "document")];
    if matches!(said, State::Accepted | State::Withdrawn | State::Only(_)) {
        for (at, host) in [
            (4200, "ads.example"),
            (4206, "video.example"),
            (4900, "ads.example"),
        ] {
            let pixel = format!("https://{host}/pixel");
            events.push(request(at, 1, said, &pixel, "image"));
        }
        let advertiser = "IDE=x; Domain=ads.example; Max-Age=33696000; SameSite=None";
        let worker = What::Worker("https://news.example/worker.js".to_owned());
        events.push(set(4300, 1, said, advertiser));
        events.push(event(4400, 1, said, worker));
    }
    let hostile = format!("{}=x", HOSTILE.replace([';', '\r', '\n'], ""));
    events.push(set(7000, 2, said, &hostile));
    events.push(set(7100, 2, said, "old=; Max-Age=0"));
    events
}

fn page(address: &str, title: &str, asks: bool) -> PageSeen {
    PageSeen {
        address: address.to_owned(),
        title: title.to_owned(),
        status: Some(200),
        took: 900,
        asks,
    }
}

fn event(at: u64, page: usize, said: &State, what: What) -> Event {
    Event {
        at,
        page,
        said: said.clone(),
        what,
        by: Some(By {
            address: "https://news.example/app.js".to_owned(),
            line: 12,
            column: 7,
        }),
    }
}

fn request(at: u64, page: usize, said: &State, address: &str, kind: &str) -> Event {
    let host = address.split('/').nth(2).unwrap_or_default().to_owned();
    let asked = Request {
        third_party: host != "news.example",
        host,
        address: address.to_owned(),
        method: "GET".to_owned(),
        kind: kind.to_owned(),
        status: Some(200),
        media_type: Some("text/html".to_owned()),
        size: (kind != "image").then_some(4_321),
        took: (kind != "image").then_some(260),
        cookies: vec!["sid".to_owned()],
    };
    event(at, page, said, What::Requested(asked))
}

fn set(at: u64, page: usize, said: &State, header: &str) -> Event {
    let header = header.replace("=x", &format!("={VALUE}"));
    let cookie = SetCookie::parse(header.as_bytes(), SystemTime::UNIX_EPOCH);
    let host = cookie.domain.clone().unwrap_or("news.example".to_owned());
    let by_script = cookie.name != "sid";
    let by = By {
        address: "https://news.example/".to_owned(),
        line: 0,
        column: 0,
    };
    let seen = Set {
        third_party: host != "news.example",
        host,
        by_script,
        refused: cookie.name == "IDE",
        trace: trace(),
        cookie,
    };
    let mut event = event(at, page, said, What::Set(seen));
    if !by_script {
        event.by = Some(by);
    }
    event
}

fn item(key: &str) -> Stored {
    Stored {
        kind: Storage::Local,
        key: key.to_owned(),
        origin: "https://news.example".to_owned(),
        third_party: false,
        trace: trace(),
    }
}

fn stored(at: u64, page: usize, said: &State, key: &str) -> Event {
    event(at, page, said, What::Stored(item(key)))
}

fn trace() -> Trace {
    Trace {
        hash: u64::MAX - 1,
        length: VALUE.len(),
        identifies: true,
    }
}

fn cookie(name: &str, expires: Option<u64>) -> Kept {
    Kept::Cookie(KeptCookie {
        name: name.to_owned(),
        domain: "news.example".to_owned(),
        path: "/".to_owned(),
        expires,
        secure: true,
        http_only: expires.is_none(),
        same_site: Some("Lax".to_owned()),
        partitioned: false,
        third_party: false,
        size: name.len() + VALUE.len(),
        trace: trace(),
    })
}

fn banner() -> Banner {
    let control = |text: &str, kind: &str, width: f64, contrast: f64, order| Control {
        text: text.to_owned(),
        kind: kind.to_owned(),
        x: 24.0,
        y: 620.5,
        width,
        height: 44.0,
        font_size: 16.0,
        font_weight: 400.0,
        contrast,
        stands_out: 1.0,
        order,
        in_sight: true,
        selector: format!("#{}", text.len()),
    };
    Banner {
        focusables: 3,
        covers_focus: None,
        found_by: "heuristic".to_owned(),
        text: format!("We value your privacy.\nWe and our 812 partners use cookies. {HOSTILE}"),
        language: "en".to_owned(),
        accept: Some(control("Accept all", "button", 180.0, 12.6, 0)),
        reject: Some(control(HOSTILE, "link", 96.0, 2.9, 2)),
        settings: Some(control("Settings", "button", 120.0, 5.1, 1)),
        close: None,
        boxes: vec![Tick {
            label: "Analytics".to_owned(),
            ticked: true,
        }],
        categories: vec!["analytics".to_owned()],
        covers: 0.62,
        legitimate_interest: true,
        ..Banner::default()
    }
}
