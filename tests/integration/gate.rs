//! What leaves: every `Set-Cookie` of every response, whoever wrote it.

use std::{
    cell::RefCell,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::Command,
    rc::Rc,
};

use actix_consent::{Basis, Consent, ConsentExt, Undeclared, Verdict};
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer, ResponseError,
    body::BodySize,
    dev::Service as _,
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    test, web,
};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::helpers::{
    Visitor, builder, consent, keys, listen, logged, policy_with, send, setting, site_setting,
    visitors,
};

const VISITS: &str = "visits=1; Path=/; Max-Age=2592000";

/// A failure that sets a cookie, as some sign-in middleware does.
#[derive(Debug)]
struct Failure(StatusCode);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("it failed")
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.0
    }

    fn error_response(&self) -> HttpResponse {
        with_visits(HttpResponse::new(self.0))
    }
}

fn with_visits(mut response: HttpResponse) -> HttpResponse {
    let value = HeaderValue::from_static(VISITS);
    response.headers_mut().append(header::SET_COOKIE, value);
    response
}

fn stream() -> impl futures_util::Stream<Item = Result<web::Bytes, actix_web::Error>> {
    futures_util::stream::iter(["a", "b"].map(|part| Ok(web::Bytes::from_static(part.as_bytes()))))
}

/// A file of ten bytes, as a file server answers: ranges, validators and all.
async fn file(request: HttpRequest) -> HttpResponse {
    let headers = request.headers();
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::ETAG, "\"file\""))
        .insert_header((header::LAST_MODIFIED, "Sun, 22 Nov 2026 10:00:00 GMT"));
    with_visits(if headers.contains_key(header::IF_NONE_MATCH) {
        response.status(StatusCode::NOT_MODIFIED).finish()
    } else if headers.contains_key(header::RANGE) {
        response
            .status(StatusCode::PARTIAL_CONTENT)
            .insert_header((header::CONTENT_RANGE, "bytes 0-1/10"))
            .body("01")
    } else {
        response.body("0123456789")
    })
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
async fn a_cookie_on_a_file_passes_the_gate_also_with_ranges_and_validators() {
    passes_the_gate_at("/file", Method::GET, 200).await;
    let app = test::init_service(sources!(consent())).await;
    let [nobody, _, yes] = visitors(&app).await;
    for (name, value, status) in [
        ("Range", "bytes=0-1", 206),
        ("If-None-Match", "\"file\"", 304),
    ] {
        let ask = |visitor: &Visitor| {
            visitor
                .request(Method::GET, "/file")
                .insert_header((name, value))
        };
        let answer = send(&app, ask(&nobody)).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.set_cookies(), [""; 0]);
        let answer = send(&app, ask(&yes)).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.set_cookies(), [VISITS]);
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
            ask("GET", "/file", "If-None-Match: \"file\"\r\n"),
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

// What is kept, is kept as it is.

#[actix_web::test]
async fn what_is_kept_stays_byte_for_byte_and_in_order() {
    let long = format!("id={}; Path=/", "x".repeat(4090));
    let kept: Vec<&[u8]> = vec![
        b"id=1; path=/;secure ;HTTPONLY; SameSite=weird; Future=1",
        b"id=\"quoted, with a comma; and more\"; Path=/",
        b"id=1; path=/;secure ;HTTPONLY; SameSite=weird; Future=1",
        b"id=caf\xc3\xa9; Path=/",
        b"id=\xff\xfe; Path=/",
        b"id=%zz%3B; Partitioned; Secure; Max-Age=1; Max-Age=2",
        b"  id  =  spaced  ;;;",
        b"id=; Path=/",
        long.as_bytes(),
    ];
    let mut mixed = kept.clone();
    for at in (0..=kept.len()).rev() {
        mixed.insert(at, VISITS.as_bytes());
    }
    let app = site_setting(consent(), &mixed).await;
    let [nobody, no, yes] = visitors(&app).await;
    for mut visitor in [nobody, no] {
        assert_eq!(visitor.get(&app, "/").await.set_cookie_bytes(), kept);
    }
    let mut yes = yes;
    assert_eq!(yes.get(&app, "/").await.set_cookie_bytes(), mixed);
}

#[actix_web::test]
async fn only_the_analytics_cookie_goes_and_the_rest_keep_bytes_and_order() {
    let cookies = [
        "_ga=1; Path=/",
        "id=session",
        "visits=2",
        "display=large",
        "id=again",
    ];
    let app = site_setting(consent(), &cookies).await;
    let mut visitor = Visitor::new();
    visitor
        .choose(&app, &[("action", "save"), ("cat.preferences", "1")])
        .await;
    let answer = visitor.get(&app, "/").await;
    assert_eq!(
        answer.set_cookies(),
        ["id=session", "display=large", "id=again"]
    );
    let mut accepting = Visitor::new();
    accepting.press(&app, "accept").await;
    assert_eq!(accepting.get(&app, "/").await.set_cookies(), cookies);
}

// Whose name a header bears.

/// Asserts that a header stays with the server until everything is accepted, also where undeclared
/// cookies may leave.
async fn is_gated(cookie: impl AsRef<[u8]>) {
    let cookie = cookie.as_ref();
    let app = site_setting(
        builder().undeclared(Undeclared::Report).build().unwrap(),
        &[cookie],
    )
    .await;
    let [mut nobody, mut no, mut yes] = visitors(&app).await;
    let shown = String::from_utf8_lossy(cookie);
    assert_eq!(
        nobody.get(&app, "/").await.set_cookies(),
        [""; 0],
        "{shown}"
    );
    assert_eq!(no.get(&app, "/").await.set_cookies(), [""; 0], "{shown}");
    assert_eq!(
        yes.get(&app, "/").await.set_cookie_bytes(),
        [cookie],
        "{shown}"
    );
}

