//! `GET` of the library's scripts, and the responses to the choices that they post.

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderName},
};

use crate::{
    config::Config,
    http::{asset::Asset, return_to},
    pages::{BannerKind, rendered::BannerRequest},
    request::RequestConsent,
};

/// The script at `path`.
pub(crate) fn script_at(config: &Config, path: &str) -> Option<Asset> {
    config.gating.as_ref()?.script_at(path).cloned()
}

/// Serves a script. It may be cached for good, since its path names its content.
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

/// Adds to `state.json` what the script needs: the confirmation as `html`, and the storage entries
/// and cookies that only the script can remove as `sweep`.
pub(crate) fn completed(
    consent: &RequestConsent,
    return_to: Option<&str>,
    mut state: serde_json::Value,
) -> serde_json::Value {
    let config = &consent.config;
    if let Some(path) = return_to {
        let paths = &config.paths;
        let path = return_to::return_to(Some(path), None, &paths.policy, &paths.external);
        let due = BannerRequest {
            former_consent_id: consent.former_consent_id(),
            ..BannerRequest::of(BannerKind::Saved(consent.outcome()))
        };
        let gpc = consent.signals.gpc;
        let banner = config.rendered.banner(config.page_site(), due, gpc, &path);
        state["html"] = banner.as_str().into();
    }
    let decision = &consent.state().decision;
    let gating = config.gating.as_ref();
    if let Some(traces) = gating.and_then(|gating| gating.traces(&config.policy, decision)) {
        state["sweep"] = traces.into();
    }
    state
}
