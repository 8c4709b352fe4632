//! Methods and bodies that are accepted, and their limits.

use std::{pin::pin, time::Duration};

use actix_http::Payload;
use actix_web::{
    dev::Service,
    error::PayloadError,
    http::{Method, header},
    web::Bytes,
};
use futures_util::stream;

use super::post;
use crate::{
    helpers::{Answer, COOKIE, Visitor, consent, send},
    site::site,
};

#[actix_web::test]
async fn what_does_not_say_one_thing_is_a_400_and_changes_nothing() {
    for body in [
        &b""[..],
        b"cat.analytics=1",
        b"action=",
        b"action",
        b"action=refuse",
        b"action=ACCEPT",
        b"action=accept%20",
        b"Action=accept",
        b"action=accept&action=reject",
        b"action=accept&action=accept",
        b"action=reject&action=accept",
        b"action=once",
        b"action=accept&asked=%00",
        b"action=accept&asked=x",
        b"action=accept&asked=a.b.c",
        b"action=accept&asked=a..AAAAA",
        b"action=accept&\xff=1",
        b"action=accept&cat.analytics=\xc3\x28",
    ] {
        let mut visitor = Visitor::new();
        post(&mut visitor, "action=save&cat.analytics=1").await;
        let before = visitor.cookies.clone();
        let answer = post(&mut visitor, body).await;
        let shown = String::from_utf8_lossy(body).into_owned();
        assert_eq!(answer.status, 400, "{shown}");
        assert!(answer.set_cookies().is_empty(), "{shown}: {answer:?}");
        assert_eq!(visitor.cookies, before, "{shown}");
        assert!(
            answer.header("Content-Type").starts_with("text/html"),
            "{shown}"
        );
        assert_eq!(answer.header("Cache-Control"), "no-store", "{shown}");
    }
    assert_eq!(post(&mut Visitor::new(), "action=accept").await.status, 303);
}

#[actix_web::test]
async fn only_forms_and_json_are_read() {
    for (kind, status) in [
        (Some("application/x-www-form-urlencoded"), 303),
        (
            Some("application/x-www-form-urlencoded; charset=UTF-8"),
            303,
        ),
        (Some("Application/X-WWW-Form-URLencoded"), 303),
        (Some("multipart/form-data; boundary=x"), 415),
        (Some("text/plain"), 415),
        (Some("application/json5"), 415),
        (Some("application/x-www-form-urlencodedx"), 415),
        (Some(""), 415),
        (None, 415),
    ] {
        let app = site(consent()).await;
        let mut request = Visitor::new()
            .request(Method::POST, "/privacy/choices")
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .set_payload("action=accept");
        if let Some(kind) = kind {
            request = request.insert_header((header::CONTENT_TYPE, kind));
        }
        let answer = send(&app, request).await;
        assert_eq!(answer.status, status, "{kind:?}");
        assert_eq!(answer.sets(COOKIE), status == 303, "{kind:?}");
    }
}

#[actix_web::test]
async fn other_methods_are_told_which_are_allowed() {
    let app = site(consent()).await;
    let own = [
        ("/privacy/choices", "GET, HEAD, POST"),
        ("/privacy", "GET, HEAD"),
        ("/privacy/state.json", "GET, HEAD"),
        ("/privacy/versions/2", "GET, HEAD"),
        ("/.well-known/gpc.json", "GET, HEAD"),
    ];
    for (path, allow) in own {
        for method in [
            Method::PUT,
            Method::DELETE,
            Method::PATCH,
            Method::OPTIONS,
            Method::POST,
        ] {
            if method == Method::POST && allow.contains("POST") {
                continue;
            }
            let request = Visitor::new()
                .request(method.clone(), path)
                .insert_header(("Sec-Fetch-Site", "same-origin"))
                .set_form([("action", "accept")]);
            let answer = send(&app, request).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("Allow"), allow, "{method} {path}");
            assert!(answer.set_cookies().is_empty(), "{method} {path}");
        }
        for method in [Method::GET, Method::HEAD] {
            let answer = send(&app, Visitor::new().request(method.clone(), path)).await;
            assert_eq!(answer.status, 200, "{method} {path}");
        }
    }
}

