//! Any body that is posted as a choice gets one of the documented responses: forms redirect to a
//! path of the site, rejected posts store nothing, and posts from other sites are rejected.

#![no_main]

use actix_consent_fuzz::{Site, site, spell};
use actix_web::{
    HttpResponse,
    http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE},
    test::TestRequest,
};
use libfuzzer_sys::fuzz_target;

thread_local!(static SITE: Site = site(HttpResponse::Ok));

/// Words for which control bytes stand in a generated body.
#[rustfmt::skip]
const WORDS: [&str; 32] = [
    "action=accept", "action=reject", "action=save", "action=dismiss", "&action=", "&asked=",
    "&return_to=", "&cat.analytics=", "&cat.marketing=1", "\t", "\n", "&svc.example-video=1", "&", "\r",
    "{\"action\":\"accept\"", "{\"action\":\"reject\"", "{\"action\":\"save\"", "{\"action\":\"dismiss\"",
    ",\"asked\":\"", ",\"return_to\":\"", ",\"categories\":{", ",\"services\":{", "\"analytics\":true",
    ",\"marketing\":false", "\"example-video\":true", "\"", "}", "AAAAAAAA.", "g.", "AAAAAAAAAAA", "/", "\\",
];

fuzz_target!(|posted: (u8, &[u8])| {
    let (first, body) = posted;
    let (kind, done) = match first & 1 {
        0 => ("application/x-www-form-urlencoded", 303),
        _ => ("application/json", 200),
    };
    let body = match first & 2 {
        0 => body.to_vec(),
        _ => spell(body, &WORDS),
    };
    let post = |from: &str| {
        let request = TestRequest::post().uri("/privacy/choices");
        let request = request.insert_header(("Sec-Fetch-Site", from));
        let request = request.insert_header((CONTENT_TYPE, kind));
        SITE.with(|site| site(request.set_payload(body.clone())))
    };
    let stores = |response: &HttpResponse| {
        let mut cookies = response.headers().get_all(SET_COOKIE);
        cookies.any(|cookie| cookie.as_bytes().starts_with(b"__Host-consent="))
    };

    let own = post("same-origin");
    let status = own.status().as_u16();
    assert!(
        status == done || matches!(status, 400 | 413 | 415),
        "{status}"
    );
    assert!(status == done || !stores(&own), "stored although refused");
    if let Some(back) = own.headers().get(LOCATION) {
        let path = back.to_str().expect("it is text");
        // Browsers read `\` as `/` in a path, and as itself behind it.
        let before = path.split(['?', '#']).next().unwrap_or_default();
        let stays = path.starts_with('/') && !path.starts_with("//") && !before.contains('\\');
        assert!(stays, "leads to {path}");
    }

    let foreign = post("cross-site");
    assert_eq!(foreign.status(), 403);
    assert!(!stores(&foreign), "stored from another site");
});
