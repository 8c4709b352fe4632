//! [`Consent`]: what a handler asks, and what it tells the middleware.

use std::{
    fmt,
    future::{Ready, ready},
    rc::Rc,
};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};

use crate::{
    cookies::set_cookie::{self, Verdict},
    decision::{Basis, Placement, Status},
    error::{AcceptError, MountError},
    http::signals::Signals,
    pages::Banner,
    request::{AnswerContext, RequestConsent},
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
pub struct Consent(pub(crate) Rc<RequestConsent>);

impl Consent {
    pub(crate) fn new(consent: Rc<RequestConsent>) -> Self {
        Self(consent)
    }

    /// Whether a category or service is on. One that the policy does not have is off.
    pub fn allows(&self, unit: &str) -> bool {
        self.basis(unit).is_some_and(Basis::allows)
    }

    /// Why a category or service is on or off; `None` where the policy does not have it.
    pub fn basis(&self, unit: &str) -> Option<Basis> {
        self.0.uses_consent.set(true);
        match self.0.policy().unit(unit) {
            Some(unit) => Some(self.0.state().decision.basis(unit)),
            None => {
                unknown(unit);
                None
            }
        }
    }

    /// The categories and services that are off.
    #[cfg(feature = "session")]
    pub(crate) fn denied_units(&self) -> Vec<&str> {
        let decision = self.0.state().decision.clone();
        let denied = |(place, _): &(usize, &crate::policy::Unit)| !decision.basis(*place).allows();
        let gated = self.0.policy().gated_units().filter(denied);
        gated.map(|(_, unit)| unit.id.as_str()).collect()
    }

    /// Whether the visitor has answered.
    pub fn status(&self) -> Status {
        self.0.uses_consent.set(true);
        self.0.state().decision.status()
    }

    /// Where the request comes from in law, and how silence is read there.
    pub fn placement(&self) -> &Placement {
        self.0.uses_consent.set(true);
        &self.0.placement
    }

    /// The signals that deny whatever the visitor said.
    pub fn signals(&self) -> Signals {
        self.0.uses_consent.set(true);
        self.0.signals
    }

    /// What becomes of a cookie of this name that this response sets.
    ///
    /// ```
    /// # use actix_consent::{Consent, Policy, Verdict};
    /// # let policy = Policy::parse(include_str!("../tests/integration/consent.toml")).unwrap();
    /// let consent = actix_consent::testing::granting(&policy, ["analytics"]);
    /// assert_eq!(consent.verdict("visits"), Verdict::Sent);
    /// assert_eq!(consent.verdict("no_such_cookie"), Verdict::Undeclared);
    /// ```
    pub fn verdict(&self, cookie: &str) -> Verdict {
        self.0.uses_consent.set(true);
        let state = self.0.state();
        set_cookie::verdict_of(self.0.policy(), &state.decision, cookie.as_bytes())
    }

    /// The banner, the notice or the confirmation that is due; empty where none is. Place it first
    /// in the body. A page that holds one is not stored by any cache, so that it does not come
    /// back after a choice.
    pub fn banner(&self) -> Banner {
        self.0.banner()
    }

    /// A nonce for this response, for `nonce` attributes of inline scripts and styles: the
    /// [`Csp`](crate::csp::Csp) of the response admits it. A page that holds one is stored by no
    /// cache.
    ///
    /// `None` where the middleware writes no policy, or the head of the response has left.
    pub fn csp_nonce(&self) -> Option<&str> {
        let consent = &self.0;
        let writes = consent.config.policing.is_some() && !consent.head_sent.get();
        writes.then(|| consent.make_nonce())
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
    /// On a safe method, without proof that the request came from the site itself, for units that
    /// the policy does not have, and once the head of the response has left. Nothing has changed
    /// then. With a [`ledger`](crate::ledger), also when it does not take the record in time: what
    /// was on before stays on.
    ///
    /// `Ok` says that the acceptance is stored. Under `Sec-GPC: 1` what is sold or shared stays
    /// off all the same, since no form stated the signal; a minor's yes is not stored.
    pub async fn accept<I, S>(&self, units: I) -> Result<(), AcceptError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        self.0.may_grant()?;
        if self.0.head_sent.get() {
            return Err(AcceptError::TooLate);
        }
        let mut answers = Vec::new();
        let policy = self.0.policy();
        for unit in units {
            match policy.unit(unit.as_ref()) {
                Some(unit) if policy.units()[unit].necessary => {}
                Some(unit) => answers.extend(policy.with_services(unit).map(|unit| (unit, true))),
                None => {
                    unknown(unit.as_ref());
                    return Err(AcceptError::UnknownUnit);
                }
            }
        }
        self.0.uses_consent.set(true);
        if answers.is_empty() {
            return Ok(());
        }
        self.0
            .answer_and_record(&answers, &AnswerContext::default())
            .await
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
        self.0.uses_consent.set(true);
        self.0.reject_and_record(&answers);
    }

    /// Turns categories or services off, as [`reject`](Self::reject) does. Names that the policy
    /// does not have are off already.
    ///
    /// On a GET the choice that is written grants nothing, so that a GET which arrives late does
    /// not bring back what was withdrawn meanwhile: what else was on is asked again. Withdraw in
    /// a POST to keep it.
    pub fn withdraw<I, S>(&self, units: I)
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        let policy = self.0.policy();
        let answers: Vec<_> = units
            .into_iter()
            .filter_map(|unit| {
                let place = policy.unit(unit.as_ref());
                if place.is_none() {
                    unknown(unit.as_ref());
                }
                place
            })
            .filter(|unit| !policy.units()[*unit].necessary)
            .map(|unit| (unit, false))
            .collect();
        self.0.uses_consent.set(true);
        if !answers.is_empty() {
            self.0.reject_and_record(&answers);
        }
    }
}

