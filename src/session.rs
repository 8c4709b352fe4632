//! Session keys that depend on the consent to a category (feature `session`).
//!
//! A session cookie may be necessary although some of its data are not. [`ConsentSession`] writes
//! keys with a prefix, so that they can be removed once their category is off.

use std::fmt;

use actix_session::{Session, SessionGetError, SessionInsertError};
use serde::{Serialize, de::DeserializeOwned};

use crate::consent::Consent;

/// The part of a session that belongs to a category or service. Created by [`Consent::session`].
#[derive(Clone)]
pub struct ConsentSession {
    session: Session,
    prefix: String,
}

impl Consent {
    /// The part of the session that belongs to the category or service `unit`; `None` while it is
    /// off.
    ///
    /// The call also removes the data of every unit that is off from the session. Until a handler
    /// calls it, they stay in the session, which the middleware does not read. Sites with much data
    /// in sessions call it on every page.
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
    /// If the value cannot be deserialised as `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, SessionGetError> {
        self.session.get(&self.key(key))
    }

    /// Writes a key.
    ///
    /// # Errors
    ///
    /// If the value cannot be serialised.
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
