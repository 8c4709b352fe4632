//! Builder of the middleware, with the default of each setting and its reason.

use std::{fmt, sync::Arc};

use actix_web::dev::RequestHead;

use super::ConsentMiddleware;
use crate::{
    choice::keys::SigningKeys,
    config::{Config, Settings, Undeclared},
    csp::Csp,
    day::Day,
    decision::{ConsentModel, Placement},
    error::ConfigError,
    ledger::{Recording, Withdrawal},
    pages::Pages,
    policy::Policy,
};

/// Collects the settings of a [`ConsentMiddleware`].
///
/// # How did we choose defaults?
///
/// The defaults are the safest options: opt-in, `https` with a `__Host-` cookie, undeclared cookies
/// withheld, and acceptances and rejections that both last 180 days. Each method documents the cost
/// of another value.
#[must_use]
pub struct ConsentBuilder(Settings);

impl ConsentBuilder {
    pub(crate) fn new(policy: Policy, keys: SigningKeys) -> Self {
        Self(Settings::new(policy, keys))
    }

    /// Records each choice, so that the site can demonstrate consent (Art. 7(1) GDPR): see
    /// [`ledger`](crate::ledger). Default: no records; the choice is stored only in the visitor's
    /// browser.
    pub fn ledger(mut self, recording: Recording) -> Self {
        self.0.ledger = Some(recording);
        self
    }

    /// Registers a callback that runs after each withdrawal, so that recipients of the data can be
    /// notified (Art. 19 GDPR). It runs while the visitor waits: start a task for slow work.
    pub fn on_withdrawal<F>(mut self, tell: F) -> Self
    where
        F: Fn(&Withdrawal<'_>) + Send + Sync + 'static,
    {
        self.0.withdrawal = Some(Arc::new(tell));
        self
    }

    /// Sends a Content-Security-Policy that follows consent: see [`csp`](crate::csp). Default:
    /// none; a policy of the application is not changed.
    pub fn csp(mut self, csp: Csp) -> Self {
        self.0.csp = Some(csp);
        self
    }

    /// Gates the markup of HTML responses as well: see [`markup`](crate::markup). Default: bodies
    /// are not changed.
    #[cfg(feature = "markup")]
    pub fn markup(mut self, markup: crate::markup::Markup) -> Self {
        self.0.markup = Some(markup);
        self
    }

    /// Sets the origin of the site, such as `https://news.example`. Default: the origin in the
    /// policy, or else the host that the request names.
    ///
    /// Forms must come from this origin. With `https` the cookie is `__Host-consent` with `Secure`;
    /// `http` has the effect of [`plain_http`](Self::plain_http).
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.0.origin = Some(origin.into());
        self
    }

    /// Uses plain http: the cookie is `consent`, without `Secure` and without a prefix.
    ///
    /// For development, also with a phone in the same network. Safari drops `Secure` cookies on
    /// loopback, and every browser drops them on other plain-http hosts. The cost: anyone on the
    /// network can read and replace the choice.
    pub fn plain_http(mut self) -> Self {
        self.0.plain_http = true;
        self
    }

    /// Sets the consent model of all requests. Default: [`ConsentModel::OptIn`], the only model
    /// that is lawful everywhere. [`placement`](Self::placement) sets the model for each request;
    /// setting both is an error of [`build`](Self::build).
    pub fn model(mut self, model: ConsentModel) -> Self {
        self.0.model = Some(model);
        self
    }

    /// Sets the jurisdiction and the consent model of each request. `None` means unknown and is
    /// treated as opt-in. Default: [`model`](Self::model), for every request.
    pub fn placement<F>(mut self, resolve: F) -> Self
    where
        F: Fn(&RequestHead) -> Option<Placement> + Send + Sync + 'static,
    {
        self.0.placement = Some(Arc::new(resolve));
        self
    }

    /// Adds an earlier edition of the policy, which is served at `/privacy/versions/<n>`.
    pub fn previous_edition(mut self, policy: Policy) -> Self {
        self.0.earlier.push(policy);
        self
    }