/// Asserts that no declaration names a header: it leaves exactly where undeclared cookies may.
async fn is_undeclared(cookie: impl AsRef<[u8]>) {
    let cookie = cookie.as_ref();
    let shown = String::from_utf8_lossy(cookie);
    let strict = site_setting(consent(), &[cookie]).await;
    let lenient = site_setting(
        builder().undeclared(Undeclared::Report).build().unwrap(),
        &[cookie],
    )
    .await;
    let [nobody, no, yes] = visitors(&strict).await;
    for mut visitor in [nobody, no, yes] {
        assert_eq!(
            visitor.get(&strict, "/").await.set_cookies(),
            [""; 0],
            "{shown}"
        );
        assert_eq!(
            visitor.get(&lenient, "/").await.set_cookie_bytes(),
            [cookie],
            "{shown}"
        );
    }
}

#[actix_web::test]
async fn names_are_judged_as_browsers_read_them() {
    is_gated("visits=1").await;
    is_gated("  visits\t =1").await;
    is_gated("visits=").await;
    is_gated("visits==").await;
    is_gated("visits=a,b=c").await;
    is_gated("visits=\"a;b\"; Path=/").await;
    is_gated(b"visits=\xff").await;
    is_gated(format!("visits={}", "x".repeat(4096 - 6))).await;
    is_gated("__Host-campaign=1; Secure; Path=/").await;
}

#[actix_web::test]
async fn a_comma_does_not_start_another_cookie() {
    is_gated("visits=1, id=2; Path=/").await;
    is_undeclared("other=1, visits=2").await;
    let app = site_setting(consent(), &["id=1, visits=2; Path=/"]).await;
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(answer.set_cookies(), ["id=1, visits=2; Path=/"]);
}

#[actix_web::test]
async fn names_are_judged_under_the_name_that_actix_will_give_them() {
    is_gated("%5Fga=1").await;
    is_gated("%5fg%61=1").await;
    is_gated("v%69sits=1").await;
    is_gated("\u{a0}_ga=1").await;
    is_gated("_ga\u{3000}=1").await;
    is_gated("\u{a0}%5Fga=1").await;
}

#[actix_web::test]
async fn a_name_that_actix_encodes_is_judged_as_the_declared_one() {
    let policy = policy_with(
        r#"
[[cookie]]
name = "cart|1"
category = "necessary"
exemption = "user-input"
purpose = "Yours."
duration = "session"

[[cookie]]
name = "count|1"
category = "analytics"
purpose = "Counts."
duration = "1 day"
"#,
    );
    let encoded = |name| {
        actix_web::cookie::Cookie::new(name, "a")
            .encoded()
            .to_string()
    };
    let consent = actix_consent::ConsentMiddleware::new(policy, keys()).unwrap();
    let app = site_setting(consent, &[encoded("cart|1"), encoded("count|1")]).await;
    let [mut nobody, _, mut yes] = visitors(&app).await;
    assert_eq!(nobody.get(&app, "/").await.set_cookies(), ["cart%7C1=a"]);
    assert_eq!(
        yes.get(&app, "/").await.set_cookies(),
        ["cart%7C1=a", "count%7C1=a"]
    );
}

#[actix_web::test]
async fn names_are_case_sensitive() {
    is_undeclared("Visits=1").await;
    is_undeclared("_GA=1").await;
    is_undeclared("__host-campaign=1; Secure; Path=/").await;
    is_undeclared("ID=1").await;
}

#[actix_web::test]
async fn a_part_of_a_declared_name_is_not_the_name() {
    for cookie in [
        "visit=1",
        "visits2=1",
        "my_visits=1",
        "vis its=1",
        "_g=1",
        "_gat=1",
        "__ga=1",
        "i=1",
        "idx=1",
    ] {
        is_undeclared(cookie).await;
    }
}

#[actix_web::test]
async fn a_pattern_matches_what_starts_like_it() {
    is_gated("_ga_X1=1").await;
    is_gated("_ga_X1_Y=1").await;
    is_undeclared("_GA_X1=1").await;
    is_undeclared("x_ga_X1=1").await;
}

#[actix_web::test]
async fn the_most_specific_declaration_wins() {
    let policy = policy_with(
        r#"
[[cookie]]
name = "lab_*"
category = "marketing"
purpose = "One."
duration = "1 day"

[[cookie]]
name = "lab_a_*"
category = "analytics"
purpose = "Two."
duration = "1 day"

[[cookie]]
name = "lab_a_b"
category = "preferences"
purpose = "Three."
duration = "1 day"

[[cookie]]
name = "lab_a_c"
category = "necessary"
exemption = "user-input"
purpose = "Four."
duration = "session"
"#,
    );
    let consent = actix_consent::ConsentMiddleware::new(policy, keys()).unwrap();
    let all = [
        "lab_x=1",
        "lab_a_x=1",
        "lab_a_b=1",
        "lab_a_c=1",
        "lab_a_bc=1",
    ];
    let app = site_setting(consent, &all).await;
    for (category, passing) in [
        ("none", vec!["lab_a_c=1"]),
        ("marketing", vec!["lab_x=1", "lab_a_c=1"]),
        ("analytics", vec!["lab_a_x=1", "lab_a_c=1", "lab_a_bc=1"]),
        ("preferences", vec!["lab_a_b=1", "lab_a_c=1"]),
    ] {
        let mut visitor = Visitor::new();
        let field = format!("cat.{category}");
        visitor
            .choose(&app, &[("action", "save"), (&field, "1")])
            .await;
        assert_eq!(
            visitor.get(&app, "/").await.set_cookies(),
            passing,
            "{category}"
        );
    }
}

