//! `GET /privacy/settings`: the choice in detail, and the visitor's own record.

use actix_web::HttpRequest;

use super::{
    page::{basis, state_view},
    receipt,
};
use crate::{
    choice::Choice,
    http::return_to::attribute,
    pages::{RecordView, SettingsView, rendered::frame, view::categories},
    request::{RequestConsent, left_page},
};

/// Renders the settings page.
pub(super) async fn page(consent: &RequestConsent, request: &HttpRequest) -> String {
    let config = &consent.config;
    let return_to = left_page(config, request.head());
    let back = return_to.as_deref().unwrap_or(&config.paths.settings);
    let policy = &config.policy;
    let saved = consent.take_saved();
    let current = consent.state().choice.as_deref().and_then(Choice::subject);
    let former = saved.and_then(|saved| saved.subject);
    let subject = current.or(former);
    let history = match subject {
        Some(subject) => consent.history(subject).await,
        None => None,
    };
    let editions: Vec<_> = config.editions().collect();
    let asked = config.rendered.settings_asked(consent.signals.gpc);
    config.pages.settings(&SettingsView {
        frame: frame(
            policy,
            &config.paths,
            consent.placement.model,
            consent.signals.gpc,
            asked,
            &attribute(back),
        ),
        state: state_view(consent),
        categories: categories(policy, |id| basis(consent, id)),
        saved: saved.map(|saved| saved.outcome),
        record: subject.map(|subject| RecordView {
            id: subject.to_string(),
            validity_days: config.validity_days,
            receipt: current.map(|_| config.paths.receipt.as_str()),
            entries: history
                .as_deref()
                .map(|records| receipt::entries(&editions, records)),
        }),
    })
}
