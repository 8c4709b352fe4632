//! Resources with `GET` and `HEAD`, as all pages and files have them.

use actix_web::{
    FromRequest, Handler, HttpResponse, Resource, Responder, Route, http::header, web,
};

/// A resource that answers `GET` and `HEAD`, and other methods with `405` and the header `Allow`.
pub fn resource<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    F::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    web::resource(path)
        .route(web::get().to(handler.clone()))
        .route(web::head().to(handler))
        .default_service(not_allowed("GET, HEAD"))
}

/// Answers `405` with the methods that are allowed.
pub fn not_allowed(methods: &'static str) -> Route {
    web::to(move || async move {
        HttpResponse::MethodNotAllowed()
            .insert_header((header::ALLOW, methods))
            .finish()
    })
}