#[actix_web::test]
async fn a_no_to_a_service_beats_a_yes_to_its_category() {
    async fn choose(consent: Consent) -> Result<HttpResponse, actix_consent::NotRecorded> {
        consent.accept(["marketing"]).await?;
        consent.withdraw(["example-video"]);
        Ok(HttpResponse::Ok().finish())
    }
    let cookies = [
        "video_pref=1; Secure; Partitioned",
        "__Host-campaign=1; Secure; Path=/",
    ];
    let app = test::init_service(
        App::new()
            .route("/choose", web::post().to(choose))
            .route(
                "/",
                web::get().to(move || std::future::ready(setting(&cookies))),
            )
            .wrap(consent()),
    )
    .await;
    let mut visitor = Visitor::new();
    assert_eq!(visitor.post(&app, "/choose").await.status, 200);
    assert_eq!(visitor.get(&app, "/").await.set_cookies(), cookies[1..]);
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.get(&app, "/").await.set_cookies(), cookies);
}

#[actix_web::test]
async fn a_nameless_cookie_is_withheld() {
    for cookie in ["=1; Path=/", "value; Path=/", "; Path=/", ""] {
        let app = site_setting(consent(), &[cookie, "id=1"]).await;
        let answer = Visitor::new().get(&app, "/").await;
        assert_eq!(answer.set_cookies(), ["id=1"], "{cookie}");
    }
}

#[actix_web::test]
async fn a_nameless_cookie_cannot_carry_a_gated_one() {
    // A browser sends it back as `visits=1`, so it is one wherever undeclared cookies may leave.
    for cookie in ["=visits=1", " = _ga=1; Path=/"] {
        let lenient = builder().undeclared(Undeclared::Report).build().unwrap();
        let app = site_setting(lenient, &[cookie, "basket=1"]).await;
        let [nobody, no, _] = visitors(&app).await;
        for mut visitor in [nobody, no] {
            assert_eq!(
                visitor.get(&app, "/").await.set_cookies(),
                ["basket=1"],
                "{cookie}"
            );
        }
    }
}

// What a browser takes for a removal.

/// Asserts that a header with this name and these attributes leaves before a choice.
async fn is_removal(attributes: &str) {
    for cookie in [
        format!("visits=; {attributes}"),
        format!("unknown=x; {attributes}"),
    ] {
        let app = site_setting(consent(), &[&cookie]).await;
        let [nobody, no, yes] = visitors(&app).await;
        for mut visitor in [nobody, no, yes] {
            assert_eq!(
                visitor.get(&app, "/").await.set_cookies(),
                [cookie.as_str()]
            );
        }
    }
}

#[actix_web::test]
async fn removals_by_max_age_always_pass() {
    is_removal("Max-Age=0").await;
    is_removal("max-age=0").await;
    is_removal(" MAX-AGE \t= 0 ").await;
    is_removal("Max-Age=-1").await;
    is_removal("Max-Age=-99999999999999999999999999").await;
    is_removal("Max-Age=000").await;
    is_removal("Max-Age=0; Path=/; Domain=news.example").await;
    is_removal("Max-Age=0; Expires=Thu, 01 Jan 2099 00:00:00 GMT").await;
    is_removal("Expires=Thu, 01 Jan 2099 00:00:00 GMT; Max-Age=0").await;
    is_removal("Max-Age=5; Max-Age=0").await;
}

#[actix_web::test]
async fn removals_by_a_date_always_pass() {
    is_removal("Expires=Thu, 01 Jan 1970 00:00:00 GMT").await;
    is_removal("Expires=Wed, 21 Oct 2015 07:28:00 GMT").await;
    is_removal("Expires=Thu, 01-Jan-1970 00:00:01 GMT").await;
    let late = "Expires=Thu, 01 Jan 2099 00:00:00 GMT; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    is_removal(late).await;
}

#[actix_web::test]
async fn removals_by_a_date_of_the_older_forms_always_pass() {
    is_removal("Expires=Thursday, 01-Jan-1970 00:00:00 GMT").await;
    is_removal("expires=Thu, 01-Jan-70 00:00:00 GMT").await;
    is_removal("Expires=Sunday, 06-Nov-94 08:49:37 GMT").await;
    is_removal("Expires=Wed Oct 21 07:28:00 2015").await;
}

#[actix_web::test]
async fn a_date_counts_where_the_age_is_none() {
    is_removal("Max-Age=nonsense; Expires=Thu, 01 Jan 1970 00:00:00 GMT").await;
    is_removal("Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=").await;
}

#[actix_web::test]
async fn what_only_looks_like_a_removal_is_a_set() {
    let big = "0".repeat(1025);
    for attributes in [
        "Max-Age=31536000; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=31536000",
        "Max-Age=0; Max-Age=5",
        "Max-Age",
        "Max-Age=",
        "Max-Age=-",
        "Max-Age=+0",
        "Max-Age=0x",
        "Max-Age=\"0\"",
        "Max-Age=0.0",
        "Max-Age=--1",
        "XMax-Age=0",
        "Max-Age:0",
        "Expires=0",
        "Expires=-1",
        "Expires",
        "Expires=1970",
        "Expires=Thu, 32 Jan 1970 00:00:00 GMT",
        "Expires=Thu, 01 Jan 1600 00:00:00 GMT",
        "Expires=Thu, 01 Jan 1970 25:00:00 GMT",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=Thu, 01 Jan 2099 00:00:00 GMT",
        "Expires=Thu, 01-Jan-69 00:00:00 GMT",
        "HttpOnly=Max-Age=0",
        // Here browsers differ: RFC 6265 passes over what it cannot read, Chromium over all but
        // the last. What one of them stores is a set.
        "Max-Age=0; Max-Age=",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=",
    ] {
        is_gated(format!("visits=1; {attributes}")).await;
    }
    is_gated("visits=Max-Age=0").await;
    is_gated("visits=\"; Max-Age=5; \"").await;
    // Browsers ignore attribute values of more than 1024 bytes.
    is_gated(format!("visits=1; Max-Age={big}")).await;
}

#[actix_web::test]
async fn a_name_that_is_set_and_expired_is_only_expired() {
    let expired = "visits=; Path=/; Max-Age=0";
    for cookies in [["visits=1", expired], [expired, "visits=1"]] {
        let app = site_setting(consent(), &cookies).await;
        let [nobody, no, yes] = visitors(&app).await;
        for mut visitor in [nobody, no, yes] {
            assert_eq!(visitor.get(&app, "/").await.set_cookies(), [expired]);
        }
    }
}

