//! Bodies, as a layer outside of the middleware gets them.

use actix_consent::Consent;
use actix_web::{
    App, Error, HttpResponse,
    body::{BodySize, MessageBody},
    dev::Service as _,
    http::Method,
    test, web,
};
use futures_util::stream;

use crate::helpers::{Visitor, consent};

#[actix_web::test]
async fn keeps_bytes_as_bytes_and_streams_as_streams() {
    let app = test::init_service(
        App::new()
            .route("/bytes", web::get().to(async || "page"))
            .route("/asking", web::get().to(async |_: Consent| "page"))
            .route(
                "/empty",
                web::get().to(async || HttpResponse::NoContent().finish()),
            )
            .route(
                "/stream",
                web::get().to(async || {
                    let parts = stream::iter([Ok::<_, Error>(web::Bytes::from("page"))]);
                    HttpResponse::Ok().streaming(parts)
                }),
            )
            .wrap(consent()),
    )
    .await;
    for (path, whole) in [
        ("/bytes", Some("page")),
        ("/asking", Some("page")),
        ("/empty", Some("")),
        ("/stream", None),
    ] {
        let request = Visitor::new().request(Method::GET, path).to_request();
        let body = app.call(request).await.unwrap().into_body();
        match (body.try_into_bytes(), whole) {
            (Ok(bytes), Some(whole)) => assert_eq!(bytes, whole, "{path}"),
            (Err(body), None) => {
                // What comes back is the body that it was.
                assert_eq!(body.size(), BodySize::Stream);
                let bytes = actix_web::body::to_bytes(body).await.unwrap();
                assert_eq!(bytes, "page");
            }
            (got, _) => panic!("{path}: bytes {}", got.is_ok()),
        }
    }
    // The library's own pages as well.
    for path in ["/privacy", "/privacy/choices", "/privacy/state.json"] {
        let request = Visitor::new().request(Method::GET, path).to_request();
        let body = app.call(request).await.unwrap().into_body();
        let BodySize::Sized(size) = body.size() else {
            panic!("{path} has no size");
        };
        let bytes = body.try_into_bytes().expect("bytes");
        assert_eq!(bytes.len() as u64, size, "{path}");
    }
}
