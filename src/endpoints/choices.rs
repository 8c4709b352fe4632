//! `POST /privacy/choices`: the one request that writes a grant.

use std::time::Duration;

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        StatusCode, Version,
        header::{self, ContentType, HeaderValue},
    },
    rt::time::timeout,
};

use super::{
    form::{Action, Form, Posted, from_form, from_json},
    page, read_body, scripts, state,
};
use crate::{
    error::{AcceptError, RETRY_AFTER},
    http::return_to::return_to,
    pages::Rejection,
    request::{AnswerContext, RequestConsent},
};

/// Maximum size of a form in bytes: enough for a hundred units and a return address of 8 KiB, which
/// form encoding may triple.
const MAX_BODY: usize = 40 * 1024;
/// Maximum size of `Location` in bytes: with our cookies it fits into the response head that nginx
/// reads by default.
const MAX_LOCATION: usize = 2_400;
/// Time within which a form has to arrive.
const DEADLINE: Duration = Duration::from_secs(10);

/// Stores a posted choice, and redirects back or responds with the new state.
pub(super) async fn post(
    consent: &RequestConsent,
    request: &HttpRequest,
    payload: &mut Payload,
) -> HttpResponse {
    let media_type = request.content_type();
    let json = media_type.eq_ignore_ascii_case("application/json");
    let (posted, action) = match receive(consent, request, payload, json).await {
        Ok(posted) => posted,
        Err(reason) => return refusal(consent, json, reason),
    };
    if apply(consent, action, &posted).await.is_err() {
        return refusal(consent, json, Rejection::NotRecorded);
    }
    match json {
        true => json_response(consent, action, &posted),
        false => redirect(consent, request, action, &posted),
    }
}

/// Reads and validates a posted choice.
async fn receive(
    consent: &RequestConsent,
    request: &HttpRequest,
    payload: &mut Payload,
    json: bool,
) -> Result<(Posted, Action), Rejection> {
    if consent.may_grant().is_err() {
        return Err(match consent.framed {
            true => Rejection::Framed,
            false => Rejection::CrossSite,
        });
    }
    let media_type = request.content_type();
    if !json && !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Rejection::UnsupportedType);
    }
    let body = timeout(DEADLINE, read_body(request, payload, MAX_BODY))
        .await
        .map_err(|_| Rejection::TooSlow)??;
    let posted = if json {
        from_json(&body)
    } else {
        from_form(&body)
    };
    let posted = posted.ok_or(Rejection::Malformed)?;
    let action = posted.action.ok_or(Rejection::Malformed)?;
    let accepts = matches!(action, Action::Accept | Action::Once);
    if accepts && matches!(posted.form, Form::Unreadable) {
        return Err(Rejection::Malformed);
    }
    let names_a_unit = posted.categories.accept_any() || posted.services.accept_any();
    if action == Action::Once && !names_a_unit {
        return Err(Rejection::Malformed);
    }
    Ok((posted, action))
}

/// Responds to a program or a script with the new state.
fn json_response(consent: &RequestConsent, action: Action, posted: &Posted) -> HttpResponse {
    let state = state::state(consent);
    let is_confirmed = posted.page && posted.return_to.is_some();
    if consent.former_consent_id().is_some() && !is_confirmed {
        // Nobody sees this response, so the next page shows the former consent id.
        consent.note_saved();
    }
    let state = match posted.page {
        true => {
            let confirms = !matches!(action, Action::Dismiss | Action::Once);
            let return_to = posted.return_to.as_deref().filter(|_| confirms);
            scripts::completed(consent, return_to, state)
        }
        false => state,
    };
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .body(state.to_string())
}

/// Redirects the visitor to the page with the form, which confirms the choice.
fn redirect(
    consent: &RequestConsent,
    request: &HttpRequest,
    action: Action,
    posted: &Posted,
) -> HttpResponse {
    if !matches!(action, Action::Dismiss | Action::Once) {
        consent.note_saved();
    }
    if action == Action::Save && posted.at.is_some() {
        // The next page says beside the element that it is shown.
        consent.show_granted(|id| posted.services.answer(id).or(posted.categories.answer(id)));
    }
    let referer = request
        .headers()
        .get(header::REFERER)
        .and_then(|referer| referer.to_str().ok());
    let paths = &consent.config.paths;
    let back = return_to(
        posted.return_to.as_deref(),
        referer,
        &paths.policy,
        &paths.external,
    );
    let back = match &posted.at {
        Some(id) => format!("{}#{id}", back.split('#').next().unwrap_or_default()),
        None => back,
    };
    if back.len() > MAX_LOCATION && is_forwarded(request) {
        return page::redirect_page(consent, &back);
    }
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, back))
        .finish()
}

