//! Tags, frames and pixels in HTML, gated.

mod attacks;
mod bad_input;
mod banner;
mod base;
mod caching;
mod compressed;
mod cut_off;
mod dialect;
mod documents;
mod encoding;
mod framed;
mod marks;
mod once;
mod origins;
mod placeholder;
mod property;
mod script;
mod streams;
mod swapped;
mod tags;
mod untouched;

use actix_consent::{ConsentMiddleware, Policy, markup::Markup};
use actix_http::Request;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{Service, ServiceResponse},
};

use crate::helpers::{self, Answer, Visitor, answering, keys, policy_with, visitors};

/// The policy of the tests with a video service that loads from origins of its own, and a map.
pub fn policy() -> Policy {
    policy_with(
        r#"
        [[service]]
        id = "maps"
        category = "preferences"
        provider = "Example Maps"
        [[embed]]
        service = "example-video"
        frame = ["https://video.example"]
        img = ["https://*.pixels.example"]
        [[embed]]
        service = "maps"
        frame = ["https://maps.example:8443"]
        "#,
    )
}

/// A middleware that gates markup.
pub fn consent(markup: Markup) -> ConsentMiddleware {
    ConsentMiddleware::builder(policy(), keys())
        .markup(markup)
        .build()
        .expect("the settings can be used")
}

/// Nothing put in: what is tested is the gate alone.
pub fn bare() -> Markup {
    Markup::new().banner(false).settings_link(false)
}

/// A site whose every page is `html`.
pub async fn site(
    markup: Markup,
    html: impl AsRef<str>,
) -> impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error> {
    answering(consent(markup), helpers::html(html.as_ref())).await
}

/// What visitors get of a page who have not chosen, who have rejected, who have accepted.
pub async fn seen(html: &str) -> [String; 3] {
    let app = site(bare(), html).await;
    let mut seen = Vec::new();
    for mut visitor in visitors(&app).await {
        let answer = visitor.get(&app, "/report").await;
        seen.push(match answer.status.as_u16() {
            200 => answer.text().to_owned(),
            status => status.to_string(),
        });
    }
    seen.try_into().expect("there are three")
}

/// What a visitor gets who has accepted these categories and services, and no other.
pub async fn granting(html: &str, form: &[(&str, &str)]) -> String {
    let app = site(bare(), html).await;
    let mut visitor = Visitor::new();
    let form = [&[("action", "save")], form].concat();
    assert_eq!(visitor.choose(&app, &form).await.status, 303);
    visitor.get(&app, "/report").await.text().to_owned()
}

/// A page that nobody has answered the question of.
pub async fn first_visit(html: &str) -> Answer {
    let app = site(bare(), html).await;
    Visitor::new().get(&app, "/report").await
}