#[actix_web::test]
async fn a_form_is_read_up_to_40_kib_with_and_without_its_length() {
    // A way back of 8 KiB fits, form-encoded.
    const LIMIT: usize = 40 * 1024;
    let form = |length: usize| {
        let start = "action=accept&x=";
        format!("{start}{}", "a".repeat(length - start.len()))
    };
    for (announced, length, status) in [
        (None, LIMIT, 303),
        (None, LIMIT + 1, 413),
        (None, LIMIT * 10, 413),
        (Some(LIMIT), LIMIT, 303),
        (Some(LIMIT + 1), LIMIT + 1, 413),
        // What is announced is refused without being read.
        (Some(LIMIT + 1), 20, 413),
        (Some(usize::MAX), 20, 413),
        // What is announced too small is still counted.
        (Some(20), LIMIT + 1, 413),
    ] {
        let app = site(consent()).await;
        let mut request = Visitor::new()
            .request(Method::POST, "/privacy/choices")
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .insert_header(header::ContentType::form_url_encoded())
            .set_payload(form(length));
        if let Some(announced) = announced {
            request = request.insert_header((header::CONTENT_LENGTH, announced.to_string()));
        }
        let answer = send(&app, request).await;
        assert_eq!(answer.status, status, "{announced:?} {length}");
        assert_eq!(answer.sets(COOKIE), status == 303, "{announced:?} {length}");
    }
}

#[actix_web::test]
async fn a_length_that_is_no_number_is_still_limited() {
    let app = site(consent()).await;
    for length in ["99999999999999999999999999", "-1", "x"] {
        let request = Visitor::new()
            .request(Method::POST, "/privacy/choices")
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .insert_header(header::ContentType::form_url_encoded())
            .insert_header((header::CONTENT_LENGTH, length))
            .set_payload(format!("action=accept&x={}", "a".repeat(40 * 1024)));
        assert_eq!(send(&app, request).await.status, 413, "{length}");
    }
}

/// A form whose body is this stream.
async fn stream_form(
    body: impl stream::Stream<Item = Result<Bytes, PayloadError>> + 'static,
) -> Answer {
    let app = site(consent()).await;
    let request = Visitor::new()
        .request(Method::POST, "/privacy/choices")
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .insert_header(header::ContentType::form_url_encoded())
        .to_request();
    let payload: Payload = Payload::Stream {
        payload: Box::pin(body),
    };
    let (request, _) = request.replace_payload(payload);
    let response = app.call(request).await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let body = actix_web::body::to_bytes(response.into_body()).await;
    let body = body.expect("the body ends").to_vec();
    Answer {
        status,
        headers,
        body,
    }
}

#[actix_web::test]
async fn a_form_that_does_not_arrive_is_a_408_and_changes_nothing() {
    // The clock stands still and jumps to the next deadline when nothing else can happen.
    tokio::time::pause();
    let first = stream::iter([Ok(Bytes::from_static(b"action=accept"))]);
    let answer = pin!(stream_form(stream::StreamExt::chain(
        first,
        stream::pending()
    )));
    let answer = tokio::time::timeout(Duration::from_secs(600), answer).await;
    let answer = answer.expect("there is a deadline");
    assert_eq!(answer.status, 408);
    assert!(answer.set_cookies().is_empty());
    // The control: the same form, whole.
    let whole = stream::iter([
        Ok(Bytes::from_static(b"action=")),
        Ok(Bytes::from_static(b"accept")),
    ]);
    assert_eq!(stream_form(whole).await.status, 303);
}

#[actix_web::test]
async fn a_form_that_breaks_off_changes_nothing() {
    let broken = stream::iter([
        Ok(Bytes::from_static(b"action=accept")),
        Err(PayloadError::Incomplete(None)),
    ]);
    let answer = stream_form(broken).await;
    assert_eq!(answer.status, 400);
    assert!(answer.set_cookies().is_empty());
}
