//! What caches are told.

mod colliding;
mod conditions;
mod dependent;
mod directives;
mod own_cookies;
mod shared;
mod untouched;
mod validators;

use actix_consent::Consent;
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderMap},
    web,
};

use crate::helpers::Answer;

/// The members of a list header, over all its fields, in lower case.
fn members(answer: &Answer, name: &str) -> Vec<String> {
    let mut all: Vec<_> = answer
        .headers
        .get_all(name)
        .flat_map(|field| field.to_str().unwrap().split(','))
        .map(|member| member.trim().to_ascii_lowercase())
        .collect();
    all.sort();
    all
}

fn cache_control(answer: &Answer) -> Vec<String> {
    members(answer, "cache-control")
}

fn says_that_it_depends(answer: &Answer) {
    assert_eq!(
        cache_control(answer),
        ["no-cache", "private"],
        "{:?}",
        answer.headers
    );
    assert_eq!(
        members(answer, "vary"),
        ["cookie", "sec-gpc"],
        "{:?}",
        answer.headers
    );
}

/// Answers as a page that any cache may keep, with the headers that the query asks for.
fn public_page(body: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=60, s-maxage=600"))
        .insert_header((header::ETAG, "\"v1\""))
        .insert_header((header::LAST_MODIFIED, "Sun, 22 Nov 2026 10:00:00 GMT"))
        .insert_header(("CDN-Cache-Control", "max-age=600"))
        .insert_header(("Surrogate-Control", "max-age=600"))
        .insert_header(("X-Accel-Expires", "600"))
        .body(body)
}

async fn asking(_: Consent) -> HttpResponse {
    public_page("asking")
}

async fn with_banner(consent: Consent) -> HttpResponse {
    let mut response = public_page("");
    let banner = consent.banner().to_string();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, "text/html".parse().unwrap());
    response.set_body(actix_web::body::BoxBody::new(banner))
}

fn plain(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect();
    all.sort();
    all
}

/// A page that knows its `ETag`s, as the resource's version and whether analytics are on give it.
async fn validated(request: HttpRequest, consent: Consent, weak: web::Data<bool>) -> HttpResponse {
    let tag = if **weak { "W/\"v1\"" } else { "\"v1\"" };
    let matches = request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .any(|field| {
            let mut tags = field.to_str().unwrap().split(',').map(str::trim);
            tags.any(|other| other == "*" || other.trim_start_matches("W/") == "\"v1\"")
        });
    if matches {
        return HttpResponse::NotModified()
            .insert_header((header::ETAG, tag))
            .finish();
    }
    HttpResponse::Ok()
        .insert_header((header::ETAG, tag))
        .body(consent.allows("analytics").to_string())
}
