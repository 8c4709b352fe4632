//! The library's own cookies, on answers that nothing else depends on.

use actix_consent::{ConsentMiddleware, ConsentModel, Policy};
use actix_web::{
    App, HttpResponse,
    http::{Method, header},
    test, web,
};

use super::{public_page, says_that_it_depends, with_banner};
use crate::helpers::{Answer, COOKIE, NOTE, Visitor, builder, consent, keys, send};

const SHARED: &str = "public, max-age=60, s-maxage=600";

async fn free() -> HttpResponse {
    public_page("free")
}

macro_rules! site {
    ($consent:expr) => {
        test::init_service(
            App::new()
                .route("/banner", web::get().to(with_banner))
                .route("/free", web::get().to(free))
                .wrap($consent),
        )
        .await
    };
}

/// What shared caches were allowed is still allowed, since the answer is the same for everyone.
fn is_untouched(answer: &Answer) {
    assert_eq!(answer.set_cookies(), [""; 0]);
    assert_eq!(answer.header("Cache-Control"), SHARED);
    assert!(!answer.headers.contains_key("Vary"));
}

/// One visitor's cookie is on it.
fn is_private(answer: &Answer) {
    assert!(!answer.set_cookies().is_empty());
    says_that_it_depends(answer);
    for name in ["CDN-Cache-Control", "Surrogate-Control", "X-Accel-Expires"] {
        assert!(!answer.headers.contains_key(name), "{name}");
    }
}

#[actix_web::test]
async fn an_independent_page_that_sets_the_implied_note_is_private() {
    let consent = builder().model(ConsentModel::Implied).build().unwrap();
    let app = site!(consent);
    let mut visitor = Visitor::new();
    is_untouched(&visitor.get(&app, "/free").await);
    assert!(
        visitor.get(&app, "/banner").await.sets(NOTE),
        "it was shown"
    );
    let answer = visitor.get(&app, "/free").await;
    assert!(answer.sets(NOTE), "going on is recorded");
    is_private(&answer);
    is_untouched(&visitor.get(&app, "/free").await);
}

#[actix_web::test]
async fn an_independent_page_that_merges_choices_is_private() {
    let app = site!(consent());
    let mut visitor = Visitor::new();
    visitor.press(&app, "reject").await;
    let value = &visitor.cookies[COOKIE];
    let sending = async |line: String| {
        let request = Visitor::new().request(Method::GET, "/free");
        send(&app, request.insert_header((header::COOKIE, line))).await
    };
    let answer = sending(format!("{COOKIE}={value}; {COOKIE}={value}")).await;
    assert!(answer.sets(COOKIE), "{:?}", answer.set_cookies());
    is_private(&answer);
    is_untouched(&sending(format!("{COOKIE}={value}")).await);
}

#[actix_web::test]
async fn merging_choices_over_plain_http_makes_a_page_private() {
    let text = include_str!("../consent.toml").replace("partitioned = true", "");
    let builder = ConsentMiddleware::builder(Policy::parse(&text).unwrap(), keys());
    let app = site!(builder.plain_http().build().unwrap());
    let mut visitor = Visitor::new();
    visitor.press(&app, "reject").await;
    let value = &visitor.cookies["consent"];
    let sending = async |line: String| {
        let request = Visitor::new().request(Method::GET, "/free");
        send(&app, request.insert_header((header::COOKIE, line))).await
    };
    let answer = sending(format!("consent={value}; consent={value}")).await;
    assert!(answer.sets("consent"), "{:?}", answer.set_cookies());
    is_private(&answer);
    is_untouched(&sending(format!("consent={value}")).await);
}
