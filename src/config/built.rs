//! What the builder makes.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, atomic::AtomicU32},
};

use actix_web::{dev::RequestHead, http::header::HeaderValue};

use super::{Clock, ConsentBuilder, HeadFlag, OnWithdrawal, Resolver, Undeclared};
use crate::{
    choice::Day,
    csp::{Csp, Policing, Reports},
    decision::{ConsentModel, Decision, Placement, decide},
    error::ConfigError,
    expire::Removals,
    ledger::{RecordId, Recorder},
    note::NOTICE_DAYS,
    origin::Origin,
    pages::{Drawn, Pages, Words, drawn},
    policy::{CookieSpec, Exemption, Lifetime, Policy, TimeUnit},
    prefix::{self, Proxies},
    signals::Signals,
    signing::Seal,
};

/// What the middleware works from: all that does not change from request to request.
///
/// [`Config::under`] clones it for a path prefix, so what changes is shared by `Arc`.
#[derive(Clone)]
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
    pub(crate) drawn: Arc<Drawn>,
    /// What is concluded from silence where no signal is sent.
    pub(crate) undecided: Arc<Decision>,
    pub(crate) removals: Arc<Removals>,
    pub(crate) pass_undeclared: bool,
    pub(crate) explain: bool,
    pub(crate) validity_days: u32,
    /// `Link: </privacy>; rel="privacy-policy"` (RFC 6903).
    pub(crate) policy_link: HeaderValue,
    csp: Option<Csp>,
    pub(crate) policing: Option<Arc<Policing>>,
    pub(crate) recorder: Option<Arc<Recorder>>,
    pub(crate) withdrawal: Option<OnWithdrawal>,
    #[cfg(feature = "markup")]
    pub(crate) gating: Option<Arc<crate::markup::Gating>>,
    #[cfg(feature = "markup")]
    pub(crate) placeholder_style: String,
    placement: Resolver,
    minor: Option<HeadFlag>,
    today: Option<Clock>,
    pub(super) reported: Arc<Mutex<Vec<Box<[u8]>>>>,
    pub(super) shadowed: Arc<Mutex<Vec<String>>>,
    pub(super) signals: Arc<Mutex<HashSet<RecordId>>>,
    pub(super) too_many: Arc<std::sync::Once>,
    #[cfg(feature = "markup")]
    pub(super) unknown: Arc<Mutex<Vec<String>>>,
    pub(super) mistakes: Arc<AtomicU32>,
    /// Prefix that a proxy strips from every path.
    pub(crate) external_prefix: String,
    /// Proxies whose `X-Forwarded-Prefix` is read.
    pub(crate) proxies: Option<Proxies>,
    #[cfg(feature = "markup")]
    pub(super) xml: Arc<std::sync::Once>,
    /// A `<base>` behind the banner of a stream was reported.
    pub(super) late_base: Arc<std::sync::Once>,
}

/// The paths that the middleware answers itself.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    pub(crate) policy: String,
    pub(crate) settings: String,
    pub(crate) state: String,
    pub(crate) reports: String,
    pub(crate) receipt: String,
    /// With a slash at its end.
    pub(crate) versions: String,
    /// Prefix of every path of the site as browsers see it; empty without one.
    pub(crate) external: String,
    /// The first page of the site.
    pub(crate) home: String,
}

impl Paths {
    fn new(base: &str, external: &str) -> Self {
        let base = format!("{external}{base}");
        Self {
            settings: format!("{base}/choices"),
            state: format!("{base}/state.json"),
            reports: format!("{base}/reports"),
            receipt: format!("{base}/receipt.json"),
            versions: format!("{base}/versions/"),
            policy: base,
            external: external.to_owned(),
            home: format!("{external}/"),
        }
    }
}

