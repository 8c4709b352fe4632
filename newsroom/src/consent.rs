//! The consent policy and the consent middleware.

use actix_consent::{
    ConsentMiddleware, Policy, SigningKeys, csp::Csp, ledger::Recording, markup::Markup,
    pages::DefaultPages,
};
use askama::Template;

use crate::{implied_host, site::Site};

/// Text of the policy in force.
pub const POLICY: &str = include_str!("../consent.toml");

/// Name and text of earlier editions, which visitors can still read; the latest first.
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
    /// The consent middleware, to wrap [`Site::routes`] in. Keeps no records.
    pub fn consent(&self, keys: SigningKeys) -> Result<ConsentMiddleware, String> {
        self.consent_with(keys, None)
    }

    /// The consent middleware with a record of each choice.
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
            .head(rendered(&Head)?)
            .header(rendered(&Masthead { path: "" })?)
            .footer(rendered(&Foot)?);
        let mut builder = ConsentMiddleware::builder(self.policy(recording.is_some())?, keys)
            .pages(pages)
            // No storage entry is necessary, so a withdrawal may clear the storage.
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
                    .placement(move |head| Some(implied_host::placement(head, plain)))
                    .explain(true)
            }
        };
        builder.build().map_err(|error| format!("consent: {error}"))
    }

    /// The policy in force, without the partner if the site has none, and without records if it
    /// keeps none.
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

/// Allows styles, fonts, pictures and the script of this site only. The middleware adds the
/// partner's sources once they are granted.
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
        // `default-src` covers it.
        ("object-src", ""),
    ]
    .into_iter()
    .fold(Csp::new(), |csp, (name, sources)| {
        csp.directive(name, sources)
    })
    .reports(true)
}

fn rendered(template: &impl Template) -> Result<String, String> {
    template
        .render()
        .map_err(|error| format!("templates: {error}"))
}
