//! The partner: other hosts with cookies of their own, so that a leak shows.
//!
//! It is a second listener of the same program under two host names, like a video service and a
//! journal elsewhere. Browsers resolve every name under `.localhost` to their own machine.

use actix_web::{
    HttpResponse, Result,
    error::ErrorInternalServerError,
    http::header,
    web::{self, Bytes},
};
use askama::Template;

use crate::resource::resource;

/// Host of the film.
const VIDEO: &str = "video.localhost";
/// Host of the offer and the tracking pixel.
const JOURNAL: &str = "partner.localhost";

/// Address of the partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partner {
    port: u16,
}

impl Partner {
    /// The partner on a port.
    pub fn at(port: u16) -> Self {
        Self { port }
    }

    /// Port of both hosts.
    pub fn port(self) -> u16 {
        self.port
    }

    /// Origin of the journal.
    pub fn origin(self) -> String {
        self.on(JOURNAL, "")
    }

    /// Address of a film, for a frame.
    pub fn film(self) -> String {
        self.on(VIDEO, "/film")
    }

    /// Address of an offer, for a frame.
    pub fn promo(self) -> String {
        self.on(JOURNAL, "/promo")
    }

    /// Address of a tracking pixel.
    pub fn dot(self) -> String {
        self.on(JOURNAL, "/p.gif")
    }

    /// Replaces the partner's port in the text of a policy.
    pub fn named_in(self, policy: &str) -> String {
        [VIDEO, JOURNAL]
            .iter()
            .fold(policy.to_owned(), |text, host| {
                text.replace(&format!("{host}:8090"), &format!("{host}:{}", self.port))
            })
    }

    fn on(self, host: &str, path: &str) -> String {
        format!("http://{host}:{}{path}", self.port)
    }
}

/// A transparent GIF of one pixel.
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

/// Adds the pages of the partner.
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

/// Builds a response with a cookie. Its value is the same for everyone: it shows a request, not a
/// person. With `SameSite=None` browsers store it in frames too, so that a leak shows.
fn answer(kind: &'static str, body: Bytes, cookie: Option<&str>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // A cached response would hide a request.
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
