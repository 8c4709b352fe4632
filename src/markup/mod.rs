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
pub(crate) mod dialect;
pub(crate) mod element;
pub(crate) mod embeds;
pub(crate) mod gate;
pub(crate) mod header;
pub(crate) mod link;
pub(crate) mod needs;
pub(crate) mod outline;
pub(crate) mod page;
pub(crate) mod placed;
pub(crate) mod plain;
pub(crate) mod script;
pub(crate) mod sniff;
pub(crate) mod tags;
pub(crate) mod visit;
pub(crate) mod watched;

#[doc = include_str!("../../docs/caches.md")]
pub mod caches {}

use std::sync::Arc;

use self::{dialect::Dialect, embeds::Embeds, plain::Glance, script::Scripts, tags::States};
use crate::{
    decision::{ConsentModel, Decision},
    error::ConfigError,
    http::asset::Asset,
    pages::{Pages, rendered},
    paths::Paths,
    policy::{Policy, StorageSpec},
};

pub use self::tags::{Google, Matomo};

/// True: this build gates markup.
pub(crate) const ENABLED: bool = true;

/// Settings for gated markup in HTML responses.
///
/// The gate reads elements and attributes. It does not see addresses in style sheets, scripts,
/// `style` attributes, SVG presentation attributes, `data:` documents and import maps ([the
/// list](super::markup#what-it-cannot-see)): use it together with [`Csp`](crate::csp::Csp).
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
    pub(crate) banner: bool,
    settings_link: bool,
    script: PageScript,
    api: bool,
    dialect: Dialect,
    pub(crate) caches: CacheMode,
    pub(crate) clear_storage: bool,
    google: Option<Google>,
    matomo: Option<Matomo>,
}

/// Optional script of a page. Choices work without it.
///
/// It has at most 1.5 kB (brotli), is cached by browsers permanently and comes from the site
/// itself, so `script-src 'self'` admits it and `connect-src 'self'` its requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageScript {
    /// No script. The default.
    #[default]
    None,
    /// The visitor chooses without leaving the page. After an acceptance the script reloads the
    /// page and restores the scroll position, since blocked markup is not in it.
    Reload,
    /// Blocked markup stays in the page, inert, and the script activates it in place. Costs: the
    /// page contains its addresses (no browser fetches them), and the script has 2.5 kB. It cannot
    /// be combined with a [`Csp`](crate::csp::Csp), which a loaded page cannot change.
    Live,
}

/// Caching of HTML that depends on consent in shared caches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheMode {
    /// `Vary: Cookie, Sec-GPC` and `Cache-Control: private`: browsers store the response, shared
    /// caches do not. The default, since it needs no configuration of caches.
    #[default]
    Vary,
    /// A cache stores one copy for each consent state: see [`caches`](super::caches). Such a
    /// response keeps the caching headers of the application if the cache sends the right state in
    /// `X-Consent-Key`. Costs: a cookie `axc_key`, which contains only the granted units, and a
    /// line in the configuration of the cache.
    Key,
    /// The HTML is the same for everyone, and the script requests the visitor's state: gated markup
    /// is inert, the script reveals the banner, and visitors without scripts get a link to the
    /// settings. Costs: the banner appears after the page, the page contains the gated addresses,
    /// and everyone is asked, even under [`ConsentModel::Implied`](crate::ConsentModel). It cannot
    /// be combined with a [`Csp`](crate::csp::Csp).
    Shell,
}

impl Markup {
    /// Creates settings with the defaults: everything is gated, and pages without a banner or a
    /// link to the settings get them.
    pub fn new() -> Self {
        Self {
            banner: true,
            settings_link: true,
            script: PageScript::None,
            api: false,
            dialect: Dialect::default(),
            caches: CacheMode::Vary,
            clear_storage: false,
            google: None,
            matomo: None,
        }
    }

    /// Sets whether the banner is inserted after `<body>` in documents whose handler has not
    /// rendered it. Default: true. With it each HTML document depends on consent, and caches are
    /// told so.
    pub fn banner(mut self, banner: bool) -> Self {
        self.banner = banner;
        self
    }

    /// Sets whether documents without a link to the settings get one at their end, so that each
    /// page has one (Art. 7(3) GDPR). Default: true.
    pub fn settings_link(mut self, link: bool) -> Self {
        self.settings_link = link;
        self
    }

    /// Sets the script of the pages. Default: [`PageScript::None`].
    pub fn script(mut self, script: PageScript) -> Self {
        self.script = script;
        self
    }