#[actix_web::test]
async fn expiring_one_name_of_a_pattern_leaves_the_others() {
    let cookies = ["_ga_OLD=; Path=/; Max-Age=0", "_ga_NEW=1; Path=/"];
    let app = site_setting(consent(), &cookies).await;
    let [mut nobody, _, mut yes] = visitors(&app).await;
    assert_eq!(nobody.get(&app, "/").await.set_cookies(), cookies[..1]);
    assert_eq!(yes.get(&app, "/").await.set_cookies(), cookies);
}

// Undeclared cookies.

#[actix_web::test]
async fn an_undeclared_cookie_is_reported_once_with_the_lines_that_declare_it() {
    listen();
    let app = site_setting(
        consent(),
        &["basket=SECRET-VALUE; Path=/", "basket=2", "id=1"],
    )
    .await;
    logged();
    let mut visitor = Visitor::new();
    for _ in 0..3 {
        assert_eq!(visitor.get(&app, "/").await.set_cookies(), ["id=1"]);
    }
    let log = logged();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].contains("[[cookie]]\nname = \"basket\""), "{log:?}");
    assert!(log[0].starts_with("WARN"), "{log:?}");
    assert!(!log[0].contains("SECRET"), "{log:?}");
    // The lines are good: with a category and a purpose they are a declaration.
    let lines = &log[0][log[0].find("[[cookie]]").unwrap()..];
    let lines = lines.replacen('…', "analytics", 1).replace('…', "Why.");
    policy_with(&lines);
}

#[actix_web::test]
async fn where_undeclared_cookies_are_only_reported_they_leave_and_rejected_ones_do_not() {
    listen();
    let consent = builder().undeclared(Undeclared::Report).build().unwrap();
    let app = site_setting(consent, &["basket=1", "visits=1"]).await;
    logged();
    let mut visitor = Visitor::new();
    assert_eq!(visitor.get(&app, "/").await.set_cookies(), ["basket=1"]);
    visitor.get(&app, "/").await;
    let log = logged();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].contains("name = \"basket\""), "{log:?}");
}

#[actix_web::test]
async fn a_hundred_undeclared_names_are_reported_and_no_more() {
    listen();
    let cookies: Vec<_> = (0..150).map(|name| format!("name{name}=1")).collect();
    let app = site_setting(consent(), &cookies).await;
    logged();
    assert_eq!(Visitor::new().get(&app, "/").await.set_cookies(), [""; 0]);
    Visitor::new().get(&app, "/").await;
    let log = logged();
    assert_eq!(
        log.iter()
            .filter(|line| line.contains("[[cookie]]"))
            .count(),
        100
    );
}

#[actix_web::test]
async fn nothing_but_token_names_reaches_the_log() {
    listen();
    let app = site_setting(
        consent(),
        &["a\"b]=1", "evil\u{85}line=1", "caf\u{e9}=1", "tab\tin=1"],
    )
    .await;
    logged();
    Visitor::new().get(&app, "/").await;
    let log = logged();
    assert_eq!(log.len(), 4, "{log:?}");
    for (line, name) in log
        .iter()
        .zip(["a\"b]", "evil\u{85}line", "caf\u{e9}", "tab\tin"])
    {
        assert!(!line.contains(name), "{line}");
    }
}

#[actix_web::test]
async fn a_removal_of_an_undeclared_cookie_is_not_reported() {
    listen();
    let app = site_setting(consent(), &["basket=; Max-Age=0", "other=1"]).await;
    logged();
    Visitor::new().get(&app, "/").await;
    let log = logged();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].contains("other"), "{log:?}");
}

#[actix_web::test]
async fn the_environment_overrides_what_becomes_of_undeclared_cookies() {
    // The variable belongs to the process, so each case runs this test again in its own.
    if std::env::var("CONSENT_TEST_CHILD").is_ok() {
        let built = builder().undeclared(Undeclared::Withhold).build();
        let Ok(consent) = built else {
            println!("outcome: {}", built.unwrap_err());
            return;
        };
        let app = site_setting(consent, &["basket=1", "visits=1"]).await;
        let reporting = builder().undeclared(Undeclared::Report).build().unwrap();
        let other = site_setting(reporting, &["basket=1", "visits=1"]).await;
        println!(
            "outcome: {:?} {:?}",
            Visitor::new().get(&app, "/").await.set_cookies(),
            Visitor::new().get(&other, "/").await.set_cookies()
        );
        return;
    }
    let outcome = |value: Option<&str>| {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", "--nocapture"])
            .arg("gate::the_environment_overrides_what_becomes_of_undeclared_cookies")
            .env("CONSENT_TEST_CHILD", "1")
            .env_remove("CONSENT_UNDECLARED");
        child.envs(value.map(|value| ("CONSENT_UNDECLARED", value)));
        let output = child.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let at = text
            .find("outcome: ")
            .unwrap_or_else(|| panic!("no outcome in {text}"));
        text[at + 9..].lines().next().unwrap().to_owned()
    };
    assert_eq!(outcome(None), "[] [\"basket=1\"]");
    assert_eq!(outcome(Some("report")), "[\"basket=1\"] [\"basket=1\"]");
    assert_eq!(outcome(Some("withhold")), "[] []");
    let error = outcome(Some("perhaps"));
    assert!(
        error.contains("CONSENT_UNDECLARED") && error.contains("perhaps"),
        "{error}"
    );
}

// What is said about it.

