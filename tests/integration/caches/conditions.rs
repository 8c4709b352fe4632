//! Conditional requests other than one line of `If-None-Match`.

use actix_consent::Consent;
use actix_web::{
    App, HttpRequest, HttpResponse,
    http::{
        Method,
        header::{self, HeaderName},
    },
    test, web,
};

use super::validated;
use crate::helpers::{Answer, Visitor, consent, send, visitors};

/// An article that is changed under optimistic concurrency, and read in parts.
async fn article(request: HttpRequest, consent: Consent) -> HttpResponse {
    let tags = |name: HeaderName| -> Vec<String> {
        let lines = request.headers().get_all(name);
        let tags = lines.flat_map(|line| line.to_str().unwrap().split(','));
        tags.map(|tag| tag.trim().to_owned()).collect()
    };
    let names_it = |tag: &String| tag == "\"v1\"" || tag == "*";
    let expected = tags(header::IF_MATCH);
    if !expected.is_empty() && !expected.iter().any(names_it) {
        return HttpResponse::PreconditionFailed().finish();
    }
    let mut response = match tags(header::IF_RANGE).first() {
        Some(tag) if names_it(tag) => HttpResponse::PartialContent(),
        _ => HttpResponse::Ok(),
    };
    let text = consent.allows("analytics").to_string();
    response.insert_header((header::ETAG, "\"v1\"")).body(text)
}

macro_rules! site {
    () => {
        test::init_service(
            App::new()
                .route("/", web::to(article))
                .route("/page", web::get().to(validated))
                .app_data(web::Data::new(false))
                .wrap(consent()),
        )
        .await
    };
}

/// Asks with these lines of one header.
macro_rules! ask {
    ($app:expr, $visitor:expr, $method:ident $path:literal, $name:ident: $lines:expr) => {{
        let mut request = $visitor.request(Method::$method, $path);
        for line in &$lines {
            request = request.append_header((header::$name, line.to_string()));
        }
        let answer: Answer = send(&$app, request).await;
        answer.status.as_u16()
    }};
}

#[actix_web::test]
async fn if_match_succeeds_after_a_change_of_the_choice() {
    let app = site!();
    let all = visitors(&app).await;
    let mut tags = Vec::new();
    for visitor in &all {
        let tag = visitor
            .clone()
            .get(&app, "/")
            .await
            .header("etag")
            .to_owned();
        assert_ne!(tag, "\"v1\"", "it holds for one state");
        tags.push(tag);
    }
    for visitor in &all {
        for tag in &tags {
            assert_eq!(ask!(app, visitor, PUT "/", IF_MATCH: [tag]), 200, "{tag}");
            let listed = format!("\"v0\", {tag} , \"v2~\"");
            assert_eq!(ask!(app, visitor, PUT "/", IF_MATCH: [&listed]), 200);
            let lines = ["\"v0~1e48a6\"", tag];
            assert_eq!(ask!(app, visitor, PUT "/", IF_MATCH: lines), 200);
            let lines = [tag, "\"v0\""];
            assert_eq!(ask!(app, visitor, PUT "/", IF_MATCH: lines), 200);
            // The control: another version is another one, in each state.
            let other = tag.replace("v1", "v2");
            assert_eq!(ask!(app, visitor, PUT "/", IF_MATCH: [other]), 412);
        }
        assert_eq!(ask!(app, visitor, PUT "/", IF_MATCH: ["*"]), 200);
    }
}

#[actix_web::test]
async fn a_part_follows_a_part_of_the_same_state_alone() {
    let app = site!();
    let [_, no, yes] = visitors(&app).await;
    let tag = async |visitor: &Visitor| {
        let answer = visitor.clone().get(&app, "/").await;
        answer.header("etag").to_owned()
    };
    let (off, on) = (tag(&no).await, tag(&yes).await);
    assert_eq!(ask!(app, no, GET "/", IF_RANGE: [&off]), 206);
    assert_eq!(ask!(app, yes, GET "/", IF_RANGE: [&on]), 206);
    assert_eq!(ask!(app, no, GET "/", IF_RANGE: [&on]), 200);
    assert_eq!(ask!(app, yes, GET "/", IF_RANGE: [&off]), 200);
}

#[actix_web::test]
async fn each_of_several_lines_of_if_none_match_is_read() {
    let app = site!();
    let [_, no, yes] = visitors(&app).await;
    let tag = no
        .clone()
        .get(&app, "/page")
        .await
        .header("etag")
        .to_owned();
    for lines in [
        [&*tag, "\"v0\""],
        ["\"v0\"", &*tag],
        ["\"v0~\"", &*tag],
        [&*tag, "\"v0~1e48a6\""],
    ] {
        assert_eq!(
            ask!(app, no, GET "/page", IF_NONE_MATCH: lines),
            304,
            "{lines:?}"
        );
        assert_eq!(
            ask!(app, yes, GET "/page", IF_NONE_MATCH: lines),
            200,
            "{lines:?}"
        );
    }
    let lines = ["\"v0~1\"", "\"v1\""];
    assert_eq!(
        ask!(app, no, GET "/page", IF_NONE_MATCH: lines),
        304,
        "a line without a mark stays as it is beside one with a mark"
    );
}

#[actix_web::test]
async fn if_match_succeeds_for_an_independent_response() {
    let handler = async |request: HttpRequest| {
        let expected = request.headers().get(header::IF_MATCH);
        match expected.is_none_or(|tags| tags == "\"a~b12345\"") {
            true => HttpResponse::Ok()
                .insert_header((header::ETAG, "\"a~b12345\""))
                .finish(),
            false => HttpResponse::PreconditionFailed().finish(),
        }
    };
    let app = test::init_service(App::new().route("/", web::to(handler)).wrap(consent())).await;
    for mut visitor in visitors(&app).await {
        let tag = visitor.get(&app, "/").await.header("etag").to_owned();
        assert_eq!(tag, "\"a~b12345\"", "it is the application's own");
        assert_eq!(
            ask!(app, visitor, PUT "/", IF_MATCH: ["\"b\""]),
            412,
            "the control"
        );
        assert_eq!(ask!(app, visitor, PUT "/", IF_MATCH: [&tag]), 200);
    }
}
