//! The partner: other hosts with cookies of their own, so that a leak would be visible.
//!
//! A second listener of the same program, reached under two host names, as if a video service and a
//! journal were somewhere else. A browser asks its own machine for whatever ends in `.localhost`.

use actix_web::{
    HttpResponse, Result,
    error::ErrorInternalServerError,
    http::header,
    web::{self, Bytes},
};
use askama::Template;

use crate::resource::resource;

/// Where the film comes from.
const VIDEO: &str = "video.localhost";
/// Where the offer and the dot come from.
const JOURNAL: &str = "partner.localhost";

/// The partner as pages know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partner {
    port: u16,
}

impl Partner {
    /// The partner that listens on that port.
    pub fn at(port: u16) -> Self {
        Self { port }
    }

    /// What its addresses have in common.
    pub fn port(self) -> u16 {
        self.port
    }

    /// Its origin.
    pub fn origin(self) -> String {
        self.on(JOURNAL, "")
    }

    /// A film, in a frame.
    pub fn film(self) -> String {
        self.on(VIDEO, "/film")
    }

    /// An offer, in a frame.
    pub fn promo(self) -> String {
        self.on(JOURNAL, "/promo")
    }

    /// A picture of one dot, to count by.
    pub fn dot(self) -> String {
        self.on(JOURNAL, "/p.gif")
    }

    /// A text of the policy, with the port that the partner has in place of the one that stands
    /// there.
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
