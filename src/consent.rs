//! [`Consent`]: what a handler asks, and what it tells the middleware.

use std::{
    cell::{Cell, RefCell},
    fmt,
    future::{Ready, ready},
    rc::Rc,
    sync::Arc,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::{Payload, RequestHead},
    http::{
        Method, Uri,
        header::{self, HeaderValue},
    },
};

use crate::{
    choice::{Answer, Choice, Day},
    config::Config,
    decision::{Basis, ConsentModel, Decision, Placement, Status, decide},
    error::{MountError, NotRecorded},
    gate::{self, Carried, Verdict},
    note::{Note, SAVED_SECONDS, Saved},
    pages::{
        Banner, BannerKind, Outcome,
        same_origin::{Site, same_origin},
    },
    policy::Policy,
    signals::Signals,
    signing::SigningKeys,
};

/// The consent of the visitor who sent the request.
///
/// Take it as an argument of a handler:
///
/// ```
/// use actix_consent::Consent;
/// use actix_web::{HttpResponse, Responder};
///
/// async fn page(consent: Consent) -> impl Responder {
///     let counted = consent.allows("analytics");
///     HttpResponse::Ok().body(format!("{}<p>Counted: {counted}</p>", consent.banner()))
/// }
/// ```
///
/// A response made by a handler that asked depends on consent, so it says so to caches.
///
/// # Errors
///
/// Extraction fails with a 500 where no [`ConsentMiddleware`](crate::ConsentMiddleware) is mounted.
#[derive(Clone)]
pub struct Consent(Rc<Handle>);

/// What the middleware and the handlers share while one request is served.
pub(crate) struct Handle {
    pub(crate) config: Arc<Config>,
    pub(crate) placement: Arc<Placement>,
    pub(crate) signals: Signals,
    pub(crate) today: Day,
    /// Whether this request may write a grant.
    may_grant: Result<(), NotRecorded>,
    method: Method,
    pub(crate) uri: Uri,
    pub(crate) host: Option<HeaderValue>,
    /// Whether a person is going from page to page.
    pub(crate) navigation: bool,
    /// A handler asked, or a page was drawn from what the visitor chose.
    pub(crate) asked: Cell<bool>,
    pub(crate) banner_drawn: Cell<bool>,
    state: RefCell<State>,
}

/// What changes while the request is served.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) choice: Option<Choice>,
    pub(crate) note: Note,
    pub(crate) decision: Decision,
    pub(crate) choice_changed: bool,
    pub(crate) note_changed: bool,
    /// More than one choice came with the request.
    pub(crate) duplicates: bool,
    /// The gated cookies that came with the request.
    pub(crate) carried: Vec<Carried>,
    /// Units that were on and that the visitor turned off in this request.
    pub(crate) withdrawn: Vec<usize>,
}

/// What the request says, before anything is concluded from it.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) choice: Option<Choice>,
    pub(crate) note: Note,
    pub(crate) duplicates: bool,
}

impl Handle {
    /// Concludes from what the request says.
    pub(crate) fn new(config: Arc<Config>, head: &RequestHead, said: Said, own_path: bool) -> Self {
        let placement = config.placement(head);
        let mut signals = Signals::from_headers(&head.headers);
        signals.minor = config.is_minor(head);
        let implied_model = placement.model == ConsentModel::Implied;
        let Said {
            choice,
            mut note,
            duplicates,
        } = said;
        let navigation = crate::navigation::is_navigation(head);
        let mut note_changed = false;
        let notice = &config.asked(BannerKind::Notice, signals.gpc).text;
        if note.text != *notice {
            // What was shown then is not what would be agreed to now.
            note = Note {
                text: notice.clone(),
                saved: note.saved,
                ..Note::default()
            };
        }
        let decided = |implied| decide(choice.as_ref(), implied, &placement, &config.policy, signals);
        let mut decision = decided(note.implied);
        if implied_model
            && note.shown
            && !note.implied
            && navigation
            && !own_path
            && decision.status() != Status::Decided
        {
            note.implied = true;
            note_changed = true;
            decision = decided(true);
        }
        Self {
            may_grant: may_grant(&config, head),
            today: config.today(),
            method: head.method.clone(),
            uri: head.uri.clone(),
            host: head.headers.get(header::HOST).cloned(),
            navigation,
            asked: Cell::new(false),
            banner_drawn: Cell::new(false),
            state: RefCell::new(State {
                // The duplicates are replaced by their combination.
                choice_changed: duplicates,
                choice,
                note,
                decision,
                note_changed,
                duplicates,
                carried: Vec::new(),
                withdrawn: Vec::new(),
            }),
            config,
            placement,
            signals,
        }
    }

