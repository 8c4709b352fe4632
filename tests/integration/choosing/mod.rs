//! `POST /privacy/choices`, and what it leaves in the browser: DESIGN, rules 1, 3, 4, 5 and 8.

mod bodies;
mod cookie;
mod format;
mod forms;
mod handlers;
mod json;
mod last_word;
mod minors;
mod return_to;
mod signature;
mod validity;

use actix_web::{
    http::{Method, header},
    web::Bytes,
};

use crate::{
    helpers::{Answer, COOKIE, Visitor, consent, send},
    site::{site, today},
};

/// Posts raw bytes as a form of the site.
async fn post(visitor: &mut Visitor, body: impl Into<Bytes>) -> Answer {
    let app = site(consent()).await;
    let request = visitor
        .request(Method::POST, "/privacy/choices")
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .insert_header(header::ContentType::form_url_encoded())
        .set_payload(body);
    let answer = send(&app, request).await;
    visitor.keep(&answer);
    answer
}

async fn on(visitor: &Visitor) -> String {
    visitor.on(&site(consent()).await).await
}

/// The text of a choice, without its signature.
fn text(visitor: &Visitor) -> String {
    let signed = &visitor.cookies[COOKIE];
    signed[signed.find("1.").expect("a choice")..].to_owned()
}

/// A day relative to [`today`].
#[expect(non_snake_case, reason = "reads like a value")]
fn Day(offset: i64) -> actix_consent::choice::Day {
    actix_consent::choice::Day::from(today().date() + time::Duration::days(offset))
}
