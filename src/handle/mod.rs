//! What the middleware and the handlers share while one request is served.

mod answer;
mod cookies;

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

use self::cookies::Cookies;
#[cfg(feature = "markup")]
pub(crate) use crate::navigation::Reader;
use crate::{
    choice::{Choice, Day},
    config::Config,
    decision::{ConsentModel, Decision, Placement, Status, decide},
    error::NotRecorded,
    navigation::is_navigation,
    note::{NOTICE_DAYS, Note, Once, Saved},
    pages::{
        BannerKind, Outcome,
        same_origin::{Site, same_origin},
    },
    policy::Policy,
    signals::Signals,
    verified::{Known, Verified},
};

/// How many values of one cookie are tried.
const MAX_TRIED: usize = 4;

/// One request's share of the middleware.
///
/// What the visitor said is verified when something depends on it, and not before: most requests
/// of a settled visitor are for pictures and scripts.
pub(crate) struct Handle {
    pub(crate) config: Arc<Config>,
    verified: Rc<Verified>,
    pub(crate) placement: Arc<Placement>,
    pub(crate) signals: Signals,
    /// Whether this request may write a grant.
    may_grant: Result<(), NotRecorded>,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    host: Option<HeaderValue>,
    /// The `Cookie` headers as they came, and what is in them.
    pub(crate) cookies: Cookies,
    /// Whether the request carries a gated cookie.
    pub(crate) carries_gated: bool,
    /// Whether this is one of our own pages.
    own_path: bool,
    /// Whether a person is going from page to page.
    navigation: bool,
    /// A handler asked, or a page was drawn from what the visitor chose.
    pub(crate) asked: Cell<bool>,
    pub(crate) banner_drawn: Cell<bool>,
    /// The page is good for one time: it shows what the visitor asked for once, or holds a nonce.
    pub(crate) unrepeatable: Cell<bool>,
    /// Units that this page shows because the visitor asked for it once.
    pub(crate) once: RefCell<Vec<usize>>,
    nonce: OnceCell<String>,
    /// What reads the answer.
    #[cfg(feature = "markup")]
    pub(crate) reader: Reader,
    /// `X-Consent-Key`: the state that a cache asks for.
    #[cfg(feature = "markup")]
    pub(crate) cache_key: Option<String>,
    /// The head of the response is done: what is said from here on is lost.
    pub(crate) released: Cell<bool>,
    /// The banner that this request has drawn already, so that asking twice gives it twice.
    pub(crate) drawn: Cell<Option<BannerKind>>,
    state: OnceCell<RefCell<State>>,
}

/// What changes while the request is served.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) choice: Option<Rc<Choice>>,
    pub(crate) note: Note,
    pub(crate) decision: Arc<Decision>,
    pub(crate) choice_changed: bool,
    pub(crate) note_changed: bool,
    /// More than one choice came with the request.
    pub(crate) duplicates: bool,
    /// Units that were on and that the visitor turned off in this request.
    pub(crate) withdrawn: Vec<usize>,
    /// The confirmation that this response shows.
    taken: Option<Saved>,
    /// What this response shows once.
    taken_once: Option<Once>,
    /// This response shows the notice for the first time.
    first_shown: bool,
}

impl State {
    /// Takes back what drawing a banner remembered, where no page came of it.
    pub(crate) fn nothing_was_shown(&mut self) {
        if let Some(saved) = self.taken.take() {
            self.note.saved = self.note.saved.or(Some(saved));
        }
        if let Some(once) = self.taken_once.take() {
            self.note.once = Some(once);
        }
        if std::mem::take(&mut self.first_shown) {
            self.note.until = None;
        }
    }
}