async fn verdicts(consent: Consent) -> HttpResponse {
    let names = [
        "id",
        "visits",
        "_ga_X",
        "__Host-campaign",
        "video_pref",
        "basket",
    ];
    let verdicts: Vec<_> = names.iter().map(|name| consent.verdict(name)).collect();
    let held = |category: &str, basis| Verdict::HeldBack {
        category: category.to_owned(),
        basis,
    };
    let basis = match consent.basis("analytics") {
        Some(Basis::Given) => None,
        basis => basis,
    };
    let gated = |category: &str| basis.map_or(Verdict::Sent, |basis| held(category, basis));
    let expected = [
        Verdict::Sent,
        gated("analytics"),
        gated("analytics"),
        gated("marketing"),
        gated("marketing"),
        Verdict::Undeclared,
    ];
    assert_eq!(verdicts, expected);
    HttpResponse::Ok().body(format!("{basis:?}"))
}

#[actix_web::test]
async fn a_verdict_says_what_the_gate_does() {
    let app = test::init_service(
        App::new()
            .default_service(web::to(verdicts))
            .wrap(consent()),
    )
    .await;
    let [mut nobody, mut no, mut yes] = visitors(&app).await;
    assert_eq!(nobody.get(&app, "/").await.text(), "Some(Unanswered)");
    assert_eq!(no.get(&app, "/").await.text(), "Some(Rejected)");
    assert_eq!(yes.get(&app, "/").await.text(), "None");
}

#[actix_web::test]
async fn a_verdict_follows_a_signal() {
    async fn page(consent: Consent) -> String {
        format!(
            "{} / {}",
            consent.verdict("visits"),
            consent.verdict("__Host-campaign")
        )
    }
    let app = test::init_service(App::new().route("/", web::get().to(page)).wrap(consent())).await;
    let [_, _, mut yes] = visitors(&app).await;
    assert_eq!(yes.get(&app, "/").await.text(), "sent / sent");
    yes.gpc = true;
    assert_eq!(
        yes.get(&app, "/").await.text(),
        "sent / held back (marketing: signal)"
    );
}

#[actix_web::test]
async fn explaining_names_cookies_and_never_their_values() {
    let cookies = [
        "id=S3CRET",
        "visits=S3CRET",
        "basket=S3CRET",
        "a\"b]=S3CRET",
        "x=S3CRET; Max-Age=0",
    ];
    let app = site_setting(builder().explain(true).build().unwrap(), &cookies).await;
    let answer = Visitor::new().get(&app, "/?query=S3CRET").await;
    let account = answer.header("Consent-Explain");
    for name in ["id", "visits", "basket", "analytics"] {
        assert!(account.contains(name), "{account}");
    }
    assert!(
        !account.contains("S3CRET") && !account.contains("a\"b]"),
        "{account}"
    );

    let silent = site_setting(consent(), &cookies).await;
    let answer = Visitor::new().get(&silent, "/").await;
    assert!(!answer.headers.contains_key("Consent-Explain"));
}

// Signals.

#[actix_web::test]
async fn the_global_privacy_control_denies_marketing_at_once() {
    let cookies = [
        "visits=1",
        "__Host-campaign=1; Secure; Path=/",
        "video_pref=1",
    ];
    let app = site_setting(consent(), &cookies).await;
    let [_, _, yes] = visitors(&app).await;
    let with = |values: &[&str]| {
        let request = yes.request(Method::GET, "/");
        values.iter().fold(request, |request, value| {
            request.append_header(("Sec-GPC", *value))
        })
    };
    for values in [&["1"][..], &["0", "1"], &["1", "0"], &["", "1"]] {
        let answer = send(&app, with(values)).await;
        assert_eq!(answer.set_cookies(), ["visits=1"], "{values:?}");
    }
    for values in [&[][..], &["0"], &["true"], &["11"], &[""], &["?1"]] {
        let answer = send(&app, with(values)).await;
        assert_eq!(answer.set_cookies(), cookies, "{values:?}");
    }
}

#[actix_web::test]
async fn the_global_privacy_control_grants_nothing() {
    let app = site_setting(consent(), &["visits=1", "id=1"]).await;
    let mut visitor = Visitor::new();
    visitor.gpc = true;
    assert_eq!(visitor.get(&app, "/").await.set_cookies(), ["id=1"]);
    visitor.press(&app, "accept").await;
    assert_eq!(
        visitor.get(&app, "/").await.set_cookies(),
        ["visits=1", "id=1"]
    );
}

#[actix_web::test]
async fn nothing_optional_leaves_for_a_minor() {
    let minor = |head: &actix_web::dev::RequestHead| head.headers.contains_key("x-minor");
    let app = site_setting(
        builder().minor(minor).build().unwrap(),
        &["visits=1", "id=1"],
    )
    .await;
    let [_, _, yes] = visitors(&app).await;
    let answer = send(
        &app,
        yes.request(Method::GET, "/")
            .insert_header(("x-minor", "1")),
    )
    .await;
    assert_eq!(answer.set_cookies(), ["id=1"]);
    let answer = send(&app, yes.request(Method::GET, "/")).await;
    assert_eq!(answer.set_cookies(), ["visits=1", "id=1"]);
}

// A choice counts in its own response.

/// Routes that set cookies before and after they write a choice.
macro_rules! choosing {
    () => {
        App::new()
            .route(
                "/accept",
                web::to(async |consent: Consent| {
                    let outcome = consent.accept(["analytics"]).await;
                    assert_eq!(outcome.is_ok(), consent.allows("analytics"));
                    outcome.map(|()| setting(&[VISITS, "display=1", "id=1"]))
                }),
            )
            .route(
                "/withdraw",
                web::to(async |consent: Consent| {
                    let response = setting(&[VISITS, "display=1", "id=1"]);
                    consent.withdraw(["analytics"]);
                    assert!(!consent.allows("analytics"));
                    response
                }),
            )
            .route(
                "/reject",
                web::to(async |consent: Consent| {
                    consent.reject();
                    setting(&[VISITS, "display=1", "id=1"])
                }),
            )
            .route(
                "/",
                web::to(async || setting(&[VISITS, "display=1", "id=1"])),
            )
    };
}

