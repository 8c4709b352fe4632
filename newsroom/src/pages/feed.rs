//! The feed.

use actix_web::{HttpRequest, HttpResponse, Result, error::ErrorInternalServerError};
use askama::Template;

use crate::{
    content::{ITEMS, Item},
    site::Site,
};

#[derive(Template)]
#[template(path = "feed.xml", escape = "html")]
struct View {
    base: String,
    items: [&'static Item; 2],
}

/// Answers `/feed.xml`.
pub async fn show(req: HttpRequest) -> Result<HttpResponse> {
    let view = View {
        base: Site::of(&req).base(&req),
        items: ITEMS,
    };
    Ok(HttpResponse::Ok()
        .content_type("application/rss+xml; charset=utf-8")
        .body(view.render().map_err(ErrorInternalServerError)?))
}
