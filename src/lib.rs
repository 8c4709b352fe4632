//! Cookie consent and privacy policy for Actix Web, enforced by the server.
//!
//! A site declares every cookie, storage key and embed once, in one **policy** (`consent.toml`).
//! By this policy the middleware filters `Set-Cookie` and `Cookie` headers, and renders the banner,
//! the settings and the privacy policy. The audit checks the application's own tests against it.
//! Handlers set their cookies as usual; the server withholds what the visitor has not accepted. All
//! of it works without JavaScript.
//!
//! # Quick start
//!
//! A whole application, which serves <http://127.0.0.1:8080>:
//!
//! ```no_run
//! use actix_consent::{Consent, ConsentMiddleware, Policy, SigningKeys};
//! use actix_web::{App, HttpResponse, HttpServer, cookie::Cookie, web};
//!
//! /// Most sites keep the policy in a file and call `Policy::load("consent.toml")`.
//! const POLICY: &str = r#"
//! version = 1
//!
//! [site]
//! name = "Example News"
//! serves = ["EU"]
//!
//! [controller]
//! name = "Example News Ltd"
//! email = "privacy@news.example"
//!
//! [[category]]
//! id = "analytics"
//! title = "Analytics"
//! summary = "count visits"
//! purposes = ["usage-analytics"]
//!
//! [[cookie]]
//! name = "visits"
//! category = "analytics"
//! purpose = "Counts your visits."
//! duration = "session"
//! "#;
//!
//! async fn front(consent: Consent) -> HttpResponse {
//!     HttpResponse::Ok()
//!         .content_type("text/html")
//!         // Withheld until the visitor accepts analytics.
//!         .cookie(Cookie::build("visits", "1").path("/").finish())
//!         .body(format!("<!doctype html><body>{}<h1>News</h1>", consent.banner()))
//! }
//!
//! #[actix_web::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let keys = SigningKeys::load_or_create("consent.key")?;
//!     let consent = ConsentMiddleware::builder(Policy::parse(POLICY)?, keys)
//!         .plain_http() // for development; leave it out if visitors use https
//!         .build()?;
//!     let app = move || App::new().route("/", web::get().to(front)).wrap(consent.clone());
//!     Ok(HttpServer::new(app).bind("127.0.0.1:8080")?.run().await?)
//! }
//! ```
//!
//! The first start creates `consent.key`. Keep it secret, and use the same file for all instances.
//! The middleware serves the policy at `/privacy` and the settings at `/privacy/choices`. Link the
//! settings from every page: withdrawing must be as easy as accepting (Art. 7(3) GDPR).
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
//! If an outer middleware *reads* cookies, the log says so and names the right order, and a request
//! with a denied cookie gets a 500. If an outer middleware only *sets* cookies, they escape the
//! gate; the audit finds them.
//!
//! Messages go to the [`log`] crate: install a logger, and show warnings.
//!
//! # What happens to a cookie
//!
//! | declared as | visitor | `Set-Cookie` | `Cookie` |
//! | --- | --- | --- | --- |
//! | necessary | any answer | passes | passes |
//! | of a category or service | accepted it | passes | passes |
//! | of a category or service | rejected it, or has not answered | is withheld | is removed before handlers read it, and deleted in the browser |
//! | not declared | any answer | is withheld and logged | passes |
//!
//! Removals always pass, except those of the library's own cookies. Headers that pass are not
//! changed. [`Consent::verdict`] returns in advance what happens to a name.
//!
//! # Consent models
//!
//! [`ConsentModel::OptIn`] is the default, and lawful everywhere. [`ConsentModel::Implied`] treats
//! silence after a notice as consent. In the EU, the EEA, the UK and Switzerland that is not valid
//! consent, and the audit reports it. [`ConsentBuilder::placement`] sets the model for each
//! request.
//!
//! # Testing
//!
//! [`testing::granting`] creates a [`Consent`] for the unit tests of handlers:
//!
//! ```
//! # use actix_consent::{Policy, testing};
//! # let policy = Policy::parse(include_str!("../tests/integration/consent.toml")).unwrap();
//! let consent = testing::granting(&policy, ["analytics"]);
//! assert!(consent.allows("analytics"));
//! ```
//!
//! With the feature `audit`, [`audit`] drives a whole `App` through every state of a visitor, and
//! reports each cookie that violates the policy:
//!
//! ```
//! # #[cfg(feature = "audit")] {
//! # use actix_consent::{ConsentMiddleware, Policy, SigningKeys, audit::Audit};
//! # use actix_web::{App, HttpResponse, test::init_service, web};
//! # actix_web::rt::System::new().block_on(async {
//! # let policy = Policy::parse(include_str!("../tests/integration/consent.toml")).unwrap();
//! let consent = ConsentMiddleware::new(policy, SigningKeys::generate()).unwrap();
//! let routes = App::new().route("/", web::get().to(HttpResponse::Ok));
//! let app = init_service(routes.wrap(consent.clone())).await;
//! let report = Audit::new(&consent).get("/").run(&app).await;
//! # let _ = report;
//! # });
//! # }
//! ```
//!
//! In a test, `report.assert_clean()` fails with the findings and their remedies.
//!
//! # The ledger
//!
//! The controller must be able to demonstrate consent (Art. 7(1) GDPR).
//! [`ConsentBuilder::ledger`] records each choice before it counts. The package
//! `actix-consent-ledger` stores records in SQLite, PostgreSQL or memory; other stores implement
//! [`ledger::Ledger`]. Visitors who reject get no identifier. While the ledger does not answer,
//! nobody can accept, and rejections and withdrawals still count: see [`ledger`].
//!
//! # Content-Security-Policy
//!
//! [`ConsentBuilder::csp`] sends a policy that allows the origins of an embed only while its
//! service is accepted: see [`csp`]. [`Consent::csp_nonce`] is the nonce for inline scripts.
//!
//! ```
//! # use actix_consent::{ConsentMiddleware, Policy, SigningKeys, csp::Csp};
//! # let policy = Policy::parse(include_str!("../tests/integration/consent.toml")).unwrap();
//! let consent = ConsentMiddleware::builder(policy, SigningKeys::generate())
//!     .csp(Csp::new())
//!     .build()?;
//! # Ok::<(), actix_consent::error::ConfigError>(())
//! ```
//!
//! # Markup
//!
//! Cookies are not all that needs consent: scripts, frames and tracking pixels in a page contact
//! third parties. With the feature `markup`, `ConsentBuilder::markup` removes them from HTML
//! responses until the visitor accepts, and inserts placeholders: see [`markup`]. Use it together
//! with [`csp`], which also blocks what scripts and style sheets load.
//!
//! # How did we choose defaults?
//!
//! The defaults are the safest options, and each method of [`ConsentBuilder`] documents the cost of
//! another value: opt-in, a signed `__Host-consent` cookie over https, undeclared cookies withheld,
//! acceptances and rejections that both last 180 days, no identifier for visitors who reject.
//!
//! # Features
//!
//! None is on by default.
//!
//! * `session`: `Consent::session`, session keys of actix-session that are removed with the consent
//!   to a category.
//! * `markup`: [`markup`], the gate for tags, frames and pixels in HTML.
//! * `audit`: [`audit`], the audit of an `App` in a test.

#![cfg_attr(
    not(feature = "markup"),
    allow(
        dead_code,
        reason = "parts of the request and of pages serve only the markup gate"
    )
)]

/// Implements `Debug` by `Display`, because `main` prints a returned error by `Debug`.
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

/// Documents whose code is compiled as doc tests.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/hosting.md")]
    struct Hosting;
}
