//! What the middleware and the handlers share while one request is served.

mod answer;
mod page;
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

use self::provenance::Provenance;
pub(crate) use self::{record::Said, state::State};
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

/// One request's share of the middleware.
///
/// What the visitor said is verified when something depends on it, and not before: most requests
/// of a settled visitor are for pictures and scripts.
pub(crate) struct RequestConsent {
    pub(crate) config: Arc<Config>,
    verified: Rc<ChoiceCache>,
    pub(crate) placement: Arc<Placement>,
    pub(crate) signals: Signals,
    /// The statements of the request about the page that sent it.
    provenance: Provenance,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    host: Option<HeaderValue>,
    /// A proxy seems to have changed `Host`.
    pub(crate) host_in_doubt: bool,
    /// The `Cookie` headers as they came, and what is in them.
    pub(crate) cookies: Cookies,
    /// Whether the request carries a gated cookie.
    pub(crate) carries_gated: bool,
    /// Whether one of our own pages is shown inside of another page, where nobody can choose: that
    /// page may hide what a visitor presses, and browsers drop our cookies where it is another site's.
    pub(crate) framed: bool,
    /// Whether a person is going from page to page.
    navigation: bool,
    /// Whether that navigation may be read as going on, under the model `Implied`.
    goes_on: bool,
    /// Cookies that were left behind are removed by this response, whatever asked for it.
    pub(crate) sweeps_now: Cell<bool>,
    /// A handler asked, or a page was drawn from what the visitor chose.
    pub(crate) asked: Cell<bool>,
    pub(crate) banner_drawn: Cell<bool>,
    /// The page is good for one time: it shows what the visitor asked for once, or holds a nonce.
    pub(crate) unrepeatable: Cell<bool>,
    /// Units that this page shows because the visitor asked for it once.
    pub(crate) once: RefCell<Vec<usize>>,
    nonce: OnceCell<String>,
    /// Destination of the request, if documents are gated or restricted.
    pub(crate) destination: Destination,
    /// What reads the answer.
    pub(crate) reader: Reader,
    /// The response was HTML in a content coding, which the gate could not read.
    pub(crate) compressed: Cell<bool>,
    /// `X-Consent-Key`: the state that a cache asks for.
    pub(crate) cache_key: Option<String>,
    /// The head of the response is done: what is said from here on is lost.
    pub(crate) released: Cell<bool>,
    /// The banner that this request has drawn already, so that asking twice gives it twice.
    pub(crate) drawn: Cell<Option<BannerKind>>,
    state: OnceCell<RefCell<State>>,
}

impl RequestConsent {
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
        // A notice that was shown is answered by going on, whether or not anything asks; cookies
        // that came are judged before anyone reads them; two choices are made one at once.
        let implied_model = placement.model == ConsentModel::Implied;
        let several = cookies.have_several_choices();
        let opts_out = config.recorder.is_some() && signals.gpc;
        let eager = carries_gated || implied_model || several;
        let navigation = (eager
            || config.gates_markup()
            || cookies.have_notes()
            || cookies.have_rejections()
            || opts_out)
            && is_navigation(head);
        let consent = Self {
            provenance: Provenance::of(&config, head),
            sweeps_now: Cell::new(false),
            method: head.method.clone(),
            uri: head.uri.clone(),
            host: head.headers.get(header::HOST).cloned(),
            host_in_doubt: config.gating.is_some() && is_host_in_doubt(head, config.secure),
            navigation,
            goes_on: implied_model
                && navigation
                && !own_path
                && with_site(&config, head, |site| is_going_on(&head.headers, site)),
            framed: own_path && is_framed(&head.headers),
            cookies,
            carries_gated,
            asked: Cell::new(false),
            banner_drawn: Cell::new(false),
            cache_key: cache_key(&config, head),
            compressed: Cell::new(false),
            unrepeatable: Cell::new(false),
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
            released: Cell::new(false),
            drawn: Cell::new(None),
            state: OnceCell::new(),
            config,
            verified,
            placement,
            signals,
        };
        if eager {
            consent.state();
        }
        if consent.cookies.have_rejections() && (navigation || !consent.method.is_safe()) {
            consent.settle();
        }
        if consent.goes_on {
            consent.go_on();
        }
        if opts_out && navigation {
            consent.record_signal();
        }
        consent
    }

    /// The decision, concluded without an effect on the response where nothing has depended on it
    /// yet; `None` while it is being changed.
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

    /// What the visitor said, where something has depended on it.
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

    /// The site as this request reaches it: the scheme is the one that the site is configured to
    /// speak, since behind a proxy that ends TLS the request does not tell. `None` where the request
    /// names no host.
    pub(crate) fn origin(&self) -> Option<Origin> {
        if let Some(origin) = &self.config.origin {
            return Some(origin.clone());
        }
        let scheme = if self.config.secure { "https" } else { "http" };
        let host = authority(&self.uri, self.host.as_ref());
        Origin::parse(&format!("{scheme}://{host}"))
    }

    /// Where a form on this page leads back to: this page, or if it answers a POST, the page that
    /// posted.
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

    /// Whether cookies that were left behind are swept: from page to page, and when the visitor
    /// says something.
    pub(crate) fn sweeps(&self, state: &State) -> bool {
        self.navigation || state.choice_changed || self.sweeps_now.get()
    }

    /// What removals of cookies depend on.
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

    /// Whether this request may write a grant. If it only seems to come from another site, the
    /// operator is told once how to mend that.
    pub(crate) fn may_grant(&self) -> Result<(), AcceptError> {
        if self.provenance.may_grant == Err(AcceptError::CrossSite) {
            let host = authority(&self.uri, self.host.as_ref());
            self.provenance.report(&self.config, host);
        }
        self.provenance.may_grant
    }

    /// What a cache knows this visitor's answers by: nothing where there are none.
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

/// Asks something about the site's own origin: the configured one, or that of the request.
fn with_site<T>(config: &Config, head: &RequestHead, ask: impl FnOnce(&Site<'_>) -> T) -> T {
    let configured = config.origin.as_ref().map(ToString::to_string);
    ask(&match &configured {
        Some(origin) => Site::Origin(origin),
        None => Site::Host(authority(&head.uri, head.headers.get(header::HOST))),
    })
}

/// The host that a request names, with its port: HTTP/2 says it in the URI.
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
