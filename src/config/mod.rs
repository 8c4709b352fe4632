//! The checked configuration of the middleware.

mod check;
pub(crate) mod operator_log;
mod own_cookies;
mod settings;

use std::sync::Arc;

use actix_web::{dev::RequestHead, http::header::HeaderValue};

use self::own_cookies::OwnCookies;
pub use self::settings::Undeclared;
use self::settings::{Clock, HeadFlag, OnWithdrawal, Resolve};
pub(crate) use self::{
    operator_log::{Mistake, OperatorLog},
    settings::Settings,
};
use crate::markup::{self, Gating, Markup};
use crate::{
    choice::seal::Seal,
    cookies::removal::Removals,
    csp::{Csp, Policing, Reports},
    day::Day,
    decision::{ConsentModel, Decision, Placement, decide},
    error::ConfigError,
    http::{forwarded_prefix::Proxies, origin::Origin, signals::Signals},
    ledger::{Recorder, Recording},
    pages::{Pages, Rendered, rendered},
    paths::Paths,
    policy::{CookieSpec, Policy},
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
    pub(crate) rendered: Arc<Rendered>,
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
    pub(crate) gating: Option<Arc<Gating>>,
    pub(crate) placeholder_style: String,
    /// For every request, unless `resolve` is set.
    placement: Arc<Placement>,
    resolve: Option<Resolve>,
    minor: Option<HeadFlag>,
    today: Option<Clock>,
    /// What the operator has been told.
    pub(crate) log: Arc<OperatorLog>,
    /// Prefix that a proxy strips from every path.
    pub(crate) external_prefix: String,
    /// Proxies whose `X-Forwarded-Prefix` is read.
    pub(crate) proxies: Option<Proxies>,
}

impl Config {
    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// The first setting that cannot be used.
    pub(crate) fn new(settings: Settings) -> Result<Self, ConfigError> {
        let (origin, secure) = check::origin(&settings)?;
        check::cookies(&settings.policy, secure)?;
        check::validity(settings.validity_days)?;
        check::base_path(&settings.base_path)?;
        let earlier = check::editions(&settings.policy, settings.earlier)?;
        let pass_undeclared = check::undeclared(settings.undeclared)? == Undeclared::Report;
        let external_prefix = check::external_prefix(&settings.external_prefix)?;
        if settings.model.is_some() && settings.placement.is_some() {
            return Err(ConfigError::ModelAndPlacement);
        }
        let proxies = settings.proxies.as_deref().map(Proxies::parse);
        let proxies = proxies.transpose().map_err(ConfigError::Proxy)?;
        if let Some(markup) = &settings.markup
            && let Some(what) = markup.contradiction(&settings.policy, settings.csp.is_some())
        {
            return Err(ConfigError::Markup(what.into()));
        }
        for gap in settings.policy.gaps() {
            log::warn!("the privacy policy is not complete: {gap}");
        }
        if settings.markup.is_some() && settings.csp.is_none() {
            log::warn!(
                "markup is gated without a Content-Security-Policy that follows consent: what \
                 inline scripts, style sheets, `style` and SVG attributes, `data:` documents and \
                 import maps load is not held back. Add `.csp(Csp::new())` to the builder, or \
                 send a policy of your own"
            );
        }
        let policy = settings.policy;
        let paths = Paths::new(&settings.base_path, "");
        let prefix = if secure { "__Host-" } else { "" };
        let choice_seal = settings.keys.seal_for(&format!("{prefix}consent"));
        let note_seal = settings.keys.seal_for(&format!("{prefix}consent-note"));
        let pages = settings
            .pages
            .unwrap_or_else(|| Arc::new(crate::pages::DefaultPages::new()));
        let rendered = Rendered::new(&policy, &*pages, &paths, &paths, markup::ENABLED);
        let undecided = Arc::new(decide(
            None,
            false,
            &Placement::default(),
            &policy,
            Signals::default(),
        ));
        let keyed = settings.markup.as_ref().is_some_and(Markup::is_keyed);
        let gating = settings.markup.map(|markup| {
            let (texts, undecided) = (rendered.placeholder_texts(), undecided.clone());
            Gating::new(markup, &policy, pages.clone(), &paths, texts, undecided)
        });
        let gating = gating.transpose()?.map(Arc::new);
        let recorder = settings.ledger.map(|recording| open(recording, &rendered));
        let recorder = recorder.transpose()?.map(Arc::new);
        let placeholder_style = rendered::placeholder_style(&policy, &*pages, &paths);
        let policing = settings.csp.as_ref().map(|csp| {
            let styles = vec![
                rendered.style_source().to_owned(),
                placeholder_style.clone(),
            ];
            let reports = Arc::new(Reports::new(&policy));
            Arc::new(Policing::new(csp, &policy, styles, &paths, reports))
        });
        let own = OwnCookies {
            choice: choice_seal.name(),
            note: note_seal.name(),
            validity_days: settings.validity_days,
            keyed,
            recorded: recorder.is_some(),
        };
        Ok(Self {
            own_cookies: own.declared(true),
            own_cookies_opt_in: own.declared(false),
            csp: settings.csp,
            external_prefix,
            proxies,
            rendered: Arc::new(rendered),
            undecided,
            removals: Arc::new(Removals::of(&policy)),
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
            pass_undeclared,
            explain: settings.explain,
            validity_days: settings.validity_days,
            recorder,
            withdrawal: settings.withdrawal,
            placement: Arc::new(Placement::new(settings.model.unwrap_or_default())),
            resolve: settings.placement,
            minor: settings.minor,
            today: settings.today,
            policing,
            gating,
            placeholder_style,
            log: Arc::default(),
        })
    }

