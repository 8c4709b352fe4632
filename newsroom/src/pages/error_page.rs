//! Error pages in the site's design.
//!
//! The middleware replaces the body of a response and adds headers. It keeps the response itself,
//! so the consent middleware still finds the cookies that a failing handler set.

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
    // A handler's error arrives as a response. An error of the session layer arrives without its
    // request, which a page needs: it stays plain text.
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

/// Title and first sentence of an error page.
fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::NOT_FOUND => ("Page not found", "There is no page at this address."),
        StatusCode::FORBIDDEN => (
            "Form not accepted",
            "This form did not come from this site. Nothing has changed.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            "Not possible here",
            "This address does not accept this kind of request.",
        ),
        status if status.is_client_error() => (
            "Request not understood",
            "We did not understand this request. Nothing has changed.",
        ),
        _ => (
            "Something went wrong",
            "The problem is on our side. Please try again.",
        ),
    }
}
