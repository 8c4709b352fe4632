//! *What this page did*: every cookie that the page set, everything that it loads from others or by
//! script, and the outcome of each.
//!
//! Runs between the session and the consent middleware, and reads the `Set-Cookie` headers and the
//! markup themselves. So it reports exactly what the middleware receives.

use actix_consent::{Basis, Consent, ConsentExt, Verdict};
use actix_web::{
    Error, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::ErrorInternalServerError,
    http::header::{self, HeaderMap},
    middleware::Next,
    web::Bytes,
};
use askama::Template;

use crate::{
    cookies,
    gated_content::{self, GatedContent},
    site::Site,
};

/// Placeholder of the account in a page.
pub const SLOT: &str = "<!-- account -->";

#[derive(Template)]
#[template(path = "_account.html", ext = "html")]
struct Account {
    rows: Vec<Row>,
}

/// A line of the account. The template renders a name as code.
struct Row {
    name: Option<String>,
    words: &'static str,
    by: &'static str,
    outcome: String,
}

/// The middleware function, for [`from_fn`](actix_web::middleware::from_fn).
pub async fn write(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let res = next.call(req).await?.map_into_boxed_body();
    if !is_page(res.headers()) {
        return Ok(res);
    }
    let (req, res) = res.into_parts();
    let (res, body) = res.into_parts();
    let body = match body.try_into_bytes() {
        Ok(page) => BoxBody::new(filled(page, &req, res.headers())?),
        Err(stream) => stream,
    };
    Ok(ServiceResponse::new(req, res.set_body(body)))
}

fn is_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Replaces the placeholder of a page by the account.
fn filled(page: Bytes, req: &HttpRequest, headers: &HeaderMap) -> Result<Bytes, Error> {
    let halves = std::str::from_utf8(&page)
        .ok()
        .and_then(|page| page.split_once(SLOT));
    let Some((before, after)) = halves else {
        return Ok(page);
    };
    let consent = req.consent();
    let partner = Site::of(req).partner();
    let mut rows = set(headers, consent.as_ref());
    for part in [before, after] {
        let gated = gated_content::in_page(part, partner);
        rows.extend(gated.iter().map(|it| row(it, consent.as_ref())));
    }
    let account = Account { rows }
        .render()
        .map_err(ErrorInternalServerError)?;
    Ok([before, &account, after].concat().into())
}

fn row(gated: &GatedContent, consent: Option<&Consent>) -> Row {
    let (name, words) = match gated.kept_in {
        Some(place) => (Some(gated.what.to_owned()), place),
        None => (None, gated.what),
    };
    Row {
        name,
        words,
        by: gated.by,
        outcome: gated.outcome(consent),
    }
}

/// The rows of the cookies in the headers.
fn set(headers: &HeaderMap, consent: Option<&Consent>) -> Vec<Row> {
    headers
        .get_all(header::SET_COOKIE)
        .map(|field| {
            let field = String::from_utf8_lossy(field.as_bytes());
            let (name, removed) = read(&field);
            Row {
                name: Some(name.to_owned()),
                words: "",
                by: set_by(name),
                outcome: match consent {
                    _ if removed => "Removed".to_owned(),
                    Some(consent) => outcome(&consent.verdict(name)),
                    None => "Sent".to_owned(),
                },
            }
        })
        .collect()
}

/// Returns the name in a `Set-Cookie` field, and true if the field removes the cookie.
fn read(field: &str) -> (&str, bool) {
    let mut parts = field.split(';');
    let pair = parts.next().unwrap_or_default();
    let name = pair.split('=').next().unwrap_or_default().trim();
    let removed = parts
        .filter_map(|part| part.split_once('='))
        .any(|(key, value)| {
            key.trim().eq_ignore_ascii_case("max-age")
                && value
                    .trim()
                    .parse::<i64>()
                    .is_ok_and(|seconds| seconds <= 0)
        });
    (name, removed)
}

fn set_by(name: &str) -> &'static str {
    match name {
        cookies::VISITS => "the visit counter",
        cookies::CAMPAIGN => "the campaign link",
        cookies::DISPLAY => "the text size and colours form",
        cookies::SESSION => "the reading list",
        _ => "this site",
    }
}

fn outcome(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Sent => "Sent".to_owned(),
        Verdict::HeldBack {
            category,
            basis: Basis::Signal,
        } => {
            format!("Held back: {category} is off, as your browser's Global Privacy Control asks")
        }
        Verdict::HeldBack { category, .. } => format!("Held back: {category} is off"),
        // The operator decides whether undeclared cookies are removed or only logged.
        _ => "Undeclared: the policy does not name it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_as_a_browser_reads_it() {
        assert_eq!(read("visits=1; Path=/; Max-Age=60"), ("visits", false));
        assert_eq!(read(" display =; max-age = 0"), ("display", true));
        assert_eq!(read("a=b=c; Max-Age=-1"), ("a", true));
        assert_eq!(read("a; Max-Age=soon"), ("a", false));
    }

    #[test]
    fn a_cookie_is_said_to_be_held_back_with_its_category() {
        let verdict = Verdict::HeldBack {
            category: "analytics".to_owned(),
            basis: Basis::Unanswered,
        };
        assert_eq!(outcome(&verdict), "Held back: analytics is off");
        assert_eq!(outcome(&Verdict::Sent), "Sent");
    }
}