    /// Sets whether the script offers an interface to other scripts, `Consent.has("analytics")` and
    /// events, as declared in `consent.d.ts` beside its source. Default: false. It requires a
    /// script.
    pub fn api(mut self, api: bool) -> Self {
        self.api = api;
        self
    }

    /// Sets the names of the attributes that mark gated markup, each `data-` followed by lower-case
    /// letters, digits and hyphens. Default: `data-consent-category` and `data-consent-service`,
    /// which no application uses by accident; `data-category` and `data-service` are read as well,
    /// as described under [the dialect](super::markup#the-dialect). With names set here, only these
    /// are read, and each of their values is a mark.
    ///
    /// ```
    /// use actix_consent::markup::Markup;
    ///
    /// let markup = Markup::new().attributes("data-gate", "data-gate-service");
    /// ```
    pub fn attributes(mut self, category: impl Into<String>, service: impl Into<String>) -> Self {
        self.dialect = Dialect::new(category.into(), service.into());
        self
    }

    /// Sets the caching of HTML in shared caches. Default: [`CacheMode::Vary`].
    pub fn caches(mut self, caches: CacheMode) -> Self {
        self.caches = caches;
        self
    }

    /// Sets whether a withdrawal clears the storage of the browser, by `Clear-Site-Data:
    /// "storage"`. Default: false. Use it only if no necessary storage is declared: it deletes all
    /// of it, and unregisters service workers. Browsers follow it over https and on `localhost`
    /// only. Cookies are never cleared this way, since that would delete the choice itself.
    pub fn clear_storage(mut self, clear: bool) -> Self {
        self.clear_storage = clear;
        self
    }

    /// Passes the consent state to Google's tags: [`Google`]. Default: no state.
    pub fn google(mut self, google: Google) -> Self {
        self.google = Some(google);
        self
    }

    /// Passes the consent state to Matomo: [`Matomo`]. Default: no state.
    pub fn matomo(mut self, matomo: Matomo) -> Self {
        self.matomo = Some(matomo);
        self
    }

    /// Logs that a withdrawal leaves storage entries behind, since no server can remove them.
    fn warn_of_storage(&self, policy: &Policy) {
        let scripted = self.script != PageScript::None || self.caches == CacheMode::Shell;
        let mut gated = policy.file().storage.iter();
        if let Some(entry) = gated.find(|entry| entry.exemption.is_none())
            && !scripted
            && !self.clear_storage
        {
            log::warn!(
                "a withdrawal leaves `{}` of `[[storage]]` in browsers, and receipts state it: use \
                 `Markup::clear_storage(true)` if no stored entry is necessary, else \
                 `Markup::script(PageScript::Reload)`",
                entry.key
            );
        }
    }

    /// Returns whether shared caches store one copy for each consent state.
    pub(crate) fn is_keyed(&self) -> bool {
        self.caches == CacheMode::Key
    }

    /// Returns an error message if settings contradict each other or the policy.
    pub(crate) fn contradiction(&self, policy: &Policy, csp: bool) -> Option<&'static str> {
        let necessary = |storage: &StorageSpec| storage.exemption.is_some();
        if let Some(fault) = self.dialect.fault() {
            return Some(fault);
        }
        if csp && self.caches == CacheMode::Shell {
            return Some(
                "a Content-Security-Policy that follows consent and pages that are the same for \
                 everyone contradict each other: drop `csp` or `CacheMode::Shell`",
            );
        }
        if csp && self.script == PageScript::Live {
            return Some(
                "a Content-Security-Policy that follows consent and `PageScript::Live` contradict \
                 each other, since a page keeps the policy that it came with. Use `PageScript::Reload`",
            );
        }
        let tells = self.google.is_some() || self.matomo.is_some();
        if tells && self.caches == CacheMode::Shell {
            return Some(
                "tags that are told the state of consent and pages that are the same for \
                 everyone contradict each other: drop `google` and `matomo`, or `CacheMode::Shell`",
            );
        }
        if self.clear_storage && policy.file().storage.iter().any(necessary) {
            return Some("`clear_storage` would empty a necessary `[[storage]]` as well: drop it");
        }
        None
    }
}

impl Default for Markup {
    fn default() -> Self {
        Self::new()
    }
}

