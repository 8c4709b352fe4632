//! Cookie consent and privacy policy for Actix Web, enforced by the server.
//!
//! A site declares every cookie, storage key and embed once, in one **policy**
//! (`consent.toml`). From that one table the middleware decides which `Set-Cookie` headers leave
//! and which request cookies a handler sees, renders the banner, the settings and the privacy
//! policy, and judges the site's own tests. Handlers set their cookies plainly; what the visitor
//! has not allowed stays on the server. It works without JavaScript.
//!
//! # Quick start
//!
//! ```no_run
//! use actix_consent::{Consent, ConsentMiddleware, Policy, SigningKeys};
//! use actix_web::{App, HttpResponse, HttpServer, cookie::Cookie, web};
//!
//! async fn front(consent: Consent) -> HttpResponse {
//!     HttpResponse::Ok()
//!         .content_type("text/html")
//!         .cookie(Cookie::build("visits", "1").path("/").finish()) // leaves once it is allowed
//!         .body(format!("<body>{}<h1>News</h1>", consent.banner()))
//! }
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let policy = Policy::load("consent.toml")?;
//! let consent = ConsentMiddleware::new(policy, SigningKeys::load_or_create("consent.key")?)?;
//! HttpServer::new(move || App::new().route("/", web::get().to(front)).wrap(consent.clone()))
//!     .bind(("127.0.0.1", 8080))?
//!     .run()
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! # The order of middleware
//!
//! In Actix the last `.wrap(..)` is the outermost. Consent goes outside of everything that reads
//! or sets a cookie, and inside of compression:
//!
//! ```
//! # use actix_consent::{ConsentMiddleware, Policy, SigningKeys};
//! # use actix_session::{SessionMiddleware, storage::CookieSessionStore};
//! # use actix_web::{App, cookie::Key, middleware::Compress};
//! # let policy = Policy::parse(include_str!("../tests/integration/consent.toml")).unwrap();
//! # let consent = ConsentMiddleware::new(policy, SigningKeys::generate()).unwrap();
//! # let session = || SessionMiddleware::new(CookieSessionStore::default(), Key::generate());
//! App::new()
//!     .wrap(session())
//!     .wrap(consent.clone())
//!     .wrap(Compress::default());
//! ```
//!
//! A middleware outside that *reads* cookies is reported by the first request that shows it: an
//! error in the log that names the right order, and a 500 for a request that carries a denied
//! cookie. One outside that only *sets* cookies escapes the gate; the audit finds it.
//!
//! What the library has to say it says through the [`log`] crate: install a logger, and show
//! warnings.
//!
//! # What happens to a cookie
//!
//! | the policy says | the visitor said | `Set-Cookie` | `Cookie` |
//! | --- | --- | --- | --- |
//! | necessary | anything | passes | passes |
//! | a category or service | yes | passes | passes |
//! | a category or service | no, or nothing | is held back | is taken out before anyone reads it, and removed in the browser |
//! | nothing | anything | is held back and reported | passes |
//!
//! A removal always passes, except of the library's own two cookies. What passes stays byte for byte. [`Consent::verdict`] says in advance
//! what becomes of a name.
//!
//! # Which model where
//!
//! [`ConsentModel::OptIn`] is the default and lawful everywhere. [`ConsentModel::Implied`] reads
//! silence as agreement, as some notices still do; in the EU, the EEA, the UK and Switzerland that
//! is no consent, and the audit says so. [`ConsentBuilder::placement`] chooses for each request.
//!
//! # How did we choose defaults?
//!
//! The safest option is the default, and each method of [`ConsentBuilder`] says what leaving it
//! costs: opt-in, a signed `__Host-consent` cookie over https, undeclared cookies held back, a
//! choice that lasts 180 days whichever way it went, no identifier for anyone who rejects.
//!
//! # Features
//!
//! None is on by default.
//!
//! * `session`: `Consent::session`, keys of an actix-session that live and die with a category.
//! * `markup`: [`markup`], which holds back tags, frames and pixels in HTML until they are granted.
//! * `audit`: [`audit`], which drives an `App` in a test through every state that a
//!   visitor can be in, and reports each cookie that breaks the policy.

#![cfg_attr(
    not(feature = "markup"),
    allow(
        dead_code,
        reason = "parts of the request and of pages serve the gate for markup alone"
    )
)]

/// Implements `Debug` by `Display`: `main` prints the error that it returns by `Debug`.
macro_rules! debug_as_display {
    ($error:ty) => {
        impl std::fmt::Debug for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    };
}

#[cfg(feature = "audit")]
pub mod audit;
mod cache_headers;
pub mod choice;
mod config;
mod consent;
mod consent_ext;
mod cookies;
pub mod csp;
mod day;
pub mod decision;
mod endpoints;
pub mod error;
mod http;
pub mod ledger;
#[cfg_attr(not(feature = "markup"), path = "markup_off.rs")]
pub mod markup;
mod middleware;
pub mod pages;
mod paths;
pub mod policy;
mod request;
mod response;
#[cfg(feature = "session")]
mod session;
pub mod testing;

#[cfg(feature = "session")]
pub use self::session::ConsentSession;
pub use self::{
    choice::keys::{SigningKey, SigningKeys},
    config::Undeclared,
    consent::Consent,
    consent_ext::{ConsentExt, allows},
    cookies::set_cookie::Verdict,
    decision::{Basis, ConsentModel, Placement, Status},
    error::AcceptError,
    http::signals::Signals,
    middleware::{ConsentMiddleware, builder::ConsentBuilder},
    pages::Banner,
    policy::Policy,
    response::body::ConsentBody,
};

/// The documents beside the source, so that their code is compiled.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/hosting.md")]
    struct Hosting;
}
