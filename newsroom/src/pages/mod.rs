//! The pages, one file each, and what they have in common.

use std::future::{Ready, ready};

use actix_consent::{Consent, ConsentExt, ConsentModel, Verdict};
use actix_web::{
    Error, FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route,
    cookie::Cookie,
    dev::Payload,
    error::ErrorInternalServerError,
    http::{StatusCode, header},
    web,
};
use serde::Deserialize;

use crate::{
    cookies,
    display::{Display, Size, Theme},
    partner::Partner,
    site::Site,
    twin,
};

pub mod about;
pub mod errors;
pub mod event;
pub mod feed;
pub mod front;
pub mod reading_list;
pub mod report;

/// What the frame of every page is drawn from, and the cookies that every page sets.
#[derive(Debug)]
pub struct Page {
    /// Path of the page.
    pub path: String,
    /// Text size and colours.
    pub display: Display,
    /// One sentence about what the visitor has just done.
    pub message: Option<&'static str>,
    /// Whether this copy of the site is under the source page's model.
    pub implied: bool,
    /// Address of the other copy.
    pub twin: Option<String>,
    /// The partner, where this browser can reach it.
    pub partner: Option<Partner>,
    cookies: Vec<Cookie<'static>>,
}

/// What any page takes from its query.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    text: Option<Size>,
    theme: Option<Theme>,
    #[serde(rename = "ref")]
    campaign: Option<String>,
}

impl Page {
    /// Reads the request.
    pub fn of(req: &HttpRequest) -> Self {
        let site = Site::of(req);
        let consent = req.consent();
        let asked = web::Query::<Asked>::from_query(req.query_string())
            .map(web::Query::into_inner)
            .unwrap_or_default();

        let mut cookies = Vec::new();
        if req.method().is_safe() {
            cookies.push(cookies::visits(req));
        }
        cookies.extend(
            asked
                .campaign
                .and_then(|name| cookies::campaign(req, &name)),
        );

        let kept = req.cookie(cookies::DISPLAY);
        let mut display: Display = kept
            .as_ref()
            .and_then(|kept| kept.value().parse().ok())
            .unwrap_or_default();
        let mut message = None;
        if asked.text.is_some() || asked.theme.is_some() {
            display = Display {
                size: asked.text.unwrap_or(display.size),
                theme: asked.theme.unwrap_or(display.theme),
            };
            if display != Display::default() {
                cookies.push(cookies::cookie(
                    req,
                    cookies::DISPLAY,
                    display.to_string(),
                    180,
                ));
                message = Some(display_message(consent.as_ref()));
            } else if kept.is_some() {
                cookies.push(cookies::removal(req, cookies::DISPLAY));
            }
        }

        let implied = consent
            .as_ref()
            .is_some_and(|consent| consent.placement().model == ConsentModel::Implied);
        let host = twin::host(req.head());
        let twin = if site.has_twin() {
            twin::address(host, req.path())
        } else {
            None
        };
        Self {
            path: req.path().to_owned(),
            display,
            message,
            implied,
            twin,
            partner: site.partner().filter(|_| twin::is_loopback(host)),
            cookies,
        }
    }

    /// The page as an answer, with its cookies.
    pub fn answer(
        self,
        page: impl FnOnce(&Self) -> askama::Result<String>,
    ) -> Result<HttpResponse, Error> {
        let html = page(&self).map_err(ErrorInternalServerError)?;
        let mut res = HttpResponse::new(StatusCode::OK)
            .set_body(html)
            .map_into_boxed_body();
        self.dress(&mut res)?;
        Ok(res)
    }

    /// Adds the headers and the cookies of a page to any answer.
    fn dress<B>(&self, res: &mut HttpResponse<B>) -> Result<(), Error> {
        for cookie in &self.cookies {
            res.add_cookie(cookie).map_err(ErrorInternalServerError)?;
        }
        let headers = res.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "private, no-cache"),
            (header::REFERRER_POLICY, "same-origin"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ] {
            headers.insert(name, header::HeaderValue::from_static(value));
        }
        Ok(())
    }
}

/// What became of the choice: the gate knows, the cookie was set either way.
fn display_message(consent: Option<&Consent>) -> &'static str {
    match consent.map(|consent| consent.verdict(cookies::DISPLAY)) {
        None | Some(Verdict::Sent) => "Your text size and colours are remembered on this site.",
        Some(_) => {
            "Your text size and colours apply to this page. To remember them, the site needs the \
             category Preferences: you find it under Cookie settings, at the foot of every page."
        }
    }
}

impl FromRequest for Page {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(req)))
    }
}

/// A resource that answers `GET` and `HEAD`, and says so to whoever tries something else.
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

fn not_allowed(methods: &'static str) -> Route {
    web::to(move || async move {
        HttpResponse::MethodNotAllowed()
            .insert_header((header::ALLOW, methods))
            .finish()
    })
}

/// All pages.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(resource("/", front::show))
        .service(resource(crate::content::REPORT.path, report::show))
        .service(resource(crate::content::EVENT.path, event::show))
        .service(
            resource("/reading-list", reading_list::show)
                .route(web::post().to(reading_list::change))
                .default_service(not_allowed("GET, HEAD, POST")),
        )
        .service(resource("/about", about::show))
        .service(resource("/feed.xml", feed::show));
}

/// Draws a template that needs nothing but the page.
macro_rules! plain_page {
    ($doc:literal, $template:literal) => {
        #[derive(askama::Template)]
        #[template(path = $template)]
        struct View<'a> {
            page: &'a super::Page,
        }

        #[doc = $doc]
        pub async fn show(page: super::Page) -> actix_web::Result<actix_web::HttpResponse> {
            page.answer(|page| askama::Template::render(&View { page }))
        }
    };
}
use plain_page;