    pub(crate) fn state(&self) -> std::cell::Ref<'_, State> {
        self.state.borrow()
    }

    pub(crate) fn state_mut(&self) -> std::cell::RefMut<'_, State> {
        self.state.borrow_mut()
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.config.policy
    }

    /// The host that a removal has to match, without its port.
    pub(crate) fn host(&self) -> &str {
        let text = self
            .uri
            .host()
            .or_else(|| self.host.as_ref().and_then(|host| host.to_str().ok()))
            .unwrap_or("");
        match text.rfind(':') {
            Some(at) if !text.ends_with(']') => &text[..at],
            _ => text,
        }
    }

    pub(crate) fn may_grant(&self) -> Result<(), NotRecorded> {
        self.may_grant
    }

    /// Whether a banner or a notice is due.
    pub(crate) fn banner_due(&self) -> Option<BannerKind> {
        let state = self.state.borrow();
        if self.policy().gated_units().next().is_none() || state.decision.status() == Status::Decided
        {
            return None;
        }
        match self.placement.model {
            ConsentModel::OptIn => Some(BannerKind::Ask),
            ConsentModel::Implied => state.note.dismissed.is_none().then_some(BannerKind::Notice),
        }
    }

    /// A confirmation that is due, and no longer after this call.
    pub(crate) fn take_saved(&self) -> Option<Outcome> {
        let mut state = self.state.borrow_mut();
        let saved = state.note.saved.take()?;
        state.note_changed = true;
        (saved.until >= now()).then_some(saved.outcome)
    }

    /// Writes what the visitor answered, unit by unit: `true` is a yes. A category's no is one to
    /// its services as well, unless they are answered for themselves.
    pub(crate) fn answer(&self, answers: &[(usize, bool)], gpc_ack: bool) {
        let units = self.policy().units();
        let mut state = self.state.borrow_mut();
        let before = state.decision.clone();
        let mut choice = match state.choice.take() {
            Some(old) => restamped(old, self.today, units, answers),
            None => Choice::new(self.today),
        };
        for (unit, yes) in answers {
            if !yes {
                let services = units.iter().filter(|service| service.category == Some(*unit));
                services.for_each(|service| choice.forget(service.tag));
            }
        }
        for (unit, yes) in answers {
            let entry = &units[*unit];
            let said_with_category = entry.category.is_some_and(|own| answers.contains(&(own, false)));
            match yes {
                true => choice.set(entry.tag, Answer::Granted(entry.fingerprint)),
                false if said_with_category => {}
                false => choice.set(entry.tag, Answer::Rejected),
            }
        }
        choice.set_gpc_ack((gpc_ack || choice.gpc_ack()) && choice.grants());
        state.decision = decide(
            Some(&choice),
            state.note.implied,
            &self.placement,
            self.policy(),
            self.signals,
        );
        state.choice = Some(choice);
        state.choice_changed = true;
        let withdrawn = (0..units.len())
            .filter(|unit| before.basis(*unit).allows() && !state.decision.basis(*unit).allows());
        let withdrawn: Vec<usize> = withdrawn.collect();
        state.withdrawn.extend(withdrawn);
    }

    /// What a confirmation says.
    pub(crate) fn outcome(&self) -> Outcome {
        let state = self.state.borrow();
        let mut gated = self
            .policy()
            .gated_units()
            .map(|(unit, _)| state.decision.basis(unit).allows());
        let first = gated.next().unwrap_or(false);
        match (first, gated.all(|on| on == first)) {
            (_, false) => Outcome::Some,
            (true, true) => Outcome::On,
            (false, true) => Outcome::Off,
        }
    }

    /// Leaves the confirmation for the next page.
    pub(crate) fn note_saved(&self) {
        let outcome = self.outcome();
        let mut state = self.state.borrow_mut();
        state.note.saved = Some(Saved {
            outcome,
            until: now() + SAVED_SECONDS,
        });
        state.note_changed = true;
    }

    pub(crate) fn dismiss(&self) {
        let mut state = self.state.borrow_mut();
        state.note.dismissed = Some(self.today);
        state.note_changed = true;
    }
}

