//! Which responses are rewritten, and what their headers say then.

use std::rc::Rc;

use actix_web::{
    body::{BodySize, BoxBody, MessageBody},
    dev::ResponseHead,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    web::Bytes,
};
use lol_html::AsciiCompatibleEncoding;

use super::{
    Gating, PageScript,
    gate::{Doubt, Gate, Kind},
    link::hold_links,
    page::{self, Page},
    plain,
};
use crate::{
    body::{ConsentBody, Filter},
    consent::Consent,
    grants::Grants,
    handle::{Handle, Reader},
    pages::BannerKind,
    release::{is_html, release},
};

/// Digests of a body that is no longer the one that leaves.
static DIGESTS: [HeaderName; 5] = [
    HeaderName::from_static("digest"),
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("repr-digest"),
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("accept-ranges"),
];

/// Judges a response, its body included.
pub(crate) fn respond<B: MessageBody>(
    handle: &Rc<Handle>,
    gating: &Gating,
    head: &mut ResponseHead,
    body: B,
) -> ConsentBody<B> {
    // What has no type is guessed at by browsers, and might be taken for HTML.
    let untyped = head.headers().get(header::CONTENT_TYPE);
    if untyped.is_none_or(|kind| kind.as_bytes() == b"*/*") && !body.size().is_eof() {
        let name = header::X_CONTENT_TYPE_OPTIONS;
        let value = HeaderValue::from_static("nosniff");
        head.headers_mut().insert(name, value);
    }
    let rewrites = is_rewritten(head, body.size(), handle);
    let document = rewrites && handle.reader == Reader::Document && !head.status.is_redirection();
    if document {
        handle.take_once();
    }
    if head.headers().contains_key(header::LINK) && !gating.embeds.is_empty() {
        let grants = grants(handle, gating);
        let address = page::address(handle);
        let gated = hold_links(head.headers_mut(), &gating.embeds, &grants, &address);
        if gated && !gating.is_shell() {
            handle.asked.set(true);
        }
    }
    let body = match rewrites {
        true => page(handle, gating, head, body, document),
        false => ConsentBody::app(body),
    };
    release(handle, head, false);
    body
}

/// Whether the markup of this response is read. What is no HTML, or no longer, is left alone.
fn is_rewritten(head: &ResponseHead, size: BodySize, handle: &Handle) -> bool {
    let headers = head.headers();
    if !is_html(headers)
        || handle.policy().gated_units().next().is_none()
        || head.status.is_informational()
        || matches!(
            head.status,
            StatusCode::NO_CONTENT
                | StatusCode::RESET_CONTENT
                | StatusCode::NOT_MODIFIED
                | StatusCode::PARTIAL_CONTENT
        )
        || headers.contains_key(header::CONTENT_RANGE)
        || size.is_eof()
    {
        return false;
    }
    let starts = |name: HeaderName, start: &[u8]| {
        headers.get(name).is_some_and(|value| {
            let value = value.as_bytes().trim_ascii_start();
            value
                .get(..start.len())
                .is_some_and(|text| text.eq_ignore_ascii_case(start))
        })
    };
    let encoded = headers.contains_key(header::CONTENT_ENCODING)
        && !starts(header::CONTENT_ENCODING, b"identity");
    if encoded {
        handle.config.report_encoded();
    }
    !encoded && !starts(header::CONTENT_DISPOSITION, b"attachment")
}

