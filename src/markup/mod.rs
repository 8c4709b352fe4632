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
//! | `<script type="text/plain" data-consent-category="analytics" data-src="…">` | a script, in place | left out |
//! | `<iframe data-consent-category="marketing" data-consent-service="example-video" data-src="…">` | a frame | a placeholder of the same size |
//! | `img`, `video`, `audio`, `embed`, `object` likewise (`data-srcset`, `data-poster`) | live | a placeholder, or nothing for a pixel |
//! | `<link data-consent-category="preferences" rel="stylesheet" href="…">` or `data-href` | a link | left out |
//! | `<template data-consent-category="marketing">…</template>` round anything | its content | left out; with `data-placeholder` a placeholder |
//!
//! `data-consent-category="analytics marketing"` needs both. `data-consent-service` names a service
//! of the policy, which answers for its category. `data-type="module"` becomes the `type` of a
//! script. All other attributes stay as they are. An element with an undeclared name is
//! blocked and reported. [`Markup::attributes`] sets other names for the two attributes.
//!
//! ## `data-category` and `data-service`
//!
//! Catalogues and galleries use these two names for their own purposes. Unless
//! [`Markup::attributes`] names others, they count as marks as follows:
//!
//! - Every value is a category or service of the policy: the element is gated. A picture, film or
//!   sound (`img`, `video`, `audio`, `source`, `track`, `input`) whose address is in `src` and
//!   leads to the site itself is not: write `data-src`, or `data-consent-category`.
//! - Some values are and some are not: the element is blocked for everyone and reported, since
//!   it was meant for the gate.
//! - No value is: an element that loads from another site is blocked for everyone and reported. One
//!   that loads from the site itself, or nothing, is left as it is and logged once for each value.
//!
//! The site itself is the host of the page (without `www.`) and the hosts below it.
//!
//! An element that loads from an origin which the policy declares as an `[[embed]]` of a gated
//! service is gated as well, marked or not.
//!
//! # Tags of other vendors
//!
//! [`Google`] and [`Matomo`] get the state of consent before they start. Others follow the same
//! pattern: gate the tag itself by `data-consent-category`, so that it is absent before consent. If
//! it also accepts the state of consent, pass that in a gated file of the site, before the tag:
//!
//! ```html
//! <script type="text/plain" data-consent-category="marketing" data-src="/tags/uet-granted.js"></script>
//! <script type="text/plain" data-consent-category="marketing" data-src="https://bat.example/uet.js"></script>
//! ```
//!
//! with, for Microsoft's UET, `uetq.push('consent','default',{ad_storage:'granted'})` in the
//! first. Where the page's script changes a choice in place it dispatches `consent:state` on
//! `document`, with the state in `event.detail.state`.
//!
//! # What it cannot see
//!
//! The gate reads elements and their attributes. A browser also loads what is named elsewhere:
//!
//! - inline scripts, `javascript:` addresses, and `<script>` of the types `importmap`, `speculationrules` and `webbundle`;
//! - style sheets and `<style>`, and `url(…)` in a `style` attribute;
//! - `url(…)` in presentation attributes of SVG (`mask`, `clip-path`, `fill`, `filter`,
//!   `marker-start`, `cursor`), and `<set>` and `<animate>` that change one of these;
//! - documents in `data:` addresses, in `<iframe>`, `<object>`, `<embed>`, `<script>` and `<link>`;
//! - what scripts of the page insert later.
//!
//! All of it is blocked by a Content-Security-Policy: add [`Csp`](crate::csp::Csp). Without one
//! a warning is logged when the middleware is built. XML (`application/xhtml+xml`,
//! `image/svg+xml` and the like) is not read.
//!
//! A document that browsers show and that cannot be gated is sent with a Content-Security-Policy
//! under which it runs no script and loads nothing from other sites, whatever is granted: XML that
//! names an origin of an `[[embed]]` or has a style sheet in XSLT, and a part of HTML (status 206).
//! Send such pages as `text/html`. No policy keeps such a document from a `<link rel=preconnect>`,
//! which opens a connection and requests nothing.
//!
//! # Pages with a `<base>`
//!
//! A `<base href>` that leads to another origin would take our forms and links there, so they get
//! absolute addresses in such a page. They start with `origin` of the policy or the builder, else
//! with the `Host` of the request: set `origin` if a proxy changes `Host`.
//!
//! # When it is not sure
//!
//! It fails closed. Where markup is ambiguous, a tag does not end within 256 KiB or the encoding
//! is UTF-16 or ISO-2022-JP, a whole response becomes a 500 and a stream ends with an error;
//! the path and the reason are logged. HTML that arrives compressed is a 500 as well: mount
//! compression outside of the middleware.
//!
//! A document that ends in the middle of a tag, a comment or a script gets nothing appended, so
//! that no banner or link completes the tag.
//!
//! # Encodings
//!
//! A page is read in the encoding that browsers use: byte order mark, `charset` in `Content-Type`,
//! what the page declares (HTML, 13.2.3.2). Labels that browsers do not know are ignored. If all
//! browsers find the same declaration, `Content-Type` names it from then on. Otherwise browsers
//! guess; the header stays as it is, and the page is read in each encoding that they may choose.
//! That costs more: name the charset in `Content-Type`.
//!
//! # Types
//!
//! A response without a type, or with one that browsers do not go by, gets `nosniff` if the request
//! may be for a document (`Sec-Fetch-Dest`, else `Accept`). Scripts, style sheets and images are
//! left alone.