#[actix_web::test]
async fn an_acceptance_counts_in_its_own_response() {
    let app = test::init_service(choosing!().wrap(consent())).await;
    let mut visitor = Visitor::new();
    assert!(!visitor.get(&app, "/").await.sets("visits"));
    let answer = visitor.post(&app, "/accept").await;
    assert!(answer.sets("visits") && answer.sets("id") && answer.sets("__Host-consent"));
    assert!(!answer.sets("display"));
    assert!(visitor.get(&app, "/").await.sets("visits"));
}

#[actix_web::test]
async fn an_acceptance_needs_a_post_from_the_site_itself() {
    let app = test::init_service(choosing!().wrap(consent())).await;
    for (method, site, status) in [
        (Method::GET, "same-origin", 405),
        (Method::HEAD, "same-origin", 405),
        (Method::POST, "cross-site", 403),
        (Method::POST, "same-site", 403),
        (Method::POST, "same-origin", 200),
    ] {
        let request = Visitor::new().request(method.clone(), "/accept");
        let answer = send(&app, request.insert_header(("Sec-Fetch-Site", site))).await;
        assert_eq!(answer.status, status, "{method} {site}");
        assert_eq!(
            answer.sets("__Host-consent"),
            status == 200,
            "{method} {site}"
        );
        assert_eq!(answer.sets("visits"), status == 200, "{method} {site}");
    }
    let answer = send(&app, Visitor::new().request(Method::POST, "/accept")).await;
    assert_eq!(answer.status, 403, "no proof at all");
}

#[actix_web::test]
async fn a_withdrawal_counts_in_its_own_response_also_for_what_was_set_before_it() {
    let app = test::init_service(choosing!().wrap(consent())).await;
    for path in ["/withdraw", "/reject"] {
        let [_, _, mut yes] = visitors(&app).await;
        assert!(yes.get(&app, "/").await.sets("visits"), "the control");
        let answer = yes.post(&app, path).await;
        assert!(!answer.sets("visits"), "{path}");
        assert!(answer.removes("visits"), "{path}");
        assert_eq!(answer.sets("display"), path == "/withdraw", "{path}");
        assert!(answer.sets("id"), "{path}");
        assert!(!yes.get(&app, "/").await.sets("visits"), "{path}");
    }
}

#[actix_web::test]
async fn a_get_may_write_a_choice_that_grants_nothing() {
    let app = test::init_service(choosing!().wrap(consent())).await;
    let [_, _, mut yes] = visitors(&app).await;
    assert!(yes.get(&app, "/").await.sets("visits"), "the control");
    assert!(yes.get(&app, "/reject").await.sets("__Host-consent"));
    assert!(!yes.get(&app, "/").await.sets("visits"));
}

#[actix_web::test]
async fn a_choice_in_an_answer_that_fails_counts_as_well() {
    async fn fails(consent: Consent) -> Result<HttpResponse, Failure> {
        consent.withdraw(["analytics"]);
        Err(Failure(StatusCode::INTERNAL_SERVER_ERROR))
    }
    let app = test::init_service(
        App::new()
            .route("/fails", web::post().to(fails))
            .wrap(consent()),
    )
    .await;
    let [_, _, mut yes] = visitors(&app).await;
    let answer = yes.post(&app, "/fails").await;
    assert_eq!(answer.status, 500);
    assert!(answer.removes("visits") && !answer.sets("visits") && answer.sets("__Host-consent"));
}

#[actix_web::test]
async fn a_choice_after_the_headers_is_no_error_and_changes_no_header() {
    async fn late(consent: Consent) -> HttpResponse {
        let parts = futures_util::stream::once(async move {
            consent.reject();
            Ok::<_, actix_web::Error>(web::Bytes::from(consent.allows("analytics").to_string()))
        });
        with_visits(HttpResponse::Ok().streaming(Box::pin(parts)))
    }
    let app = test::init_service(App::new().route("/", web::get().to(late)).wrap(consent())).await;
    let [_, _, mut yes] = visitors(&app).await;
    let answer = yes.get(&app, "/").await;
    assert_eq!(answer.text(), "false");
    assert_eq!(answer.set_cookies(), [VISITS]);
}

#[actix_web::test]
async fn an_error_that_is_rendered_twice_is_filtered_twice_and_nothing_is_doubled() {
    let app = test::init_service(
        App::new()
            .service(
                web::resource("/")
                    .route(web::get().to(async || "page"))
                    .wrap_fn(|request, _| {
                        request.consent().unwrap().withdraw(["analytics"]);
                        async {
                            Err::<actix_web::dev::ServiceResponse, _>(
                                Failure(StatusCode::UNAUTHORIZED).into(),
                            )
                        }
                    }),
            )
            .wrap(consent()),
    )
    .await;
    let [_, _, yes] = visitors(&app).await;
    let request = yes.request(Method::GET, "/").to_request();
    let error = app
        .call(request)
        .await
        .expect_err("the error of a middleware stays one");
    let cookies = |response: HttpResponse| -> Vec<String> {
        let headers = response.headers().get_all(header::SET_COOKIE);
        headers
            .map(|value| value.to_str().unwrap().to_owned())
            .collect()
    };
    let (once, twice) = (
        cookies(error.error_response()),
        cookies(error.error_response()),
    );
    assert!(
        once.iter()
            .any(|cookie| cookie.starts_with("__Host-consent=")),
        "{once:?}"
    );
    assert!(
        once.iter().any(|cookie| cookie.starts_with("visits=;")),
        "{once:?}"
    );
    assert!(!once.contains(&VISITS.to_owned()), "{once:?}");
    assert_eq!(once, twice);
    let distinct: std::collections::BTreeSet<_> = once.iter().collect();
    assert_eq!(distinct.len(), once.len(), "{once:?}");
}

// The property.

/// What a browser reads out of `Set-Cookie`, by RFC 6265bis 5.6 and 5.7, written for this test.
mod browser {
    pub(super) fn trim(bytes: &[u8]) -> &[u8] {
        let space = |byte: &&u8| **byte == b' ' || **byte == b'\t';
        let start = bytes.iter().take_while(space).count();
        let end = bytes[start..].iter().rev().take_while(space).count();
        &bytes[start..bytes.len() - end]
    }

