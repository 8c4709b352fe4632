//! A policy that is written in Rust.

use super::{
    Category, Controller, CookieSpec, Edition, EmbedSpec, Policy, PolicyError, PolicyFile,
    Processing, ServiceSpec, Site, StorageSpec, Text,
};

/// Builds a [`Policy`] entry by entry: what `consent.toml` says, in Rust. Made by
/// [`Policy::builder`].
///
/// The entries are plain structs; what is not named keeps its default.
///
/// ```
/// use actix_consent::{Policy, policy::{Category, Controller, CookieSpec}};
///
/// let policy = Policy::builder("Example News")
///     .controller(Controller {
///         name: "Example News Ltd".to_owned(),
///         email: Some("privacy@news.example".to_owned()),
///         ..Controller::default()
///     })
///     .category(Category {
///         id: "analytics".to_owned(),
///         title: "Analytics".into(),
///         summary: "count visits".into(),
///         purposes: vec!["usage-analytics".parse()?],
///         ..Category::default()
///     })
///     .cookie(CookieSpec {
///         name: "visits".to_owned(),
///         category: Some("analytics".to_owned()),
///         purpose: "Counts your visits.".into(),
///         duration: Some("30 days".parse()?),
///         ..CookieSpec::default()
///     })
///     .build()?;
/// assert!(policy.declaration("visits").is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct PolicyBuilder(PolicyFile);

impl PolicyBuilder {
    pub(super) fn new(site: impl Into<Text>) -> Self {
        Self(PolicyFile {
            version: 1,
            site: Site {
                name: site.into(),
                ..Site::default()
            },
            ..PolicyFile::default()
        })
    }

    /// The site, with its name, in place of the name alone.
    pub fn site(mut self, site: Site) -> Self {
        self.0.site = site;
        self
    }

    /// Who is responsible.
    pub fn controller(mut self, controller: Controller) -> Self {
        self.0.controller = controller;
        self
    }

    /// Which edition this is. Default: the first, without a date.
    pub fn edition(mut self, edition: Edition) -> Self {
        self.0.policy = edition;
        self
    }

    /// One more thing that the site does besides cookies.
    pub fn processing(mut self, processing: Processing) -> Self {
        self.0.processing.push(processing);
        self
    }

    /// One more category.
    pub fn category(mut self, category: Category) -> Self {
        self.0.category.push(category);
        self
    }

    /// One more service.
    pub fn service(mut self, service: ServiceSpec) -> Self {
        self.0.service.push(service);
        self
    }

    /// One more cookie.
    pub fn cookie(mut self, cookie: CookieSpec) -> Self {
        self.0.cookie.push(cookie);
        self
    }

    /// One more stored thing.
    pub fn storage(mut self, storage: StorageSpec) -> Self {
        self.0.storage.push(storage);
        self
    }

    /// The origins that one more service loads from.
    pub fn embed(mut self, embed: EmbedSpec) -> Self {
        self.0.embed.push(embed);
        self
    }

    /// The policy.
    ///
    /// # Errors
    ///
    /// When it has faults; all of them are named.
    pub fn build(self) -> Result<Policy, PolicyError> {
        self.0.try_into()
    }
}
