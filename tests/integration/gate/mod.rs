//! What leaves: every `Set-Cookie` of every response, whoever wrote it.

mod browser;
mod bytes;
mod clear_site_data;
mod names;
mod own_names;
mod own_response;
mod property;
mod removals;
mod signals;
mod sources;
mod undeclared;
mod verdicts;

use actix_consent::Undeclared;
use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};

use crate::helpers::{builder, site_setting, visitors};

const VISITS: &str = "visits=1; Path=/; Max-Age=2592000";

/// A failure that sets a cookie, as some sign-in middleware does.
#[derive(Debug)]
struct Failure(StatusCode);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("it failed")
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.0
    }

    fn error_response(&self) -> HttpResponse {
        with_visits(HttpResponse::new(self.0))
    }
}

fn with_visits(mut response: HttpResponse) -> HttpResponse {
    let value = HeaderValue::from_static(VISITS);
    response.headers_mut().append(header::SET_COOKIE, value);
    response
}

/// Asserts that a header stays with the server until everything is accepted, also where undeclared
/// cookies may leave.
async fn is_gated(cookie: impl AsRef<[u8]>) {
    let cookie = cookie.as_ref();
    let app = site_setting(
        builder().undeclared(Undeclared::Report).build().unwrap(),
        &[cookie],
    )
    .await;
    let [mut nobody, mut no, mut yes] = visitors(&app).await;
    let shown = String::from_utf8_lossy(cookie);
    assert_eq!(
        nobody.get(&app, "/").await.set_cookies(),
        [""; 0],
        "{shown}"
    );
    assert_eq!(no.get(&app, "/").await.set_cookies(), [""; 0], "{shown}");
    assert_eq!(
        yes.get(&app, "/").await.set_cookie_bytes(),
        [cookie],
        "{shown}"
    );
}
