//! The pages: their templates, handlers and routes.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, Result, error::ErrorInternalServerError, web};
use askama::Template;

use crate::{
    content::{self, Item},
    resource::{not_allowed, resource},
    site::Site,
};

pub mod error_page;
mod page;
mod reading_list;

use self::page::Page;

#[derive(Template)]
#[template(path = "front.html")]
struct Front<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "about.html")]
struct About<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Report<'a> {
    page: &'a Page,
    item: &'static Item,
    saved: bool,
}

#[derive(Template)]
#[template(path = "event.html")]
struct Event<'a> {
    page: &'a Page,
    item: &'static Item,
    saved: bool,
}

#[derive(Template)]
#[template(path = "feed.xml", escape = "html")]
struct Feed {
    base: String,
    items: [&'static Item; 2],
}

async fn front(page: Page) -> Result<HttpResponse> {
    page.answer(|page| Front { page }.render())
}

async fn about(page: Page) -> Result<HttpResponse> {
    page.answer(|page| About { page }.render())
}

async fn report(page: Page, session: Session) -> Result<HttpResponse> {
    let item = &content::REPORT;
    let saved = reading_list::holds(&session, item);
    page.answer(|page| Report { page, item, saved }.render())
}

async fn event(page: Page, session: Session) -> Result<HttpResponse> {
    let item = &content::EVENT;
    let saved = reading_list::holds(&session, item);
    page.answer(|page| Event { page, item, saved }.render())
}

async fn feed(req: HttpRequest) -> Result<HttpResponse> {
    let feed = Feed {
        base: Site::of(&req).base(&req),
        items: content::ITEMS,
    };
    Ok(HttpResponse::Ok()
        .content_type("application/rss+xml; charset=utf-8")
        .body(feed.render().map_err(ErrorInternalServerError)?))
}

/// Adds all pages.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(resource("/", front))
        .service(resource(content::REPORT.path, report))
        .service(resource(content::EVENT.path, event))
        .service(
            resource("/reading-list", reading_list::show)
                .route(web::post().to(reading_list::change))
                .default_service(not_allowed("GET, HEAD, POST")),
        )
        .service(resource("/about", about))
        .service(resource("/feed.xml", feed));
}
