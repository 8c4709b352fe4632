//! Access to the consent without an extractor: in middleware, guards and helpers.

use std::rc::Rc;

use actix_web::{
    HttpMessage, HttpRequest,
    dev::{ServiceRequest, ServiceResponse},
    guard::{Guard, GuardContext},
};

use crate::{consent::Consent, request::RequestConsent};

/// Extension trait that returns the [`Consent`] of a request.
pub trait ConsentExt {
    /// The consent; `None` if no [`ConsentMiddleware`](crate::ConsentMiddleware) is mounted.
    fn consent(&self) -> Option<Consent>;
}

impl ConsentExt for HttpRequest {
    fn consent(&self) -> Option<Consent> {
        self.extensions()
            .get::<Rc<RequestConsent>>()
            .cloned()
            .map(Consent::new)
    }
}

impl ConsentExt for ServiceRequest {
    fn consent(&self) -> Option<Consent> {
        self.request().consent()
    }
}

impl<B> ConsentExt for ServiceResponse<B> {
    fn consent(&self) -> Option<Consent> {
        self.request().consent()
    }
}

impl ConsentExt for GuardContext<'_> {
    fn consent(&self) -> Option<Consent> {
        self.req_data()
            .get::<Rc<RequestConsent>>()
            .cloned()
            .map(Consent::new)
    }
}

/// Guard that matches while a category or service is on.
///
/// ```
/// use actix_consent::allows;
/// use actix_web::{HttpResponse, web};
///
/// web::resource("/recommended")
///     .route(web::get().guard(allows("marketing")).to(|| async { "chosen for you" }))
///     .route(web::get().to(|| async { "the same for everyone" }));
/// ```
pub fn allows(unit: impl Into<String>) -> impl Guard {
    Allows(unit.into())
}

struct Allows(String);

impl Guard for Allows {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        context
            .consent()
            .is_some_and(|consent| consent.allows(&self.0))
    }
}
