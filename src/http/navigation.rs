//! Navigations: whether a person goes to a page, and how the client uses the response.

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

/// Headers with which browsers announce a prefetch.
static OF_PREFETCHES: [HeaderName; 2] = [
    HeaderName::from_static("sec-purpose"),
    HeaderName::from_static("purpose"),
];
/// Headers with which Turbo and the preload extension of htmx announce a prefetch; scripts cannot
/// set `Sec-Purpose`.
static OF_SCRIPTED_PREFETCHES: [HeaderName; 3] = [
    HeaderName::from_static("purpose"),
    HeaderName::from_static("x-sec-purpose"),
    HeaderName::from_static("hx-preloaded"),
];

/// Returns whether a person navigates to a page: a GET for a document, including one by a script
/// that replaces the current page. If the browser sends no `Sec-Fetch-Dest`, `Accept` must name
/// HTML. A prefetch does not count.
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

/// Returns whether a navigation shows that the visitor continues to use the site: it was started by
/// a page of the site, the address bar, a bookmark, or the visitor's own click or key press
/// (`Sec-Fetch-Site` and `Sec-Fetch-User`, W3C Fetch Metadata Request Headers). Other sites can
/// navigate a browser without its user.
///
/// Browsers send neither header over plain http, and some never do. In this case `Referer` must
/// name the site; without it, the navigation does not count.
pub(crate) fn is_going_on(headers: &HeaderMap, site: &Site<'_>) -> bool {
    let by_user = |value: &HeaderValue| value.as_bytes().trim_ascii() == b"?1";
    headers.get_all(SEC_FETCH_USER).any(by_user) || same_origin(headers, site).is_ok()
}

/// Returns whether the response is shown in a frame of another page.
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

/// Returns whether Turbo or htmx requests a page to replace the current one.
pub(crate) fn is_swapped(headers: &HeaderMap) -> bool {
    let by_script = headers
        .get(SEC_FETCH_DEST)
        .is_none_or(|dest| dest.as_bytes() == b"empty");
    by_script
        && (headers.contains_key("hx-request")
            || matches!(Script::of(headers), Some(Script::Visit { .. })))
}

/// Returns whether `Accept` contains the text.
fn accepts(headers: &HeaderMap, text: &str) -> bool {
    headers
        .get(header::ACCEPT)
        .is_some_and(|accept| memchr::memmem::find(accept.as_bytes(), text.as_bytes()).is_some())
}

/// The use that a script makes of the requested HTML, derived from its headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    /// A person follows a link and the script replaces the current page. With `target`, it may
    /// replace only an element of the page.
    Visit { target: bool },
    /// The script replaces the current page, now or later: such scripts prefetch pages without
    /// announcing it.
    Page,
    /// The script requests a fragment of a page.
    Piece,
}

impl Script {
    /// Returns `None` unless there is a header of a known library or `X-Requested-With:
    /// XMLHttpRequest`. WebViews of apps send other values of that header.
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
        // Turbo Drive 8. Older versions and Turbolinks have no header and are recognised by
        // `Accept`.
        let turbo = has("x-turbo-request-id")
            || has("turbolinks-referrer")
            || !has("x-requested-with")
                && accepts(headers, "text/html, application/xhtml+xml")
                && !accepts(headers, "*/*");
        turbo.then_some(Self::Visit { target: false })
    }
}

/// Client that reads an HTML response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// A browser that shows it as a page, or a script that replaces the page with it.
    Document,
    /// A script that replaces an element with it, possibly the body: only the response shows
    /// whether it is a page.
    Target,
    /// A script that inserts it into a page.
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