fn page<B: MessageBody>(
    handle: &Rc<Handle>,
    gating: &Gating,
    head: &mut ResponseHead,
    body: B,
    document: bool,
) -> ConsentBody<B> {
    let shell = gating.is_shell();
    let opening = match document {
        true if shell => shell_opening(handle, gating),
        true => opening(handle, gating),
        false => String::new(),
    };
    let grants = grants(handle, gating);
    let closing = if document {
        gating.closing.clone()
    } else {
        String::new()
    };
    let kind = |head, body| match document {
        true => Kind::Document { head, body },
        false => Kind::Piece,
    };
    let inert = shell || gating.settings.script == PageScript::Live;
    let heading = match document {
        true => heading(handle, gating),
        false => String::new(),
    };
    let page = Page::new(
        handle,
        &gating.embeds,
        grants,
        heading,
        opening,
        closing,
        (shell, inert),
    );
    let page = Rc::new(page);
    if handle.method == Method::HEAD {
        // What a GET would send has a length of its own, which nobody knows before.
        if !shell {
            handle.asked.set(true);
        }
        rewritten(head.headers_mut());
        return ConsentBody::own(BoxBody::new(Unsent));
    }
    let encoding = encoding(head.headers());
    match (body.try_into_bytes(), encoding) {
        (Ok(bytes), encoding) => {
            let whole = match encoding {
                Some(encoding) => whole(gating, &page, &bytes, &kind, encoding),
                None => Err(Doubt::new("its encoding does not contain ASCII")),
            };
            if page.gated.get() && !shell {
                handle.asked.set(true);
            }
            match whole {
                Ok(None) => ConsentBody::own(BoxBody::new(bytes)),
                Ok(Some(changed)) => {
                    rewritten(head.headers_mut());
                    ConsentBody::own(BoxBody::new(changed))
                }
                Err(doubt) => {
                    report(handle, &doubt);
                    ConsentBody::own(failed(head))
                }
            }
        }
        (Err(stream), Some(encoding)) => {
            if !shell {
                handle.asked.set(true);
            }
            rewritten(head.headers_mut());
            let gate = Gate::new(page, kind(false, false), encoding);
            let handle = handle.clone();
            ConsentBody::filtered(
                stream,
                Box::new(Stream {
                    gate,
                    handle,
                    started: Start::default(),
                }),
            )
        }
        (Err(_), None) => {
            report(handle, &Doubt::new("its encoding does not contain ASCII"));
            ConsentBody::own(failed(head))
        }
    }
}

/// What is on for this visitor, or for everyone where all get the same.
fn grants(handle: &Handle, gating: &Gating) -> Grants {
    match gating.is_shell() {
        true => Grants::of(&handle.config.undecided, &gating.advanced),
        false => Grants::of(&handle.state().decision, &handle.besides()),
    }
}

/// What is put first into `<head>`: what the tags of other vendors are told.
fn heading(handle: &Rc<Handle>, gating: &Gating) -> String {
    if gating.tags.is_empty() {
        return String::new();
    }
    handle.asked.set(true);
    let grants = Grants::of(&handle.state().decision, &[]);
    let nonce = handle.nonce();
    let nonce = nonce.map_or_else(String::new, |nonce| format!(" nonce=\"{nonce}\""));
    let tag = |states: &super::States| {
        format!(
            "<script src=\"{}\"{nonce}></script>",
            states.of(&grants).path
        )
    };
    gating.tags.iter().map(tag).collect()
}

/// What is put right after `<body>` for this visitor: the script, and the banner where the handler
/// has not asked for it.
fn opening(handle: &Rc<Handle>, gating: &Gating) -> String {
    let mut opening = String::new();
    if gating.settings.banner {
        handle.asked.set(true);
        if !handle.banner_drawn.get() {
            opening.push_str(Consent::new(handle.clone()).banner().as_str());
        }
    }
    // The answer to a POST would be posted again by a script that loads the page again.
    if let Some(scripts) = &gating.scripts
        && handle.method.is_safe()
    {
        handle.asked.set(true);
        let decision = handle.state().decision.clone();
        let policy = handle.policy();
        opening.insert_str(0, &scripts.tags(policy, Some(&decision), handle.nonce()));
    }
    opening
}

/// What is put right after `<body>` for everyone: the script, the banner that it reveals, and a
/// link for those who have no scripts.
fn shell_opening(handle: &Rc<Handle>, gating: &Gating) -> String {
    let Some(scripts) = &gating.scripts else {
        return String::new();
    };
    let mut opening = scripts.tags(handle.policy(), None, None);
    if gating.settings.banner && !handle.banner_drawn.get() {
        let config = &handle.config;
        let banner = config
            .drawn
            .banner(config, BannerKind::Ask, false, None, handle.way_back());
        opening.push_str("<template data-consent-shell>");
        opening.push_str(banner.as_str());
        opening.push_str("</template><noscript>");
        opening.push_str(&gating.link);
        opening.push_str("</noscript>");
    }
    opening
}

/// The page as it leaves, or `None` where it leaves as it is.
fn whole(
    gating: &Gating,
    page: &Rc<Page>,
    bytes: &Bytes,
    kind: &impl Fn(bool, bool) -> Kind,
    encoding: AsciiCompatibleEncoding,
) -> Result<Option<Vec<u8>>, Doubt> {
    if bytes.is_empty() {
        return Ok(None);
    }
    if gating.glance.is_plain(bytes) {
        if let Some(spliced) = spliced(page, bytes) {
            return Ok(spliced);
        }
    } else if plain::starts_wide(bytes) {
        return Err(Doubt::new("it starts as UTF-16 does"));
    }
    let kind = kind(
        plain::may_have(bytes, b"<head"),
        plain::may_have(bytes, b"<body"),
    );
    let mut gate = Gate::new(page.clone(), kind, encoding);
    gate.write(bytes)?;
    gate.end()?;
    let changed = gate.take();
    Ok((changed != bytes[..]).then_some(changed))
}

