//! How the middleware is set up, and why each default is what it is.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use actix_web::{dev::RequestHead, http::header::HeaderValue};

use crate::{
    choice::Day,
    csp::{Csp, Policing},
    decision::{ConsentModel, Decision, Placement, decide},
    error::ConfigError,
    expire::Removals,
    middleware::ConsentMiddleware,
    note::NOTICE_DAYS,
    origin::Origin,
    pages::{Drawn, Pages, Words, drawn},
    policy::{CookieSpec, Exemption, Lifetime, Policy, TimeUnit},
    signals::Signals,
    signing::{Seal, SigningKeys},
};

/// How many undeclared names one process reports.
const MAX_REPORTS: usize = 100;

/// What happens to a cookie that the policy does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Undeclared {
    /// It stays. The default: a cookie that no policy page lists is one that nobody consented to.
    #[default]
    Withhold,
    /// It leaves, and is reported: for adoption by a site that does not know yet what it sets.
    Report,
}

/// Collects the settings of a [`ConsentMiddleware`].
///
/// # How did we choose defaults?
///
/// The safest option is the default, and each method says what leaving it costs: opt-in, `https`
/// with a `__Host-` cookie, undeclared cookies withheld, a choice that lasts 180 days whichever
/// way it went.
#[must_use]
pub struct ConsentBuilder {
    policy: Policy,
    keys: SigningKeys,
    origin: Option<String>,
    plain_http: bool,
    placement: Resolver,
    earlier: Vec<Policy>,
    base_path: String,
    pages: Option<Arc<dyn Pages>>,
    undeclared: Undeclared,
    explain: bool,
    validity_days: u32,
    minor: Option<HeadFlag>,
    today: Option<Clock>,
    csp: Option<Csp>,
    #[cfg(feature = "markup")]
    markup: Option<crate::markup::Markup>,
}

type Resolve = Arc<dyn Fn(&RequestHead) -> Option<Placement> + Send + Sync>;
type HeadFlag = Arc<dyn Fn(&RequestHead) -> bool + Send + Sync>;
type Clock = Arc<dyn Fn() -> Day + Send + Sync>;

/// Who says where a request comes from in law.
#[derive(Clone)]
pub(crate) enum Resolver {
    Fixed(Arc<Placement>),
    PerRequest(Resolve),
}

impl ConsentBuilder {
    pub(crate) fn new(policy: Policy, keys: SigningKeys) -> Self {
        Self {
            policy,
            keys,
            origin: None,
            plain_http: false,
            placement: Resolver::Fixed(Arc::default()),
            earlier: Vec::new(),
            base_path: "/privacy".to_owned(),
            pages: None,
            undeclared: Undeclared::default(),
            explain: false,
            validity_days: 180,
            minor: None,
            today: None,
            csp: None,
            #[cfg(feature = "markup")]
            markup: None,
        }
    }

    /// Sends a Content-Security-Policy that follows consent: see [`csp`](crate::csp). Default: none
    /// is sent, and one of the application stays as it is.
    pub fn csp(mut self, csp: Csp) -> Self {
        self.csp = Some(csp);
        self
    }

    /// Gates the markup of HTML responses as well: see [`markup`](crate::markup). Default: bodies
    /// leave as the application wrote them.
    #[cfg(feature = "markup")]
    pub fn markup(mut self, markup: crate::markup::Markup) -> Self {
        self.markup = Some(markup);
        self
    }

    /// The origin of the site, such as `https://news.example`, in place of the policy's.
    ///
    /// Forms must come from it. Without one, from the host that the request names. `https` gives
    /// the cookie `__Host-consent` with `Secure`; `http` is [`plain_http`](Self::plain_http).
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// Speaks plain http: the cookie is `consent`, without `Secure` and without a prefix.
    ///
    /// For development, and for a phone in the same network. Safari drops `Secure` cookies on
    /// loopback, and every browser drops them on other plain-http hosts. Costs: anyone on the
    /// network can read and replace the choice.
    pub fn plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// How silence is read, for every request. Default: [`ConsentModel::OptIn`], the one model
    /// that is lawful everywhere.
    pub fn model(mut self, model: ConsentModel) -> Self {
        self.placement = Resolver::Fixed(Arc::new(Placement::new(model)));
        self
    }

    /// Where each request comes from in law. `None` means unknown and is read as opt-in.
    pub fn placement<F>(mut self, resolve: F) -> Self
    where
        F: Fn(&RequestHead) -> Option<Placement> + Send + Sync + 'static,
    {
        self.placement = Resolver::PerRequest(Arc::new(resolve));
        self
    }

    /// An earlier edition of the policy, readable at `/privacy/versions/<n>`.
    pub fn earlier(mut self, policy: Policy) -> Self {
        self.earlier.push(policy);
        self
    }

