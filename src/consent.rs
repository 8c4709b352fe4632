//! [`Consent`], the extractor with which handlers read and change the consent of a visitor.

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
/// A response whose handler extracts it depends on consent, and is marked for caches accordingly.
///
/// # Errors
///
/// Extraction fails with a 500 if no [`ConsentMiddleware`](crate::ConsentMiddleware) is mounted.
#[derive(Clone)]
pub struct Consent(pub(crate) Rc<RequestConsent>);

impl Consent {
    pub(crate) fn new(consent: Rc<RequestConsent>) -> Self {
        Self(consent)
    }

    /// Returns whether a category or service is on. If the policy does not have it, it is off.
    pub fn allows(&self, unit: &str) -> bool {
        self.basis(unit).is_some_and(Basis::allows)
    }

    /// The basis on which a category or service is on or off; `None` if the policy does not have
    /// it.
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

    /// Ids of the categories and services that are off.
    #[cfg(feature = "session")]
    pub(crate) fn denied_units(&self) -> Vec<&str> {
        let decision = self.0.state().decision.clone();
        let denied = |(place, _): &(usize, &crate::policy::Unit)| !decision.basis(*place).allows();
        let gated = self.0.policy().gated_units().filter(denied);
        gated.map(|(_, unit)| unit.id.as_str()).collect()
    }

    /// Returns whether the visitor has answered.
    pub fn status(&self) -> Status {
        self.0.uses_consent.set(true);
        self.0.state().decision.status()
    }

    /// The jurisdiction and the consent model of the request.
    pub fn placement(&self) -> &Placement {
        self.0.uses_consent.set(true);
        &self.0.placement
    }

    /// The signals that deny consent regardless of the visitor's choice.
    pub fn signals(&self) -> Signals {
        self.0.uses_consent.set(true);
        self.0.signals
    }

    /// The verdict on a cookie of this name that the response sets.
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

    /// Renders the banner, the notice or the confirmation that is due; empty if none is. Insert it
    /// first in the body. Caches do not store a page with a banner, so it does not reappear after a
    /// choice.
    pub fn banner(&self) -> Banner {
        self.0.banner()
    }

    /// Nonce of this response for the `nonce` attribute of inline scripts and styles. The
    /// [`Csp`](crate::csp::Csp) of the response allows it. Caches do not store a page with a nonce.
    ///
    /// `None` if the middleware sends no policy, or the head of the response has been sent.
    pub fn csp_nonce(&self) -> Option<&str> {
        let consent = &self.0;
        let writes = consent.config.policing.is_some() && !consent.head_sent.get();
        writes.then(|| consent.make_nonce())
    }

    /// Path of the policy page.
    pub fn policy_path(&self) -> &str {
        &self.0.config.paths.policy
    }

    /// Path of the settings page.
    pub fn settings_path(&self) -> &str {
        &self.0.config.paths.settings
    }

    /// Accepts categories, with their services, or single services. The acceptance already counts
    /// for this response.
    ///
    /// # Errors
    ///
    /// If the method is safe, if nothing proves that the request came from the site itself, if the
    /// policy does not have a unit, or if the head of the response has been sent. Nothing changes
    /// then. With a [`ledger`](crate::ledger), also if it does not store the record in time;
    /// consent that was given before still counts.
    ///
    /// `Ok` means that the acceptance is stored. With `Sec-GPC: 1`, categories that are sold or
    /// shared stay off nevertheless, since no form named the signal. Acceptances of minors are not
    /// stored.
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

    /// Rejects everything optional. It already counts for this response: gated cookies are
    /// withheld, and those in the browser are removed.
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

    /// Withdraws the consent to categories or services, as [`reject`](Self::reject) does for all.
    /// Names that the policy does not have are ignored and logged.
    ///
    /// In a GET the new choice has no grants at all, so that a GET that arrives late does not
    /// restore consent that was withdrawn meanwhile. The visitor is asked again about the other
    /// units. Use POST to keep their grants.
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
    /// Returns whether this page shows the content of a category or service: because it is on, or
    /// because the visitor asked to see it once. For cookies only [`allows`](Self::allows) counts.
    pub fn shows(&self, unit: &str) -> bool {
        let consent = &self.0;
        if consent.reader == crate::request::Reader::Document && !consent.head_sent.get() {
            consent.take_once();
        }
        let shown = consent.policy().unit(unit);
        let once = shown.is_some_and(|unit| consent.extra_units().contains(&unit));
        self.allows(unit) || once
    }

    /// Source for `style-src` that allows the inline `<style>` of placeholders, for applications
    /// that write their own Content-Security-Policy.
    pub fn placeholder_style_hash(&self) -> &str {
        &self.0.config.placeholder_style
    }
}

/// Logs an unknown name. It may come from a visitor, so it is quoted and truncated.
fn unknown(unit: &str) {
    let unit: String = unit.chars().take(40).collect();
    log::error!(
        "a handler named the category or service {unit:?}, which the policy does not have; \
         declare it in the policy, or correct the name"
    );
}

/// Prints the status and the units that are on, and no cookie values. Has no effect on the
/// response.
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
