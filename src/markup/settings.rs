//! Settings for gated markup.

use super::{
    dialect::Dialect,
    vendor::{Google, Matomo},
};
use crate::policy::{Policy, StorageSpec};

/// Settings for gated markup in HTML responses.
///
/// The gate reads elements and attributes. It does not see addresses in style sheets, scripts,
/// `style` attributes, SVG presentation attributes, `data:` documents and import maps ([the
/// list](crate::markup#what-it-cannot-see)): use it together with [`Csp`](crate::csp::Csp).
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
    pub(super) settings_link: bool,
    pub(super) script: PageScript,
    pub(super) api: bool,
    pub(super) dialect: Dialect,
    pub(crate) caches: CacheMode,
    pub(crate) clear_storage: bool,
    pub(super) google: Option<Google>,
    pub(super) matomo: Option<Matomo>,
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
    /// A cache stores one copy for each consent state: see [`caches`](crate::markup::caches). Such a
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
    /// as described under [the dialect](crate::markup#the-dialect). With names set here, only these
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
    pub(super) fn warn_of_storage(&self, policy: &Policy) {
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