/// Gate for markup of one policy and prefix, with everything that is computed once.
pub(crate) struct Gating {
    pub(crate) policy: Policy,
    pub(crate) pages: Arc<dyn Pages>,
    pub(crate) paths: Paths,
    /// Hashes of the words of placeholders, without and with `Sec-GPC: 1`.
    pub(crate) placeholder_texts: [String; 2],
    /// Decision for a visitor without a choice.
    pub(crate) undecided: Arc<Decision>,
    pub(crate) settings: Markup,
    pub(crate) embeds: Embeds,
    pub(crate) glance: Glance,
    /// HTML for the end of documents without a link to the settings; empty if disabled.
    pub(crate) closing: String,
    /// Link to the settings, whether or not it is inserted at the end of documents.
    pub(crate) link: String,
    pub(crate) scripts: Option<Scripts>,
    /// Consent states for tags of other vendors.
    pub(crate) tags: Vec<States>,
    /// Services whose tags load without consent.
    pub(crate) advanced: Vec<usize>,
}

impl Gating {
    pub(crate) fn settings(&self) -> &Markup {
        &self.settings
    }

    /// Returns the attribute names that mark gated markup.
    pub(crate) fn dialect(&self) -> &Dialect {
        &self.settings.dialect
    }

    /// Returns whether blocked markup stays in the page, inert, instead of being removed.
    pub(crate) fn is_inert(&self) -> bool {
        self.is_shell() || self.settings.script == PageScript::Live
    }

    /// Returns whether a withdrawal clears the storage of the site.
    pub(crate) fn clears_storage(&self) -> bool {
        self.settings.clear_storage
    }

    /// Returns whether shared caches store one copy for each consent state.
    pub(crate) fn is_keyed(&self) -> bool {
        self.settings.is_keyed()
    }

    /// Returns the services whose tags load without consent.
    pub(crate) fn advanced(&self) -> &[usize] {
        &self.advanced
    }

    /// Returns whether pages contain a script of this library.
    pub(crate) fn has_script(&self) -> bool {
        self.scripts.is_some() || !self.tags.is_empty()
    }

    /// Returns the script at `path`: one of this library, or a vendor's consent state.
    pub(crate) fn script_at(&self, path: &str) -> Option<&Asset> {
        let own = self.scripts.as_ref().and_then(|scripts| scripts.at(path));
        own.or_else(|| self.tags.iter().find_map(|states| states.at(path)))
    }

    /// Returns the storage entries of denied units, which only a script can remove; `None` if pages
    /// have no script.
    pub(crate) fn traces(&self, policy: &Policy, decision: &Decision) -> Option<Vec<&str>> {
        let scripts = self.scripts.as_ref()?;
        Some(scripts.traces(policy, decision))
    }

    /// Returns whether HTML is the same for everyone.
    pub(crate) fn is_shell(&self) -> bool {
        self.settings.caches == CacheMode::Shell
    }

    pub(crate) fn new(
        settings: Markup,
        policy: &Policy,
        pages: Arc<dyn Pages>,
        paths: &Paths,
        placeholder_texts: [String; 2],
        undecided: Arc<Decision>,
    ) -> Result<Self, ConfigError> {
        let google = settings.google.as_ref();
        let matomo = settings.matomo.as_ref();
        let google_states = google.map(|google| google.states(policy, paths));
        let matomo_states = matomo.map(|matomo| matomo.states(policy, paths));
        let tags: Result<_, _> = google_states.into_iter().chain(matomo_states).collect();
        let mut advanced = Vec::new();
        for service in google.map_or(&[][..], |google| &google.advanced) {
            let unknown =
                || tags::unknown(policy, &format!("Google::advanced({service:?})"), service);
            advanced.push(
                policy
                    .unit(service)
                    .ok_or_else(|| ConfigError::Markup(unknown()))?,
            );
        }
        let embeds = Embeds::of(policy);
        settings.warn_of_storage(policy);
        let model = ConsentModel::OptIn;
        let frame = rendered::frame(policy, paths, model, false, "", &paths.settings);
        let link = pages.settings_link(&frame);
        Ok(Self {
            tags: tags.map_err(ConfigError::Markup)?,
            advanced,
            scripts: Scripts::new(&settings, policy, paths),
            glance: Glance::new(embeds.hosts(), settings.dialect.all()),
            closing: match settings.settings_link {
                true => link.clone(),
                false => String::new(),
            },
            link,
            embeds,
            settings,
            policy: policy.clone(),
            pages,
            paths: paths.clone(),
            placeholder_texts,
            undecided,
        })
    }
}
