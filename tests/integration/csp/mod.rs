//! The Content-Security-Policy follows consent.

mod merging;
mod reports;
mod writing;

use actix_consent::{Consent, ConsentMiddleware, csp::Csp};
use actix_http::Request;
use actix_web::{
    App, Error, HttpResponse,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    test, web,
};

use crate::helpers::{Answer, keys, policy_with};

/// A middleware that writes a policy, for a site with a video service and a counter.
pub fn consent(csp: Csp) -> ConsentMiddleware {
    let policy = policy_with(
        r#"
        [[service]]
        id = "counter"
        category = "analytics"
        provider = "Example Stats"
        [[embed]]
        service = "example-video"
        frame = ["https://video.example"]
        img = ["https://*.video.example", "https://shared.example"]
        media = ["https://video.example:8443"]
        [[embed]]
        service = "counter"
        script = ["https://stats.example"]
        connect = ["https://stats.example"]
        img = ["https://shared.example"]
        style = ["https://stats.example"]
        font = ["https://stats.example"]
        "#,
    );
    ConsentMiddleware::builder(policy, keys())
        .csp(csp)
        .build()
        .expect("the settings can be used")
}

/// A site whose pages carry these headers.
pub async fn site(
    csp: Csp,
    headers: &'static [(&'static str, &'static str)],
) -> impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error> {
    let page = move || async move {
        let mut response = HttpResponse::Ok();
        response.content_type("text/html");
        for header in headers {
            response.append_header(*header);
        }
        response.body("<p>x</p>")
    };
    let nonce = |consent: Consent| async move {
        HttpResponse::Ok()
            .content_type("text/html")
            .insert_header(("ETag", "\"1\""))
            .body(consent.csp_nonce().unwrap_or_default().to_owned())
    };
    let app = App::new()
        .route("/nonce", web::get().to(nonce))
        .route(
            "/json",
            web::get().to(|| async { HttpResponse::Ok().json(1) }),
        )
        .default_service(web::to(page))
        .wrap(consent(csp));
    test::init_service(app).await
}

/// The sources of one directive of one policy.
pub fn sources<'a>(policy: &'a str, directive: &str) -> Option<Vec<&'a str>> {
    policy.split(';').find_map(|part| {
        let mut words = part.split_whitespace();
        (words.next() == Some(directive)).then(|| words.collect())
    })
}

pub const NAME: &str = "content-security-policy";

pub fn policies(answer: &Answer) -> Vec<String> {
    let values = answer.headers.get_all(NAME);
    values
        .map(|value| value.to_str().expect("it is text").to_owned())
        .collect()
}
