//! A site that sets one cookie of each kind, and what its visitors do there.

use actix_consent::{Consent, ConsentBody, ConsentMiddleware, choice::Day};
use actix_http::Request;
use actix_web::{
    App, Error, HttpRequest, HttpResponse,
    body::{self, MessageBody},
    dev::{Service, ServiceResponse},
    http::{Method, header},
    test, web,
};

use crate::helpers::{Answer, Visitor, send};

/// The day on which the tests happen, unless they say otherwise.
pub fn today() -> Day {
    Day::from(time::macros::date!(2026 - 11 - 22))
}

/// A site with a page that shows the banner (`/` and below `/page`), one that asks nothing
/// (`/plain`), and handlers that choose (`/accept/<unit>`, `/withdraw/<unit>`, `/reject`, by any
/// method). Each sets one cookie of each kind, unaware of consent: see [`sent`].
pub async fn site(
    consent: ConsentMiddleware,
) -> impl Service<Request, Response = ServiceResponse<ConsentBody<body::BoxBody>>, Error = Error> {
    fn cookies(mut response: HttpResponse) -> HttpResponse {
        for name in KINDS.into_iter().chain(["id"]) {
            let value = format!("{name}=1; Path=/").parse().expect("a header");
            response.headers_mut().append(header::SET_COOKIE, value);
        }
        response
    }
    async fn page(consent: Consent) -> HttpResponse {
        let html = format!(
            "<!doctype html><title>Page</title><body>{}",
            consent.banner()
        );
        cookies(
            HttpResponse::Ok()
                .content_type("text/html; charset=utf-8")
                .body(html),
        )
    }
    async fn plain() -> HttpResponse {
        cookies(HttpResponse::Ok().body("plain"))
    }
    async fn accept(request: HttpRequest, consent: Consent) -> Result<HttpResponse, Error> {
        consent.accept([request.match_info().query("unit")]).await?;
        Ok(cookies(HttpResponse::Ok().finish()))
    }
    async fn withdraw(request: HttpRequest, consent: Consent) -> HttpResponse {
        consent.withdraw([request.match_info().query("unit")]);
        cookies(HttpResponse::Ok().finish())
    }
    async fn reject(consent: Consent) -> HttpResponse {
        consent.reject();
        cookies(HttpResponse::Ok().finish())
    }
    test::init_service(
        App::new()
            .route("/", web::get().to(page))
            .route("/page{tail:.*}", web::get().to(page))
            .route("/plain", web::to(plain))
            .route("/accept/{unit}", web::to(accept))
            .route("/withdraw/{unit}", web::to(withdraw))
            .route("/reject", web::to(reject))
            .wrap(consent),
    )
    .await
}

/// One cookie of each gated unit of the tests' policy: preferences, analytics, marketing, and the
/// service `example-video`.
pub const KINDS: [&str; 4] = ["display", "visits", "__Host-campaign", "video_pref"];

/// All of [`KINDS`], as [`sent`] names them.
pub const ALL: &str = "display visits __Host-campaign video_pref";

/// Cookies of [`KINDS`] that a response of [`site`] sets: the actual effect, whatever the server
/// states. Panics if the necessary cookie is missing, since then nothing was tried.
pub fn sent(answer: &Answer) -> String {
    assert!(answer.sets("id"), "the site did not answer: {answer:?}");
    let mut kinds = KINDS.to_vec();
    kinds.retain(|kind| answer.sets(kind));
    kinds.join(" ")
}

/// The value of a hidden field of a form, as the browser would post it.
pub fn hidden(html: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = html
        .split_once(&start)
        .unwrap_or_else(|| panic!("no field {name}: {html}"));
    let value = rest.split('"').next().unwrap_or_default();
    let value = value.replace("&#34;", "\"").replace("&#39;", "'");
    value
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Visitor {
    /// Posts JSON to `/privacy/choices`, as a program of the site would.
    pub async fn post_json<S, B>(&mut self, app: &S, body: &str) -> Answer
    where
        S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
        B: MessageBody,
    {
        let request = self
            .request(Method::POST, "/privacy/choices")
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .insert_header(header::ContentType::json())
            .set_payload(body.to_owned());
        let answer = send(app, request).await;
        self.keep(&answer);
        answer
    }

    /// Cookies of [`KINDS`] that the site can set for this visitor now.
    pub async fn on<S, B>(&self, app: &S) -> String
    where
        S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
        B: MessageBody,
    {
        let request = self.request(Method::POST, "/plain");
        sent(&send(app, request).await)
    }

    /// Contents of `state.json`.
    pub async fn state<S, B>(&self, app: &S) -> serde_json::Value
    where
        S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
        B: MessageBody,
    {
        let request = self.request(Method::GET, "/privacy/state.json");
        send(app, request).await.json()
    }
}
