//! The reading list, stored in the session.

use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse, Result,
    error::{ErrorBadRequest, ErrorForbidden},
    http::header,
    web::Form,
};
use askama::Template;
use serde::Deserialize;

use super::page::Page;
use crate::{
    content::{self, Item},
    site::Site,
};

const KEY: &str = "reading_list";

#[derive(Template)]
#[template(path = "reading_list.html")]
struct ReadingList<'a> {
    page: &'a Page,
    items: Vec<&'static Item>,
}

/// Form field: the name of the button that was pressed.
#[derive(Debug, Deserialize)]
pub(super) struct Change {
    add: Option<String>,
    remove: Option<String>,
}

/// Answers `GET /reading-list`.
pub(super) async fn show(page: Page, session: Session) -> Result<HttpResponse> {
    let items = items(&session);
    page.answer(|page| ReadingList { page, items }.render())
}

/// Answers `POST /reading-list`.
pub(super) async fn change(
    req: HttpRequest,
    session: Session,
    form: Form<Change>,
) -> Result<HttpResponse> {
    // A cross-site form arrives without the session cookie (`SameSite=Lax`), so it would replace
    // the visitor's session.
    let field = |name: &str| Some(req.headers().get(name)?.as_bytes());
    let foreign = match (field("sec-fetch-site"), field("origin")) {
        (Some(site), _) => !matches!(site, b"same-origin" | b"none"),
        // Browsers omit `Sec-Fetch-Site` on plain HTTP to hosts other than loopback.
        (None, Some(origin)) => origin != Site::of(&req).base(&req).as_bytes(),
        (None, None) => false,
    };
    if foreign {
        return Err(ErrorForbidden("the form is not this site's"));
    }
    let mut items = items(&session);
    match form.into_inner() {
        Change {
            add: Some(slug),
            remove: None,
        } => {
            let item = content::item(&slug).ok_or_else(|| ErrorBadRequest("no such report"))?;
            if !items.contains(&item) {
                items.push(item);
            }
        }
        Change {
            add: None,
            remove: Some(slug),
        } => items.retain(|item| item.slug != slug),
        _ => return Err(ErrorBadRequest("neither add nor remove")),
    }
    if items.is_empty() {
        session.purge();
    } else {
        let slugs: Vec<_> = items.iter().map(|item| item.slug).collect();
        session.insert(KEY, slugs)?;
    }
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/reading-list"))
        .finish())
}

/// Returns true if the item is on the reading list.
pub(super) fn holds(session: &Session, item: &Item) -> bool {
    items(session).iter().any(|saved| saved.slug == item.slug)
}

/// The items on the list. An unreadable list counts as empty: another version of the site may have
/// written it.
fn items(session: &Session) -> Vec<&'static Item> {
    let slugs: Vec<String> = session.get(KEY).ok().flatten().unwrap_or_default();
    slugs
        .iter()
        .filter_map(|slug| content::item(slug))
        .collect()
}
