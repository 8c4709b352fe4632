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
    Gating,
    charset::{self, Start},
    gate::{Doubt, Gate, Kind},
    link,
    page::{self, Page},
    placed::{Placed, spliced},
    plain,
    watched::Present,
};
use crate::{
    body::{ConsentBody, Filter},
    caches,
    error::MountError,
    grants::Grants,
    handle::{Handle, Reader},
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
    if is_guessed_at(head.headers()) && !body.size().is_eof() {
        let name = header::X_CONTENT_TYPE_OPTIONS;
        let value = HeaderValue::from_static("nosniff");
        head.headers_mut().insert(name, value);
    }
    let rewrites = is_rewritten(head, body.size(), handle);
    if rewrites && is_encoded(head.headers()) {
        handle.compressed.set(true);
        let (method, path) = (&handle.method, handle.uri.path());
        log::error!("{method} {path}: {}", MountError::Compressed);
        let body = ConsentBody::own(failed(head));
        release(handle, head, false);
        return body;
    }
    let body = match rewrites {
        true => body.try_into_bytes(),
        false => Err(body),
    };
    let document = rewrites && is_document(handle, head, body.as_ref().ok());
    if document {
        handle.take_once();
    }
    if link::has_links(head.headers()) && !gating.embeds.is_empty() {
        let grants = grants(handle, gating);
        let address = page::address(handle);
        let gated = link::hold_links(head.headers_mut(), &gating.embeds, &grants, &address);
        if gated && !gating.is_shell() {
            handle.asked.set(true);
        }
    }
    let body = match rewrites {
        true => page(handle, gating, head, body, document),
        false => body.map_or_else(ConsentBody::app, |bytes| {
            ConsentBody::own(BoxBody::new(bytes))
        }),
    };
    if rewrites && !document && !head.status.is_redirection() {
        caches::mark_part(head.headers_mut());
    }
    release(handle, head, false);
    body
}

/// Whether a page is shown by this response, and not a piece of one.
fn is_document(handle: &Handle, head: &ResponseHead, whole: Option<&Bytes>) -> bool {
    !head.status.is_redirection()
        && match handle.reader {
            Reader::Document => true,
            Reader::Target => whole.is_none_or(|bytes| plain::starts_a_page(bytes)),
            Reader::Part => false,
        }
}

/// Whether the body is in a content coding (RFC 9110, section 8.4), of which the gate reads none.
fn is_encoded(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(header::CONTENT_ENCODING);
    let mut codings = codings.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    codings.any(|coding| {
        let coding = coding.trim_ascii();
        !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity")
    })
}

/// Types that browsers do not go by (MIME Sniffing, 7), so that they might take the body for HTML.
fn is_guessed_at(headers: &HeaderMap) -> bool {
    const UNKNOWN: [&[u8]; 3] = [b"*/*", b"unknown/unknown", b"application/unknown"];
    headers.get(header::CONTENT_TYPE).is_none_or(|kind| {
        let kind = kind.as_bytes();
        let essence = kind.split(|byte| *byte == b';').next().unwrap_or(kind);
        let essence = essence.trim_ascii();
        UNKNOWN
            .iter()
            .any(|unknown| essence.eq_ignore_ascii_case(unknown))
    })
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
    !starts(header::CONTENT_DISPOSITION, b"attachment")
}

fn page<B: MessageBody>(
    handle: &Rc<Handle>,
    gating: &Gating,
    head: &mut ResponseHead,
    body: Result<Bytes, B>,
    document: bool,
) -> ConsentBody<B> {
    let shell = gating.is_shell();
    let placed = match document {
        true => Placed::of(handle, gating),
        false => Placed::default(),
    };
    let page = Rc::new(Page::new(handle, gating, grants(handle, gating), placed));
    let bytes = body.as_ref().ok().map(|bytes| &bytes[..]);
    let Some(encoding) = charset::settle(head.headers_mut(), bytes) else {
        report(handle, &Doubt::new("its encoding does not contain ASCII"));
        return ConsentBody::own(failed(head));
    };
    if handle.method == Method::HEAD {
        // What a GET would send has a length of its own, which nobody knows before.
        if !shell {
            handle.asked.set(true);
        }
        rewritten(head.headers_mut());
        return ConsentBody::own(BoxBody::new(Unsent));
    }
    match body {
        Ok(bytes) => {
            let whole = whole(gating, &page, &bytes, document, encoding);
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
        Err(stream) => {
            if !shell {
                handle.asked.set(true);
            }
            rewritten(head.headers_mut());
            let kind = if document { Kind::Stream } else { Kind::Piece };
            let gate = Gate::new(page, kind, encoding);
            let handle = handle.clone();
            ConsentBody::filtered(
                stream,
                Box::new(Stream {
                    gate,
                    handle,
                    start: Start::said(encoding),
                }),
            )
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

/// The page as it leaves, or `None` where it leaves as it is.
fn whole(
    gating: &Gating,
    page: &Rc<Page>,
    bytes: &Bytes,
    document: bool,
    encoding: AsciiCompatibleEncoding,
) -> Result<Option<Vec<u8>>, Doubt> {
    if bytes.is_empty() {
        return Ok(None);
    }
    Start::said(encoding).look_at(bytes)?;
    if gating.glance.is_plain(bytes)
        && let Some(spliced) = spliced(page, bytes)
    {
        return Ok(spliced);
    }
    let kind = match document {
        true => {
            let skips = !page.placed.opening.is_empty() && plain::skips(bytes);
            Kind::Document(Present::of(bytes).skipping(skips))
        }
        false => Kind::Piece,
    };
    let mut gate = Gate::new(page.clone(), kind, encoding);
    gate.write(bytes)?;
    gate.end()?;
    let changed = gate.take();
    Ok((changed != bytes[..]).then_some(changed))
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
    headers.remove(header::CONTENT_ENCODING);
    caches::forbid(headers);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    BoxBody::new("The server could not answer. Try again later.")
}

fn report(handle: &Handle, doubt: &Doubt) {
    log::error!("{} {}: {doubt}", handle.method, handle.uri.path());
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
    start: Start,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stream")
    }
}

impl Filter for Stream {
    fn write(&mut self, bytes: &[u8]) -> Result<Vec<u8>, actix_web::Error> {
        let read = self.start.look_at(bytes);
        let read = read.and_then(|()| self.gate.write(bytes));
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
