//! `GET /privacy/state.json` and `GET /.well-known/gpc.json`: the choice and the support of Global
//! Privacy Control, for programs.

use serde_json::json;

use crate::{policy::Policy, request::RequestConsent};

/// Contents of `state.json`: model, status, and the state of each category and service.
pub(super) fn state(consent: &RequestConsent) -> serde_json::Value {
    let policy = consent.policy();
    let state = consent.state();
    let unit = |unit: usize| {
        let basis = state.decision.basis(unit);
        let mut entry = json!({ "granted": basis.allows(), "basis": basis.as_str() });
        if let Some(category) = policy.units()[unit].category {
            entry["category"] = policy.units()[category].id.as_str().into();
        }
        entry
    };
    let part = |services: bool| -> serde_json::Map<_, _> {
        policy
            .units()
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.category.is_some() == services)
            .map(|(at, entry)| (entry.id.clone(), unit(at)))
            .collect()
    };
    json!({
        "v": 1,
        "model": consent.placement.model.to_string(),
        "jurisdiction": consent.placement.jurisdiction,
        "status": state.decision.status().as_str(),
        "day": state.choice.as_ref().map(|choice| choice.day().date().to_string()),
        "categories": part(false),
        "services": part(true),
        "gpc": consent.signals.gpc,
        "asked": consent.config.rendered.settings_asked(consent.signals.gpc),
        "banner": consent.banner_due().is_some(),
    })
}

/// The support representation of the Global Privacy Control specification.
pub(super) fn gpc(policy: &Policy) -> serde_json::Value {
    match policy.file().policy.effective {
        Some(day) => json!({ "gpc": true, "lastUpdate": day.to_string() }),
        None => json!({ "gpc": true }),
    }
}