#[cfg(feature = "markup")]
impl Consent {
    /// Whether the page that this response is shows what a category or service loads: because it
    /// is on, or because the visitor has asked to see it once. Cookies follow
    /// [`allows`](Self::allows) alone.
    pub fn shows(&self, unit: &str) -> bool {
        let consent = &self.0;
        if consent.reader == crate::request::Reader::Document && !consent.head_sent.get() {
            consent.take_once();
        }
        let shown = consent.policy().unit(unit);
        let once = shown.is_some_and(|unit| consent.extra_units().contains(&unit));
        self.allows(unit) || once
    }

    /// The source for `style-src` that admits the one inline `<style>` of placeholders, for
    /// applications that write their Content-Security-Policy themselves.
    pub fn placeholder_style_hash(&self) -> &str {
        &self.0.config.placeholder_style
    }
}

/// The name may come from a visitor, so it is quoted and cut.
fn unknown(unit: &str) {
    let unit: String = unit.chars().take(40).collect();
    log::error!("a handler named {unit:?}, which is no category or service of the policy");
}

/// Prints the status and what is on. Has no effect on the response, and prints no cookie value.
impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut consent = f.debug_struct("Consent");
        let Some(decision) = self.0.peek() else {
            return consent.finish_non_exhaustive();
        };
        let gated = self.0.policy().gated_units();
        let on = gated.filter(|(place, _)| decision.basis(*place).allows());
        let on: Vec<&str> = on.map(|(_, unit)| unit.id.as_str()).collect();
        consent.field("status", &decision.status());
        consent.field("on", &on).finish_non_exhaustive()
    }
}

impl FromRequest for Consent {
    type Error = MountError;
    type Future = Ready<Result<Self, MountError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let consent = request.extensions().get::<Rc<RequestConsent>>().cloned();
        ready(
            consent
                .map(|consent| {
                    consent.uses_consent.set(true);
                    Self(consent)
                })
                .ok_or(MountError::Missing),
        )
    }
}
