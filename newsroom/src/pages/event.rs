//! The event page.

use actix_session::Session;
use actix_web::{HttpResponse, Result};
use askama::Template;

use super::{Page, reading_list};
use crate::content::{self, Item};

#[derive(Template)]
#[template(path = "event.html")]
struct View<'a> {
    page: &'a Page,
    item: &'static Item,
    saved: bool,
}

/// Answers the event's address.
pub async fn show(page: Page, session: Session) -> Result<HttpResponse> {
    let item = &content::EVENT;
    let saved = reading_list::holds(&session, item);
    page.answer(|page| View { page, item, saved }.render())
}
