//! Consent of one request, shared by the middleware and the handlers.

mod answer;
mod banner;
mod effects;
mod provenance;
pub(crate) mod record;
mod state;
#[cfg(feature = "markup")]
mod visit;

use std::{
    cell::{Cell, OnceCell, Ref, RefCell, RefMut},
    rc::Rc,
    sync::Arc,
};

use actix_web::{
    dev::RequestHead,
    http::{
        Method, Uri,
        header::{self, HeaderValue},
    },
};

use self::effects::Effects;
use self::provenance::Provenance;
pub(crate) use self::{record::AnswerContext, state::State};
use crate::cookies::request::Cookies;
pub(crate) use crate::http::navigation::Reader;
use crate::{
    config::Config,
    cookies::removal,
    day::Day,
    decision::{ConsentModel, Decision, Placement, cache::ChoiceCache},
    error::AcceptError,
    http::{
        destination::Destination,
        navigation::{is_framed, is_going_on, is_navigation},
        origin::Origin,
        return_to::{left, return_to},
        same_origin::Site,
        signals::Signals,
    },
    pages::BannerKind,
    policy::Policy,
};

/// Consent of the visitor who sent one request.
///
/// The choice is verified when something first depends on it, since most requests of a visitor
/// are for images and scripts.
pub(crate) struct RequestConsent {
    pub(crate) config: Arc<Config>,
    verified: Rc<ChoiceCache>,
    pub(crate) placement: Arc<Placement>,
    pub(crate) signals: Signals,
    /// Headers that name the page that sent the request.
    provenance: Provenance,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    host: Option<HeaderValue>,
    /// True if a proxy seems to have changed `Host`.
    pub(crate) host_in_doubt: bool,
    /// The `Cookie` headers as received, parsed.
    pub(crate) cookies: Cookies,
    /// True if the request carries a gated cookie.
    pub(crate) carries_gated: bool,
    /// True if a built-in page is loaded in a frame. No choice can be made there: the outer page
    /// may hide what the visitor clicks, and browsers drop our cookies if it is another site's.
    pub(crate) framed: bool,
    /// True if the request is a navigation of the top-level page by the visitor.
    navigation: bool,
    /// Effects of the request, which [`Self::perform_effects`] performs.
    effects: Effects,
    /// True if this response removes leftover cookies although it is no navigation.
    pub(crate) force_removal: Cell<bool>,
    /// True if a handler has read the consent, or a page was rendered by it.
    pub(crate) uses_consent: Cell<bool>,
    pub(crate) banner_rendered: Cell<bool>,
    /// True if the page may be used once only: it shows units once, or has a nonce.
    pub(crate) single_use: Cell<bool>,
    /// Units that this page shows because the visitor asked to see them once.
    pub(crate) once: RefCell<Vec<usize>>,
    nonce: OnceCell<String>,
    /// Destination of the request, if documents are gated or restricted.
    pub(crate) destination: Destination,
    /// Recipient of the response: a document, a frame, or a part of a page.
    pub(crate) reader: Reader,
    /// True if the response was HTML in a content coding, which the gate cannot read.
    pub(crate) compressed: Cell<bool>,
    /// `X-Consent-Key`: key of the state for which a cache requests the page.
    pub(crate) cache_key: Option<String>,
    /// True once the head of the response is complete. Later changes are lost.
    pub(crate) head_sent: Cell<bool>,
    /// Kind of the banner that was rendered first; later calls render the same.
    pub(crate) banner_kind: Cell<Option<BannerKind>>,
    state: OnceCell<RefCell<State>>,
}