    pub(super) fn name(cookie: &[u8]) -> &[u8] {
        let pair = cookie.split(|byte| *byte == b';').next().unwrap();
        match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => trim(&pair[..at]),
            None => b"",
        }
    }

    /// Whether every browser removes the cookie. RFC 6265bis passes over attributes that it cannot
    /// read; Chromium looks at the last of each name alone, and passes over that.
    pub(super) fn removes(cookie: &[u8]) -> bool {
        let (mut max_age, mut expires) = (None, None);
        let (mut last_max_age, mut last_expires) = (None, None);
        for part in cookie.split(|byte| *byte == b';').skip(1) {
            let at = part.iter().position(|byte| *byte == b'=');
            let name = trim(&part[..at.unwrap_or(part.len())]);
            let value = at.map_or(&b""[..], |at| trim(&part[at + 1..]));
            if value.len() > 1024 {
                continue;
            }
            if name.eq_ignore_ascii_case(b"max-age") {
                let digits = value.strip_prefix(b"-").unwrap_or(value);
                let valid = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
                last_max_age =
                    valid.then(|| value[0] == b'-' || digits.iter().all(|digit| *digit == b'0'));
                max_age = last_max_age.or(max_age);
            } else if name.eq_ignore_ascii_case(b"expires") {
                last_expires = past(value);
                expires = last_expires.or(expires);
            }
        }
        let by_rfc = max_age.or(expires).unwrap_or(false);
        let by_chromium = last_max_age.or(last_expires).unwrap_or(false);
        by_rfc && by_chromium
    }

    /// Whether nothing about the removal is unusual, so that no caution can hold it back.
    pub(super) fn plainly_removes(cookie: &[u8]) -> bool {
        let text = String::from_utf8_lossy(cookie).to_ascii_lowercase();
        let ages = text.matches("max-age").count();
        let dates = text.matches("expires").count();
        let has = |plain: &str| text.split(';').any(|part| part.replace(' ', "") == plain);
        text.len() < 5000
            && !text.contains(&"0".repeat(1024))
            && removes(cookie)
            && match (ages, dates) {
                (1, _) => has("max-age=0") || has("max-age=-1"),
                (0, 1) => has("expires=thu,01jan197000:00:00gmt"),
                _ => false,
            }
    }

    /// Whether it has an attribute that may end it.
    pub(super) fn mentions_an_end(cookie: &[u8]) -> bool {
        let text = String::from_utf8_lossy(cookie).to_ascii_lowercase();
        text.contains("max-age") || text.contains("expires")
    }

    /// Whether a cookie-date lies before 2026; `None` where it is none.
    fn past(date: &[u8]) -> Option<bool> {
        let delimiter = |byte: &u8| matches!(byte, 0x09 | 0x20..=0x2f | 0x3b..=0x40 | 0x5b..=0x60 | 0x7b..=0x7e);
        let (mut time, mut day, mut month, mut year) = (None, None, None, None);
        for token in date.split(delimiter).filter(|token| !token.is_empty()) {
            let number = |token: &[u8], least: usize, most: usize| -> Option<u32> {
                let digits = token
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit())
                    .count();
                let text = std::str::from_utf8(&token[..digits]).ok()?;
                (least..=most)
                    .contains(&digits)
                    .then(|| text.parse().ok())?
            };
            let clock = || {
                let mut fields = token.splitn(3, |byte| *byte == b':');
                let (hour, minute, second) = (fields.next()?, fields.next()?, fields.next()?);
                let whole = |field: &[u8]| field.iter().all(u8::is_ascii_digit);
                (whole(hour) && whole(minute)).then_some(())?;
                Some((
                    number(hour, 1, 2)?,
                    number(minute, 1, 2)?,
                    number(second, 1, 2)?,
                ))
            };
            let named = || {
                let start = token.get(..3)?.to_ascii_lowercase();
                let names = b"janfebmaraprmayjunjulaugsepoctnovdec";
                names.chunks(3).position(|name| *name == start)
            };
            if time.is_none() && clock().is_some() {
                time = clock();
            } else if day.is_none() && number(token, 1, 2).is_some() {
                day = number(token, 1, 2);
            } else if month.is_none() && named().is_some() {
                month = named();
            } else if year.is_none() && number(token, 2, 4).is_some() {
                year = number(token, 2, 4);
            }
        }
        let (hour, minute, second) = time?;
        let (day, month, year) = (day?, month?, year?);
        let year = match year {
            0..=69 => year + 2000,
            70..=99 => year + 1900,
            _ => year,
        };
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = [
            31,
            28 + u32::from(leap),
            31,
            30,
            31,
            30,
            31,
            31,
            30,
            31,
            30,
            31,
        ][month];
        let valid =
            (1..=days).contains(&day) && year >= 1601 && hour < 24 && minute < 60 && second < 60;
        valid.then_some(year < 2026)
    }

    #[test]
    fn the_oracle_can_tell_removals_from_sets() {
        assert!(removes(
            b"a=1; Max-Age=0; Expires=Thu, 01 Jan 2099 00:00:00 GMT"
        ));
        assert!(removes(b"a=1; Expires=Thu, 01-Jan-70 00:00:00 GMT"));
        assert!(!removes(
            b"a=1; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        ));
        assert!(!removes(b"a=1; Expires=0"));
        assert!(!removes(b"a=1; Max-Age=0; Max-Age=1"));
        assert_eq!(name(b" a\t=1; b=2"), b"a");
        assert_eq!(name(b"a; b=2"), b"");
    }
}

fn shown(cookies: &[&Vec<u8>]) -> String {
    let texts: Vec<_> = cookies
        .iter()
        .map(|cookie| String::from_utf8_lossy(cookie))
        .collect();
    format!("{texts:?}")
        .replace(&"0".repeat(1024), "0{1024}")
        .replace(&"x".repeat(4096), "x{4096}")
}

fn attribute() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "Max-Age=0",
        "max-age = 0",
        "Max-Age=-1",
        "Max-Age=31536000",
        "Max-Age=",
        "Max-Age=+0",
        "Max-Age=00",
        "Max-Age=-",
        "Max-Age=-0",
        "Max-Age=0x",
        "Max-Age=99999999999999999999",
        "Max-Age=-99999999999999999999",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "Expires=Thu, 01-Jan-70 00:00:01 GMT",
        "expires=Thu, 01 Jan 2099 00:00:00 GMT",
        "Expires=0",
        "Expires=",
        "Expires=1970-01-01T00:00:00Z",
        "Expires=Sun Nov 6 08:49:37 1994",
        "Expires=08:49:37 6 nov 94 junk",
        "Expires=8:9:7 29 Feb 2023",
        "Expires=1 Jan 1970",
        "Expires=00:00:00 1 January 1601",
        "Expires=24:00:00 1 Jan 1970",
        "Path=/",
        "Path=/shop",
        "Domain=news.example",
        "Secure",
        "HttpOnly",
        "SameSite=None",
        "Partitioned",
        "",
    ]);
    prop_oneof![
        8 => known.prop_map(str::to_owned),
        1 => "(Max-Age|Expires|max-age) ?= ?[-+0-9: a-zA-Z,]{0,24}",
        1 => Just(format!("Max-Age={}", "0".repeat(1024))),
        1 => Just(format!("Max-Age={}", "0".repeat(1025))),
    ]
}

