//! The conference report.

use actix_session::Session;
use actix_web::{HttpResponse, Result};
use askama::Template;

use super::{Page, reading_list};
use crate::content::{self, Item};

#[derive(Template)]
#[template(path = "report.html")]
struct View<'a> {
    page: &'a Page,
    item: &'static Item,
    saved: bool,
}

/// Answers the report's address.
pub async fn show(page: Page, session: Session) -> Result<HttpResponse> {
    let item = &content::REPORT;
    let saved = reading_list::holds(&session, item);
    page.answer(|page| View { page, item, saved }.render())
}
