//! `POST /privacy/reports`: violations of the Content-Security-Policy, as browsers report them.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, dev::Payload, rt::time::timeout};

use super::read_body;
use crate::{pages::Rejection, request::RequestConsent};

/// Maximum size of a report in bytes.
const MAX_REPORT: usize = 16 * 1024;
/// Time within which a report has to arrive.
const DEADLINE: Duration = Duration::from_secs(10);

/// Counts a report. Only its directive and origin are kept.
pub(super) async fn receive(
    consent: &RequestConsent,
    request: &HttpRequest,
    payload: &mut Payload,
) -> HttpResponse {
    let body = match timeout(DEADLINE, read_body(request, payload, MAX_REPORT)).await {
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
