//! Serves the scripts of pages, and what they ask for.

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderName},
};

use crate::{
    config::Config,
    http::{asset::Asset, return_to},
    pages::{BannerKind, rendered::Due},
    request::RequestConsent,
};

/// The script at `path`.
pub(crate) fn script_at(config: &Config, path: &str) -> Option<Asset> {
    config.gating.as_ref()?.script_at(path).cloned()
}

/// A script, to be stored for good: its path names its content.
pub(crate) fn serve(asset: &Asset) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ))
        .body(asset.content.clone())
}

/// `state.json` with what the script of a page goes on with: the confirmation, and what only it
/// can remove.
pub(crate) fn completed(
    consent: &RequestConsent,
    return_to: Option<&str>,
    mut state: serde_json::Value,
) -> serde_json::Value {
    let config = &consent.config;
    if let Some(path) = return_to {
        let paths = &config.paths;
        let path = return_to::return_to(Some(path), None, &paths.policy, &paths.external);
        let due = Due {
            left: consent.left(),
            ..Due::of(BannerKind::Saved(consent.outcome()))
        };
        let gpc = consent.signals.gpc;
        let banner = config.drawn.banner(config.page_site(), due, gpc, &path);
        state["html"] = banner.as_str().into();
    }
    let decision = &consent.state().decision;
    let gating = config.gating.as_ref();
    if let Some(traces) = gating.and_then(|gating| gating.traces(&config.policy, decision)) {
        state["sweep"] = traces.into();
    }
    state
}
