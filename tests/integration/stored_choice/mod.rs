//! The choice that a browser sends: what counts as one, and for how long.

mod cookie;
mod days;
mod keys;
mod no_choice;
mod policies;
mod several;

use actix_consent::{Consent, ConsentBuilder, ConsentMiddleware, Policy, SigningKey, choice::Day};
use actix_web::{
    App,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    http::{Method, header},
    test, web,
};

use crate::helpers::{Answer, Visitor, builder, keys, send};

const BOUND: &str = "__Host-consent";

/// Answers with the status and which units are on.
async fn state(consent: Consent) -> String {
    let on =
        ["preferences", "analytics", "marketing", "example-video"].map(|unit| consent.allows(unit));
    let on: String = on.iter().map(|on| if *on { '+' } else { '-' }).collect();
    format!("{:?} {on}", consent.status())
}

macro_rules! site {
    ($consent:expr) => {
        test::init_service(App::new().default_service(web::to(state)).wrap($consent)).await
    };
}
use site;

/// The value that a visitor gets who presses a button of a site that is built like this.
async fn value(consent: ConsentMiddleware, action: &str) -> String {
    let app = site!(consent);
    let mut visitor = Visitor::new();
    visitor.press(&app, action).await;
    let name = [BOUND, "consent"]
        .into_iter()
        .find(|name| visitor.cookies.contains_key(*name));
    visitor.cookies[name.unwrap()].clone()
}

async fn read<S, B>(app: &S, cookie: &str) -> Answer
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    let request = Visitor::new().request(Method::GET, "/");
    let answer = send(app, request.insert_header((header::COOKIE, cookie))).await;
    assert_eq!(answer.status, 200, "{cookie}");
    answer
}

fn on(number: u32) -> ConsentBuilder {
    let day: Day = number.to_string().parse().unwrap();
    builder().clock(move || day)
}

fn other_key() -> SigningKey {
    SigningKey::from_bytes(&[8; 64]).unwrap()
}

const NO_CHOICE: &str = "Undecided ----";
const ALL: &str = "Decided ++++";
const NONE: &str = "Decided ----";

trait PlainHttp {
    fn plain_http_for_tests(self) -> ConsentMiddleware;
}

impl PlainHttp for ConsentBuilder {
    /// The policy of the tests has a partitioned cookie, which plain http cannot have.
    fn plain_http_for_tests(self) -> ConsentMiddleware {
        let text = include_str!("../consent.toml").replace("partitioned = true", "");
        let policy = Policy::parse(&text).unwrap();
        ConsentMiddleware::builder(policy, keys())
            .plain_http()
            .build()
            .unwrap()
    }
}

fn plain() -> ConsentMiddleware {
    builder().plain_http_for_tests()
}