fn cookie() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(vec![
        "visits",
        "_ga",
        "_ga_",
        "_ga_X1",
        "id",
        "id",
        " id\t",
        "Visits",
        "ID",
        "%5Fga",
        "\u{a0}_ga",
        "",
        " ",
        " visits ",
        "__Host-campaign",
        "video_pref",
        "display",
        "unknown",
        "visits2",
    ]);
    let value = prop_oneof![
        Just(b"1".to_vec()),
        Just(b"".to_vec()),
        Just(b"a,b=c".to_vec()),
        Just(b"\"q\"".to_vec()),
        Just(b"caf\xc3\xa9\xff".to_vec()),
        Just(vec![b'x'; 4096]),
        prop::collection::vec(0x20..0x7f_u8, 0..12),
    ];
    (
        name,
        prop::bool::weighted(0.95),
        value,
        prop::collection::vec(attribute(), 0..4),
    )
        .prop_map(|(name, equals, value, attributes)| {
            let mut cookie = name.as_bytes().to_vec();
            if equals {
                cookie.push(b'=');
                cookie.extend_from_slice(&value);
            }
            for attribute in attributes {
                cookie.extend_from_slice(b"; ");
                cookie.extend_from_slice(attribute.as_bytes());
            }
            cookie
        })
}

// `test` is actix-web's module here.
#[core::prelude::v1::test]
fn whatever_an_application_sets_nothing_gated_leaves_before_a_choice() {
    let system = actix_web::rt::System::new();
    let cookies: Rc<RefCell<Vec<Vec<u8>>>> = Rc::default();
    let shared = cookies.clone();
    let app = system.block_on(async {
        let handler = web::to(move || std::future::ready(setting(&shared.borrow())));
        test::init_service(App::new().default_service(handler).wrap(consent())).await
    });
    let [nobody, no, yes] = system.block_on(visitors(&app));
    let config = ProptestConfig {
        cases: 1024,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let strategy = prop::collection::vec(cookie(), 0..8);
    let outcome = TestRunner::new(config).run(&strategy, |set| {
        cookies.replace(set.clone());
        for visitor in [&nobody, &no] {
            let request = visitor.request(Method::GET, "/");
            let left = system.block_on(send(&app, request)).set_cookie_bytes();
            // Nothing leaves that is neither necessary nor a removal; the browser sent nothing, so
            // none of it is ours.
            let necessary = |cookie: &&Vec<u8>| browser::name(cookie) == b"id";
            for cookie in &left {
                let shown = String::from_utf8_lossy(cookie);
                prop_assert!(
                    browser::removes(cookie) || necessary(&cookie),
                    "left: {}",
                    shown
                );
            }
            // All that plainly may leave does, as it is and in its order. Whether a necessary name
            // that is expired as well is set is open.
            let is_expired = |name: &[u8]| {
                let mut expired = set.iter().filter(|cookie| browser::mentions_an_end(cookie));
                expired.any(|cookie| browser::name(cookie) == name)
            };
            let must_leave = |cookie: &&Vec<u8>| {
                browser::plainly_removes(cookie)
                    || necessary(cookie) && !is_expired(browser::name(cookie))
            };
            let expected: Vec<_> = set.iter().filter(must_leave).collect();
            let left_so: Vec<_> = left.iter().filter(must_leave).collect();
            prop_assert!(
                left_so == expected,
                "{} but {}",
                shown(&left_so),
                shown(&expected)
            );
            let mut rest = set.iter();
            prop_assert!(
                left.iter().all(|cookie| rest.any(|other| other == cookie)),
                "order"
            );
        }
        // The control: after a yes to everything, declared cookies leave as well.
        let left = system
            .block_on(send(&app, yes.request(Method::GET, "/")))
            .set_cookie_bytes();
        let declared = |cookie: &&Vec<u8>| browser::name(cookie) == b"visits";
        let sets = |cookie: &&Vec<u8>| !browser::removes(cookie);
        let gone = set
            .iter()
            .filter(declared)
            .any(|cookie| browser::removes(cookie));
        if !gone {
            let expected: Vec<_> = set.iter().filter(declared).filter(sets).collect();
            prop_assert_eq!(
                left.iter()
                    .filter(declared)
                    .filter(sets)
                    .collect::<Vec<_>>(),
                expected
            );
        }
        Ok(())
    });
    outcome.unwrap();
}
