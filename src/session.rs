//! Session keys that live and die with a category (feature `session`).
//!
//! A session cookie may be necessary while what is put into it is not. Keys written through
//! [`ConsentSession`] stand under a prefix of their own, so they can be found and removed once
//! their category is off.

use std::fmt;

use actix_session::{Session, SessionGetError, SessionInsertError};
use serde::{Serialize, de::DeserializeOwned};

use crate::consent::Consent;

/// The part of a session that belongs to a category. Made by [`Consent::session`].
#[derive(Clone)]
pub struct ConsentSession {
    session: Session,
    prefix: String,
}

impl Consent {
    /// The part of the session that belongs to `unit`, a category or service, while that is on.
    ///
    /// While it is off this is `None`, and what was written there before is removed, as is what
    /// was written for any other unit that is off: from this moment the data are gone, not only
    /// out of reach. Until a handler calls this they stay in the session, which the middleware
    /// does not read; a site that keeps much there calls it on every page.
    ///
    /// ```
    /// use actix_consent::Consent;
    /// use actix_session::Session;
    /// use actix_web::{HttpResponse, Responder};
    ///
    /// async fn article(consent: Consent, session: Session) -> actix_web::Result<impl Responder> {
    ///     if let Some(analytics) = consent.session(&session, "analytics") {
    ///         let read: u32 = analytics.get("read")?.unwrap_or(0);
    ///         analytics.insert("read", read + 1)?;
    ///     }
    ///     Ok(HttpResponse::Ok())
    /// }
    /// ```
    pub fn session(&self, session: &Session, unit: &str) -> Option<ConsentSession> {
        let part = |unit: &str| ConsentSession {
            session: session.clone(),
            prefix: format!("consent.{unit}."),
        };
        for denied in self.denied_units() {
            part(denied).purge();
        }
        self.allows(unit).then(|| part(unit))
    }
}

impl ConsentSession {
    /// The value of a key.
    ///
    /// # Errors
    ///
    /// When it cannot be deserialised as `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, SessionGetError> {
        self.session.get(&self.key(key))
    }

    /// Writes a key.
    ///
    /// # Errors
    ///
    /// When the value cannot be serialised.
    pub fn insert<T: Serialize>(&self, key: &str, value: T) -> Result<(), SessionInsertError> {
        self.session.insert(self.key(key), value)
    }

    /// Removes a key.
    pub fn remove(&self, key: &str) {
        self.session.remove(&self.key(key));
    }

    /// Removes every key of this part.
    pub fn purge(&self) {
        let own = |key: &&String| key.starts_with(&self.prefix);
        let keys: Vec<String> = self.session.entries().keys().filter(own).cloned().collect();
        for key in keys {
            self.session.remove(&key);
        }
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

/// Prints no value.
impl fmt::Debug for ConsentSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConsentSession({}*)", self.prefix)
    }
}
