//! Settings of the site that all requests share.

use std::fmt;

use actix_consent::ConsentModel;
use actix_web::{HttpRequest, cookie::Key, web};

use crate::{implied_host, partner::Partner};

/// The site's settings.
#[derive(Clone)]
pub struct Site {
    pub(crate) model: ConsentModel,
    pub(crate) origin: Option<String>,
    pub(crate) session_key: Key,
    pub(crate) partner: Option<Partner>,
}

impl Site {
    /// Creates a site under `model`. With an `origin` (`https://…`) the site is that origin alone,
    /// without one it uses plain HTTP and any host name.
    pub fn new(model: ConsentModel, origin: Option<String>, session_key: Key) -> Self {
        Self {
            model,
            origin,
            session_key,
            partner: None,
        }
    }

    /// Adds the partner, whose content the pages load.
    #[must_use]
    pub fn with_partner(mut self, partner: Partner) -> Self {
        self.partner = Some(partner);
        self
    }

    /// The partner, if the site has one.
    pub fn partner(&self) -> Option<Partner> {
        self.partner
    }

    /// Returns the site of a request.
    ///
    /// # Panics
    ///
    /// Outside [`Site::routes`].
    pub fn of(req: &HttpRequest) -> &Self {
        req.app_data::<web::Data<Self>>()
            .expect("Site::routes adds the site to the application")
    }

    /// True if visitors use TLS, so that cookies need `Secure`.
    pub fn secure(&self) -> bool {
        self.origin.is_some()
    }

    /// True if a second copy runs under the implied model and another host name.
    pub fn has_other_copy(&self) -> bool {
        self.origin.is_none() && self.model != ConsentModel::Implied
    }

    /// Scheme and host of the site in a request.
    pub fn base(&self, req: &HttpRequest) -> String {
        match &self.origin {
            Some(origin) => origin.clone(),
            None => format!("http://{}", implied_host::host(req.head())),
        }
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site")
            .field("model", &self.model)
            .field("origin", &self.origin)
            .field("partner", &self.partner)
            .finish_non_exhaustive()
    }
}
