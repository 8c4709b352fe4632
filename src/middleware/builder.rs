//! The builder of the middleware: each setting, its default, and why that is the default.

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
/// The safest option is the default, and each method says what leaving it costs: opt-in, `https`
/// with a `__Host-` cookie, undeclared cookies withheld, a choice that lasts 180 days whichever
/// way it went.
#[must_use]
pub struct ConsentBuilder(Settings);

impl ConsentBuilder {
    pub(crate) fn new(policy: Policy, keys: SigningKeys) -> Self {
        Self(Settings::new(policy, keys))
    }

    /// Records each choice, so that the site can show who consented to what (Art. 7(1) GDPR): see
    /// [`ledger`](crate::ledger). Default: none is kept, and the choice stands in the visitor's
    /// browser alone.
    pub fn ledger(mut self, recording: Recording) -> Self {
        self.0.ledger = Some(recording);
        self
    }

    /// Is told of each withdrawal as soon as it counts, so that others who have got data can be
    /// told to stop (Art. 19 GDPR). It is called while the visitor waits: hand on what takes time.
    pub fn on_withdrawal<F>(mut self, tell: F) -> Self
    where
        F: Fn(&Withdrawal<'_>) + Send + Sync + 'static,
    {
        self.0.withdrawal = Some(Arc::new(tell));
        self
    }

    /// Sends a Content-Security-Policy that follows consent: see [`csp`](crate::csp). Default: none
    /// is sent, and one of the application stays as it is.
    pub fn csp(mut self, csp: Csp) -> Self {
        self.0.csp = Some(csp);
        self
    }

    /// Gates the markup of HTML responses as well: see [`markup`](crate::markup). Default: bodies
    /// leave as the application wrote them.
    #[cfg(feature = "markup")]
    pub fn markup(mut self, markup: crate::markup::Markup) -> Self {
        self.0.markup = Some(markup);
        self
    }

    /// The origin of the site, such as `https://news.example`, in place of the policy's.
    ///
    /// Forms must come from it. Without one, from the host that the request names. `https` gives
    /// the cookie `__Host-consent` with `Secure`; `http` is [`plain_http`](Self::plain_http).
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.0.origin = Some(origin.into());
        self
    }

    /// Speaks plain http: the cookie is `consent`, without `Secure` and without a prefix.
    ///
    /// For development, and for a phone in the same network. Safari drops `Secure` cookies on
    /// loopback, and every browser drops them on other plain-http hosts. Costs: anyone on the
    /// network can read and replace the choice.
    pub fn plain_http(mut self) -> Self {
        self.0.plain_http = true;
        self
    }

    /// Sets how silence is read, for every request. Default: [`ConsentModel::OptIn`], the one model
    /// that is lawful everywhere. [`placement`](Self::placement) sets it for each request; a builder
    /// that is given both cannot be built.
    pub fn model(mut self, model: ConsentModel) -> Self {
        self.0.model = Some(model);
        self
    }

    /// Sets where each request comes from in law, and how silence is read there. `None` means
    /// unknown and is read as opt-in. Default: [`model`](Self::model), for every request.
    pub fn placement<F>(mut self, resolve: F) -> Self
    where
        F: Fn(&RequestHead) -> Option<Placement> + Send + Sync + 'static,
    {
        self.0.placement = Some(Arc::new(resolve));
        self
    }

    /// An earlier edition of the policy, readable at `/privacy/versions/<n>`.
    pub fn previous_edition(mut self, policy: Policy) -> Self {
        self.0.earlier.push(policy);
        self
    }

    /// The path of the policy page; the other pages lie under it. Default: `/privacy`, which no
    /// ad blocker filters.
    pub fn base_path(mut self, path: impl Into<String>) -> Self {
        self.0.base_path = path.into();
        self
    }

    /// Prefix that a proxy strips from every path before the application sees it, such as `/app`.
    /// Default: none.
    ///
    /// Every link, form, way back and header of the library then starts with it. The paths that
    /// the middleware answers stay as [`base_path`](Self::base_path) says, since the proxy strips
    /// the prefix from them as well. The choice counts for the whole host: a `__Host-` cookie has
    /// `Path=/` (RFC 6265bis, 4.1.3.2).
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

    /// Proxies whose header `X-Forwarded-Prefix` is read, instead of
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

    /// Other pages than the built-in ones.
    pub fn pages(mut self, pages: impl Pages + 'static) -> Self {
        self.0.pages = Some(Arc::new(pages));
        self
    }

    /// What happens to undeclared cookies. Default: [`Undeclared::Withhold`]. The environment
    /// variable `CONSENT_UNDECLARED` (`withhold` or `report`) overrides it.
    pub fn undeclared(mut self, undeclared: Undeclared) -> Self {
        self.0.undeclared = undeclared;
        self
    }

    /// Adds to each response the header `Consent-Explain` with what became of each of its cookies,
    /// names only. Default: off, since it tells visitors about the inside of the site.
    pub fn explain(mut self, explain: bool) -> Self {
        self.0.explain = explain;
        self
    }

    /// How many days a choice counts, a yes and a no alike. Default: 180, the good practice of
    /// several authorities; at most 399, so that the cookie outlives it in every browser.
    pub fn validity_days(mut self, days: u32) -> Self {
        self.0.validity_days = days;
        self
    }

    /// Whether the application knows that the visitor is a minor, so that everything optional is
    /// off. Default: nobody is.
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

    /// The middleware.
    ///
    /// # Errors
    ///
    /// When a setting cannot be used; the error names it.
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
