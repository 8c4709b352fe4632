//! The pages of the library: every one, earlier editions, an application's own.

mod editions;
mod every_page;
mod own;
mod policy;
mod whole;

use actix_consent::{ConsentMiddleware, Policy};
use actix_web::http::Method;

use crate::{
    helpers::{Answer, Visitor, builder, send},
    site::{site, today},
};

/// A site that stands still on one day.
fn frozen() -> ConsentMiddleware {
    builder().clock(today).build().expect("valid")
}

/// Each page of the library with a name, also the one that tells of a refusal.
async fn own_pages(consent: ConsentMiddleware) -> Vec<(&'static str, Answer)> {
    let app = site(consent).await;
    let mut visitor = Visitor::new();
    let mut pages = vec![
        ("policy", visitor.get(&app, "/privacy").await),
        ("edition", visitor.get(&app, "/privacy/versions/2").await),
        ("settings", visitor.get(&app, "/privacy/choices").await),
    ];
    let foreign = visitor
        .request(Method::POST, "/privacy/choices")
        .insert_header(("Sec-Fetch-Site", "cross-site"))
        .set_form([("action", "accept")]);
    pages.push(("refusal", send(&app, foreign).await));
    pages
}

/// The edition before.
fn earlier() -> Policy {
    let text = include_str!("../consent.toml")
        .replace(
            "version = 2\neffective = 2026-11-22",
            "version = 1\neffective = 2025-01-31",
        )
        .replace("changes = \"The campaign cookie is new.\"\n", "")
        .replace("Example News Ltd", "Earlier News Ltd")
        .replace("count visits", "count visits as we did then");
    Policy::parse(&text).expect("valid")
}

/// The page with a line for each tag of its style left out, so that a snapshot shows the markup.
fn readable(page: &Answer) -> String {
    let mut out = String::new();
    let mut rest = page.text();
    while let Some((before, style)) = rest.split_once("<style>") {
        out.push_str(before);
        out.push_str("<style>…</style>");
        rest = style.split_once("</style>").expect("closed").1;
    }
    out.push_str(rest);
    format!("{} {}\n\n{out}", page.status, page.header("Content-Type"))
}
