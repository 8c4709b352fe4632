//! The reading list: what the visitor put aside, kept in the session.

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

/// What a form posts: the name of its one button.
#[derive(Debug, Deserialize)]
pub struct Change {
    add: Option<String>,
    remove: Option<String>,
}

/// Answers `GET /reading-list`.
pub async fn show(page: Page, session: Session) -> Result<HttpResponse> {
    let items = items(&session);
    page.answer(|page| ReadingList { page, items }.render())
}

/// Answers `POST /reading-list`.
pub async fn change(
    req: HttpRequest,
    session: Session,
    form: Form<Change>,
) -> Result<HttpResponse> {
    // Without its cookie (`SameSite=Lax`) a foreign form would start a second session over the
    // visitor's own.
    let field = |name: &str| Some(req.headers().get(name)?.as_bytes());
    let foreign = match (field("sec-fetch-site"), field("origin")) {
        (Some(site), _) => !matches!(site, b"same-origin" | b"none"),
        // Plain http to another host than loopback has no `Sec-Fetch-Site`.
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

/// Whether the visitor put that item aside.
pub fn holds(session: &Session, item: &Item) -> bool {
    items(session).iter().any(|saved| saved.slug == item.slug)
}

/// A list that cannot be read is an empty one: it may come from another version of the site.
fn items(session: &Session) -> Vec<&'static Item> {
    let slugs: Vec<String> = session.get(KEY).ok().flatten().unwrap_or_default();
    slugs
        .iter()
        .filter_map(|slug| content::item(slug))
        .collect()
}