    /// The path of the policy page; the other pages lie under it. Default: `/privacy`, which no
    /// ad blocker filters.
    pub fn base_path(mut self, path: impl Into<String>) -> Self {
        self.base_path = path.into();
        self
    }

    /// Other pages than the built-in ones.
    pub fn pages(mut self, pages: impl Pages + 'static) -> Self {
        self.pages = Some(Arc::new(pages));
        self
    }

    /// What happens to undeclared cookies. Default: [`Undeclared::Withhold`]. The environment
    /// variable `CONSENT_UNDECLARED` (`withhold` or `report`) overrides it.
    pub fn undeclared(mut self, undeclared: Undeclared) -> Self {
        self.undeclared = undeclared;
        self
    }

    /// Adds to each response the header `Consent-Explain` with what became of each of its cookies,
    /// names only. Default: off, since it tells visitors about the inside of the site.
    pub fn explain(mut self, explain: bool) -> Self {
        self.explain = explain;
        self
    }

    /// How many days a choice counts, a yes and a no alike. Default: 180, the good practice of
    /// several authorities; at most 399, so that the cookie outlives it in every browser.
    pub fn validity_days(mut self, days: u32) -> Self {
        self.validity_days = days;
        self
    }

    /// Whether the application knows that the visitor is a minor, so that everything optional is
    /// off. Default: nobody is.
    pub fn minor<F>(mut self, is_minor: F) -> Self
    where
        F: Fn(&RequestHead) -> bool + Send + Sync + 'static,
    {
        self.minor = Some(Arc::new(is_minor));
        self
    }

    /// Another calendar than the system's, for tests of expiry.
    pub fn today<F>(mut self, today: F) -> Self
    where
        F: Fn() -> Day + Send + Sync + 'static,
    {
        self.today = Some(Arc::new(today));
        self
    }

    /// The middleware.
    ///
    /// # Errors
    ///
    /// When a setting cannot be used; the error names it.
    pub fn build(self) -> Result<ConsentMiddleware, ConfigError> {
        Config::new(self).map(|config| ConsentMiddleware::from_config(Arc::new(config)))
    }
}

impl fmt::Debug for ConsentBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentBuilder")
            .field("origin", &self.origin)
            .field("plain_http", &self.plain_http)
            .field("base_path", &self.base_path)
            .field("undeclared", &self.undeclared)
            .field("validity_days", &self.validity_days)
            .finish_non_exhaustive()
    }
}

/// What the middleware works from: all that does not change from request to request.
pub(crate) struct Config {
    pub(crate) policy: Policy,
    pub(crate) earlier: Vec<Policy>,
    pub(crate) origin: Option<Origin>,
    pub(crate) secure: bool,
    pub(crate) paths: Paths,
    pub(crate) choice_seal: Seal,
    pub(crate) note_seal: Seal,
    /// Our own cookies, each as long as it can live under any model.
    pub(crate) own_cookies: Vec<CookieSpec>,
    /// The same as they are where silence is never read as a yes.
    own_cookies_opt_in: Vec<CookieSpec>,
    pub(crate) pages: Arc<dyn Pages>,
    pub(crate) drawn: Drawn,
    /// What is concluded from silence where no signal is sent.
    pub(crate) undecided: Arc<Decision>,
    pub(crate) removals: Removals,
    pub(crate) pass_undeclared: bool,
    pub(crate) explain: bool,
    pub(crate) validity_days: u32,
    /// `Link: </privacy>; rel="privacy-policy"` (RFC 6903).
    pub(crate) policy_link: HeaderValue,
    pub(crate) policing: Option<Policing>,
    #[cfg(feature = "markup")]
    pub(crate) gating: Option<crate::markup::Gating>,
    #[cfg(feature = "markup")]
    pub(crate) placeholder_style: String,
    placement: Resolver,
    minor: Option<HeadFlag>,
    today: Option<Clock>,
    reported: Mutex<Vec<Box<[u8]>>>,
    #[cfg(feature = "markup")]
    unknown: Mutex<Vec<String>>,
    #[cfg(feature = "markup")]
    encoded: std::sync::Once,
}

/// The paths that the middleware answers itself.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    pub(crate) policy: String,
    pub(crate) settings: String,
    pub(crate) state: String,
    pub(crate) reports: String,
    /// With a slash at its end.
    pub(crate) versions: String,
}

