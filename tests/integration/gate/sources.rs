//! Every way in which an application can come to send a cookie.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

use actix_files::NamedFile;
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    body::BodySize,
    dev::Service as _,
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    test, web,
};

use super::{Failure, VISITS, with_visits};
use crate::helpers::{Visitor, consent, send, visitors};

fn stream() -> impl futures_util::Stream<Item = Result<web::Bytes, actix_web::Error>> {
    futures_util::stream::iter(["a", "b"].map(|part| Ok(web::Bytes::from_static(part.as_bytes()))))
}

/// A file from disk, as actix-files serves it: ranges, validators and all.
async fn file(request: HttpRequest) -> std::io::Result<HttpResponse> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/integration/gate/ten_bytes.txt"
    );
    let file = NamedFile::open_async(path).await?;
    Ok(with_visits(file.into_response(&request)))
}

/// Every way in which an application can come to send the cookie.
macro_rules! sources {
    ($consent:expr) => {
        App::new()
            .route(
                "/plain",
                web::to(async || with_visits(HttpResponse::Ok().body("text"))),
            )
            .route(
                "/json",
                web::to(async || with_visits(HttpResponse::Ok().json(1))),
            )
            .route(
                "/error",
                web::to(async || Err::<HttpResponse, _>(Failure(StatusCode::BAD_REQUEST))),
            )
            .route(
                "/crash",
                web::to(async || {
                    Err::<HttpResponse, _>(Failure(StatusCode::INTERNAL_SERVER_ERROR))
                }),
            )
            .route(
                "/redirect",
                web::to(async || {
                    with_visits(
                        HttpResponse::Found()
                            .insert_header((header::LOCATION, "/"))
                            .finish(),
                    )
                }),
            )
            .route(
                "/empty",
                web::to(async || with_visits(HttpResponse::NoContent().finish())),
            )
            .route(
                "/stream",
                web::to(async || with_visits(HttpResponse::Ok().streaming(stream()))),
            )
            .route(
                "/upgrade",
                web::to(async || {
                    with_visits(
                        HttpResponse::SwitchingProtocols()
                            .upgrade("websocket")
                            .finish(),
                    )
                }),
            )
            .route("/file", web::to(file))
            .service(
                web::scope("/outer")
                    .route("/page", web::to(async || "page"))
                    .wrap_fn(|request, service| {
                        let response = service.call(request);
                        async move {
                            let mut response = response.await?;
                            let value = HeaderValue::from_static(VISITS);
                            response.headers_mut().append(header::SET_COOKIE, value);
                            Ok(response)
                        }
                    }),
            )
            .service(
                web::resource("/denied")
                    .route(web::to(async || "page"))
                    .wrap_fn(|_, _| async {
                        Err::<actix_web::dev::ServiceResponse, _>(
                            Failure(StatusCode::UNAUTHORIZED).into(),
                        )
                    }),
            )
            .service(
                web::resource("/extracted")
                    .route(web::to(async |_: web::Json<u8>| "page"))
                    .app_data(
                        web::JsonConfig::default()
                            .error_handler(|_, _| Failure(StatusCode::BAD_REQUEST).into()),
                    ),
            )
            .default_service(web::to(async || {
                with_visits(HttpResponse::NotFound().body("none"))
            }))
            .wrap($consent)
    };
}

async fn passes_the_gate_at(path: &str, method: Method, status: u16) {
    let app = test::init_service(sources!(consent())).await;
    let [nobody, no, yes] = visitors(&app).await;
    for visitor in [nobody, no] {
        let answer = send(&app, visitor.request(method.clone(), path)).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.set_cookies_named("visits"), [""; 0], "{path}");
    }
    let answer = send(&app, yes.request(method, path)).await;
    assert_eq!(answer.status, status, "{path}");
    assert_eq!(answer.set_cookies(), [VISITS], "{path}");
}

#[actix_web::test]
async fn a_cookie_of_a_handler_passes_the_gate() {
    passes_the_gate_at("/plain", Method::GET, 200).await;
}

#[actix_web::test]
async fn a_cookie_on_json_passes_the_gate() {
    passes_the_gate_at("/json", Method::GET, 200).await;
}

#[actix_web::test]
async fn a_cookie_of_a_handlers_error_passes_the_gate() {
    passes_the_gate_at("/error", Method::GET, 400).await;
    passes_the_gate_at("/crash", Method::GET, 500).await;
}

#[actix_web::test]
async fn a_cookie_of_a_failed_extraction_passes_the_gate() {
    passes_the_gate_at("/extracted", Method::POST, 400).await;
}

#[actix_web::test]
async fn a_cookie_of_an_inner_middleware_passes_the_gate() {
    passes_the_gate_at("/outer/page", Method::GET, 200).await;
}

#[actix_web::test]
async fn a_cookie_of_an_inner_middlewares_error_passes_the_gate() {
    passes_the_gate_at("/denied", Method::GET, 401).await;
}

#[actix_web::test]
async fn a_cookie_of_a_page_that_is_not_there_passes_the_gate() {
    passes_the_gate_at("/no/such/page", Method::GET, 404).await;
}

#[actix_web::test]
async fn a_cookie_on_a_redirect_passes_the_gate() {
    passes_the_gate_at("/redirect", Method::GET, 302).await;
}

