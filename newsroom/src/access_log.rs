//! One line a request: method, route pattern, status, time. No address, no browser, no cookie.
//!
//! The pattern stands for the path since a path can say who someone is; what no route answered is
//! written as `-`.

use std::time::Instant;

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};

/// The middleware function, for [`from_fn`](actix_web::middleware::from_fn).
pub async fn write<B: MessageBody>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let method = req.method().clone();
    let start = Instant::now();
    let answer = next.call(req).await;
    let (pattern, status) = match &answer {
        Ok(res) => (res.request().match_pattern(), res.status()),
        Err(error) => (None, error.as_response_error().status_code()),
    };
    log::info!(
        "{method} {} {} {:.1} ms",
        pattern.as_deref().unwrap_or("-"),
        status.as_u16(),
        start.elapsed().as_secs_f64() * 1_000.0,
    );
    answer
}