impl Config {
    fn new(builder: ConsentBuilder) -> Result<Self, ConfigError> {
        let policy = builder.policy;
        let origin = builder
            .origin
            .or_else(|| policy.file().site.origin.clone())
            .map(|text| Origin::parse(&text).ok_or(ConfigError::Origin(text)))
            .transpose()?;
        let secure = match &origin {
            Some(origin) if builder.plain_http && origin.secure => {
                return Err(ConfigError::PlainHttps(origin.to_string()));
            }
            Some(origin) => origin.secure,
            None => !builder.plain_http,
        };
        if !secure {
            if let Some(cookie) = policy.cookies().iter().find(|cookie| cookie.partitioned) {
                return Err(ConfigError::Partitioned(cookie.name.clone()));
            }
            log::warn!(
                "actix-consent speaks plain http: the choice is kept in `consent`, without \
                 `Secure`; in production leave out `plain_http()`, and an origin is https://…"
            );
        }
        if !(1..=399).contains(&builder.validity_days) {
            return Err(ConfigError::Validity(builder.validity_days));
        }
        let base = builder.base_path;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
        if !base.starts_with('/')
            || base.len() < 2
            || base.ends_with('/')
            || base.contains("//")
            || !base.bytes().all(plain)
        {
            return Err(ConfigError::BasePath(base));
        }
        let mut earlier = builder.earlier;
        let version = |policy: &Policy| policy.file().policy.version;
        earlier.sort_by_key(|policy| std::cmp::Reverse(version(policy)));
        let mut newer = version(&policy);
        for policy in &earlier {
            if version(policy) >= newer {
                return Err(ConfigError::Version(version(policy)));
            }
            newer = version(policy);
        }
        let undeclared = match std::env::var("CONSENT_UNDECLARED").as_deref() {
            Ok("") => builder.undeclared,
            Ok("report") => Undeclared::Report,
            Ok("withhold") => Undeclared::Withhold,
            Ok(other) => return Err(ConfigError::Environment(other.to_owned())),
            Err(_) => builder.undeclared,
        };
        for gap in policy.gaps() {
            log::warn!("the privacy policy is not complete: {gap}");
        }
        let paths = Paths {
            settings: format!("{base}/choices"),
            state: format!("{base}/state.json"),
            reports: format!("{base}/reports"),
            versions: format!("{base}/versions/"),
            policy: base,
        };
        let prefix = if secure { "__Host-" } else { "" };
        let choice_seal = builder.keys.seal_for(&format!("{prefix}consent"));
        let note_seal = builder.keys.seal_for(&format!("{prefix}consent-note"));
        let pages = builder
            .pages
            .unwrap_or_else(|| Arc::new(crate::pages::DefaultPages::new()));
        #[cfg(feature = "markup")]
        if let Some(markup) = &builder.markup
            && let Some(what) = markup.contradiction(&policy, builder.csp.is_some())
        {
            return Err(ConfigError::Markup(what));
        }
        #[cfg(feature = "markup")]
        let keyed = builder
            .markup
            .as_ref()
            .is_some_and(|markup| markup.caches == crate::markup::CacheMode::Key);
        #[cfg(not(feature = "markup"))]
        let keyed = false;
        #[cfg(feature = "markup")]
        let gating = builder
            .markup
            .map(|markup| crate::markup::Gating::new(markup, &policy, &*pages, &paths))
            .transpose()?;
        let drawn = Drawn::new(&policy, &*pages, &paths);
        let placeholder_style = drawn::placeholder_style(&policy, &*pages, &paths);
        let policing = builder.csp.map(|csp| {
            let styles = vec![drawn.style_source().to_owned(), placeholder_style.clone()];
            Policing::new(&csp, &policy, styles, &paths)
        });
        let config = Self {
            drawn,
            undecided: Arc::new(decide(
                None,
                false,
                &Placement::default(),
                &policy,
                Signals::default(),
            )),
            removals: Removals::of(&policy),
            own_cookies: own_cookies(&choice_seal, &note_seal, builder.validity_days, true, keyed),
            own_cookies_opt_in: own_cookies(
                &choice_seal,
                &note_seal,
                builder.validity_days,
                false,
                keyed,
            ),
            policy_link: HeaderValue::from_str(&format!(
                "<{}>; rel=\"privacy-policy\"",
                paths.policy
            ))
            .map_err(|_| ConfigError::BasePath(paths.policy.clone()))?,
            policy,
            earlier,
            origin,
            secure,
            paths,
            choice_seal,
            note_seal,
            pages,
            pass_undeclared: undeclared == Undeclared::Report,
            explain: builder.explain,
            validity_days: builder.validity_days,
            placement: builder.placement,
            minor: builder.minor,
            today: builder.today,
            reported: Mutex::new(Vec::new()),
            policing,
            #[cfg(feature = "markup")]
            gating,
            #[cfg(feature = "markup")]
            placeholder_style,
            #[cfg(feature = "markup")]
            unknown: Mutex::default(),
            #[cfg(feature = "markup")]
            encoded: std::sync::Once::new(),
        };
        Ok(config)
    }

