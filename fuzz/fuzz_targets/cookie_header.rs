//! Before a choice, no handler can read a gated cookie from any `Cookie` headers, even if it
//! decodes names itself. Necessary cookies arrive, readable headers stay readable, and no request
//! causes a server error.

#![no_main]

use std::cell::Ref;

use actix_consent_fuzz::{Lines, Site, site};
use actix_web::{HttpRequest, HttpResponse, cookie::Cookie, http::header, test::TestRequest};
use libfuzzer_sys::fuzz_target;

thread_local!(static SITE: Site = site(report));

/// Names that `cookies` and `cookies_raw` return, if they succeed.
type Seen = [Option<Vec<String>>; 2];

async fn report(request: HttpRequest) -> HttpResponse {
    let names = |cookies: Ref<'_, Vec<Cookie<'static>>>| {
        let names = cookies.iter().map(|cookie| cookie.name().to_owned());
        names.collect::<Vec<_>>()
    };
    let decoded = request.cookies().map(names).ok();
    let raw = request.cookies_raw().map(names).ok();
    let mut response = HttpResponse::Ok().finish();
    response.extensions_mut().insert::<Seen>([decoded, raw]);
    response
}

fuzz_target!(|lines: Lines| {
    let mut request = TestRequest::get();
    for line in &lines.0 {
        request = request.append_header((header::COOKIE, line));
    }
    let response = SITE.with(|site| site(request));
    assert!(!response.status().is_server_error());
    let extensions = response.extensions();
    let [decoded, raw] = extensions.get::<Seen>().expect("the handler answers");
    for name in decoded.iter().chain(raw).flatten() {
        assert!(!is_gated(name), "{name:?}");
    }
    for name in raw.iter().flatten() {
        let decoded = Cookie::parse_encoded(format!("{name}="));
        assert!(
            !decoded.is_ok_and(|cookie| is_gated(cookie.name())),
            "{name:?}"
        );
    }
    let Some(raw) = raw else {
        let text = |line: &header::HeaderValue| std::str::from_utf8(line.as_bytes()).is_ok();
        return assert!(!lines.0.iter().all(text), "it was text before");
    };
    let pairs = lines
        .0
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let plain = pairs.filter(|pair| pair.trim_ascii().starts_with(b"id="));
    assert!(raw.iter().filter(|name| *name == "id").count() >= plain.count());
});

fn is_gated(name: &str) -> bool {
    let gated = ["display", "visits", "_ga", "__Host-campaign", "video_pref"];
    gated.contains(&name) || name.starts_with("_ga_")
}