impl RequestConsent {
    /// Reads the request. Has no effects: see [`Self::perform_effects`].
    pub(crate) fn new(
        config: Arc<Config>,
        verified: Rc<ChoiceCache>,
        head: &RequestHead,
        own_path: bool,
    ) -> Self {
        let mut signals = Signals::from_headers(&head.headers);
        signals.minor = config.is_minor(head);
        let placement = config.placement(head);
        let cookies = Cookies::of(
            &head.headers,
            &config.policy,
            config.choice_seal.name(),
            config.note_seal.name(),
        );
        let carries_gated = cookies.carry_gated();
        // The decision is needed at once to filter gated cookies, to imply consent, and to combine
        // several choices.
        let implied_model = placement.model == ConsentModel::Implied;
        let several = cookies.have_several_choices();
        let records_gpc = config.recorder.is_some() && signals.gpc;
        let eager = carries_gated || implied_model || several;
        let navigation = (eager
            || config.gates_markup()
            || cookies.have_notes()
            || cookies.have_rejections()
            || records_gpc)
            && is_navigation(head);
        let effects = Effects {
            settle_rejections: cookies.have_rejections() && (navigation || !head.method.is_safe()),
            imply_consent: implied_model
                && navigation
                && !own_path
                && with_site(&config, head, |site| is_going_on(&head.headers, site)),
            record_opt_out: records_gpc && navigation,
        };
        let consent = Self {
            provenance: Provenance::of(&config, head),
            force_removal: Cell::new(false),
            method: head.method.clone(),
            uri: head.uri.clone(),
            host: head.headers.get(header::HOST).cloned(),
            host_in_doubt: config.gating.is_some() && is_host_in_doubt(head, config.secure),
            navigation,
            effects,
            framed: own_path && is_framed(&head.headers),
            cookies,
            carries_gated,
            uses_consent: Cell::new(false),
            banner_rendered: Cell::new(false),
            cache_key: cache_key(&config, head),
            compressed: Cell::new(false),
            single_use: Cell::new(false),
            once: RefCell::default(),
            nonce: OnceCell::new(),
            destination: match config.gates_markup() || config.policing.is_some() {
                true => Destination::of(head),
                false => Destination::Unknown,
            },
            reader: match config.gating {
                Some(_) => Reader::of(head),
                None => Reader::Part,
            },
            head_sent: Cell::new(false),
            banner_kind: Cell::new(None),
            state: OnceCell::new(),
            config,
            verified,
            placement,
            signals,
        };
        if eager {
            consent.state();
        }
        consent
    }

    /// The decision, without an effect on the response; `None` while the state is being changed.
    pub(crate) fn peek(&self) -> Option<Arc<Decision>> {
        match self.state.get() {
            Some(state) => Some(state.try_borrow().ok()?.decision.clone()),
            None => Some(self.conclude().decision),
        }
    }

