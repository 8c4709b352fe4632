//! Errors in the site's look.
//!
//! The middleware changes the body of an answer and adds to its headers. It never makes a new
//! answer, so the cookies that a failing handler set stay where the gate finds them.

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::ErrorInternalServerError,
    http::{StatusCode, header},
    middleware::Next,
};
use askama::Template;

use super::page::Page;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    page: &'a Page,
    title: &'static str,
    text: &'static str,
}

/// The middleware function, for [`from_fn`](actix_web::middleware::from_fn).
pub async fn render(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // A handler's error comes as an answer. One of the session layer comes as an error without its
    // request, which a page is drawn from: it leaves as the bare sentence that it is.
    let res = next.call(req).await?.map_into_boxed_body();
    let status = res.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return Ok(res);
    }
    if let Some(error) = res.response().error()
        && status.is_server_error()
    {
        log::error!("{error}");
    }
    let (req, res) = res.into_parts();
    let page = Page::of(&req);
    let (title, text) = words(status);
    let html = ErrorPage {
        page: &page,
        title,
        text,
    }
    .render()
    .map_err(ErrorInternalServerError)?;
    let mut res = res.set_body(BoxBody::new(html));
    res.headers_mut().remove(header::CONTENT_LENGTH);
    page.add_headers(&mut res)?;
    Ok(ServiceResponse::new(req, res))
}

/// Title and first sentence.
fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::NOT_FOUND => ("No such page", "There is no page at this address."),
        StatusCode::FORBIDDEN => (
            "Not from this site",
            "This form did not come from this site. Nothing has changed.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            "Not possible here",
            "This address cannot be used in that way.",
        ),
        status if status.is_client_error() => (
            "Not understood",
            "We could not make sense of what was sent. Nothing has changed.",
        ),
        _ => (
            "Our fault",
            "Something went wrong on our side. Please try again.",
        ),
    }
}
