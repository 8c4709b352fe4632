//! Responses that are not rewritten: their headers, XML, partial HTML, Speculation Rules.

use std::rc::Rc;

use actix_web::{
    body::{BoxBody, MessageBody},
    dev::ResponseHead,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
};

use memchr::memmem;

use super::{grants, is_download, is_encoded, rewritten};
use crate::markup::{
    Gating,
    header_addresses::{self, AddressFilter},
    link_header,
    visit::Visit,
};
use crate::{
    http::content_type::ContentType,
    request::RequestConsent,
    response::{body::ConsentBody, headers::finish_head},
};

/// Content-Security-Policy of documents that cannot be gated: no scripts, nothing from other sites,
/// and no `<meta http-equiv=refresh>`, which a sandbox without scripts ignores. `script-src` is
/// necessary for XSLT only, which browsers load by it and apply in a sandbox as well.
const SEAL: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    font-src 'self' data:; media-src 'self' data:; script-src 'self'; \
    sandbox allow-same-origin allow-forms \
    allow-popups allow-popups-to-escape-sandbox allow-downloads \
    allow-top-navigation-by-user-activation";

/// Removes addresses of services that are off from the headers of any response.
pub(crate) fn filter_headers(consent: &RequestConsent, gating: &Gating, headers: &mut HeaderMap) {
    let links = link_header::has_links(headers);
    let others = header_addresses::has_addresses(headers);
    if gating.embeds.is_empty() || !(links || others) {
        return;
    }
    let grants = grants(consent, gating);
    let address = consent.address();
    let mut gated = links && link_header::filter_links(headers, &gating.embeds, &grants, &address);
    if others {
        let mut filter = AddressFilter {
            embeds: &gating.embeds,
            grants: &grants,
            base: address,
            gated: false,
        };
        header_addresses::remove_denied(headers, &mut filter);
        gated |= filter.gated;
    }
    if gated && !gating.is_shell() {
        consent.uses_consent.set(true);
    }
}

/// Gates a response that is not rewritten.
pub(crate) fn pass<B: MessageBody>(
    consent: &Rc<RequestConsent>,
    gating: &Gating,
    head: &mut ResponseHead,
    body: B,
) -> ConsentBody<B> {
    if body.size().is_eof() || is_download(head.headers()) {
        finish_head(consent, head, false);
        return ConsentBody::app(body);
    }
    let kind = ContentType::of(head.headers());
    // Browsers use Speculation Rules of no other type.
    if kind.is("application/speculationrules+json") && !gating.embeds.is_empty() {
        let body = rules(consent, gating, head.headers_mut(), body);
        finish_head(consent, head, false);
        return body;
    }
    let is_part = head.status == StatusCode::PARTIAL_CONTENT && kind.is_html();
    let is_xml = kind.is_xml() && !gating.embeds.is_empty();
    let is_shown = (is_part || is_xml)
        && consent.destination.may_be_shown()
        && consent.policy().gated_units().next().is_some();
    let (body, seals) = match is_shown {
        true if is_xml => sealed_xml(consent, gating, head.headers(), body),
        seals => (ConsentBody::app(body), seals),
    };
    finish_head(consent, head, false);
    if seals {
        // This policy comes after all others, so that nothing is added to it.
        let headers = head.headers_mut();
        let value = HeaderValue::from_static(SEAL);
        headers.append(header::CONTENT_SECURITY_POLICY, value);
        let value = HeaderValue::from_static("nosniff");
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, value);
    }
    body
}

/// Returns an XML document, and whether it may name a gated origin.
fn sealed_xml<B: MessageBody>(
    consent: &RequestConsent,
    gating: &Gating,
    headers: &HeaderMap,
    body: B,
) -> (ConsentBody<B>, bool) {
    match body.try_into_bytes() {
        Ok(bytes) => {
            let is_ascii = !bytes[..bytes.len().min(4)].contains(&0) && !is_encoded(headers);
            let passes = is_ascii && gating.prefilter.passes(&bytes);
            if !passes {
                consent.config.report_xml(consent.uri.path());
            }
            let seals = !passes || is_transformed(&bytes);
            (ConsentBody::own(BoxBody::new(bytes)), seals)
        }
        Err(body) => (ConsentBody::app(body), true),
    }
}

/// Returns whether a style sheet in another language than CSS may transform the document into one
/// that has not been inspected (XML, "Associating Style Sheets").
fn is_transformed(xml: &[u8]) -> bool {
    const START: &[u8] = b"<?xml-stylesheet";
    memmem::find_iter(xml, START).any(|at| {
        let rest = &xml[at + START.len()..];
        let rest = &rest[..memmem::find(rest, b"?>").unwrap_or(rest.len())];
        let is_css = [&b"type=\"text/css\""[..], b"type='text/css'"]
            .iter()
            .any(|kind| memmem::find(rest, kind).is_some());
        !is_css || memmem::find(rest, b"xsl").is_some()
    })
}

/// Returns a file of Speculation Rules without denied addresses.
fn rules<B: MessageBody>(
    consent: &RequestConsent,
    gating: &Gating,
    headers: &mut HeaderMap,
    body: B,
) -> ConsentBody<B> {
    let grants = grants(consent, gating);
    let mut filter = AddressFilter {
        embeds: &gating.embeds,
        grants: &grants,
        base: consent.address(),
        gated: false,
    };
    if !gating.is_shell() {
        consent.uses_consent.set(true);
    }
    if !filter.denies_any() {
        return ConsentBody::app(body);
    }
    let held = match body.try_into_bytes() {
        Ok(bytes) if !is_encoded(headers) => header_addresses::filtered_rules(&bytes, &mut filter),
        _ => None,
    };
    rewritten(headers);
    headers.remove(header::CONTENT_ENCODING);
    let rules = held.unwrap_or_else(|| {
        log::error!(
            "{} {}: the speculation rules cannot be read and are left out; send them as \
             uncompressed JSON, not as a stream",
            consent.method,
            consent.uri.path()
        );
        b"{}".to_vec()
    });
    ConsentBody::own(BoxBody::new(rules))
}