    pub(crate) fn state(&self) -> Ref<'_, State> {
        self.cell().borrow()
    }

    pub(crate) fn state_mut(&self) -> RefMut<'_, State> {
        self.cell().borrow_mut()
    }

    /// The state, if something has depended on it.
    pub(crate) fn known_state(&self) -> Option<RefMut<'_, State>> {
        self.state.get().map(RefCell::borrow_mut)
    }

    fn cell(&self) -> &RefCell<State> {
        self.state.get_or_init(|| RefCell::new(self.conclude()))
    }

    /// The host of the site as the request names it, with its port.
    pub(crate) fn authority(&self) -> String {
        if let Some(origin) = &self.config.origin {
            let origin = origin.to_string();
            return origin.split("://").nth(1).unwrap_or_default().to_owned();
        }
        authority(&self.uri, self.host.as_ref()).to_owned()
    }

    /// Origin of the site for this request. The scheme is the configured one, because a proxy may
    /// terminate TLS. `None` if the request names no host.
    pub(crate) fn origin(&self) -> Option<Origin> {
        if let Some(origin) = &self.config.origin {
            return Some(origin.clone());
        }
        let scheme = if self.config.secure { "https" } else { "http" };
        let host = authority(&self.uri, self.host.as_ref());
        Origin::parse(&format!("{scheme}://{host}"))
    }

    /// Page to which a form on this page returns: this page, or the page that posted if the request
    /// is a POST.
    pub(crate) fn way_back(&self) -> String {
        let paths = &self.config.paths;
        let own = self.uri.path_and_query().map_or("/", |path| path.as_str());
        match self.method.is_safe() {
            true if paths.external.is_empty() => return_to(Some(own), None, &paths.policy, ""),
            true => {
                let own = format!("{}{own}", paths.external);
                return_to(Some(&own), None, &paths.policy, &paths.external)
            }
            false => {
                let referer = self.provenance.referer();
                return_to(None, referer, &paths.policy, &paths.external)
            }
        }
    }

    pub(crate) fn today(&self) -> Day {
        self.config.today()
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.config.policy
    }

    /// Returns whether this response removes leftover cookies: on navigations, and after an answer.
    pub(crate) fn removes_leftovers(&self, state: &State) -> bool {
        self.navigation || state.choice_changed || self.force_removal.get()
    }

    /// Policy and host on which removals of cookies depend.
    pub(crate) fn site(&self) -> removal::Site<'_> {
        removal::Site {
            policy: &self.config.policy,
            removals: &self.config.removals,
            host: self.host(),
        }
    }

    /// The host that a removal has to match, without its port.
    pub(crate) fn host(&self) -> &str {
        if let Some(origin) = &self.config.origin {
            return &origin.host;
        }
        let text = self
            .uri
            .host()
            .or_else(|| self.host.as_ref().and_then(|host| host.to_str().ok()))
            .unwrap_or("");
        let host = match text.rfind(':') {
            Some(at) if !text.ends_with(']') => &text[..at],
            _ => text,
        };
        host.strip_suffix('.').unwrap_or(host)
    }

    /// Checks that this request may grant something. If it seems to come from another site, a log
    /// line states the remedy once.
    ///
    /// # Errors
    ///
    /// If the method is safe, or nothing proves that the request comes from this site.
    pub(crate) fn may_grant(&self) -> Result<(), AcceptError> {
        if self.provenance.may_grant == Err(AcceptError::CrossSite) {
            let host = authority(&self.uri, self.host.as_ref());
            self.provenance.report(&self.config, host);
        }
        self.provenance.may_grant
    }

    /// Key under which a cache stores pages for the visitor's answers; empty without answers.
    pub(crate) fn key_of(&self, state: &State) -> String {
        let Some(choice) = &state.choice else {
            return String::new();
        };
        let opt_in = Placement::default();
        let policy = self.policy();
        let signals = Signals::default();
        let decision = crate::decision::decide(Some(choice), false, &opt_in, policy, signals);
        crate::cache_headers::key(&decision)
    }
}

fn cache_key(config: &Config, head: &RequestHead) -> Option<String> {
    config.gating.as_ref()?;
    let key = head.headers.get("x-consent-key")?;
    key.to_str().ok().map(|key| key.trim().to_owned())
}

/// The page of this site from which a visitor came to the settings, as path and query.
pub(crate) fn left_page(config: &Config, head: &RequestHead) -> Option<String> {
    let referer = head.headers.get(header::REFERER)?.to_str().ok()?;
    let own = with_site(config, head, |site| site.is_of(referer));
    own.then(|| left(referer, &config.paths.settings))?
}

/// Calls `ask` with the site's own origin: the configured one, or that of the request.
fn with_site<T>(config: &Config, head: &RequestHead, ask: impl FnOnce(&Site<'_>) -> T) -> T {
    let configured = config.origin.as_ref().map(ToString::to_string);
    ask(&match &configured {
        Some(origin) => Site::Origin(origin),
        None => Site::Host(authority(&head.uri, head.headers.get(header::HOST))),
    })
}

/// The host that a request names, with its port. HTTP/2 has it in the URI.
fn authority<'a>(uri: &'a Uri, host: Option<&'a HeaderValue>) -> &'a str {
    let host = host.and_then(|host| host.to_str().ok());
    let own = uri.authority().map(|own| own.as_str());
    own.or(host).unwrap_or_default()
}

/// Returns whether `Host` is not the one that the visitor's browser sent: `X-Forwarded-Host` names
/// another one, or on a site with TLS it is an address or a name without a dot, as proxies name the
/// servers behind them.
fn is_host_in_doubt(head: &RequestHead, secure: bool) -> bool {
    let host = authority(&head.uri, head.headers.get(header::HOST));
    let forwarded = head.headers.get("x-forwarded-host");
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let internal = || !name.contains('.') || name.parse::<std::net::Ipv4Addr>().is_ok();
    forwarded.is_some_and(|named| !named.as_bytes().eq_ignore_ascii_case(host.as_bytes()))
        || (secure && internal())
}

fn now() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}
