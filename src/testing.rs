//! Helpers for the tests of an application's handlers.

use std::rc::Rc;

use crate::{choice::keys::SigningKeys, consent::Consent, policy::Policy, request::Handle};

impl Consent {
    /// A consent that grants `units` and nothing else, for unit tests of handlers.
    ///
    /// # Panics
    ///
    /// When the policy does not have one of them, or the defaults of the middleware do not suit the
    /// policy: the test would test nothing.
    pub fn granting<I, S>(policy: &Policy, units: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        let middleware = crate::ConsentMiddleware::new(policy.clone(), SigningKeys::generate())
            .expect("the defaults can be used");
        // As a form of the site would be: the handler under test may accept.
        let request = actix_web::test::TestRequest::post()
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .to_http_request();
        let handle = Handle::new(
            middleware.config().clone(),
            Rc::default(),
            request.head(),
            false,
        );
        let consent = Self(Rc::new(handle));
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
}
