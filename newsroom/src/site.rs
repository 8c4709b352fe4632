//! The site as one piece: its policy, its routes, and the consent middleware that goes round them.

use std::fmt;

use actix_consent::{
    ConsentMiddleware, ConsentModel, Policy, SigningKeys, csp::Csp, ledger::Recording,
    markup::Markup, pages::DefaultPages,
};
use actix_session::{
    SessionMiddleware, config::CookieContentSecurity, storage::CookieSessionStore,
};
use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Key, SameSite},
    middleware::from_fn,
    web,
};
use askama::Template;

use crate::{assets, cookies, footprint, pages, partner::Partner, twin};

/// The policy in force, as text.
pub const POLICY: &str = include_str!("../consent.toml");

/// The editions before, which visitors can still read; the latest first.
const EARLIER_POLICIES: [(&str, &str); 2] = [
    (
        "newsroom/policy/consent-2.toml",
        include_str!("../policy/consent-2.toml"),
    ),
    (
        "newsroom/policy/consent-1.toml",
        include_str!("../policy/consent-1.toml"),
    ),
];

/// What all requests share.
#[derive(Clone)]
pub struct Site {
    model: ConsentModel,
    origin: Option<String>,
    session_key: Key,
    partner: Option<Partner>,
}

#[derive(Template)]
#[template(path = "head.html")]
struct Head;

#[derive(Template)]
#[template(path = "masthead.html")]
struct Masthead {
    path: &'static str,
}

#[derive(Template)]
#[template(path = "foot.html")]
struct Foot;

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
    pub fn has_twin(&self) -> bool {
        self.origin.is_none() && self.model != ConsentModel::Implied
    }

    /// Scheme and host of the site, as `req` sees it.
    pub fn base(&self, req: &HttpRequest) -> String {
        match &self.origin {
            Some(origin) => origin.clone(),
            None => format!("http://{}", twin::host(req.head())),
        }
    }

    /// Adds the pages and assets, inside the layers that they need: the session, errors in the
    /// site's look, and the account of what each page did.
    pub fn routes(&self, cfg: &mut web::ServiceConfig) {
        self.routes_with(cfg, |_| {});
    }

    /// The same with `more` routes inside the same layers, such as one that fails, for tests.
    pub fn routes_with(
        &self,
        cfg: &mut web::ServiceConfig,
        more: impl FnOnce(&mut web::ServiceConfig),
    ) {
        cfg.app_data(web::Data::new(self.clone())).service(
            web::scope("")
                .wrap(self.session())
                .wrap(from_fn(pages::errors::dress))
                .wrap(from_fn(footprint::write))
                .configure(pages::routes)
                .configure(assets::routes)
                .configure(more)
                .default_service(web::to(HttpResponse::NotFound)),
        );
    }

    /// A session that lasts as long as the browser is open, all of it in an encrypted cookie.
    fn session(&self) -> SessionMiddleware<CookieSessionStore> {
        SessionMiddleware::builder(CookieSessionStore::default(), self.session_key.clone())
            .cookie_name(cookies::SESSION.to_owned())
            .cookie_secure(self.secure())
            .cookie_same_site(SameSite::Lax)
            .cookie_content_security(CookieContentSecurity::Private)
            .build()
    }

    /// The consent middleware, to be wrapped round [`Site::routes`]. It keeps no record.
    pub fn consent(&self, keys: SigningKeys) -> Result<ConsentMiddleware, String> {
        self.consent_with(keys, None)
    }

    /// The same, with a record of each choice.
    pub fn recorded_consent(
        &self,
        keys: SigningKeys,
        recording: Recording,
    ) -> Result<ConsentMiddleware, String> {
        self.consent_with(keys, Some(recording))
    }

    fn consent_with(
        &self,
        keys: SigningKeys,
        recording: Option<Recording>,
    ) -> Result<ConsentMiddleware, String> {
        let pages = DefaultPages::new()
            .head(drawn(&Head)?)
            .header(drawn(&Masthead { path: "" })?)
            .footer(drawn(&Foot)?);
        let mut builder = ConsentMiddleware::builder(self.policy(recording.is_some())?, keys)
            .pages(pages)
            // No stored entry is necessary, so a withdrawal can empty the storage.
            .markup(Markup::new().clear_storage(true))
            .csp(content_policy());
        for (name, text) in EARLIER_POLICIES {
            builder = builder.previous_edition(parsed(name, text)?);
        }
        if let Some(recording) = recording {
            builder = builder.ledger(recording);
        }
        let builder = match &self.origin {
            Some(origin) => builder.origin(origin).model(self.model),
            None => {
                let plain = self.model;
                builder
                    .plain_http()
                    .model(plain)
                    .placement(move |head| Some(twin::placement(head, plain)))
                    .explain(true)
            }
        };
        builder.build().map_err(|error| format!("consent: {error}"))
    }
}

impl Site {
    /// The policy in force. A site without a partner declares none, and one without a ledger says
    /// nothing of records.
    fn policy(&self, recorded: bool) -> Result<Policy, String> {
        const NAME: &str = "newsroom/consent.toml";
        let text = match self.partner {
            Some(partner) => partner.named_in(POLICY),
            None => POLICY.to_owned(),
        };
        let mut file = parsed(NAME, &text)?.file().clone();
        if self.partner.is_none() {
            file.embed.clear();
            file.service.clear();
            file.cookie.retain(|cookie| cookie.service.is_none());
        }
        if !recorded {
            file.processing
                .retain(|entry| entry.id != "consent-records");
        }
        Policy::try_from(file).map_err(|error| format!("{NAME} without a part of it: {error}"))
    }
}

fn parsed(name: &str, text: &str) -> Result<Policy, String> {
    Policy::parse(text)
        .and_then(Policy::require_complete)
        .map_err(|error| format!("{name}: {error}"))
}

/// Nothing from anywhere but styles, fonts, pictures and the one script from here. What the partner
/// sends is let in by the middleware, once it is granted.
fn content_policy() -> Csp {
    [
        ("default-src", "'none'"),
        ("script-src", "'self'"),
        ("style-src", "'self'"),
        ("font-src", "'self'"),
        ("img-src", "'self'"),
        ("form-action", "'self'"),
        ("base-uri", "'none'"),
        ("frame-ancestors", "'none'"),
        // `default-src` says it already.
        ("object-src", ""),
    ]
    .into_iter()
    .fold(Csp::new(), |csp, (name, sources)| {
        csp.directive(name, sources)
    })
    .reports(true)
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

fn drawn(template: &impl Template) -> Result<String, String> {
    template
        .render()
        .map_err(|error| format!("templates: {error}"))
}
