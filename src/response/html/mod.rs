//! HTML responses: which ones are rewritten, their bodies and their headers.

mod page_insertions;
mod passthrough;

use std::{rc::Rc, sync::Arc};

use actix_web::{
    body::{BodySize, BoxBody, MessageBody},
    dev::ResponseHead,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    web::Bytes,
};

use encoding_rs::Encoding;

use self::page_insertions::insertions_for;
use crate::markup::{
    Gating, MarkupError,
    charset::{self, Reading, Start},
    context::PageContext,
    insertion_points,
    insertions::{Insertions, splice},
    inspected_tags::InspectedTags,
    rewriter::{Kind, PageRewriter},
};
use crate::{
    cache_headers,
    decision::grants::Grants,
    error::MountError,
    http::{content_type::is_html, destination::Destination},
    request::{Reader, RequestConsent},
    response::{
        body::{ConsentBody, Filter},
        headers::{finish_head, forbid_sniffing},
    },
};

/// Headers that describe the original body.
static DIGESTS: [HeaderName; 5] = [
    HeaderName::from_static("digest"),
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("repr-digest"),
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("accept-ranges"),
];

/// Gates a response: its headers and, if it is HTML, its body.
pub(crate) fn respond<B: MessageBody>(
    consent: &Rc<RequestConsent>,
    gating: &Arc<Gating>,
    head: &mut ResponseHead,
    body: B,
) -> ConsentBody<B> {
    forbid_sniffing(consent, head, body.size());
    let rewrites = is_rewritten(head, body.size(), consent);
    if rewrites && is_encoded(head.headers()) {
        consent.compressed.set(true);
        let (method, path) = (&consent.method, consent.uri.path());
        log::error!("{method} {path}: {}", MountError::Compressed);
        let body = ConsentBody::own(failed(head));
        finish_head(consent, head, false);
        return body;
    }
    passthrough::filter_headers(consent, gating, head.headers_mut());
    if !rewrites {
        return passthrough::pass(consent, gating, head, body);
    }
    let body = body.try_into_bytes();
    let document = is_document(consent, head, body.as_ref().ok());
    if document {
        consent.take_once();
    }
    let body = page(consent, gating, head, body, document);
    if !document && !head.status.is_redirection() {
        cache_headers::mark_part(head.headers_mut());
    }
    finish_head(consent, head, false);
    body
}

/// Returns whether the response is a whole page, not a fragment.
fn is_document(consent: &RequestConsent, head: &ResponseHead, whole: Option<&Bytes>) -> bool {
    !head.status.is_redirection()
        && is_html(head.headers())
        && match consent.reader {
            Reader::Document => true,
            Reader::Target => whole.is_none_or(|bytes| insertion_points::starts_a_page(bytes)),
            Reader::Part | Reader::Frame => false,
        }
}

/// Returns whether the response is a `<turbo-stream>`: HTML fragments that Turbo inserts into the
/// page.
fn is_turbo_stream(headers: &HeaderMap) -> bool {
    const KIND: &[u8] = b"text/vnd.turbo-stream.html";
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        let start = kind.as_bytes().trim_ascii_start().get(..KIND.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(KIND))
    })
}

/// Returns whether the body has a content coding (RFC 9110, section 8.4), none of which the gate
/// reads. Names that are not codings, such as `utf-8`, are ignored, as browsers do.
pub(crate) fn is_encoded(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(header::CONTENT_ENCODING);
    let mut codings = codings.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    codings.any(|coding| {
        let coding = coding.trim_ascii();
        !coding.is_empty() && !is_no_coding(coding)
    })
}

/// Returns whether a name in `Content-Encoding` is not a content coding but a charset or a transfer
/// encoding.
fn is_no_coding(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 6] = [
        b"identity",
        b"none",
        b"binary",
        b"7bit",
        b"8bit",
        b"chunked",
    ];
    let known = NAMES.iter().any(|known| name.eq_ignore_ascii_case(known));
    known || Encoding::for_label(name).is_some()
}

/// Returns whether the markup of this response is gated: it is HTML with a body that browsers show.
fn is_rewritten(head: &ResponseHead, size: BodySize, consent: &RequestConsent) -> bool {
    let headers = head.headers();
    if !(is_html(headers) || is_turbo_stream(headers))
        || consent.policy().gated_units().next().is_none()
        || head.status.is_informational()
        || matches!(
            head.status,
            StatusCode::NO_CONTENT
                | StatusCode::RESET_CONTENT
                | StatusCode::NOT_MODIFIED
                | StatusCode::PARTIAL_CONTENT
        )
        || size.is_eof()
    {
        return false;
    }
    !is_download(headers)
}

/// Returns whether browsers save the body instead of showing it: exactly one `attachment`, not
/// malformed in a way for which browsers ignore the header (RFC 6266, 4.1).
pub(crate) fn is_download(headers: &HeaderMap) -> bool {
    let mut fields = headers.get_all(header::CONTENT_DISPOSITION);
    let (Some(field), None) = (fields.next(), fields.next()) else {
        return false;
    };
    let mut parts = field.as_bytes().split(|byte| *byte == b';');
    let kind = parts.next().unwrap_or_default();
    kind.trim_ascii().eq_ignore_ascii_case(b"attachment")
}

