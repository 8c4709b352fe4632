//! Before a choice and after a rejection, the response has exactly the necessary cookies (`id`)
//! that the handler sent, byte for byte and in order, and no cookie that a browser would store
//! under another name.

#![no_main]

use actix_consent_fuzz::{
    Lines, Site,
    browser::{name, removes},
    site,
};
use actix_web::{
    HttpResponse,
    http::header::{COOKIE, HeaderValue, SET_COOKIE},
    test::TestRequest,
    web,
};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static SITE: Site = site(send);
    /// The cookie of a visitor who rejected everything.
    static NO: HeaderValue = {
        let request = TestRequest::post().uri("/privacy/choices").set_form([("action", "reject")]);
        let request = request.insert_header(("Sec-Fetch-Site", "same-origin"));
        let response = SITE.with(|site| site(request));
        let mut cookies = response.headers().get_all(SET_COOKIE);
        let choice = cookies.find(|cookie| name(cookie) == b"__Host-consent").expect("it is set");
        let pair = choice.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
        HeaderValue::from_bytes(pair).expect("part of a header")
    };
}

/// Sends each line of the body as a `Set-Cookie` header.
async fn send(body: web::Bytes) -> HttpResponse {
    let mut response = HttpResponse::Ok().finish();
    for line in body.split(|byte| *byte == b'\n') {
        let value = HeaderValue::from_bytes(line).expect("it was a header");
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

fuzz_target!(|lines: Lines| {
    let body: Vec<&[u8]> = lines.0.iter().map(HeaderValue::as_bytes).collect();
    let request = || TestRequest::get().set_payload(body.join(&b'\n'));
    let no = NO.with(HeaderValue::clone);
    for request in [request(), request().insert_header((COOKIE, no))] {
        let response = SITE.with(|site| site(request));
        let left = || response.headers().get_all(SET_COOKIE);
        for cookie in left() {
            assert!(name(cookie) == b"id" || removes(cookie), "{cookie:?}");
        }
        let mut sent = lines.0.iter();
        assert!(left().all(|cookie| sent.any(|line| line == cookie)));
        let plain = |cookie: &&HeaderValue| name(cookie) == b"id";
        assert!(left().filter(plain).eq(lines.0.iter().filter(plain)));
    }
});
