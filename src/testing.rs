//! Helpers for the unit tests of an application's handlers.
//!
//! [`audit`](crate::audit) tests a whole application.

use std::rc::Rc;

use crate::{choice::keys::SigningKeys, consent::Consent, policy::Policy, request::RequestConsent};

/// Creates a consent that grants `units` and rejects everything else, for unit tests of handlers.
///
/// ```
/// use actix_consent::{Policy, testing};
///
/// # let policy = Policy::parse(include_str!("../tests/integration/consent.toml")).unwrap();
/// let consent = testing::granting(&policy, ["analytics"]);
/// assert!(consent.allows("analytics") && !consent.allows("marketing"));
/// ```
///
/// # Panics
///
/// If the policy does not have one of the units, or if the defaults of the middleware contradict
/// the policy.
pub fn granting<I, S>(policy: &Policy, units: I) -> Consent
where
    I: IntoIterator<Item = S>,
    S: AsRef<str>,
{
    let middleware = crate::ConsentMiddleware::new(policy.clone(), SigningKeys::generate())
        .expect("the defaults can be used");
    // The handler under test may accept, so the request looks like a form of the site.
    let request = actix_web::test::TestRequest::post()
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .to_http_request();
    let consent = RequestConsent::new(
        middleware.config().clone(),
        Rc::default(),
        request.head(),
        false,
    );
    let consent = Consent(Rc::new(consent));
    let mut answers: Vec<_> = policy
        .gated_units()
        .map(|(unit, _)| (unit, false))
        .collect();
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