fn page<B: MessageBody>(
    consent: &Rc<RequestConsent>,
    gating: &Arc<Gating>,
    head: &mut ResponseHead,
    body: Result<Bytes, B>,
    document: bool,
) -> ConsentBody<B> {
    let shell = gating.is_shell();
    let insertions = match document {
        true => insertions_for(consent, gating),
        false => Insertions::default(),
    };
    let bytes = body.as_ref().ok().map(|bytes| &bytes[..]);
    if is_turbo_stream(head.headers()) {
        // Scripts read responses as UTF-8, whatever charset is declared.
        let value = HeaderValue::from_static("text/vnd.turbo-stream.html; charset=utf-8");
        head.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    let names = consent.destination == Destination::Document;
    let reading = match charset::determine(head.headers_mut(), bytes, names) {
        Ok(reading) => reading,
        Err(error) => {
            report(consent, &error);
            return ConsentBody::own(failed(head));
        }
    };
    let grants = grants(consent, gating);
    let page = PageContext::new(consent.clone(), gating.clone(), grants, insertions);
    if consent.method == Method::HEAD {
        // The length of the body of a GET is not known in advance.
        if !shell {
            consent.uses_consent.set(true);
        }
        rewritten(head.headers_mut());
        return ConsentBody::own(BoxBody::new(Unsent));
    }
    match body {
        Ok(bytes) => {
            let page = match reading {
                Reading::Unknown => page.with_start(&bytes),
                Reading::Known(_) => page,
            };
            let page = page.with_reading(reading);
            let whole = whole(gating, &page, &bytes, document);
            if page.gated.get() && !shell {
                consent.uses_consent.set(true);
            }
            match whole {
                Ok(None) => ConsentBody::own(BoxBody::new(bytes)),
                Ok(Some(changed)) => {
                    rewritten(head.headers_mut());
                    ConsentBody::own(BoxBody::new(changed))
                }
                Err(error) => {
                    report(consent, &error);
                    ConsentBody::own(failed(head))
                }
            }
        }
        Err(stream) => {
            if !shell {
                consent.uses_consent.set(true);
            }
            rewritten(head.headers_mut());
            let kind = if document { Kind::Stream } else { Kind::Piece };
            let inserts =
                !(page.insertions.head_start.is_empty() && page.insertions.body_start.is_empty());
            let stream_of = Stream {
                rewriter: Err(Some((page, kind))),
                consent: consent.clone(),
                start: Start::of(reading, document && inserts),
            };
            ConsentBody::filtered(stream, Box::new(stream_of))
        }
    }
}

/// Returns the grants of this visitor, or of a visitor without a choice if pages are the same for
/// everyone.
pub(crate) fn grants(consent: &RequestConsent, gating: &Gating) -> Grants {
    match gating.is_shell() {
        true => Grants::of(&consent.config.undecided, &gating.advanced),
        false => Grants::of(&consent.state().decision, &consent.extra_units()),
    }
}

/// Returns the rewritten page; `None` if it is unchanged.
fn whole(
    gating: &Arc<Gating>,
    page: &Rc<PageContext>,
    bytes: &Bytes,
    document: bool,
) -> Result<Option<Vec<u8>>, MarkupError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    if gating.prefilter.passes(bytes)
        && let Some(splice) = splice(page, bytes)
    {
        return Ok(splice);
    }
    let kind = match document {
        true => {
            let skips = !page.insertions.body_start.is_empty()
                && insertion_points::starts_with_skip_link(bytes);
            Kind::Document(InspectedTags::of(bytes).with_skip_link(skips))
        }
        false => Kind::Piece,
    };
    let mut rewriter = PageRewriter::new(page.clone(), kind, page.reading.encoding());
    rewriter.write(bytes)?;
    rewriter.end()?;
    let changed = rewriter.take();
    Ok((changed != bytes[..]).then_some(changed))
}

/// Removes headers that describe the original body.
pub(crate) fn rewritten(headers: &mut HeaderMap) {
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::CONTENT_RANGE);
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
    cache_headers::forbid(headers);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    BoxBody::new("The server could not answer. Try again later.")
}

fn report(consent: &RequestConsent, error: &MarkupError) {
    log::error!("{} {}: {error}", consent.method, consent.uri.path());
}

/// Body of a response to HEAD: unknown length, no content.
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

/// Filter that rewrites a streamed body.
struct Stream {
    /// The rewriter; until the encoding of the stream is known, the parameters to create it.
    rewriter: Result<PageRewriter, Option<(PageContext, Kind)>>,
    consent: Rc<RequestConsent>,
    start: Start,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stream")
    }
}

impl Filter for Stream {
    fn write(&mut self, bytes: &[u8]) -> Result<Vec<u8>, actix_web::Error> {
        let read = self.read(bytes, false);
        self.taken(read)
    }

    fn end(&mut self) -> Result<Vec<u8>, actix_web::Error> {
        let read = self.read(b"", true);
        self.taken(read)
    }
}

impl Stream {
    fn read(&mut self, bytes: &[u8], ends: bool) -> Result<Vec<u8>, MarkupError> {
        let mut held = None;
        if let Err(waiting) = &mut self.rewriter {
            let Some((bytes, reading)) = self.start.take(bytes, ends)? else {
                return Ok(Vec::new());
            };
            let Some((page, kind)) = waiting.take() else {
                return Err(MarkupError::new("the page has already ended"));
            };
            let page = match (kind, reading) {
                (Kind::Stream, Reading::Unknown) => page.with_start(&bytes),
                _ => page,
            };
            let page = page.with_reading(reading);
            self.rewriter = Ok(PageRewriter::new(page, kind, reading.encoding()));
            held = Some(bytes);
        }
        let bytes = held.as_deref().unwrap_or(bytes);
        self.start.scan(bytes)?;
        let Ok(rewriter) = &mut self.rewriter else {
            return Ok(Vec::new());
        };
        rewriter.write(bytes)?;
        if ends {
            rewriter.end()?;
        }
        Ok(rewriter.take())
    }

    fn taken(&self, read: Result<Vec<u8>, MarkupError>) -> Result<Vec<u8>, actix_web::Error> {
        read.map_err(|error| {
            report(&self.consent, &error);
            actix_web::error::ErrorInternalServerError(error)
        })
    }
}
