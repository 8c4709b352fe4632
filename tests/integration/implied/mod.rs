//! The source page's model: DESIGN, "The source page's model", requirements 1.1 to 1.3 and R21.

mod answers;
mod going_on;
mod late;
mod models;
mod notice;
mod signal;
mod unseen;

use actix_consent::{ConsentMiddleware, ConsentModel};

use crate::{
    helpers::{Answer, Visitor, builder},
    site::{site, today},
};

fn implied() -> ConsentMiddleware {
    builder()
        .model(ConsentModel::Implied)
        .build()
        .expect("valid")
}

fn implied_at(days: i64) -> ConsentMiddleware {
    let day = move || actix_consent::choice::Day::from(today().date() + time::Duration::days(days));
    builder()
        .model(ConsentModel::Implied)
        .clock(day)
        .build()
        .expect("valid")
}

fn has_notice(page: &Answer) -> bool {
    page.text().contains("data-consent-banner")
}

/// A visitor who has been shown the notice and has not gone on yet.
async fn shown() -> Visitor {
    let app = site(implied()).await;
    let mut visitor = Visitor::new();
    assert!(has_notice(&visitor.get(&app, "/").await));
    visitor
}