/// An old choice as the base of a new answer. Grants that the answer does not cover are not made
/// to last longer by it: those of this policy keep the old day, those of another are dropped once
/// the day changes.
fn restamped(
    old: Choice,
    today: Day,
    units: &[crate::policy::Unit],
    answered: &[(usize, bool)],
) -> Choice {
    let is_answered =
        |tag| answered.iter().any(|(unit, _)| units[*unit].tag == tag);
    let is_known = |tag| units.iter().any(|unit| unit.tag == tag);
    let kept = |answer: &(crate::policy::UnitTag, Answer)| {
        old.day() == today || answer.1 == Answer::Rejected || is_known(answer.0)
    };
    let keeps_grant = old
        .answers()
        .any(|(tag, answer)| answer != Answer::Rejected && is_known(tag) && !is_answered(tag));
    let mut choice = Choice::new(if keeps_grant { old.day().min(today) } else { today });
    choice.set_gpc_ack(old.gpc_ack() && keeps_grant);
    for (tag, answer) in old.answers().filter(kept) {
        choice.set(tag, answer);
    }
    choice
}

fn may_grant(config: &Config, head: &RequestHead) -> Result<(), NotRecorded> {
    if head.method.is_safe() {
        return Err(NotRecorded::SafeMethod);
    }
    let configured = config.origin.as_ref().map(ToString::to_string);
    let host = head.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let site = match &configured {
        Some(origin) => Site::Origin(origin),
        None => Site::Host(head.uri.authority().map(|own| own.as_str()).or(host).unwrap_or("")),
    };
    same_origin(&head.headers, &site).map_err(|_| NotRecorded::CrossSite)
}

fn now() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}

impl Consent {
    pub(crate) fn new(handle: Rc<Handle>) -> Self {
        Self(handle)
    }

    /// Whether a category or service is on. One that the policy does not have is off.
    pub fn allows(&self, unit: &str) -> bool {
        self.basis(unit).is_some_and(Basis::allows)
    }

    /// Why a category or service is on or off; `None` where the policy does not have it.
    pub fn basis(&self, unit: &str) -> Option<Basis> {
        self.0.asked.set(true);
        match self.0.policy().unit(unit) {
            Some(unit) => Some(self.0.state().decision.basis(unit)),
            None => {
                log::error!("a handler asked for `{unit}`, which is no category or service");
                None
            }
        }
    }

    /// Whether the visitor has answered.
    pub fn status(&self) -> Status {
        self.0.asked.set(true);
        self.0.state().decision.status()
    }

    /// Where the request comes from in law, and how silence is read there.
    pub fn placement(&self) -> &Placement {
        self.0.asked.set(true);
        &self.0.placement
    }

    /// The signals that deny whatever the visitor said.
    pub fn signals(&self) -> Signals {
        self.0.asked.set(true);
        self.0.signals
    }

    /// What becomes of a cookie of this name that this response sets.
    ///
    /// ```
    /// # use actix_consent::{Consent, Policy, Verdict};
    /// # let policy = Policy::parse(include_str!("../tests/integration/consent.toml")).unwrap();
    /// let consent = Consent::granting(&policy, ["analytics"]);
    /// assert_eq!(consent.verdict("visits"), Verdict::Sent);
    /// assert_eq!(consent.verdict("no_such_cookie"), Verdict::Undeclared);
    /// ```
    pub fn verdict(&self, cookie: &str) -> Verdict {
        self.0.asked.set(true);
        let state = self.0.state();
        gate::verdict_of(self.0.policy(), &state.decision, cookie.as_bytes())
    }

