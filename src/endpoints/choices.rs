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
    web::BytesMut,
};
use futures_util::StreamExt;

use crate::endpoints::form::{Action, Form, Posted, from_form, from_json};
use crate::{
    endpoints,
    error::{AcceptError, RETRY_AFTER},
    http::return_to::return_to,
    pages::Rejection,
    request::{RequestConsent, Said as Told},
};

/// The largest form that is read, in bytes: a hundred units fit beside a way back of 8 KiB, of
/// which form encoding makes up to three times as much.
const MAX_BODY: usize = 40 * 1024;
/// The largest report that is read, in bytes.
const MAX_REPORT: usize = 16 * 1024;
/// The longest `Location` in bytes that fits into the response head that nginx reads by default,
/// beside our cookies.
const MAX_LOCATION: usize = 2_400;
/// How long the form may take to arrive.
const DEADLINE: Duration = Duration::from_secs(10);

pub(crate) async fn answer(
    consent: &RequestConsent,
    request: &HttpRequest,
    payload: &mut Payload,
) -> HttpResponse {
    let media_type = request.content_type();
    let json = media_type.eq_ignore_ascii_case("application/json");
    let refuse = |reason| refusal(consent, json, reason);
    if consent.may_grant().is_err() {
        return refuse(match consent.framed {
            true => Rejection::Framed,
            false => Rejection::CrossSite,
        });
    }
    if !json && !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return refuse(Rejection::UnsupportedType);
    }
    let body = match timeout(DEADLINE, read(request, payload, MAX_BODY)).await {
        Err(_) => return refuse(Rejection::TooSlow),
        Ok(Err(reason)) => return refuse(reason),
        Ok(Ok(body)) => body,
    };
    let posted = if json {
        from_json(&body)
    } else {
        from_form(&body)
    };
    let Some(posted) = posted else {
        return refuse(Rejection::Malformed);
    };
    let Some(action) = posted.action else {
        return refuse(Rejection::Malformed);
    };
    if matches!(action, Action::Accept | Action::Once) && matches!(posted.form, Form::Unreadable) {
        return refuse(Rejection::Malformed);
    }
    if action == Action::Once && !posted.categories.any_yes() && !posted.services.any_yes() {
        return refuse(Rejection::Malformed);
    }
    if apply(consent, action, &posted).await.is_err() {
        return refuse(Rejection::NotRecorded);
    }
    if json {
        let state = endpoints::state(consent);
        if consent.left().is_some() && !(posted.page && posted.return_to.is_some()) {
            // The answer shows nothing to anybody, so the next page tells the number.
            consent.note_saved();
        }
        let state = match posted.page {
            true => {
                let confirms = !matches!(action, Action::Dismiss | Action::Once);
                let return_to = posted.return_to.as_deref().filter(|_| confirms);
                super::scripts::completed(consent, return_to, state)
            }
            false => state,
        };
        return HttpResponse::Ok()
            .content_type(ContentType::json())
            .body(state.to_string());
    }
    if !matches!(action, Action::Dismiss | Action::Once) {
        consent.note_saved();
    }
    if action == Action::Save && posted.at.is_some() {
        // The next page says beside the element that it is shown.
        consent.show_granted(|id| posted.services.about(id).or(posted.categories.about(id)));
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
        return endpoints::onward(consent, &back);
    }
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, back))
        .finish()
}

/// Whether a proxy seems to have passed the request on. Browsers send none of these, and speak no
/// HTTP/1.0, as nginx does to the servers behind it by default.
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

/// `POST /privacy/reports`: what browsers stopped. Nothing of it is kept but directive and origin.
pub(crate) async fn reports(
    consent: &RequestConsent,
    request: &HttpRequest,
    payload: &mut Payload,
) -> HttpResponse {
    let body = match timeout(DEADLINE, read(request, payload, MAX_REPORT)).await {
        Err(_) => return HttpResponse::RequestTimeout().finish(),
        Ok(Err(Rejection::TooLarge)) => return HttpResponse::PayloadTooLarge().finish(),
        Ok(Err(_)) => return HttpResponse::BadRequest().finish(),
        Ok(Ok(body)) => body,
    };
    let policing = consent.config.policing.as_ref();
    match policing.is_some_and(|policing| policing.reports.read(&body)) {
        true => HttpResponse::NoContent().finish(),
        false => HttpResponse::BadRequest().finish(),
    }
}

async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> Result<BytesMut, Rejection> {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Rejection::TooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Rejection::Malformed)?;
        if body.len() + chunk.len() > limit {
            return Err(Rejection::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Does what was asked for; an error where a yes could not be recorded.
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
    let said = |unit: usize| match &units[unit] {
        category if category.category.is_none() => posted.categories.about(&category.id),
        service => posted.services.about(&service.id),
    };
    // What the form showed. A program shows nothing, and is read as asking today's categories,
    // which answer for their services.
    let meant = |unit: usize| match &posted.form {
        Form::Showed(asked) => asked.meant(units[unit].tag),
        Form::None | Form::Unreadable => Some(units[unit].fingerprint),
    };
    let told = Told {
        source: posted.source,
        asked: match &posted.form {
            Form::Showed(asked) => Some(consent.config.drawn.hash_of(asked)),
            Form::None | Form::Unreadable => None,
        },
        gpc_ack: stated(consent, posted),
    };
    if action == Action::Once {
        let gpc = consent.signals.gpc && !stated(consent, posted);
        let wanted = consent.policy().gated_units().filter(|(at, unit)| {
            let held = unit.sale_or_share && gpc;
            said(*at) == Some(true) && meant(*at) == Some(unit.fingerprint) && !held
        });
        let wanted: Vec<usize> = wanted.map(|(at, _)| at).collect();
        return consent.show_once_and_record(&wanted, &told).await;
    }
    let mut answers: Vec<(usize, bool)> = Vec::new();
    for (unit, entry) in consent.policy().gated_units() {
        let Some(meant) = meant(unit) else { continue };
        let follows = matches!(posted.form, Form::None) && said(unit).is_none();
        let category = entry.category.map(|category| said(category) == Some(true));
        let yes = match (action, category) {
            (Action::Accept, _) => true,
            (Action::Save, Some(category)) if follows => category,
            (Action::Save, _) => said(unit) == Some(true),
            (Action::Reject | Action::Dismiss | Action::Once, _) => false,
        };
        // A yes to what the unit meant when the tab was opened is no yes to what it means today,
        // and of a form that cannot be read only the no counts.
        let meant_today = meant == entry.fingerprint && !matches!(posted.form, Form::Unreadable);
        if !yes || meant_today {
            answers.push((unit, yes));
        }
    }
    consent.answer_and_record(&answers, &told).await
}

/// Whether the form stated the signal `Sec-GPC`, and it is on.
fn stated(consent: &RequestConsent, posted: &Posted) -> bool {
    consent.signals.gpc && matches!(&posted.form, Form::Showed(asked) if asked.gpc_stated)
}

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
        false => endpoints::rejected(consent, status, reason),
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
