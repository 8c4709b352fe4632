//! Whether a request is a person going from page to page, and what reads the answer.

use actix_web::{
    dev::RequestHead,
    http::{
        Method,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
};

use crate::http::same_origin::{Site, same_origin};

const SEC_FETCH_USER: HeaderName = HeaderName::from_static("sec-fetch-user");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Headers by which browsers announce a page that nobody has seen yet.
static OF_PREFETCHES: [HeaderName; 2] = [
    HeaderName::from_static("sec-purpose"),
    HeaderName::from_static("purpose"),
];
/// The same of Turbo and of the preload extension of htmx: scripts cannot set `Sec-Purpose`.
static OF_SCRIPTED_PREFETCHES: [HeaderName; 3] = [
    HeaderName::from_static("purpose"),
    HeaderName::from_static("x-sec-purpose"),
    HeaderName::from_static("hx-preloaded"),
];

/// Whether a person goes to a page: a GET for a document, also by a script that puts the page in
/// place of the one before; from a browser that sends no `Sec-Fetch-Dest`, a GET that accepts HTML
/// by name. A prefetch is none.
pub(crate) fn is_navigation(head: &RequestHead) -> bool {
    let headers = &head.headers;
    if head.method != Method::GET {
        return false;
    }
    let any = |names: &[HeaderName]| names.iter().any(|name| headers.contains_key(name));
    let visits = || {
        matches!(Script::of(headers), Some(Script::Visit { .. })) && !any(&OF_SCRIPTED_PREFETCHES)
    };
    match headers.get(SEC_FETCH_DEST).map(|value| value.as_bytes()) {
        Some(b"document") => !any(&OF_PREFETCHES),
        Some(b"empty") => visits(),
        Some(_) => false,
        None if Script::of(headers).is_some() => visits(),
        None => accepts(headers, "text/html") && !any(&OF_PREFETCHES),
    }
}

/// Whether a navigation shows that the visitor goes on using the site: a page of the site, the
/// address bar or a bookmark began it, or the visitor's own click or key press did (`Sec-Fetch-Site`
/// and `Sec-Fetch-User`, W3C Fetch Metadata Request Headers). Another site can send a browser
/// anywhere without its user.
///
/// Browsers send neither header over plain http, and some not at all. Then `Referer` has to name
/// the site; without it, nothing shows where the navigation began, and it does not count.
pub(crate) fn is_going_on(headers: &HeaderMap, site: &Site<'_>) -> bool {
    let by_user = |value: &HeaderValue| value.as_bytes().trim_ascii() == b"?1";
    headers.get_all(SEC_FETCH_USER).any(by_user) || same_origin(headers, site).is_ok()
}

/// Returns whether the answer is shown inside of another page.
pub(crate) fn is_framed(headers: &HeaderMap) -> bool {
    headers.get_all(SEC_FETCH_DEST).any(|value| {
        let value = value.as_bytes().trim_ascii();
        [
            &b"iframe"[..],
            b"frame",
            b"embed",
            b"object",
            b"fencedframe",
        ]
        .contains(&value)
    })
}

/// Returns whether Turbo or htmx asks for a page, to put it in place of the one before.
pub(crate) fn is_swapped(headers: &HeaderMap) -> bool {
    let by_script = headers
        .get(SEC_FETCH_DEST)
        .is_none_or(|dest| dest.as_bytes() == b"empty");
    by_script
        && (headers.contains_key("hx-request")
            || matches!(Script::of(headers), Some(Script::Visit { .. })))
}

/// Returns whether `Accept` contains a text.
fn accepts(headers: &HeaderMap, text: &str) -> bool {
    headers
        .get(header::ACCEPT)
        .is_some_and(|accept| memchr::memmem::find(accept.as_bytes(), text.as_bytes()).is_some())
}

/// A script's use of the requested HTML, according to its headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    /// A person follows a link, and the script puts the page in place of the one before. With a
    /// target it may be an element of the page that is replaced.
    Visit { target: bool },
    /// The page is put in place of the one before, now or later: such scripts fetch pages ahead
    /// without saying so.
    Page,
    /// A piece of a page.
    Piece,
}

impl Script {
    /// `None` where no header of a known library, nor `X-Requested-With: XMLHttpRequest`, is there.
    /// Other values of that header are set by the WebViews of apps.
    fn of(headers: &HeaderMap) -> Option<Self> {
        let has = |name: &str| headers.contains_key(name);
        let is = |name: &str, wanted: &str| {
            let value = headers.get(name).map(|value| value.as_bytes().trim_ascii());
            value.is_some_and(|value| value.eq_ignore_ascii_case(wanted.as_bytes()))
        };
        let names = |name: &str, wanted: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            let parts = value
                .into_iter()
                .flat_map(|value| value.split([',', '[', ']']));
            let mut parts = parts.map(|part| part.trim_matches([' ', '"']));
            parts.any(|part| part.eq_ignore_ascii_case(wanted))
        };
        if has("turbo-frame") {
            return Some(Self::Piece);
        }
        // https://htmx.org/reference/#request_headers
        if is("hx-history-restore-request", "true") {
            return Some(Self::Visit { target: false });
        }
        if is("hx-boosted", "true") {
            let target = has("hx-target");
            return Some(Self::Visit { target });
        }
        // Livewire `wire:navigate`, jquery-pjax, MoOx/pjax, Unpoly.
        let whole = ["body", "html"].into_iter().any(|element| {
            is("x-pjax-container", element)
                || names("x-pjax-selectors", element)
                || names("x-up-target", element)
        });
        if whole || has("x-livewire-navigate") {
            return Some(Self::Page);
        }
        let pieces = ["hx-request", "x-pjax", "x-up-target"];
        if is("x-requested-with", "xmlhttprequest") || pieces.into_iter().any(has) {
            return Some(Self::Piece);
        }
        // Turbo Drive 8; before it had a header of its own, Turbo and Turbolinks were known by
        // what they accept.
        let turbo = has("x-turbo-request-id")
            || has("turbolinks-referrer")
            || !has("x-requested-with")
                && accepts(headers, "text/html, application/xhtml+xml")
                && !accepts(headers, "*/*");
        turbo.then_some(Self::Visit { target: false })
    }
}

/// What reads an HTML response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// A browser that shows it as a page, or a script that puts it in place of one.
    Document,
    /// A script that puts it in place of an element, which may be the body: only the response shows
    /// whether it is a page.
    Target,
    /// A script that puts it into a page.
    Part,
    /// A frame of a page.
    Frame,
}

impl Reader {
    pub(crate) fn of(head: &RequestHead) -> Self {
        let headers = &head.headers;
        let script = match headers.get(SEC_FETCH_DEST).map(|value| value.as_bytes()) {
            Some(b"document") => return Self::Document,
            Some(b"empty") => Script::of(headers).unwrap_or(Script::Piece),
            Some(_) if is_framed(headers) => return Self::Frame,
            Some(_) => return Self::Part,
            None => match Script::of(headers) {
                Some(script) => script,
                None => return Self::Document,
            },
        };
        match script {
            Script::Visit { target: false } | Script::Page => Self::Document,
            Script::Visit { target: true } => Self::Target,
            Script::Piece => Self::Part,
        }
    }
}
