//! What the partner serves: it refuses nothing, and writes down nothing about visitors.

use actix_web::{
    HttpResponse, Result,
    error::ErrorInternalServerError,
    http::header,
    web::{self, Bytes},
};
use askama::Template;

use crate::pages::resource;

/// The smallest picture there is: one transparent dot.
const DOT: &[u8] =
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\
                     \x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

#[derive(Template)]
#[template(path = "partner/film.html")]
struct Film;

#[derive(Template)]
#[template(path = "partner/promo.html")]
struct Promo;

#[derive(Template)]
#[template(path = "partner/about.html")]
struct About;

/// All that the partner has.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(resource("/", || async { page(&About, None) }))
        .service(resource("/film", || async {
            page(&Film, Some("partner_film"))
        }))
        .service(resource("/promo", || async {
            page(&Promo, Some("partner_offer"))
        }))
        .service(resource("/p.gif", || async {
            answer("image/gif", Bytes::from_static(DOT), Some("partner_dot"))
        }));
}

fn page(template: &impl Template, cookie: Option<&str>) -> Result<HttpResponse> {
    let html = template.render().map_err(ErrorInternalServerError)?;
    Ok(answer("text/html; charset=utf-8", html.into(), cookie))
}

/// The value is the same for everyone: it shows that the partner was asked, not who asked. Without
/// `SameSite=None` a browser would keep it out of frames, and nobody would see a leak.
fn answer(kind: &'static str, body: Bytes, cookie: Option<&str>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // A copy out of a cache would not be seen either.
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'",
        ));
    if let Some(name) = cookie {
        answer.insert_header((
            header::SET_COOKIE,
            format!("{name}=seen; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=None"),
        ));
    }
    answer.body(body)
}
