//! Cookie consent for Actix Web, enforced by the server.
mod asked;
mod caches;
mod choice;
mod config;
mod consent;
mod consent_ext;
mod decision;
mod error;
mod gate;
mod middleware;
mod navigation;
mod note;
mod own_paths;
pub mod pages;
pub mod policy;
mod post;
#[cfg(feature = "session")]
mod session;
mod signals;
mod signing;

#[cfg(feature = "session")]
pub use self::session::ConsentSession;
pub use self::{
    choice::{Answer, Choice, Day, NotAChoice},
    config::{ConsentBuilder, Undeclared},
    consent::Consent,
    consent_ext::{ConsentExt, allows},
    decision::{Basis, ConsentModel, Decision, Placement, Status, decide},
    error::{ConfigError, MountError, NotRecorded},
    gate::Verdict,
    middleware::{ConsentBody, ConsentMiddleware},
    pages::Banner,
    policy::Policy,
    signals::Signals,
    signing::{KeyError, SigningKey, SigningKeys},
};