    /// Sets the path of the policy page; the other pages are below it. Default: `/privacy`, which
    /// no ad blocker filters.
    pub fn base_path(mut self, path: impl Into<String>) -> Self {
        self.0.base_path = path.into();
        self
    }

    /// Sets the prefix that a proxy strips from every path before the application sees it, such as
    /// `/app`. Default: none.
    ///
    /// Every link, form, return address and header of the library then starts with it. The
    /// middleware still serves the paths below [`base_path`](Self::base_path), since the proxy
    /// strips the prefix from them as well. The choice counts for the whole host: a `__Host-`
    /// cookie has `Path=/` (RFC 6265bis, 4.1.3.2).
    ///
    /// ```
    /// # use actix_consent::{ConsentMiddleware, Policy, SigningKeys};
    /// # let policy = Policy::parse(include_str!("../../tests/integration/consent.toml")).unwrap();
    /// let consent = ConsentMiddleware::builder(policy, SigningKeys::generate())
    ///     .external_prefix("/app")
    ///     .build()?;
    /// # Ok::<(), actix_consent::error::ConfigError>(())
    /// ```
    pub fn external_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.0.external_prefix = prefix.into();
        self
    }

    /// Trusts the header `X-Forwarded-Prefix` of these proxies, instead of
    /// [`external_prefix`](Self::external_prefix): addresses, networks such as `10.0.0.0/8`, or
    /// `unix` for connections over a Unix socket. Default: none, since a client could send the
    /// header itself.
    ///
    /// The prefix must be a plain path of at most 256 bytes; any other value is ignored and
    /// logged once. HTML responses then vary by the header.
    pub fn trusted_proxies<I, S>(mut self, proxies: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        self.0.proxies = Some(proxies.into_iter().map(Into::into).collect());
        self
    }

    /// Replaces the built-in pages.
    pub fn pages(mut self, pages: impl Pages + 'static) -> Self {
        self.0.pages = Some(Arc::new(pages));
        self
    }

    /// Sets the treatment of undeclared cookies. Default: [`Undeclared::Withhold`]. The environment
    /// variable `CONSENT_UNDECLARED` (`withhold` or `report`) overrides it.
    pub fn undeclared(mut self, undeclared: Undeclared) -> Self {
        self.0.undeclared = undeclared;
        self
    }

    /// Adds the header `Consent-Explain` to each response, with the verdict on each of its cookies
    /// by name. Default: off, since it shows visitors internals of the site.
    pub fn explain(mut self, explain: bool) -> Self {
        self.0.explain = explain;
        self
    }

    /// Sets the number of days for which a choice counts, whether it accepts or rejects. Default:
    /// 180, as several authorities recommend; at most 399, so that no browser deletes the cookie
    /// earlier.
    pub fn validity_days(mut self, days: u32) -> Self {
        self.0.validity_days = days;
        self
    }

    /// Sets a function that returns whether the visitor is known to be a minor. Everything optional
    /// is off for minors. Default: no visitor is.
    pub fn is_minor<F>(mut self, is_minor: F) -> Self
    where
        F: Fn(&RequestHead) -> bool + Send + Sync + 'static,
    {
        self.0.minor = Some(Arc::new(is_minor));
        self
    }

    /// Sets the calendar day, for tests of expiry. Default: the day of the system clock, in UTC.
    pub fn clock<F>(mut self, today: F) -> Self
    where
        F: Fn() -> Day + Send + Sync + 'static,
    {
        self.0.today = Some(Arc::new(today));
        self
    }

    /// Builds the middleware.
    ///
    /// # Errors
    ///
    /// If a setting cannot be used; the error names it.
    pub fn build(self) -> Result<ConsentMiddleware, ConfigError> {
        Config::new(self.0).map(|config| ConsentMiddleware::from_config(Arc::new(config)))
    }
}

impl fmt::Debug for ConsentBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentBuilder")
            .field("origin", &self.0.origin)
            .field("plain_http", &self.0.plain_http)
            .field("base_path", &self.0.base_path)
            .field("undeclared", &self.0.undeclared)
            .field("validity_days", &self.0.validity_days)
            .finish_non_exhaustive()
    }
}
