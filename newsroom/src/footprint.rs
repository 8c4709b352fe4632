//! *What this page did*: an account of each cookie that the page's code set, and what became of it.
//!
//! It is written between the session and the consent middleware, from the `Set-Cookie` headers
//! themselves, so it cannot say anything else than what the gate is about to see.

use actix_consent::{Basis, Consent, ConsentExt, Verdict};
use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::ErrorInternalServerError,
    http::header::{self, HeaderMap},
    middleware::Next,
    web::Bytes,
};
use askama::Template;

use crate::cookies;

/// Where a page leaves room for the account.
pub const SLOT: &str = "<!-- account -->";

#[derive(Template)]
#[template(path = "_account.html", ext = "html")]
struct Account {
    rows: Vec<Row>,
}

struct Row {
    name: String,
    set_by: &'static str,
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
    let account = Account {
        rows: rows(res.headers(), res.request().consent().as_ref()),
    };
    let account = account.render().map_err(ErrorInternalServerError)?;
    Ok(res.map_body(|_, body| match body.try_into_bytes() {
        Ok(page) => BoxBody::new(fill(&page, &account)),
        Err(stream) => stream,
    }))
}

fn is_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn fill(page: &Bytes, account: &str) -> Bytes {
    match std::str::from_utf8(page)
        .ok()
        .and_then(|page| page.split_once(SLOT))
    {
        Some((before, after)) => [before, account, after].concat().into(),
        None => page.clone(),
    }
}

fn rows(headers: &HeaderMap, consent: Option<&Consent>) -> Vec<Row> {
    headers
        .get_all(header::SET_COOKIE)
        .map(|field| {
            let field = String::from_utf8_lossy(field.as_bytes());
            let (name, removed) = read(&field);
            Row {
                name: name.to_owned(),
                set_by: set_by(name),
                outcome: match consent {
                    _ if removed => "Removed".to_owned(),
                    Some(consent) => outcome(&consent.verdict(name)),
                    None => "Sent".to_owned(),
                },
            }
        })
        .collect()
}

/// The name in a `Set-Cookie` field, and whether the field removes the cookie.
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
        // Whether it leaves depends on the operator, who may only want to hear of it.
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
    fn the_account_goes_where_the_page_left_room() {
        let page = Bytes::from(format!("<p>{SLOT}</p>"));
        assert_eq!(fill(&page, "x"), "<p>x</p>");
        assert_eq!(fill(&Bytes::from_static(b"<p></p>"), "x"), "<p></p>");
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
