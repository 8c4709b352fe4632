//! The site's settings, shared by all requests.

use std::fmt;

use actix_consent::ConsentModel;
use actix_web::{HttpRequest, cookie::Key, web};

use crate::{implied_host, partner::Partner};

/// What all requests share.
#[derive(Clone)]
pub struct Site {
    pub(crate) model: ConsentModel,
    pub(crate) origin: Option<String>,
    pub(crate) session_key: Key,
    pub(crate) partner: Option<Partner>,
}

impl Site {
    /// A site whose plain address is under `model`. With an `origin` (`https://…`) it is that one
    /// site alone; without one it is whatever host a request names, over plain http.
    pub fn new(model: ConsentModel, origin: Option<String>, session_key: Key) -> Self {
        Self {
            model,
            origin,
            session_key,
            partner: None,
        }
    }

    /// The same, with what its pages load from a partner.
    #[must_use]
    pub fn with_partner(mut self, partner: Partner) -> Self {
        self.partner = Some(partner);
        self
    }

    /// The partner, where one takes part.
    pub fn partner(&self) -> Option<Partner> {
        self.partner
    }

    /// The site that answers `req`.
    ///
    /// # Panics
    ///
    /// Outside [`Site::routes`].
    pub fn of(req: &HttpRequest) -> &Self {
        req.app_data::<web::Data<Self>>()
            .expect("Site::routes adds the site to the application")
    }

    /// Whether visitors come over TLS, so that cookies are `Secure`.
    pub fn secure(&self) -> bool {
        self.origin.is_some()
    }

    /// Whether there is a second copy, under another host name and another model.
    pub fn has_other_copy(&self) -> bool {
        self.origin.is_none() && self.model != ConsentModel::Implied
    }

    /// Scheme and host of the site, as `req` sees it.
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
