//! The frame that all pages share: settings from the query, cookies and headers.

use std::future::{Ready, ready};

use actix_consent::{Consent, ConsentExt, ConsentModel, Verdict};
use actix_web::{
    Error, FromRequest, HttpRequest, HttpResponse,
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
    implied_host,
    partner::Partner,
    site::Site,
};

/// Values for the frame of every page, and the cookies that every page sets.
#[derive(Debug)]
pub(super) struct Page {
    /// Path of the page.
    pub path: String,
    /// Text size and colours.
    pub display: Display,
    /// Message about the visitor's last action.
    pub message: Option<&'static str>,
    /// True on the copy under the implied model.
    pub implied: bool,
    /// Address of the same page on the other copy.
    pub other_copy: Option<String>,
    /// The partner, if this browser can reach it.
    pub partner: Option<Partner>,
    cookies: Vec<Cookie<'static>>,
}

/// Query parameters that every page accepts.
#[derive(Debug, Default, Deserialize)]
struct Query {
    text: Option<Size>,
    theme: Option<Theme>,
    #[serde(rename = "ref")]
    campaign: Option<String>,
}

impl Page {
    /// Reads a request.
    pub(super) fn of(req: &HttpRequest) -> Self {
        let site = Site::of(req);
        let consent = req.consent();
        let query = web::Query::<Query>::from_query(req.query_string())
            .map(web::Query::into_inner)
            .unwrap_or_default();

        let mut cookies = Vec::new();
        if req.method().is_safe() {
            cookies.push(cookies::visits(req));
        }
        cookies.extend(
            query
                .campaign
                .and_then(|name| cookies::campaign(req, &name)),
        );

        let kept = req.cookie(cookies::DISPLAY);
        let mut display: Display = kept
            .as_ref()
            .and_then(|kept| kept.value().parse().ok())
            .unwrap_or_default();
        let mut message = None;
        if query.text.is_some() || query.theme.is_some() {
            display = Display {
                size: query.text.unwrap_or(display.size),
                theme: query.theme.unwrap_or(display.theme),
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
        let host = implied_host::host(req.head());
        let other_copy = if site.has_other_copy() {
            implied_host::other_address(host, req.path())
        } else {
            None
        };
        Self {
            path: req.path().to_owned(),
            display,
            message,
            implied,
            other_copy,
            partner: site.partner().filter(|_| implied_host::is_loopback(host)),
            cookies,
        }
    }

    /// Renders the page with its cookies.
    pub(super) fn answer(
        self,
        page: impl FnOnce(&Self) -> askama::Result<String>,
    ) -> Result<HttpResponse, Error> {
        let html = page(&self).map_err(ErrorInternalServerError)?;
        let mut res = HttpResponse::new(StatusCode::OK)
            .set_body(html)
            .map_into_boxed_body();
        self.add_headers(&mut res)?;
        Ok(res)
    }

    /// Adds the headers and the cookies of a page to a response.
    pub(super) fn add_headers<B>(&self, res: &mut HttpResponse<B>) -> Result<(), Error> {
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

/// Message about the display form. The verdict on the cookie decides it.
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
