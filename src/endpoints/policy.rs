//! `GET /privacy` and `GET /privacy/versions/<n>`: the policy in force and its earlier editions.

use super::page::state_view;
use crate::{
    http::return_to::attribute,
    pages::{EditionView, PolicyView, rendered::frame},
    policy::Policy,
    request::RequestConsent,
};

/// Renders an edition of the policy: the one in force, or an earlier one by its index.
pub(super) fn page(consent: &RequestConsent, earlier: Option<usize>) -> String {
    let config = &consent.config;
    let shown = earlier.map_or(&config.policy, |at| &config.earlier[at]);
    let edition = |policy: &Policy| {
        let version = policy.file().policy.version;
        EditionView {
            version,
            effective: policy.file().policy.effective,
            path: format!("{}{version}", config.paths.versions),
        }
    };
    let saved = consent.take_saved();
    let own_path = match earlier {
        Some(_) => edition(shown).path,
        None => config.paths.policy.clone(),
    };
    config.pages.policy(&PolicyView {
        frame: frame(
            shown,
            &config.paths,
            consent.placement.model,
            consent.signals.gpc,
            "",
            &attribute(&own_path),
        ),
        state: state_view(consent),
        own_cookies: config.own_cookies_under(consent.placement.model),
        editions: config.editions().map(edition).collect(),
        superseded: earlier.is_some(),
        saved: saved.map(|saved| saved.outcome),
        former_consent_id: saved
            .and_then(|saved| saved.subject)
            .map(|id| id.to_string()),
        gates_markup: config.gates_markup(),
        recorded: config.recorder.is_some(),
    })
}