    pub(crate) fn placement(&self, head: &RequestHead) -> Arc<Placement> {
        match &self.placement {
            Resolver::Fixed(placement) => placement.clone(),
            Resolver::PerRequest(resolve) => Arc::new(resolve(head).unwrap_or_default()),
        }
    }

    /// Our own cookies as they are under a model.
    pub(crate) fn own_cookies_under(&self, model: ConsentModel) -> &[CookieSpec] {
        let asks = self.policy.gated_categories().next().is_some();
        match model {
            ConsentModel::Implied if asks => &self.own_cookies,
            _ => &self.own_cookies_opt_in,
        }
    }

    /// Whether something has to be known of every page that a person goes to.
    pub(crate) fn looks_at_pages(&self) -> bool {
        #[cfg(feature = "markup")]
        return self.gating.is_some();
        #[cfg(not(feature = "markup"))]
        false
    }

    /// Whether pages bring a script of this library.
    pub(crate) fn has_script(&self) -> bool {
        #[cfg(feature = "markup")]
        if let Some(gating) = &self.gating {
            return gating.scripts.is_some() || !gating.tags.is_empty();
        }
        false
    }

    pub(crate) fn is_minor(&self, head: &RequestHead) -> bool {
        self.minor.as_ref().is_some_and(|is_minor| is_minor(head))
    }

    pub(crate) fn today(&self) -> Day {
        self.today.as_ref().map_or_else(Day::today, |today| today())
    }

    /// The undeclared names that were reported so far, in order.
    #[cfg(feature = "audit")]
    pub(crate) fn reported(&self) -> Vec<Box<[u8]>> {
        self.reported
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Says once per name that markup names a category or service that the policy does not have.
    #[cfg(feature = "markup")]
    pub(crate) fn report_unknown(&self, name: &str) {
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        if unknown.len() < MAX_REPORTS && !unknown.iter().any(|other| other == name) {
            unknown.push(name.to_owned());
            log::warn!(
                "markup names {name:?}, which is no category (data-category) or service \
                 (data-service) of the policy: it is held back for everyone"
            );
        }
    }

    /// Says once that markup arrives compressed.
    #[cfg(feature = "markup")]
    pub(crate) fn report_encoded(&self) {
        self.encoded.call_once(|| {
            log::error!(
                "HTML arrives compressed, so its markup is not gated and no banner is put in: \
                 mount the consent middleware inside of compression, \
                 `App::new().wrap(consent.clone()).wrap(Compress::default())`"
            );
        });
    }

    /// Says once per name that a cookie is not declared, with the lines that declare it.
    pub(crate) fn report_undeclared(&self, name: &[u8]) {
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.len() >= MAX_REPORTS || reported.iter().any(|other| **other == *name) {
            return;
        }
        reported.push(name.into());
        drop(reported);
        if crate::name::is_own(name) {
            log::error!(
                "the application set or removed `{}`, which is the library's own cookie: it was \
                 withheld. Use Consent::accept, reject and withdraw",
                crate::name::printable(name)
            );
            return;
        }
        let fate = if self.pass_undeclared {
            "was sent although the policy does not declare it"
        } else {
            "was withheld: the policy does not declare it"
        };
        let name = crate::name::printable(name);
        log::warn!(
            "the cookie `{name}` {fate}. To declare it, paste into consent.toml and complete:\n\
             [[cookie]]\nname = \"{name}\"\ncategory = \"…\"\npurpose = \"…\"\nduration = \"session\""
        );
    }
}

fn own_cookies(
    choice: &Seal,
    note: &Seal,
    validity_days: u32,
    notice: bool,
    keyed: bool,
) -> Vec<CookieSpec> {
    let cookie = |name: &str, purpose: String, count, unit| CookieSpec {
        name: name.to_owned(),
        category: Some(crate::policy::NECESSARY.to_owned()),
        purpose: purpose.into(),
        duration: Some(Lifetime::For { count, unit }),
        exemption: Some(Exemption::ConsentChoice),
        ..CookieSpec::default()
    };
    let [choice_purpose, note_purpose, key_purpose] = Words::english().own_purposes(notice);
    let (count, unit) = match notice {
        true => (NOTICE_DAYS, TimeUnit::Day),
        false => (1, TimeUnit::Minute),
    };
    let mut own = vec![
        cookie(choice.name(), choice_purpose, validity_days, TimeUnit::Day),
        cookie(note.name(), note_purpose, count, unit),
    ];
    if keyed {
        own.push(cookie(
            crate::policy::KEY_COOKIE,
            key_purpose,
            validity_days,
            TimeUnit::Day,
        ));
    }
    own
}