    /// The banner, the notice or the confirmation that is due; empty where none is. Place it first
    /// in the body. A page that holds one is not stored by any cache, so that it does not come
    /// back after a choice.
    pub fn banner(&self) -> Banner {
        let handle = &self.0;
        handle.asked.set(true);
        let kind = match handle.take_saved() {
            Some(outcome) => Some(BannerKind::Saved(outcome)),
            None => handle.banner_due(),
        };
        let Some(kind) = kind else {
            return Banner::default();
        };
        handle.banner_drawn.set(true);
        if kind == BannerKind::Notice {
            let mut state = handle.state_mut();
            if !state.note.shown {
                state.note.shown = true;
                state.note_changed = true;
            }
        }
        let return_to = match handle.method.is_safe() {
            true => handle.uri.path_and_query().map_or("/", |path| path.as_str()),
            false => "/",
        };
        let state = handle.state();
        handle
            .config
            .drawn
            .banner(&handle.config, kind, handle.signals.gpc, state.choice.as_ref(), return_to)
    }

    /// The path of the policy page.
    pub fn policy_path(&self) -> &str {
        &self.0.config.paths.policy
    }

    /// The path of the settings page.
    pub fn settings_path(&self) -> &str {
        &self.0.config.paths.settings
    }

    /// Turns categories or services on, a category with its services. It counts in this response
    /// already.
    ///
    /// # Errors
    ///
    /// On a safe method, without proof that the request came from the site itself, and for units
    /// that the policy does not have. Nothing has changed then.
    pub async fn accept<I, S>(&self, units: I) -> Result<(), NotRecorded>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        self.0.may_grant()?;
        let mut answers = Vec::new();
        let policy = self.0.policy();
        for unit in units {
            match policy.unit(unit.as_ref()) {
                Some(unit) if policy.units()[unit].necessary => {}
                Some(unit) => answers.extend(policy.with_services(unit).map(|unit| (unit, true))),
                None => return Err(NotRecorded::UnknownUnit),
            }
        }
        self.0.asked.set(true);
        if !answers.is_empty() {
            self.0.answer(&answers, false);
        }
        Ok(())
    }

    /// Turns everything optional off. It counts in this response already: nothing gated leaves,
    /// and what was there is removed.
    pub fn reject(&self) {
        let answers: Vec<_> = self
            .0
            .policy()
            .gated_units()
            .filter(|(_, unit)| unit.category.is_none())
            .map(|(unit, _)| (unit, false))
            .collect();
        self.0.asked.set(true);
        self.0.answer(&answers, false);
    }

    /// Turns categories or services off, as [`reject`](Self::reject) does. Names that the policy
    /// does not have are off already.
    pub fn withdraw<I, S>(&self, units: I)
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        let policy = self.0.policy();
        let answers: Vec<_> = units
            .into_iter()
            .filter_map(|unit| policy.unit(unit.as_ref()))
            .filter(|unit| !policy.units()[*unit].necessary)
            .map(|unit| (unit, false))
            .collect();
        self.0.asked.set(true);
        if !answers.is_empty() {
            self.0.answer(&answers, false);
        }
    }

    /// A consent that grants `units` and nothing else, for unit tests of handlers.
    ///
    /// # Panics
    ///
    /// When the policy does not have one of them: the test would test nothing.
    pub fn granting<I, S>(policy: &Policy, units: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        let middleware = crate::ConsentMiddleware::new(policy.clone(), SigningKeys::generate())
            .expect("the defaults can be used");
        let request = actix_web::test::TestRequest::default().to_http_request();
        let handle = Handle::new(middleware.config().clone(), request.head(), Said::default(), false);
        let consent = Self(Rc::new(handle));
        let mut answers: Vec<_> = policy.gated_units().map(|(unit, _)| (unit, false)).collect();
        for unit in units {
            let name = unit.as_ref();
            let unit = policy
                .unit(name)
                .unwrap_or_else(|| panic!("the policy has no category or service `{name}`"));
            for (other, yes) in &mut answers {
                *yes |= *other == unit || policy.units()[*other].category == Some(unit);
            }
        }
        consent.0.answer(&answers, true);
        consent
    }
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Consent").field(&*self.0.state()).finish()
    }
}

impl FromRequest for Consent {
    type Error = MountError;
    type Future = Ready<Result<Self, MountError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let consent = request.extensions().get::<Rc<Handle>>().cloned();
        ready(consent.map(|handle| {
            handle.asked.set(true);
            Self(handle)
        }).ok_or(MountError::Missing))
    }
}