mod address;
mod charset;
mod dialect;
mod element;
mod embeds;
mod gate;
mod header;
mod link;
mod needs;
mod outline;
mod page;
mod placed;
mod plain;
mod respond;
mod script;
mod sniff;
mod tags;
mod ungated;
mod watched;

#[doc = include_str!("../../docs/caches.md")]
pub mod caches {}

use self::{dialect::Dialect, embeds::Embeds, plain::Glance, script::Scripts, tags::States};
use crate::{
    config::Paths,
    decision::ConsentModel,
    error::ConfigError,
    pages::{Pages, drawn},
    policy::{Policy, StorageSpec},
};

pub use self::tags::{Google, Matomo};
pub(crate) use self::{
    respond::respond,
    script::{Asset, completed, script_at, serve},
};

/// How the markup of HTML responses is gated.
///
/// It sees elements and attributes, and not what style sheets, scripts, `style` attributes, SVG
/// presentation attributes, `data:` documents and import maps load
/// ([the list](self#what-it-cannot-see)): use it together with [`Csp`](crate::csp::Csp).
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
    script: PageScript,
    api: bool,
    dialect: Dialect,
    pub(crate) caches: CacheMode,
    pub(crate) clear_storage: bool,
    google: Option<Google>,
    matomo: Option<Matomo>,
}

/// The script of a page, which makes a choice nicer and that nothing depends on.
///
/// It weighs at most 1.5 kB (brotli), is stored by browsers for good and comes from the site
/// itself, so `script-src 'self'` admits it, and `connect-src 'self'` what it asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageScript {
    /// There is none. The default: the site works without.
    #[default]
    None,
    /// A choice is made without leaving the page. Where something was granted, the page is loaded
    /// again, its place kept: what was held back is not in it.
    Reload,
    /// What is held back waits in the page, inert, and comes to life in place. Costs: its addresses
    /// stand in the page (no browser fetches them), and the script weighs 2.5 kB. Not together
    /// with a [`Csp`](crate::csp::Csp), which no page changes once it is there.
    Live,
}

