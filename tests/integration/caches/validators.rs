//! `ETag`s: each holds for one state of consent.

use actix_web::{
    App, HttpRequest, HttpResponse,
    http::{Method, header},
    test, web,
};

use super::{asking, plain, says_that_it_depends, validated};
use crate::helpers::{Visitor, consent, send, visitors};

macro_rules! validating {
    ($weak:expr) => {
        test::init_service(
            App::new()
                .app_data(web::Data::new($weak))
                .route("/", web::get().to(validated))
                .wrap(consent()),
        )
        .await
    };
}

#[actix_web::test]
async fn a_validator_holds_for_one_state_of_consent_alone() {
    for weak in [false, true] {
        let app = validating!(weak);
        let all = visitors(&app).await;
        let ask = async |visitor: &Visitor, tags: &str| {
            let request = visitor.request(Method::GET, "/");
            send(
                &app,
                request.insert_header((header::IF_NONE_MATCH, tags.to_owned())),
            )
            .await
        };
        let mut tags = Vec::new();
        for visitor in &all {
            let answer = visitor.clone().get(&app, "/").await;
            let tag = answer.header("etag").to_owned();
            assert_eq!(tag.starts_with("W/\""), weak, "{tag}");
            assert!(tag.ends_with('"') && tag.matches('"').count() == 2, "{tag}");
            assert_ne!(tag.trim_start_matches("W/"), "\"v1\"", "without a mark");
            tags.push(tag);
        }
        // Undecided and rejected may look alike; neither may look like accepted.
        assert!(tags[0] != tags[2] && tags[1] != tags[2], "{tags:?}");
        for (at, visitor) in all.iter().enumerate() {
            let answer = ask(visitor, &tags[at]).await;
            assert_eq!(answer.status, 304, "{tags:?}");
            assert_eq!(answer.header("etag"), tags[at]);
            says_that_it_depends(&answer);
            let listed = format!("\"other\", {},\"more\"", tags[at]);
            assert_eq!(ask(visitor, &listed).await.status, 304, "{listed}");
        }
        for (visitor, tag) in [
            (&all[0], &tags[2]),
            (&all[1], &tags[2]),
            (&all[2], &tags[0]),
            (&all[2], &tags[1]),
        ] {
            let answer = ask(visitor, tag).await;
            assert_eq!(answer.status, 200, "{tag}");
            assert_eq!(
                answer.text(),
                if tag == &tags[2] { "false" } else { "true" }
            );
            let listed = format!("{tag}, \"other\"");
            assert_eq!(ask(visitor, &listed).await.status, 200, "{listed}");
        }
    }
}

#[actix_web::test]
async fn an_independent_response_keeps_its_validator() {
    let handler = async |request: HttpRequest| {
        let same = request
            .headers()
            .get(header::IF_NONE_MATCH)
            .is_some_and(|tags| tags == "\"a~b12345\"");
        match same {
            true => HttpResponse::NotModified()
                .insert_header((header::ETAG, "\"a~b12345\""))
                .finish(),
            false => HttpResponse::Ok()
                .insert_header((header::ETAG, "\"a~b12345\""))
                .body("x"),
        }
    };
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(handler))
            .wrap(consent()),
    )
    .await;
    for mut visitor in visitors(&app).await {
        let tag = visitor.get(&app, "/").await.header("etag").to_owned();
        assert_eq!(tag, "\"a~b12345\"");
        let request = visitor.request(Method::GET, "/");
        let answer = send(&app, request.insert_header((header::IF_NONE_MATCH, tag))).await;
        assert_eq!(answer.status, 304);
    }
}

#[actix_web::test]
async fn a_validator_tells_a_signal_and_each_category_apart() {
    let app = validating!(false);
    let mut tags = std::collections::BTreeSet::new();
    for category in ["preferences", "analytics", "marketing"] {
        let mut visitor = Visitor::new();
        let field = format!("cat.{category}");
        visitor
            .choose(&app, &[("action", "save"), (&field, "1")])
            .await;
        tags.insert(visitor.get(&app, "/").await.header("etag").to_owned());
    }
    let [_, _, mut yes] = visitors(&app).await;
    tags.insert(yes.get(&app, "/").await.header("etag").to_owned());
    yes.gpc = true;
    tags.insert(yes.get(&app, "/").await.header("etag").to_owned());
    assert_eq!(tags.len(), 5, "{tags:?}");
}

#[actix_web::test]
async fn a_validator_says_nothing_about_a_visitor_but_the_state() {
    let app = validating!(false);
    let (mut one, mut other) = (Visitor::new(), Visitor::new());
    one.press(&app, "accept").await;
    other.press(&app, "accept").await;
    assert_eq!(
        one.get(&app, "/").await.header("etag"),
        other.get(&app, "/").await.header("etag")
    );
}

#[actix_web::test]
async fn head_carries_the_validator_of_get() {
    let app = test::init_service(App::new().route("/", web::to(asking)).wrap(consent())).await;
    let [_, no, _] = visitors(&app).await;
    let get = send(&app, no.request(Method::GET, "/")).await;
    let head = send(&app, no.request(Method::HEAD, "/")).await;
    assert_eq!(plain(&get.headers), plain(&head.headers));
}

#[actix_web::test]
async fn a_304_from_a_handler_that_does_not_ask_again_keeps_the_mark() {
    use actix_consent::ConsentExt as _;
    async fn lazy(req: HttpRequest) -> HttpResponse {
        let asked = req.headers().get(header::IF_NONE_MATCH);
        let mut answer = match asked.is_some_and(|tags| tags == "\"v1\"") {
            true => HttpResponse::NotModified(),
            false => HttpResponse::Ok(),
        };
        answer.insert_header((header::ETAG, "\"v1\""));
        if asked.is_some_and(|tags| tags == "\"v1\"") {
            return answer.finish();
        }
        let counted = req
            .consent()
            .is_some_and(|consent| consent.allows("analytics"));
        answer.body(counted.to_string())
    }
    let app = test::init_service(App::new().route("/", web::get().to(lazy)).wrap(consent())).await;
    let [_, no, mut yes] = visitors(&app).await;
    let first = yes.get(&app, "/").await;
    let tag = first.header("etag").to_owned();
    assert_ne!(tag, "\"v1\"");
    let ask = async |visitor: &Visitor| {
        let request = visitor.request(Method::GET, "/");
        send(
            &app,
            request.insert_header((header::IF_NONE_MATCH, tag.clone())),
        )
        .await
    };
    let again = ask(&yes).await;
    assert_eq!(again.status, 304);
    assert_eq!(again.header("etag"), tag);
    says_that_it_depends(&again);
    // The control: under another state it is another page.
    assert_eq!(ask(&no).await.text(), "false");
}
