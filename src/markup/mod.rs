//! Gating markup: tags, frames, pixels and films in HTML responses.
//!
//! A cookie is held back by its header; what a page loads from elsewhere has to be held back in
//! the page. With [`ConsentBuilder::markup`](crate::ConsentBuilder::markup) the middleware reads
//! the HTML that the application sends, lets in what the visitor has granted and leaves out what
//! not, so that nothing gated is asked for before consent, with or without JavaScript.
//!
//! # The dialect
//!
//! | written | once granted | until then |
//! | --- | --- | --- |
//! | `<script type="text/plain" data-category="analytics" data-src="…">` | a script, in place | left out |
//! | `<iframe data-category="marketing" data-service="example-video" data-src="…">` | a frame | a placeholder of the same size |
//! | `img`, `video`, `audio`, `embed`, `object` likewise (`data-srcset`, `data-poster`) | live | a placeholder, or nothing for a pixel |
//! | `<link data-category="preferences" rel="stylesheet" href="…">` or `data-href` | a link | left out |
//! | `<template data-category="marketing">…</template>` round anything | its content | left out; with `data-placeholder` a placeholder |
//!
//! `data-category="analytics marketing"` needs both. `data-service` names a service of the policy,
//! which answers for its category. `data-type="module"` becomes the `type` of a script. All other
//! attributes stay as they are. A name that the policy does not have is held back and reported.
//!
//! An element that loads from an origin which the policy declares as an `[[embed]]` of a gated
//! service is gated as well, marked or not.
//!
//! # What it cannot see
//!
//! What inline scripts and style sheets load is not in the markup. The browser holds it back where
//! a Content-Security-Policy says so: [`Csp`](crate::Csp). XHTML (`application/xhtml+xml`) and
//! compressed bodies are not read.
//!
//! # When it is not sure
//!
//! It fails closed. Where markup is ambiguous, a tag does not end within 256 KiB or the encoding
//! is none that contains ASCII, a whole response becomes a 500 and a stream ends with an error;
//! the log says where and why.

mod element;
mod embeds;
mod gate;
mod link;
mod needs;
mod page;
mod plain;
mod respond;

use std::sync::Arc;

use self::{embeds::Embeds, plain::Glance};
use crate::{
    config::Paths,
    decision::ConsentModel,
    pages::{Pages, drawn},
    policy::Policy,
};

pub(crate) use self::respond::respond;

/// How the markup of HTML responses is gated.
///
/// ```
/// use actix_consent::{ConsentMiddleware, Policy, SigningKeys, markup::Markup};
///
/// # let policy = Policy::parse(include_str!("../../tests/integration/consent.toml")).unwrap();
/// let consent = ConsentMiddleware::builder(policy, SigningKeys::generate())
///     .markup(Markup::new())
///     .build()?;
/// # Ok::<(), actix_consent::error::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Markup {
    banner: bool,
    settings_link: bool,
}

impl Markup {
    /// Everything gated, the banner and a link to the settings put in where a page has none.
    pub fn new() -> Self {
        Self {
            banner: true,
            settings_link: true,
        }
    }

    /// Whether the banner is put right after `<body>` in documents whose handler has not asked
    /// for it. Default: it is. It makes each HTML document depend on consent, and caches are told
    /// so.
    pub fn banner(mut self, banner: bool) -> Self {
        self.banner = banner;
        self
    }

    /// Whether a link to the settings is put at the end of documents that have none, so that each
    /// page has one (Art. 7(3) GDPR). Default: it is.
    pub fn settings_link(mut self, link: bool) -> Self {
        self.settings_link = link;
        self
    }
}

impl Default for Markup {
    fn default() -> Self {
        Self::new()
    }
}

/// The same, as it is used: what can be made once is made once.
#[derive(Debug)]
pub(crate) struct Gating {
    pub(crate) settings: Markup,
    pub(crate) embeds: Arc<Embeds>,
    pub(crate) glance: Glance,
    /// What is put at the end of documents that have no link to the settings.
    pub(crate) closing: String,
}

impl Gating {
    pub(crate) fn new(settings: Markup, policy: &Policy, pages: &dyn Pages, paths: &Paths) -> Self {
        let embeds = Embeds::of(policy);
        Self {
            glance: Glance::new(embeds.hosts()),
            closing: match settings.settings_link {
                true => pages.settings_link(&drawn::frame(
                    policy,
                    paths,
                    ConsentModel::OptIn,
                    false,
                    "",
                    &paths.settings,
                )),
                false => String::new(),
            },
            embeds: Arc::new(embeds),
            settings,
        }
    }
}
