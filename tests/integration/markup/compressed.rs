//! HTML that reaches the gate compressed is not sent: nobody could say what it loads.

use actix_consent::{ConsentMiddleware, markup::Markup};
use actix_http::Request;
use actix_web::{
    App, Error, HttpResponse,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    http::Method,
    middleware::Compress,
    test, web,
};

use super::consent;
use crate::helpers::{Answer, Visitor, html, listen, logged, policy, send};

/// Long enough to be compressed.
fn page() -> String {
    let words = "word ".repeat(400);
    format!("<!doctype html><body>{words}<iframe src='https://video.example/xq1'></iframe></body>")
}

fn routes(cfg: &mut web::ServiceConfig) {
    let sheet = || async {
        HttpResponse::Ok()
            .content_type("text/css")
            .body("p{}".repeat(900))
    };
    cfg.route("/", web::route().to(html(&page())))
        .route("/style.css", web::get().to(sheet))
        .route(
            "/missing",
            web::get().to(|| async {
                HttpResponse::NotFound()
                    .content_type("text/html")
                    .body(page())
            }),
        )
        .route(
            "/none",
            web::get().to(|| async { HttpResponse::NotModified().finish() }),
        );
}

/// Compression inside of the gate.
async fn wrong(
    consent: ConsentMiddleware,
) -> impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error> {
    let app = App::new().configure(routes);
    test::init_service(app.wrap(Compress::default()).wrap(consent)).await
}

async fn ask<S, B>(app: &S, method: Method, path: &str, accept: &str) -> Answer
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let request = Visitor::new().request(method, path);
    let request = request
        .insert_header(("Sec-Fetch-Dest", "document"))
        .insert_header(("Accept-Encoding", accept));
    send(app, request).await
}

#[actix_web::test]
async fn compression_inside_is_a_500_that_names_the_order() {
    let app = wrong(consent(Markup::new())).await;
    for coding in ["br", "gzip", "zstd", "gzip, deflate, br, zstd"] {
        listen();
        let answer = ask(&app, Method::GET, "/", coding).await;
        assert_eq!(answer.status, 500, "{coding}");
        assert_eq!(
            answer.text(),
            "The server could not answer. Try again later."
        );
        assert_eq!(answer.header("content-encoding"), "", "{coding}");
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-store");
        let log = logged();
        assert_eq!(log.len(), 1, "{log:?}");
        let right = "App::new().wrap(consent.clone()).wrap(Compress::default())";
        assert!(log[0].starts_with("ERROR GET /: HTML reached"), "{log:?}");
        assert!(log[0].contains(right), "{log:?}");
    }
    let whole = ask(&app, Method::GET, "/", "identity").await;
    assert_eq!(whole.status, 200, "the control");
    assert!(!whole.text().contains("xq1") && whole.text().contains("data-consent-banner"));
}

#[actix_web::test]
async fn compression_outside_is_right() {
    let app = App::new().configure(routes);
    let app = app.wrap(consent(Markup::new())).wrap(Compress::default());
    let app = test::init_service(app).await;
    listen();
    let answer = ask(&app, Method::GET, "/", "gzip").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert_eq!(logged(), [""; 0]);
}

#[actix_web::test]
async fn compression_inside_hinders_assets_and_our_pages_not() {
    let app = wrong(consent(Markup::new())).await;
    let sheet = ask(&app, Method::GET, "/style.css", "gzip").await;
    assert_eq!(sheet.status, 200);
    assert_eq!(sheet.header("content-encoding"), "gzip");
    let same = ask(&app, Method::GET, "/none", "gzip").await;
    assert_eq!(same.status, 304);
    for path in ["/privacy", "/privacy/choices", "/privacy/state.json"] {
        let answer = ask(&app, Method::GET, path, "gzip").await;
        assert_eq!(answer.status, 200, "{path}");
    }
    assert_eq!(Visitor::new().press(&app, "reject").await.status, 303);
    let missing = ask(&app, Method::GET, "/missing", "gzip").await;
    assert_eq!(missing.status, 500, "an error page is a page");
}

#[actix_web::test]
async fn compression_inside_without_markup_is_no_fault() {
    let plain = ConsentMiddleware::new(policy(), crate::helpers::keys()).unwrap();
    let answer = ask(&wrong(plain).await, Method::GET, "/", "gzip").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-encoding"), "gzip");
}

/// Compressed bodies, under each spelling of the header.
#[actix_web::test]
async fn a_page_that_is_stored_compressed_is_a_500() {
    async fn stored(codings: &'static [&'static str], head: bool) -> Answer {
        let handler = move || async move {
            let mut response = HttpResponse::Ok();
            response.content_type("text/html");
            for coding in codings {
                response.append_header(("Content-Encoding", *coding));
            }
            response.body(page())
        };
        let app = crate::helpers::answering(consent(Markup::new()), handler).await;
        let method = if head { Method::HEAD } else { Method::GET };
        ask(&app, method, "/", "gzip").await
    }
    let encoded: [&'static [&'static str]; 4] = [
        &["gzip"],
        &["GZIP"],
        &["identity, gzip"],
        &["identity", "gzip"],
    ];
    for codings in encoded {
        for head in [false, true] {
            assert_eq!(
                stored(codings, head).await.status,
                500,
                "{codings:?} {head}"
            );
        }
    }
    let plain: [&'static [&'static str]; 7] = [
        &[],
        &["identity"],
        &["Identity, identity"],
        &[""],
        // No codings: browsers ignore them.
        &["utf-8"],
        &["none", "Windows-1252"],
        &["binary, 8bit"],
    ];
    for codings in plain {
        let answer = stored(codings, false).await;
        assert_eq!(answer.status, 200, "{codings:?}");
        assert!(!answer.text().contains("xq1"), "{codings:?}");
    }
}

#[cfg(feature = "audit")]
#[actix_web::test]
async fn the_audit_finds_compression_inside() {
    use actix_consent::audit::{Audit, Rule};
    let middleware = consent(Markup::new());
    let report = Audit::new(&middleware)
        .get("/")
        .run(&wrong(middleware.clone()).await)
        .await;
    let found: Vec<_> = report.of(Rule::CompressedInside).collect();
    assert_eq!(found.len(), 1, "{report}");
    assert_eq!(found[0].subject, "GET /");
    let app = App::new().configure(routes);
    let right = app.wrap(middleware.clone()).wrap(Compress::default());
    let right = test::init_service(right).await;
    let report = Audit::new(&middleware).get("/").run(&right).await;
    assert_eq!(report.of(Rule::CompressedInside).count(), 0, "{report}");
    assert_eq!(report.of(Rule::ChoiceWithoutEffect).count(), 0, "{report}");
}
