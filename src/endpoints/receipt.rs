//! `GET /privacy/receipt.json`: the visitor's own record, also listed on the settings page.

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, ContentType, HeaderValue},
    },
};
use serde_json::json;

use crate::{
    choice::Choice,
    cookies::clear_site_data::is_read,
    error::RETRY_AFTER,
    ledger::{
        ConsentRecord, UnitAnswer,
        history::counted,
        receipt::{Facts, receipt as receipt_of},
    },
    pages::RecordedView,
    policy::Policy,
    request::RequestConsent,
};

/// Entries of the record, the latest first. A unit that the policy in force does not have gets its
/// title from the newest edition that has it, or else its id.
pub(crate) fn entries<'a>(
    editions: &[&'a Policy],
    records: &'a [ConsentRecord],
) -> Vec<RecordedView<'a>> {
    let title = |answer: &'a UnitAnswer| {
        let mut editions = editions.iter();
        let has_it = editions.find(|policy| policy.unit(&answer.unit).is_some());
        has_it.map_or(&*answer.unit, |policy| policy.title(&answer.unit))
    };
    let on = |record: &'a ConsentRecord| {
        let granted = record.answers.iter().filter(|answer| answer.granted);
        granted.map(title).collect()
    };
    let records = counted(records).into_iter().rev();
    records
        .map(|record| RecordedView {
            time: record.time,
            event: record.event,
            on: on(record),
        })
        .collect()
}

/// Serves the receipt to the visitor whose choice has a consent id.
pub(crate) async fn serve(consent: &RequestConsent) -> HttpResponse {
    consent.uses_consent.set(true);
    let subject = consent.state().choice.as_deref().and_then(Choice::subject);
    let Some(subject) = subject else {
        return none();
    };
    let Some(records) = consent.history(subject).await else {
        let message = "The record cannot be read just now. Please try again in a minute.";
        let mut response = error(StatusCode::SERVICE_UNAVAILABLE, "not_readable", message);
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
        return response;
    };
    let config = &consent.config;
    let origin = consent
        .origin()
        .map_or_else(String::new, |it| it.to_string());
    let facts = Facts {
        editions: config.editions().collect(),
        settings: format!("{origin}{}", config.paths.settings),
        policy: format!("{origin}{}", config.paths.policy),
        versions: format!("{origin}{}", config.paths.versions),
        validity_days: config.validity_days,
        storage_ends: storage_ends(consent),
        today: consent.today(),
        now: time::OffsetDateTime::now_utc(),
    };
    let Some(receipt) = receipt_of(&facts, subject, &records) else {
        return none();
    };
    HttpResponse::Ok()
        .content_type("application/ld+json")
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"consent-receipt.json\"",
        ))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(receipt.to_string())
}

/// Returns whether a withdrawal removes entries of the browser's storage: by the script of the
/// page, or by `Clear-Site-Data`, which browsers obey over https and on loopback.
fn storage_ends(consent: &RequestConsent) -> bool {
    let Some(gating) = &consent.config.gating else {
        return false;
    };
    let script = gating.traces(consent.policy(), &consent.state().decision);
    let clears = gating.clears_storage();
    script.is_some() || clears && is_read(consent.host(), consent.config.secure)
}

fn none() -> HttpResponse {
    let message = "There is no receipt: nothing is recorded under an identifier of yours. Either \
                   you have accepted nothing, or the record was erased.";
    error(StatusCode::NOT_FOUND, "no_receipt", message)
}

fn error(status: StatusCode, word: &str, message: &str) -> HttpResponse {
    let body = json!({ "error": word, "message": message });
    HttpResponse::build(status)
        .content_type(ContentType::json())
        .body(body.to_string())
}