/// Returns whether a proxy seems to have forwarded the request. Browsers send none of these
/// headers, and no HTTP/1.0, which nginx uses for upstream servers by default.
fn is_forwarded(request: &HttpRequest) -> bool {
    const HEADERS: [&str; 6] = [
        "forwarded",
        "via",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
    ];
    let headers = request.headers();
    request.version() == Version::HTTP_10
        || HEADERS.iter().any(|name| headers.contains_key(*name))
        || headers
            .get(header::CONNECTION)
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"close"))
}

/// Applies a posted choice.
///
/// # Errors
///
/// If an acceptance could not be recorded.
async fn apply(
    consent: &RequestConsent,
    action: Action,
    posted: &Posted,
) -> Result<(), AcceptError> {
    if action == Action::Dismiss {
        consent.dismiss();
        return Ok(());
    }
    let units = consent.policy().units();
    let answer = |unit: usize| match &units[unit] {
        category if category.category.is_none() => posted.categories.answer(&category.id),
        service => posted.services.answer(&service.id),
    };
    // The meaning of a unit when the form was shown. A program shows no form: it answers by the
    // meaning of today, and a category's answer covers its services.
    let meant = |unit: usize| match &posted.form {
        Form::Showed(asked) => asked.meant(units[unit].tag),
        Form::None | Form::Unreadable => Some(units[unit].fingerprint),
    };
    let context = AnswerContext {
        source: posted.source,
        asked: match &posted.form {
            Form::Showed(asked) => Some(consent.config.rendered.hash_of(asked)),
            Form::None | Form::Unreadable => None,
        },
        gpc_ack: acknowledges_gpc(consent, posted),
    };
    if action == Action::Once {
        let gpc = consent.signals.gpc && !acknowledges_gpc(consent, posted);
        let wanted = consent.policy().gated_units().filter(|(at, unit)| {
            let held = unit.sale_or_share && gpc;
            answer(*at) == Some(true) && meant(*at) == Some(unit.fingerprint) && !held
        });
        let wanted: Vec<usize> = wanted.map(|(at, _)| at).collect();
        return consent.show_once_and_record(&wanted, &context).await;
    }
    let mut answers: Vec<(usize, bool)> = Vec::new();
    for (unit, entry) in consent.policy().gated_units() {
        let Some(meant) = meant(unit) else { continue };
        let follows = matches!(posted.form, Form::None) && answer(unit).is_none();
        let category = entry
            .category
            .map(|category| answer(category) == Some(true));
        let accepts = match (action, category) {
            (Action::Accept, _) => true,
            (Action::Save, Some(category)) if follows => category,
            (Action::Save, _) => answer(unit) == Some(true),
            (Action::Reject | Action::Dismiss | Action::Once, _) => false,
        };
        // Accepting the unit's former meaning does not accept its meaning of today, and only
        // rejections of an unreadable form count.
        let meant_today = meant == entry.fingerprint && !matches!(posted.form, Form::Unreadable);
        if !accepts || meant_today {
            answers.push((unit, accepts));
        }
    }
    consent.answer_and_record(&answers, &context).await
}

/// Returns whether the form named the signal `Sec-GPC`, and the request carries it.
fn acknowledges_gpc(consent: &RequestConsent, posted: &Posted) -> bool {
    consent.signals.gpc && matches!(&posted.form, Form::Showed(asked) if asked.gpc_stated)
}

/// Response to a choice that was not stored, as a page or as JSON.
fn refusal(consent: &RequestConsent, json: bool, reason: Rejection) -> HttpResponse {
    let (status, word, message) = match reason {
        Rejection::CrossSite => (
            StatusCode::FORBIDDEN,
            "cross_site",
            "This choice did not come from this site, so it was not stored.",
        ),
        Rejection::Framed => (
            StatusCode::FORBIDDEN,
            "framed",
            "A choice cannot be made inside of another page, so it was not stored.",
        ),
        Rejection::TooSlow => (
            StatusCode::REQUEST_TIMEOUT,
            "too_slow",
            "The choice took too long to arrive, so it was not stored.",
        ),
        Rejection::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "The choice is larger than any form of this site, so it was not stored.",
        ),
        Rejection::UnsupportedType => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_type",
            "Post a form or JSON.",
        ),
        Rejection::NotRecorded => (
            StatusCode::SERVICE_UNAVAILABLE,
            "not_recorded",
            "The choice could not be recorded, so nothing was turned on. What was turned off is off.",
        ),
        Rejection::Malformed => (
            StatusCode::BAD_REQUEST,
            "malformed",
            "The choice cannot be read, so it was not stored.",
        ),
    };
    let mut response = match json {
        false => page::rejected(consent, status, reason),
        true => HttpResponse::build(status)
            .content_type(ContentType::json())
            .body(serde_json::json!({ "error": word, "message": message }).to_string()),
    };
    if reason == Rejection::NotRecorded {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
    }
    response
}
