//! Gate for markup of one policy.

use std::sync::Arc;

use super::{
    dialect::Dialect,
    embeds::Embeds,
    prefilter::Prefilter,
    script::Scripts,
    settings::{CacheMode, Markup, PageScript},
    vendor::{self, VendorStates},
};
use crate::{
    decision::{ConsentModel, Decision},
    error::ConfigError,
    http::asset::Asset,
    pages::{Pages, rendered},
    paths::Paths,
    policy::Policy,
};

/// Gate for markup of one policy and prefix, with everything that is computed once.
pub(crate) struct Gating {
    pub(crate) policy: Policy,
    pub(crate) pages: Arc<dyn Pages>,
    pub(crate) paths: Paths,
    /// Hashes of the words of placeholders, without and with `Sec-GPC: 1`.
    pub(crate) placeholder_texts: [String; 2],
    /// Decision for a visitor without a choice.
    pub(crate) undecided: Arc<Decision>,
    pub(crate) settings: Markup,
    pub(crate) embeds: Embeds,
    pub(crate) prefilter: Prefilter,
    /// HTML for the end of documents without a link to the settings; empty if disabled.
    pub(crate) body_end: String,
    /// Link to the settings, whether or not it is inserted at the end of documents.
    pub(crate) link: String,
    pub(crate) scripts: Option<Scripts>,
    /// Consent states for tags of other vendors.
    pub(crate) vendor_states: Vec<VendorStates>,
    /// Services whose tags load without consent.
    pub(crate) advanced: Vec<usize>,
}

impl Gating {
    pub(crate) fn settings(&self) -> &Markup {
        &self.settings
    }

    /// Returns the attribute names that mark gated markup.
    pub(crate) fn dialect(&self) -> &Dialect {
        &self.settings.dialect
    }

    /// Returns whether blocked markup stays in the page, inert, instead of being removed.
    pub(crate) fn is_inert(&self) -> bool {
        self.is_shell() || self.settings.script == PageScript::Live
    }

    /// Returns whether a withdrawal clears the storage of the site.
    pub(crate) fn clears_storage(&self) -> bool {
        self.settings.clear_storage
    }

    /// Returns whether shared caches store one copy for each consent state.
    pub(crate) fn is_keyed(&self) -> bool {
        self.settings.is_keyed()
    }

    /// Returns the services whose tags load without consent.
    pub(crate) fn advanced(&self) -> &[usize] {
        &self.advanced
    }

    /// Returns whether pages contain a script of this library.
    pub(crate) fn has_script(&self) -> bool {
        self.scripts.is_some() || !self.vendor_states.is_empty()
    }

    /// Returns the script at `path`: one of this library, or a vendor's consent state.
    pub(crate) fn script_at(&self, path: &str) -> Option<&Asset> {
        let own = self.scripts.as_ref().and_then(|scripts| scripts.at(path));
        own.or_else(|| self.vendor_states.iter().find_map(|states| states.at(path)))
    }

    /// Returns the storage entries of denied units, which only a script can remove; `None` if pages
    /// have no script.
    pub(crate) fn traces(&self, policy: &Policy, decision: &Decision) -> Option<Vec<&str>> {
        let scripts = self.scripts.as_ref()?;
        Some(scripts.traces(policy, decision))
    }

    /// Returns whether HTML is the same for everyone.
    pub(crate) fn is_shell(&self) -> bool {
        self.settings.caches == CacheMode::Shell
    }

    pub(crate) fn new(
        settings: Markup,
        policy: &Policy,
        pages: Arc<dyn Pages>,
        paths: &Paths,
        placeholder_texts: [String; 2],
        undecided: Arc<Decision>,
    ) -> Result<Self, ConfigError> {
        let google = settings.google.as_ref();
        let matomo = settings.matomo.as_ref();
        let google_states = google.map(|google| google.states(policy, paths));
        let matomo_states = matomo.map(|matomo| matomo.states(policy, paths));
        let vendor_states: Result<_, _> = google_states.into_iter().chain(matomo_states).collect();
        let mut advanced = Vec::new();
        for service in google.map_or(&[][..], |google| &google.advanced) {
            let unknown =
                || vendor::unknown(policy, &format!("Google::advanced({service:?})"), service);
            advanced.push(
                policy
                    .unit(service)
                    .ok_or_else(|| ConfigError::Markup(unknown()))?,
            );
        }
        let embeds = Embeds::of(policy);
        settings.warn_of_storage(policy);
        let model = ConsentModel::OptIn;
        let frame = rendered::frame(policy, paths, model, false, "", &paths.settings);
        let link = pages.settings_link(&frame);
        Ok(Self {
            vendor_states: vendor_states.map_err(ConfigError::Markup)?,
            advanced,
            scripts: Scripts::new(&settings, policy, paths),
            prefilter: Prefilter::new(embeds.hosts(), settings.dialect.all()),
            body_end: match settings.settings_link {
                true => link.clone(),
                false => String::new(),
            },
            link,
            embeds,
            settings,
            policy: policy.clone(),
            pages,
            paths: paths.clone(),
            placeholder_texts,
            undecided,
        })
    }
}