/// A plain page with what has to be put in; `Some(None)` where that is nothing, `None` where the
/// place for it cannot be told at a glance.
fn spliced(page: &Page, bytes: &[u8]) -> Option<Option<Vec<u8>>> {
    let (heads, opens) = match page.heading.is_empty() && page.opening.is_empty() {
        true => (0, 0),
        false => {
            let (head, body) = plain::head_and_body(bytes)?;
            match page.heading.is_empty() {
                true => (body, body),
                false => (head?, body),
            }
        }
    };
    let closes = match page.closing.is_empty() || plain::links_to(bytes, &page.settings_path) {
        true => None,
        false => Some(plain::before_body_end(bytes)?),
    };
    if opens == 0 && closes.is_none() {
        return Some(None);
    }
    let (closes, closing) = match closes {
        Some(at) => (at, &*page.closing),
        None => (bytes.len(), ""),
    };
    if opens > closes {
        return None;
    }
    let parts: [&[u8]; 7] = [
        &bytes[..heads],
        page.heading.as_bytes(),
        &bytes[heads..opens],
        page.opening.as_bytes(),
        &bytes[opens..closes],
        closing.as_bytes(),
        &bytes[closes..],
    ];
    Some(Some(parts.concat()))
}

/// What is said about a body that is no longer there.
fn rewritten(headers: &mut HeaderMap) {
    headers.remove(header::CONTENT_LENGTH);
    for name in &DIGESTS {
        headers.remove(name);
    }
    headers.remove(header::LAST_MODIFIED);
}

fn failed(head: &mut ResponseHead) -> BoxBody {
    head.status = StatusCode::INTERNAL_SERVER_ERROR;
    let headers = head.headers_mut();
    rewritten(headers);
    headers.remove(header::ETAG);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    BoxBody::new("The server could not answer. Try again later.")
}

fn report(handle: &Handle, doubt: &Doubt) {
    log::error!("{} {}: {doubt}", handle.method, handle.uri.path());
}

/// The encoding that the header names, UTF-8 where it names none; `None` where it is none that
/// contains ASCII, or none at all.
fn encoding(headers: &HeaderMap) -> Option<AsciiCompatibleEncoding> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let mut parameters = kind.split(';').skip(1);
    let charset = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"'))
    });
    match charset {
        None | Some("utf-8" | "UTF-8") => Some(AsciiCompatibleEncoding::utf_8()),
        Some(label) => {
            let encoding = encoding_rs::Encoding::for_label_no_replacement(label.as_bytes())?;
            AsciiCompatibleEncoding::new(encoding)
        }
    }
}

/// The body of an answer to HEAD: of no known length, and not sent.
#[derive(Debug)]
struct Unsent;

impl MessageBody for Unsent {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Self::Error>>> {
        std::task::Poll::Ready(None)
    }
}

/// A stream on its way through the gate.
struct Stream {
    gate: Gate,
    handle: Rc<Handle>,
    started: Start,
}

/// The first two bytes of a stream, which may say that it is UTF-16.
#[derive(Debug, Default)]
struct Start(Vec<u8>);

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stream")
    }
}

impl Filter for Stream {
    fn write(&mut self, bytes: &[u8]) -> Result<Vec<u8>, actix_web::Error> {
        let missing = 2_usize.saturating_sub(self.started.0.len());
        self.started.0.extend(bytes.iter().take(missing));
        let read = match plain::starts_wide(&self.started.0) {
            true => Err(Doubt::new("it starts as UTF-16 does")),
            false => self.gate.write(bytes),
        };
        self.taken(read)
    }

    fn end(&mut self) -> Result<Vec<u8>, actix_web::Error> {
        let read = self.gate.end();
        self.taken(read)
    }
}

impl Stream {
    fn taken(&mut self, read: Result<(), Doubt>) -> Result<Vec<u8>, actix_web::Error> {
        match read {
            Ok(()) => Ok(self.gate.take()),
            Err(doubt) => {
                report(&self.handle, &doubt);
                Err(actix_web::error::ErrorInternalServerError(doubt))
            }
        }
    }
}