#[actix_web::test]
async fn a_cookie_on_an_answer_without_content_passes_the_gate() {
    passes_the_gate_at("/empty", Method::GET, 204).await;
}

#[actix_web::test]
async fn a_cookie_on_a_stream_passes_the_gate() {
    passes_the_gate_at("/stream", Method::GET, 200).await;
}

#[actix_web::test]
async fn a_cookie_on_an_upgrade_passes_the_gate() {
    passes_the_gate_at("/upgrade", Method::GET, 101).await;
}

#[actix_web::test]
async fn a_cookie_passes_the_gate_whatever_the_method() {
    for method in [
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::OPTIONS,
    ] {
        passes_the_gate_at("/plain", method, 200).await;
    }
}

#[actix_web::test]
async fn filters_cookies_on_files_with_ranges_and_validators() {
    passes_the_gate_at("/file", Method::GET, 200).await;
    let app = test::init_service(sources!(consent())).await;
    let [nobody, _, yes] = visitors(&app).await;
    for (visitor, sent) in [(&nobody, &[][..]), (&yes, &[VISITS])] {
        let ask = |name: &'static str, value: String| {
            let request = visitor.request(Method::GET, "/file");
            request.insert_header((name, value))
        };
        let tag = visitor.clone().get(&app, "/file").await;
        let tag = tag.header("ETag").to_owned();
        for (name, value, status) in [
            ("Range", "bytes=0-1".to_owned(), 206),
            ("If-None-Match", tag, 304),
        ] {
            let answer = send(&app, ask(name, value)).await;
            assert_eq!(answer.status, status);
            assert_eq!(answer.set_cookies(), sent);
        }
    }
}

#[actix_web::test]
async fn a_streamed_body_keeps_its_size_and_its_bytes() {
    let app = test::init_service(sources!(consent())).await;
    let visitor = Visitor::new();
    let request = visitor.request(Method::GET, "/stream").to_request();
    let response = app.call(request).await.unwrap();
    assert_eq!(
        actix_web::body::MessageBody::size(response.response().body()),
        BodySize::Stream
    );
    assert_eq!(
        send(&app, visitor.request(Method::GET, "/stream"))
            .await
            .text(),
        "ab"
    );
    assert_eq!(
        send(&app, visitor.request(Method::GET, "/file"))
            .await
            .text(),
        "0123456789"
    );
}

/// Sends these bytes and reads until the server closes or `enough` has been read.
fn exchange(address: SocketAddr, request: String, enough: fn(&[u8]) -> bool) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let (mut all, mut part) = (Vec::new(), [0; 4096]);
    while !enough(&all) {
        match stream.read(&mut part).unwrap() {
            0 => break,
            read => all.extend_from_slice(&part[..read]),
        }
    }
    all
}

#[actix_web::test]
async fn on_the_wire_the_framing_is_right_after_filtering() {
    let consent = consent();
    let app = test::init_service(sources!(consent.clone())).await;
    let [_, _, yes] = visitors(&app).await;
    let mark = yes.cookies["__Host-consent"].clone();
    let server = HttpServer::new(move || sources!(consent.clone()))
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);

    for cookie in [String::new(), format!("Cookie: __Host-consent={mark}\r\n")] {
        let sent = if cookie.is_empty() { 0 } else { 5 };
        // One connection: whatever the framing breaks, the answers after it show.
        let ask = |method: &str, path: &str, more: &str| {
            format!("{method} {path} HTTP/1.1\r\nHost: news.example\r\n{cookie}{more}\r\n")
        };
        let requests = [
            ask("HEAD", "/file", ""),
            ask("GET", "/empty", ""),
            ask("GET", "/file", "If-None-Match: *\r\n"),
            ask("GET", "/denied", ""),
            ask("GET", "/plain", "Connection: close\r\n"),
        ];
        let requests = requests.concat();
        let answer = web::block(move || exchange(address, requests, |_| false))
            .await
            .unwrap();
        let answer = String::from_utf8(answer).unwrap().to_ascii_lowercase();
        let statuses: Vec<_> = answer
            .match_indices("http/1.1 ")
            .map(|(at, _)| &answer[at + 9..at + 12])
            .collect();
        assert_eq!(statuses, ["200", "204", "304", "401", "200"], "{answer}");
        assert_eq!(
            answer.matches("set-cookie: visits=1").count(),
            sent,
            "{answer}"
        );
        assert!(answer.starts_with("http/1.1 200"));
        assert!(
            answer.contains("content-length: 10"),
            "HEAD says what GET would: {answer}"
        );
        assert!(answer.ends_with("\r\n\r\ntext"), "{answer}");

        let upgrade = ask(
            "GET",
            "/upgrade",
            "Connection: Upgrade\r\nUpgrade: websocket\r\n",
        );
        let head = |read: &[u8]| read.windows(4).any(|end| end == b"\r\n\r\n");
        let answer = web::block(move || exchange(address, upgrade, head))
            .await
            .unwrap();
        let answer = String::from_utf8_lossy(&answer).to_ascii_lowercase();
        assert!(answer.starts_with("http/1.1 101"), "{answer}");
        assert_eq!(answer.contains("visits=1"), sent > 0, "{answer}");
    }
    handle.stop(false).await;
}