/// How HTML that depends on consent goes along with shared caches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheMode {
    /// `Vary: Cookie, Sec-GPC` and `Cache-Control: private`: browsers store it, shared caches do
    /// not. The default: right everywhere, without any set-up.
    #[default]
    Vary,
    /// A cache stores one copy for each state of consent: see [`caches`]. Such a response
    /// keeps what the application says to caches, where the cache names the right state in
    /// `X-Consent-Key`. Costs: a cookie `axc_key`, which says what is on and nothing else, and
    /// a line in the set-up of the cache.
    Key,
    /// The HTML is the same for everyone, and the script asks who it is for: gated markup waits,
    /// inert, the banner is revealed by the script, and who has none gets a link to the settings.
    /// Costs: the banner comes after the page, its addresses stand in the page, and everyone is
    /// asked, also where silence is read otherwise. Not together with a [`Csp`](crate::csp::Csp).
    Shell,
}

impl Markup {
    /// Everything gated, the banner and a link to the settings put in where a page has none.
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

    /// Whether pages bring a script. Default: they do not.
    pub fn script(mut self, script: PageScript) -> Self {
        self.script = script;
        self
    }

    /// Whether the script brings an interface for other scripts, `Consent.has("analytics")` and
    /// events: `consent.d.ts` beside its source declares it. Default: it does not. Without a
    /// script there is none.
    pub fn api(mut self, api: bool) -> Self {
        self.api = api;
        self
    }

    /// Names of the attributes that mark gated markup, each `data-` followed by lower-case
    /// letters, digits and hyphens. Default: `data-consent-category` and `data-consent-service`,
    /// which no application uses by accident; `data-category` and `data-service` are understood
    /// as well, as the [module](self#the-dialect) describes. With names of its own a site has
    /// these alone, and each value of them is of the gate.
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

    /// How HTML goes along with shared caches. Default: [`CacheMode::Vary`].
    pub fn caches(mut self, caches: CacheMode) -> Self {
        self.caches = caches;
        self
    }

    /// Whether a withdrawal empties the storage of the browser, by `Clear-Site-Data: "storage"`.
    /// Default: it does not. For sites that declare no necessary storage: it takes all of it, and
    /// unregisters service workers. Browsers read it over https and on `localhost` alone. Cookies are never cleared
    /// that way, since that would take the choice itself.
    pub fn clear_storage(mut self, clear: bool) -> Self {
        self.clear_storage = clear;
        self
    }

    /// Tells Google's tags what is granted: [`Google`]. Default: they are told nothing.
    pub fn google(mut self, google: Google) -> Self {
        self.google = Some(google);
        self
    }

    /// Tells Matomo whether it may track: [`Matomo`]. Default: it is told nothing.
    pub fn matomo(mut self, matomo: Matomo) -> Self {
        self.matomo = Some(matomo);
        self
    }

    /// Logs that a withdrawal leaves entries of storage behind: no server can remove them.
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

    /// What of it contradicts the rest of the settings.
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

/// The same, as it is used: what can be made once is made once.
#[derive(Debug)]
pub(crate) struct Gating {
    pub(crate) settings: Markup,
    pub(crate) embeds: Embeds,
    pub(crate) glance: Glance,
    /// What is put at the end of documents that have no link to the settings.
    pub(crate) closing: String,
    /// The same link, whatever the settings are.
    pub(crate) link: String,
    pub(crate) scripts: Option<Scripts>,
    /// What tags of other vendors are told.
    pub(crate) tags: Vec<States>,
    /// Services whose tags load whatever is granted.
    pub(crate) advanced: Vec<usize>,
}

impl Gating {
    /// Names of the attributes that mark gated markup.
    pub(crate) fn dialect(&self) -> &Dialect {
        &self.settings.dialect
    }

    /// Whether gated markup stays in the page and waits, instead of being left out.
    pub(crate) fn is_inert(&self) -> bool {
        self.is_shell() || self.settings.script == PageScript::Live
    }

    /// Whether HTML is the same for everyone.
    pub(crate) fn is_shell(&self) -> bool {
        self.settings.caches == CacheMode::Shell
    }

    pub(crate) fn new(
        settings: Markup,
        policy: &Policy,
        pages: &dyn Pages,
        paths: &Paths,
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
        let frame = drawn::frame(policy, paths, model, false, "", &paths.settings);
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
        })
    }
}