impl Handle {
    pub(crate) fn new(
        config: Arc<Config>,
        verified: Rc<Verified>,
        head: &RequestHead,
        own_path: bool,
    ) -> Self {
        let mut signals = Signals::from_headers(&head.headers);
        signals.minor = config.is_minor(head);
        let placement = config.placement(head);
        let cookies = Cookies::of(head, &config);
        let carries_gated = cookies.carry_gated();
        // A notice that was shown is answered by going on, whether or not anything asks; cookies
        // that came are judged before anyone reads them; two choices are made one at once.
        let implied_model = placement.model == ConsentModel::Implied;
        let eager = carries_gated || implied_model || cookies.choices().nth(1).is_some();
        let handle = Self {
            may_grant: may_grant(&config, head),
            method: head.method.clone(),
            uri: head.uri.clone(),
            host: head.headers.get(header::HOST).cloned(),
            navigation: (eager || config.gates_markup() || cookies.notes().next().is_some())
                && is_navigation(head),
            cookies,
            carries_gated,
            own_path,
            asked: Cell::new(false),
            banner_drawn: Cell::new(false),
            #[cfg(feature = "markup")]
            cache_key: cache_key(&config, head),
            unrepeatable: Cell::new(false),
            once: RefCell::default(),
            nonce: OnceCell::new(),
            #[cfg(feature = "markup")]
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
            handle.state();
        }
        handle
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

    /// Verifies what the visitor said, and concludes.
    fn conclude(&self) -> State {
        let config = &*self.config;
        let known = self.read_choice();
        let choice = known.as_ref().map(|known| &known.choice);
        let mut note = match self.read_note() {
            Some(note) => note.about(config.drawn.notice(), config.today()),
            None => Note::default(),
        };
        let decided = |implied: bool| match &known {
            // Most requests say nothing more, and visitors who answer alike get the same.
            Some(known) if !implied && self.signals == Signals::default() => {
                known.decision(&config.policy)
            }
            None if !implied && self.signals == Signals::default() => config.undecided.clone(),
            _ => Arc::new(decide(
                choice.map(Rc::as_ref),
                implied,
                &self.placement,
                &config.policy,
                self.signals,
            )),
        };
        let mut decision = decided(note.implied);
        let goes_on = self.placement.model == ConsentModel::Implied
            && note.until.is_some()
            && !note.implied
            && self.navigation
            && !self.own_path
            && decision.status() != Status::Decided;
        if goes_on {
            note.implied = true;
            decision = decided(true);
        }
        let mut note_changed = goes_on;
        if let Some(until) = note.until {
            // A GET that was under way while the visitor answered may have left it here.
            let ends = self.notice_ends(choice.map(Rc::as_ref));
            if decision.status() == Status::Decided {
                note_changed |= note.forget_notice();
            } else if ends < until {
                note.until = Some(ends);
                note_changed = true;
            }
        }
        let duplicates = choice.is_some() && self.cookies.choices().nth(1).is_some();
        State {
            note,
            decision,
            // The duplicates are replaced by their combination, by a request that may write it.
            choice_changed: duplicates
                && (self.may_grant.is_ok() || !choice.is_some_and(|choice| choice.grants())),
            choice: choice.cloned(),
            note_changed,
            duplicates,
            withdrawn: Vec::new(),
            taken: None,
            taken_once: None,
            first_shown: false,
        }
    }

    fn read_choice(&self) -> Option<Rc<Known>> {
        let config = &*self.config;
        let today = config.today();
        let open = |value| {
            let seal = &config.choice_seal;
            self.verified.open(seal, value, today, config.validity_days)
        };
        let values = self.cookies.choices().take(MAX_TRIED);
        values.filter_map(open).reduce(|one, other| {
            let (one, other) = (Choice::clone(&one.choice), Choice::clone(&other.choice));
            Rc::new(Known::new(one.combined(other)))
        })
    }

    fn read_note(&self) -> Option<Note> {
        let seal = &self.config.note_seal;
        let mut values = self.cookies.notes().take(MAX_TRIED);
        values.find_map(|value| seal.open(value))
    }

    /// The host of the site as the request names it, with its port.
    #[cfg(feature = "markup")]
    pub(crate) fn authority(&self) -> String {
        if let Some(origin) = &self.config.origin {
            let origin = origin.to_string();
            return origin.split("://").nth(1).unwrap_or_default().to_owned();
        }
        authority(&self.uri, self.host.as_ref()).to_owned()
    }

    /// Where a form on this page leads back to.
    pub(crate) fn way_back(&self) -> &str {
        match self.method.is_safe() {
            true => self.uri.path_and_query().map_or("/", |path| path.as_str()),
            false => "/",
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
        self.navigation || state.choice_changed
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

    pub(crate) fn may_grant(&self) -> Result<(), NotRecorded> {
        self.may_grant
    }

    /// Whether a banner or a notice is due.
    pub(crate) fn banner_due(&self) -> Option<BannerKind> {
        let state = self.state();
        if self.policy().gated_units().next().is_none()
            || state.decision.status() == Status::Decided
            || self.signals.minor
        {
            return None;
        }
        match self.placement.model {
            ConsentModel::OptIn => Some(BannerKind::Ask),
            ConsentModel::Implied => (!state.note.dismissed).then_some(BannerKind::Notice),
        }
    }

    /// Remembers that the notice was shown, where a person has seen it: a page that was fetched in
    /// advance has been shown to nobody.
    pub(crate) fn note_shown(&self) {
        let mut state = self.state_mut();
        if self.navigation && state.note.until.is_none() {
            state.note.until = Some(self.notice_ends(state.choice.as_deref()));
            state.note_changed = true;
            state.first_shown = true;
        }
    }

    /// The day on which a notice that is shown today ends to count. It does not outlive an answer
    /// beside it: once a rejection has lapsed, silence counts again only after a new notice.
    fn notice_ends(&self, choice: Option<&Choice>) -> Day {
        let own = self.today().plus(NOTICE_DAYS);
        match choice {
            Some(choice) => own.min(choice.day().plus(self.config.validity_days)),
            None => own,
        }
    }

    /// A confirmation that is due, and no longer after this call. It waits for a page that a
    /// person sees: not one that was fetched in advance, nor a part of one.
    pub(crate) fn take_saved(&self) -> Option<Outcome> {
        if !self.navigation {
            return None;
        }
        let mut state = self.state_mut();
        let saved = state.note.saved.take()?;
        state.taken = Some(saved);
        state.note_changed = true;
        (saved.until >= now()).then_some(saved.outcome)
    }

    /// What the visitor asked to see once, and no longer after this call: it waits for a page
    /// that a person sees.
    #[cfg(feature = "markup")]
    pub(crate) fn take_once(&self) {
        if !self.navigation {
            return;
        }
        let mut state = self.state_mut();
        let Some(once) = state.note.once.take() else {
            return;
        };
        state.note_changed = true;
        state.taken_once = Some(once.clone());
        self.unrepeatable.set(true);
        if once.until >= now() && !self.signals.minor {
            let units = self.policy().units().iter().enumerate();
            let wanted = units.filter(|(_, unit)| once.units.contains(&unit.tag));
            *self.once.borrow_mut() = wanted.map(|(at, _)| at).collect();
        }
    }

    /// Units that are on in the markup of this page besides those that are granted.
    pub(crate) fn besides(&self) -> Vec<usize> {
        let once = self.once.borrow();
        let units = once.iter().copied();
        #[cfg(feature = "markup")]
        let units = {
            let gating = self.config.gating.as_ref();
            let advanced = gating.map_or(&[][..], |gating| &gating.advanced);
            units.chain(advanced.iter().copied())
        };
        units.collect()
    }

    /// What a cache knows this visitor's answers by: nothing where there are none.
    #[cfg(feature = "markup")]
    pub(crate) fn key_of(&self, state: &State) -> String {
        let Some(choice) = &state.choice else {
            return String::new();
        };
        let opt_in = Placement::default();
        let policy = self.policy();
        let decision = decide(Some(choice), false, &opt_in, policy, Signals::default());
        crate::caches::key(&decision)
    }

    /// The nonce of this response, where somebody has asked for it.
    pub(crate) fn nonce(&self) -> Option<&str> {
        self.nonce.get().map(String::as_str)
    }

    /// The nonce of this response, made when it is first asked for.
    pub(crate) fn make_nonce(&self) -> &str {
        use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
        self.unrepeatable.set(true);
        self.asked.set(true);
        self.nonce
            .get_or_init(|| STANDARD_NO_PAD.encode(rand::random::<[u8; 16]>()))
    }
}

#[cfg(feature = "markup")]
fn cache_key(config: &Config, head: &RequestHead) -> Option<String> {
    config.gating.as_ref()?;
    let key = head.headers.get("x-consent-key")?;
    key.to_str().ok().map(|key| key.trim().to_owned())
}

fn may_grant(config: &Config, head: &RequestHead) -> Result<(), NotRecorded> {
    if head.method.is_safe() {
        return Err(NotRecorded::SafeMethod);
    }
    let configured = config.origin.as_ref().map(ToString::to_string);
    let site = match &configured {
        Some(origin) => Site::Origin(origin),
        None => Site::Host(authority(&head.uri, head.headers.get(header::HOST))),
    };
    same_origin(&head.headers, &site).map_err(|_| NotRecorded::CrossSite)
}

/// The host that a request names, with its port: HTTP/2 says it in the URI.
fn authority<'a>(uri: &'a Uri, host: Option<&'a HeaderValue>) -> &'a str {
    let host = host.and_then(|host| host.to_str().ok());
    let own = uri.authority().map(|own| own.as_str());
    own.or(host).unwrap_or_default()
}

fn now() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}
