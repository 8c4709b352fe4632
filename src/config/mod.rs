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

/// Validated configuration of the middleware, the same for all requests.
///
/// [`Config::under`] clones it for a path prefix; `Arc` shares what changes.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) policy: Policy,
    pub(crate) earlier: Vec<Policy>,
    pub(crate) origin: Option<Origin>,
    pub(crate) secure: bool,
    pub(crate) paths: Paths,
    pub(crate) choice_seal: Seal,
    pub(crate) note_seal: Seal,
    /// Declarations of the library's cookies, with their longest lifetime under any model.
    pub(crate) own_cookies: Vec<CookieSpec>,
    /// The same under the model `OptIn`.
    own_cookies_opt_in: Vec<CookieSpec>,
    pub(crate) pages: Arc<dyn Pages>,
    pub(crate) rendered: Arc<Rendered>,
    /// Decision for a visitor without an answer, a note or a signal, under the model `OptIn`.
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
    /// Placement of every request, unless `resolve` is set.
    placement: Arc<Placement>,
    resolve: Option<Resolve>,
    minor: Option<HeadFlag>,
    today: Option<Clock>,
    /// Messages that have been logged once.
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
    pub(crate) fn new(mut settings: Settings) -> Result<Self, ConfigError> {
        let (origin, secure) = check::origin(&settings)?;
        check::cookies(&settings.policy, secure)?;
        check::validity(settings.validity_days)?;
        check::base_path(&settings.base_path)?;
        let earlier = check::editions(&settings.policy, std::mem::take(&mut settings.earlier))?;
        let pass_undeclared = check::undeclared(settings.undeclared)? == Undeclared::Report;
        let external_prefix = check::external_prefix(&settings.external_prefix)?;
        let proxies = check::proxies(settings.proxies.as_deref())?;
        check::contradictions(&settings)?;
        check::warn_of_gaps(&settings);
        let policy = settings.policy;
        let paths = Paths::new(&settings.base_path, "");
        let prefix = if secure { "__Host-" } else { "" };
        let choice_seal = settings.keys.seal_for(&format!("{prefix}consent"));
        let note_seal = settings.keys.seal_for(&format!("{prefix}consent-note"));
        let pages = settings
            .pages
            .unwrap_or_else(|| Arc::new(crate::pages::DefaultPages::new()));
        let rendered = Rendered::new(&policy, &*pages, &paths, &paths, markup::ENABLED);
        let (opt_in, no_signals) = (Placement::default(), Signals::default());
        let undecided = Arc::new(decide(None, false, &opt_in, &policy, no_signals));
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
    /// Records refer to the pages without a prefix.
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
        // Prefixes are plain ASCII, so this never fails.
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

    /// Placement of a request.
    pub(crate) fn placement(&self, head: &RequestHead) -> Arc<Placement> {
        match &self.resolve {
            None => self.placement.clone(),
            Some(resolve) => Arc::new(resolve(head).unwrap_or_default()),
        }
    }

    /// Policy, pages and paths from which pages are rendered.
    pub(crate) fn page_site(&self) -> rendered::Site<'_> {
        rendered::Site {
            policy: &self.policy,
            pages: &*self.pages,
            paths: &self.paths,
        }
    }

    /// Declarations of the library's cookies under a model.
    pub(crate) fn own_cookies_under(&self, model: ConsentModel) -> &[CookieSpec] {
        let asks = self.policy.gated_categories().next().is_some();
        match model {
            ConsentModel::Implied if asks => &self.own_cookies,
            _ => &self.own_cookies_opt_in,
        }
    }

    /// Returns whether the markup of pages is gated.
    pub(crate) fn gates_markup(&self) -> bool {
        self.gating.is_some()
    }

    /// Returns whether pages load a script of this library.
    pub(crate) fn has_script(&self) -> bool {
        self.gating
            .as_ref()
            .is_some_and(|gating| gating.has_script())
    }

    /// Returns whether the application knows that the visitor is a minor.
    pub(crate) fn is_minor(&self, head: &RequestHead) -> bool {
        self.minor.as_ref().is_some_and(|is_minor| is_minor(head))
    }

    /// The day that the clock of the builder states, or today in UTC.
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
