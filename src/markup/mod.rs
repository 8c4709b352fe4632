//! Gated markup: scripts, frames, tracking pixels and videos in HTML responses.
//!
//! Cookies are blocked in headers; content from other origins must be blocked in the page. With
//! [`ConsentBuilder::markup`](crate::ConsentBuilder::markup) the middleware rewrites the HTML of
//! the application: it activates what the visitor has accepted and removes the rest, so that
//! browsers request nothing gated before consent, with or without JavaScript.
//!
//! # The dialect
//!
//! | markup | with consent | without consent |
//! | --- | --- | --- |
//! | `<script type="text/plain" data-consent-category="analytics" data-src="…">` | a script, in place | removed |
//! | `<iframe data-consent-category="marketing" data-consent-service="example-video" data-src="…">` | a frame | a placeholder of the same size |
//! | `img`, `video`, `audio`, `embed`, `object` likewise (`data-srcset`, `data-poster`) | active | a placeholder, or nothing for a pixel |
//! | `<link data-consent-category="preferences" rel="stylesheet" href="…">` or `data-href` | a link | removed |
//! | `<template data-consent-category="marketing">…</template>` around any markup | its content | removed; with `data-placeholder` a placeholder |
//!
//! `data-consent-category="analytics marketing"` requires both. `data-consent-service` names a
//! service of the policy and implies its category. `data-type="module"` becomes the `type` of a
//! script. All other attributes stay unchanged. An element with an undeclared name is blocked and
//! reported. [`Markup::attributes`] sets other names for the two attributes.
//!
//! ## `data-category` and `data-service`
//!
//! Catalogues and galleries use these two names for their own purposes. Unless
//! [`Markup::attributes`] sets other names, they count as marks as follows:
//!
//! - Every value is a category or service of the policy: the element is gated. An exception is an
//!   image, video or audio element (`img`, `video`, `audio`, `source`, `track`, `input`) whose
//!   `src` leads to the site itself: write `data-src`, or `data-consent-category`.
//! - Only some values are: the element is blocked for everyone and reported, since it was probably
//!   meant to be gated.
//! - No value is: an element that loads from another site is blocked for everyone and reported. Any
//!   other element stays unchanged and is logged once for each value.
//!
//! The site itself is the host of the page (without `www.`) and the hosts below it.
//!
//! An element that loads from an origin which the policy declares as an `[[embed]]` of a gated
//! service is gated as well, marked or not.
//!
//! # Tags of other vendors
//!
//! [`Google`] and [`Matomo`] get the consent state before they start. For other vendors, gate the
//! tag itself by `data-consent-category`, so that it is absent before consent. If the tag also
//! reads a consent state, set it in a gated file of the site before the tag:
//!
//! ```html
//! <script type="text/plain" data-consent-category="marketing" data-src="/tags/uet-granted.js"></script>
//! <script type="text/plain" data-consent-category="marketing" data-src="https://bat.example/uet.js"></script>
//! ```
//!
//! For Microsoft's UET the first file contains
//! `uetq.push('consent','default',{ad_storage:'granted'})`. If the page's script changes a choice
//! in place, it dispatches `consent:state` on `document`, with the state in `event.detail.state`.
//!
//! # What it cannot see
//!
//! The gate reads elements and their attributes. Browsers also load addresses from other places:
//!
//! - inline scripts, `javascript:` addresses, and `<script>` of the types `importmap`,
//!   `speculationrules` and `webbundle`;
//! - style sheets and `<style>`, and `url(…)` in a `style` attribute;
//! - `url(…)` in presentation attributes of SVG (`mask`, `clip-path`, `fill`, `filter`,
//!   `marker-start`, `cursor`), and `<set>` and `<animate>` that change one of these;
//! - documents in `data:` addresses, in `<iframe>`, `<object>`, `<embed>`, `<script>` and `<link>`;
//! - elements that scripts of the page insert later.
//!
//! A Content-Security-Policy blocks all of these: add [`Csp`](crate::csp::Csp). Without one a
//! warning is logged when the middleware is built. XML (`application/xhtml+xml`, `image/svg+xml`
//! and the like) is not read.
//!
//! A document that browsers show and that cannot be gated is sent with a Content-Security-Policy
//! that forbids scripts and content from other sites, whatever is granted. This applies to XML that
//! names an origin of an `[[embed]]` or has an XSLT style sheet, and to partial HTML (status 206).
//! Send such pages as `text/html`. No policy prevents a `<link rel=preconnect>` in such a document,
//! which opens a connection and requests nothing.
//!
//! # Pages with a `<base>`
//!
//! A `<base href>` with another origin would redirect the inserted forms and links there, so they
//! get absolute addresses in such a page. These start with `origin` of the policy or the builder,
//! else with the `Host` of the request: set `origin` if a proxy changes `Host`.
//!
//! # Ambiguous markup
//!
//! The gate fails closed. If markup is ambiguous, a tag does not end within 256 KiB or the encoding
//! is UTF-16 or ISO-2022-JP, a buffered response becomes a 500 and a stream ends with an error; the
//! path and the reason are logged. Compressed HTML is a 500 as well: mount compression outside of
//! the middleware.
//!
//! A document that ends inside a tag, a comment or a script gets no insertion at its end, so that
//! no banner or link completes the tag.
//!
//! # Encodings
//!
//! A page is read in the encoding that browsers use: byte order mark, `charset` in `Content-Type`,
//! declaration in the page (HTML, 13.2.3.2). Labels that browsers do not know are ignored. If all
//! browsers find the same declaration, it is added to `Content-Type`. Otherwise browsers guess: the
//! header stays unchanged, and the page is read in each encoding that they may choose. That costs
//! more time, so name the charset in `Content-Type`.
//!
//! # Types
//!
//! A response without a type, or with one that browsers do not follow, gets `nosniff` if the
//! request may be for a document (`Sec-Fetch-Dest`, else `Accept`). Scripts, style sheets and
//! images stay unchanged.

pub(crate) mod address;
pub(crate) mod charset;
pub(crate) mod context;
pub(crate) mod dialect;
pub(crate) mod element;
pub(crate) mod embeds;
mod error;
mod gating;
pub(crate) mod header_addresses;
pub(crate) mod insertion_points;
pub(crate) mod insertions;
pub(crate) mod inspected_tags;
pub(crate) mod link_header;
pub(crate) mod needs;
pub(crate) mod prefilter;
pub(crate) mod rewriter;
pub(crate) mod script;
mod settings;
pub(crate) mod vendor;
pub(crate) mod visit;

#[doc = include_str!("../../docs/caches.md")]
pub mod caches {}

pub(crate) use self::{error::MarkupError, gating::Gating};
pub use self::{
    settings::{CacheMode, Markup, PageScript},
    vendor::{Google, Matomo},
};

/// True: this build gates markup.
pub(crate) const ENABLED: bool = true;