impl Config {
    pub(super) fn new(builder: ConsentBuilder) -> Result<Self, ConfigError> {
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
        let external_prefix = match &*builder.external_prefix {
            "" | "/" => String::new(),
            text => prefix::parse(text)
                .ok_or_else(|| ConfigError::ExternalPrefix(text.to_owned()))?
                .to_owned(),
        };
        let proxies = builder.proxies.as_deref().map(Proxies::parse);
        let proxies = proxies.transpose().map_err(ConfigError::Proxy)?;
        let paths = Paths::new(&base, "");
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
            return Err(ConfigError::Markup(what.into()));
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
        let drawn = Drawn::new(&policy, &*pages, &paths, &paths);
        let recorder = builder.ledger.map(|recording| {
            let path = recording.outbox().display().to_string();
            let opened = Recorder::open(recording, drawn.shown());
            opened.map_err(|error| ConfigError::Outbox {
                path,
                why: error.to_string(),
            })
        });
        let recorder = recorder.transpose()?.map(Arc::new);
        let placeholder_style = drawn::placeholder_style(&policy, &*pages, &paths);
        let policing = builder.csp.as_ref().map(|csp| {
            let styles = vec![drawn.style_source().to_owned(), placeholder_style.clone()];
            let reports = Arc::new(Reports::new(&policy));
            Arc::new(Policing::new(csp, &policy, styles, &paths, reports))
        });
        #[cfg(feature = "markup")]
        if gating.is_some() && policing.is_none() {
            log::warn!(
                "markup is gated without a Content-Security-Policy that follows consent: what \
                 inline scripts, style sheets, `style` and SVG attributes, `data:` documents and \
                 import maps load is not held back. Add `.csp(Csp::new())` to the builder, or \
                 send a policy of your own"
            );
        }
        let config = Self {
            csp: builder.csp,
            external_prefix,
            proxies,
            mistakes: Arc::default(),
            drawn: Arc::new(drawn),
            undecided: Arc::new(decide(
                None,
                false,
                &Placement::default(),
                &policy,
                Signals::default(),
            )),
            removals: Arc::new(Removals::of(&policy)),
            own_cookies: own_cookies(
                &choice_seal,
                &note_seal,
                builder.validity_days,
                true,
                keyed,
                recorder.is_some(),
            ),
            own_cookies_opt_in: own_cookies(
                &choice_seal,
                &note_seal,
                builder.validity_days,
                false,
                keyed,
                recorder.is_some(),
            ),
            policy_link: policy_link(&paths)
                .ok_or_else(|| ConfigError::BasePath(paths.policy.clone()))?,
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
            recorder,
            withdrawal: builder.withdrawal,
            placement: builder.placement,
            minor: builder.minor,
            today: builder.today,
            reported: Arc::default(),
            shadowed: Arc::default(),
            signals: Arc::default(),
            too_many: Arc::new(std::sync::Once::new()),
            policing,
            #[cfg(feature = "markup")]
            gating: gating.map(Arc::new),
            #[cfg(feature = "markup")]
            placeholder_style,
            #[cfg(feature = "markup")]
            unknown: Arc::default(),
            #[cfg(feature = "markup")]
            xml: Arc::new(std::sync::Once::new()),
            late_base: Arc::new(std::sync::Once::new()),
        };
        Ok(config)
    }

    /// The same configuration for pages that browsers see under a prefix: `external`, which a
    /// proxy strips, before the path of the scope in which the middleware is mounted.
    ///
    /// The records of what visitors were shown are those of the pages without a prefix.
    pub(crate) fn under(&self, external: &str, scope: &str) -> Self {
        let paths = Paths::new(&format!("{scope}{}", self.paths.policy), external);
        let drawn = Drawn::new(&self.policy, &*self.pages, &self.paths, &paths);
        let policing = self.csp.as_ref().zip(self.policing.as_ref());
        let policing = policing.map(|(csp, policing)| {
            let reports = policing.reports.clone();
            let styles = policing.styles().to_vec();
            Arc::new(Policing::new(csp, &self.policy, styles, &paths, reports))
        });
        #[cfg(feature = "markup")]
        let gating = self.gating.as_ref().and_then(|gating| {
            let settings = gating.settings.clone();
            crate::markup::Gating::new(settings, &self.policy, &*self.pages, &paths).ok()
        });
        // Prefixes are plain ASCII, so that there always is one.
        let policy_link = policy_link(&paths).unwrap_or_else(|| self.policy_link.clone());
        Self {
            drawn: Arc::new(drawn),
            policing,
            policy_link,
            #[cfg(feature = "markup")]
            gating: gating.map(Arc::new),
            paths,
            ..self.clone()
        }
    }

    /// Returns whether both come from one builder.
    #[cfg(feature = "audit")]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.mistakes, &other.mistakes)
    }

    /// The editions of the policy, the one in force first.
    pub(crate) fn editions(&self) -> impl Iterator<Item = &Policy> {
        std::iter::once(&self.policy).chain(&self.earlier)
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

    /// Whether the markup of pages is gated.
    pub(crate) fn gates_markup(&self) -> bool {
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
}

/// `Link: </privacy>; rel="privacy-policy"` (RFC 6903).
fn policy_link(paths: &Paths) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("<{}>; rel=\"privacy-policy\"", paths.policy)).ok()
}

fn own_cookies(
    choice: &Seal,
    note: &Seal,
    validity_days: u32,
    notice: bool,
    keyed: bool,
    recorded: bool,
) -> Vec<CookieSpec> {
    let cookie = |name: &str, purpose: String, count, unit| CookieSpec {
        name: name.to_owned(),
        category: Some(crate::policy::NECESSARY.to_owned()),
        purpose: purpose.into(),
        duration: Some(Lifetime::For { count, unit }),
        exemption: Some(Exemption::ConsentChoice),
        ..CookieSpec::default()
    };
    let [choice_purpose, note_purpose, off_purpose, key_purpose] =
        Words::english().own_purposes(notice, recorded);
    let (count, unit) = match notice {
        true => (NOTICE_DAYS, TimeUnit::Day),
        false => (1, TimeUnit::Minute),
    };
    let mut own = vec![
        cookie(choice.name(), choice_purpose, validity_days, TimeUnit::Day),
        cookie(note.name(), note_purpose, count, unit),
        cookie(
            &format!("{}{}*", choice.name(), crate::policy::OFF),
            off_purpose,
            1,
            TimeUnit::Day,
        ),
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