    /// The same configuration for pages that browsers see under a prefix: `external`, which a
    /// proxy strips, before the path of the scope in which the middleware is mounted.
    ///
    /// The records of what visitors were shown are those of the pages without a prefix.
    pub(crate) fn under(&self, external: &str, scope: &str) -> Self {
        let paths = Paths::new(&format!("{scope}{}", self.paths.policy), external);
        let rendered = Rendered::new(
            &self.policy,
            &*self.pages,
            &self.paths,
            &paths,
            markup::ENABLED,
        );
        let policing = self.csp.as_ref().zip(self.policing.as_ref());
        let policing = policing.map(|(csp, policing)| {
            let reports = policing.reports.clone();
            let styles = policing.styles().to_vec();
            Arc::new(Policing::new(csp, &self.policy, styles, &paths, reports))
        });
        let gating = self.gating.as_ref().and_then(|gating| {
            Gating::new(
                gating.settings().clone(),
                &self.policy,
                self.pages.clone(),
                &paths,
                rendered.placeholder_texts(),
                self.undecided.clone(),
            )
            .ok()
        });
        // Prefixes are plain ASCII, so that there always is one.
        let policy_link = policy_link(&paths).unwrap_or_else(|| self.policy_link.clone());
        Self {
            rendered: Arc::new(rendered),
            policing,
            policy_link,
            gating: gating.map(Arc::new),
            paths,
            ..self.clone()
        }
    }

    /// Returns whether both come from one builder.
    #[cfg(feature = "audit")]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.log, &other.log)
    }

    /// The editions of the policy, the one in force first.
    pub(crate) fn editions(&self) -> impl Iterator<Item = &Policy> {
        std::iter::once(&self.policy).chain(&self.earlier)
    }

    pub(crate) fn placement(&self, head: &RequestHead) -> Arc<Placement> {
        match &self.resolve {
            None => self.placement.clone(),
            Some(resolve) => Arc::new(resolve(head).unwrap_or_default()),
        }
    }

    /// What pages are rendered from.
    pub(crate) fn page_site(&self) -> rendered::Site<'_> {
        rendered::Site {
            policy: &self.policy,
            pages: &*self.pages,
            paths: &self.paths,
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
        self.gating.is_some()
    }

    /// Whether pages bring a script of this library.
    pub(crate) fn has_script(&self) -> bool {
        self.gating
            .as_ref()
            .is_some_and(|gating| gating.has_script())
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

/// Opens the queue of records that wait for the ledger.
fn open(recording: Recording, rendered: &Rendered) -> Result<Recorder, ConfigError> {
    let path = recording.outbox().display().to_string();
    Recorder::open(recording, rendered.shown()).map_err(|error| ConfigError::Outbox {
        path,
        why: error.to_string(),
    })
}
