//! What caches are told.

use actix_consent::{Consent, ConsentExt, Undeclared, allows};
use actix_web::{
    App, HttpRequest, HttpResponse,
    dev::Service as _,
    http::{
        Method,
        header::{self, HeaderMap},
    },
    test, web,
};

use crate::helpers::{Answer, Visitor, builder, consent, send, setting, visitors};

/// The members of a list header, over all its fields, in lower case.
fn members(answer: &Answer, name: &str) -> Vec<String> {
    let mut all: Vec<_> = answer
        .headers
        .get_all(name)
        .flat_map(|field| field.to_str().unwrap().split(','))
        .map(|member| member.trim().to_ascii_lowercase())
        .collect();
    all.sort();
    all
}

fn cache_control(answer: &Answer) -> Vec<String> {
    members(answer, "cache-control")
}

fn says_that_it_depends(answer: &Answer) {
    assert_eq!(
        cache_control(answer),
        ["no-cache", "private"],
        "{:?}",
        answer.headers
    );
    assert_eq!(
        members(answer, "vary"),
        ["cookie", "sec-gpc"],
        "{:?}",
        answer.headers
    );
}

/// Answers as a page that any cache may keep, with the headers that the query asks for.
fn public_page(body: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=60, s-maxage=600"))
        .insert_header((header::ETAG, "\"v1\""))
        .insert_header((header::LAST_MODIFIED, "Sun, 22 Nov 2026 10:00:00 GMT"))
        .insert_header(("CDN-Cache-Control", "max-age=600"))
        .insert_header(("Surrogate-Control", "max-age=600"))
        .insert_header(("X-Accel-Expires", "600"))
        .body(body)
}

async fn asking(_: Consent) -> HttpResponse {
    public_page("asking")
}

async fn with_banner(consent: Consent) -> HttpResponse {
    let mut response = public_page("");
    let banner = consent.banner().to_string();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, "text/html".parse().unwrap());
    response.set_body(actix_web::body::BoxBody::new(banner))
}

fn plain(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect();
    all.sort();
    all
}

// What depends on consent.

#[actix_web::test]
async fn an_answer_of_a_handler_that_asked_depends_on_consent() {
    let app =
        test::init_service(App::new().route("/", web::get().to(asking)).wrap(consent())).await;
    for mut visitor in visitors(&app).await {
        says_that_it_depends(&visitor.get(&app, "/").await);
    }
}

#[actix_web::test]
async fn an_answer_of_a_handler_that_asked_by_the_request_depends_on_consent() {
    let handler = async |request: HttpRequest| {
        let on = request
            .consent()
            .is_some_and(|consent| consent.allows("analytics"));
        HttpResponse::Ok().body(on.to_string())
    };
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(handler))
            .wrap(consent()),
    )
    .await;
    says_that_it_depends(&Visitor::new().get(&app, "/").await);
}

#[actix_web::test]
async fn an_answer_that_an_inner_middleware_asked_about_depends_on_consent() {
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(async || "page"))
            .wrap_fn(|request, service| {
                assert!(
                    request
                        .consent()
                        .is_some_and(|consent| !consent.allows("analytics"))
                );
                service.call(request)
            })
            .wrap(consent()),
    )
    .await;
    says_that_it_depends(&Visitor::new().get(&app, "/").await);
}

#[actix_web::test]
async fn both_sides_of_a_guard_depend_on_consent() {
    let app = test::init_service(
        App::new()
            .service(
                web::resource("/")
                    .route(web::get().guard(allows("analytics")).to(async || "counted"))
                    .route(web::get().to(async || "not counted")),
            )
            .wrap(consent()),
    )
    .await;
    let [mut nobody, _, mut yes] = visitors(&app).await;
    let (off, on) = (nobody.get(&app, "/").await, yes.get(&app, "/").await);
    assert_eq!((off.text(), on.text()), ("not counted", "counted"));
    says_that_it_depends(&off);
    says_that_it_depends(&on);
}

#[actix_web::test]
async fn an_answer_that_gated_a_cookie_depends_on_consent() {
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(async || setting(&["visits=1"])))
            .route(
                "/json",
                web::get().to(async || {
                    let mut response = setting(&["visits=1"]);
                    response
                        .headers_mut()
                        .insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
                    response
                }),
            )
            .wrap(consent()),
    )
    .await;
    for mut visitor in visitors(&app).await {
        says_that_it_depends(&visitor.get(&app, "/").await);
        says_that_it_depends(&visitor.get(&app, "/json").await);
    }
}

#[actix_web::test]
async fn an_answer_that_expired_a_cookie_depends_on_consent() {
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(async || "page"))
            .wrap(consent()),
    )
    .await;
    let answer = Visitor::new().with("visits", "1").get(&app, "/").await;
    assert!(answer.removes("visits"));
    says_that_it_depends(&answer);
}

#[actix_web::test]
async fn errors_and_redirects_that_depend_on_consent_say_so() {
    let app = test::init_service(
        App::new()
            .route(
                "/crash",
                web::get().to(async |_: Consent| {
                    Err::<HttpResponse, _>(actix_web::error::ErrorInternalServerError("x"))
                }),
            )
            .route(
                "/away",
                web::get().to(async |_: Consent| {
                    HttpResponse::MovedPermanently()
                        .insert_header(("location", "/"))
                        .finish()
                }),
            )
            .wrap(consent()),
    )
    .await;
    says_that_it_depends(&Visitor::new().get(&app, "/crash").await);
    says_that_it_depends(&Visitor::new().get(&app, "/away").await);
}

#[actix_web::test]
async fn an_answer_that_a_choice_was_written_into_is_not_kept() {
    let handler = async |consent: Consent| {
        consent
            .accept(["analytics"])
            .await
            .map(|()| public_page("x"))
    };
    let app = test::init_service(
        App::new()
            .route("/", web::post().to(handler))
            .wrap(consent()),
    )
    .await;
    let answer = Visitor::new().post(&app, "/").await;
    assert!(answer.sets("__Host-consent"));
    assert!(cache_control(&answer).contains(&"private".to_owned()));
    assert!(!cache_control(&answer).contains(&"public".to_owned()));
}

// What does not.

#[actix_web::test]
async fn every_other_answer_stays_untouched() {
    fn app() -> App<
        impl actix_web::dev::ServiceFactory<
            actix_web::dev::ServiceRequest,
            Config = (),
            Response = actix_web::dev::ServiceResponse,
            Error = actix_web::Error,
            InitError = (),
        >,
    > {
        App::new()
            .route("/public", web::to(async || public_page("x")))
            .route(
                "/json",
                web::to(async || {
                    HttpResponse::Ok()
                        .insert_header((header::VARY, "Accept"))
                        .append_header(("X-Twice", "1"))
                        .append_header(("X-Twice", "2"))
                        .json([1, 2])
                }),
            )
            .route(
                "/session",
                web::to(async || setting(&["id=1", "id=2; Path=/x"])),
            )
            .route("/removal", web::to(async || setting(&["id=; Max-Age=0"])))
            .route(
                "/asset",
                web::to(async || {
                    HttpResponse::Ok()
                        .insert_header((
                            header::CACHE_CONTROL,
                            "public, max-age=31536000, immutable",
                        ))
                        .body("body{}")
                }),
            )
            .route(
                "/crash",
                web::to(async || {
                    Err::<HttpResponse, _>(actix_web::error::ErrorInternalServerError("x"))
                }),
            )
            .route(
                "/same",
                web::to(async || {
                    HttpResponse::NotModified()
                        .insert_header((header::ETAG, "W/\"v1\""))
                        .finish()
                }),
            )
    }
    let bare = test::init_service(app()).await;
    let wrapped = test::init_service(app().wrap(consent())).await;
    let undeclared =
        test::init_service(app().wrap(builder().undeclared(Undeclared::Report).build().unwrap()))
            .await;
    for visitor in visitors(&wrapped).await {
        let visitor = visitor.with("id", "1").with("basket", "1");
        for path in [
            "/public", "/json", "/session", "/removal", "/asset", "/crash", "/same", "/none",
        ] {
            for method in [Method::GET, Method::HEAD, Method::POST] {
                let request = || {
                    let request = visitor.request(method.clone(), path);
                    request.insert_header((header::IF_NONE_MATCH, "\"v1-x\", W/\"v1\""))
                };
                let expected = send(&bare, request()).await;
                for answer in [
                    send(&wrapped, request()).await,
                    send(&undeclared, request()).await,
                ] {
                    assert_eq!(answer.status, expected.status, "{path}");
                    assert_eq!(
                        plain(&answer.headers),
                        plain(&expected.headers),
                        "{method} {path}"
                    );
                    assert_eq!(answer.body, expected.body, "{path}");
                    assert_eq!(answer.set_cookies(), expected.set_cookies(), "{path}");
                }
            }
        }
    }
}

#[actix_web::test]
async fn an_undeclared_cookie_makes_no_answer_depend_on_consent() {
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(async || setting(&["basket=1"])))
            .wrap(consent()),
    )
    .await;
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(answer.set_cookies(), [""; 0]);
    assert!(
        answer.headers.get(header::VARY).is_none()
            && answer.headers.get(header::CACHE_CONTROL).is_none()
    );
}

#[actix_web::test]
async fn an_answer_that_changes_nothing_sets_no_cookie() {
    let app =
        test::init_service(App::new().route("/", web::get().to(asking)).wrap(consent())).await;
    for mut visitor in visitors(&app).await {
        for _ in 0..2 {
            assert_eq!(visitor.get(&app, "/").await.set_cookies(), [""; 0]);
        }
    }
}

// Vary and Cache-Control.

/// Answers a request whose query is `name=value` pairs with these headers, having asked.
macro_rules! asking_with {
    ($($header:expr),*) => {
        test::init_service(
            App::new()
                .route("/", web::get().to(async |consent: Consent| {
                    let mut response = HttpResponse::Ok();
                    $(response.append_header($header);)*
                    response.body(consent.allows("analytics").to_string())
                }))
                .wrap(consent()),
        )
        .await
    };
}

#[actix_web::test]
async fn vary_is_merged() {
    let get = async |app: &_| Visitor::new().get(app, "/").await;
    let answer = get(&asking_with!(("Vary", "Accept-Encoding"))).await;
    assert_eq!(
        members(&answer, "vary"),
        ["accept-encoding", "cookie", "sec-gpc"]
    );
}

#[actix_web::test]
async fn vary_is_merged_over_several_fields_and_names_nothing_twice() {
    let app = asking_with!(("Vary", "Accept-Language, COOKIE"), ("Vary", "Accept"));
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(
        members(&answer, "vary"),
        ["accept", "accept-language", "cookie", "sec-gpc"]
    );
    let app = asking_with!(("Vary", "sec-gpc,cookie"));
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(members(&answer, "vary"), ["cookie", "sec-gpc"]);
}

#[actix_web::test]
async fn a_longer_name_in_vary_is_not_taken_for_cookie() {
    let app = asking_with!(("Vary", "X-Cookie, Cookie2"));
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(
        members(&answer, "vary"),
        ["cookie", "cookie2", "sec-gpc", "x-cookie"]
    );
}

#[actix_web::test]
async fn vary_by_everything_stays() {
    for answer in [
        Visitor::new().get(&asking_with!(("Vary", "*")), "/").await,
        Visitor::new()
            .get(&asking_with!(("Vary", "Accept"), ("Vary", "*")), "/")
            .await,
    ] {
        assert!(
            members(&answer, "vary").contains(&"*".to_owned()),
            "{:?}",
            answer.headers
        );
    }
}

#[actix_web::test]
async fn what_shared_caches_were_allowed_is_taken_back() {
    let app =
        test::init_service(App::new().route("/", web::get().to(asking)).wrap(consent())).await;
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(cache_control(&answer), ["no-cache", "private"]);
    for name in [
        "CDN-Cache-Control",
        "Surrogate-Control",
        "X-Accel-Expires",
        "Last-Modified",
    ] {
        assert!(!answer.headers.contains_key(name), "{name}");
    }
    assert!(answer.headers.contains_key("ETag"));
}

#[actix_web::test]
async fn a_no_store_of_the_application_is_kept() {
    for answer in [
        Visitor::new()
            .get(&asking_with!(("Cache-Control", "no-store")), "/")
            .await,
        Visitor::new()
            .get(
                &asking_with!(("Cache-Control", "public, No-Store, max-age=5")),
                "/",
            )
            .await,
        Visitor::new()
            .get(
                &asking_with!(("Cache-Control", "public"), ("Cache-Control", "no-store")),
                "/",
            )
            .await,
    ] {
        let directives = cache_control(&answer);
        assert!(
            directives.contains(&"no-store".to_owned()),
            "{directives:?}"
        );
        assert!(!directives.contains(&"public".to_owned()), "{directives:?}");
    }
}

#[actix_web::test]
async fn directives_that_look_like_the_right_ones_do_not_count_for_them() {
    let app = asking_with!((
        "Cache-Control",
        "private=\"x-header\", no-cache=\"set-cookie\", x-public, public"
    ));
    let answer = Visitor::new().get(&app, "/").await;
    let directives = cache_control(&answer);
    assert!(directives.contains(&"private".to_owned()), "{directives:?}");
    assert!(
        directives.contains(&"no-cache".to_owned()),
        "{directives:?}"
    );
    assert!(!directives.contains(&"public".to_owned()), "{directives:?}");
}

// Banner.

#[actix_web::test]
async fn a_page_with_a_banner_is_not_stored_and_cannot_be_validated() {
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(with_banner))
            .wrap(consent()),
    )
    .await;
    let [mut nobody, mut no, _] = visitors(&app).await;
    let answer = nobody.get(&app, "/").await;
    assert!(answer.text().contains("data-consent-banner"));
    assert_eq!(cache_control(&answer), ["no-store", "private"]);
    assert_eq!(members(&answer, "vary"), ["cookie", "sec-gpc"]);
    for name in [
        "ETag",
        "Last-Modified",
        "CDN-Cache-Control",
        "Surrogate-Control",
        "X-Accel-Expires",
    ] {
        assert!(!answer.headers.contains_key(name), "{name}");
    }
    // The confirmation is one as well; the page after it is not.
    let saved = no.get(&app, "/").await;
    assert!(!saved.text().is_empty());
    assert_eq!(cache_control(&saved), ["no-store", "private"]);
    let settled = no.get(&app, "/").await;
    assert_eq!(settled.text(), "");
    assert_eq!(cache_control(&settled), ["no-cache", "private"]);
    assert!(settled.headers.contains_key("ETag"));
}

// Validators.

/// A page that knows its `ETag`s, as the resource's version and whether analytics are on give it.
async fn validated(request: HttpRequest, consent: Consent, weak: web::Data<bool>) -> HttpResponse {
    let tag = if **weak { "W/\"v1\"" } else { "\"v1\"" };
    let matches = request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .any(|field| {
            let mut tags = field.to_str().unwrap().split(',').map(str::trim);
            tags.any(|other| other == "*" || other.trim_start_matches("W/") == "\"v1\"")
        });
    if matches {
        return HttpResponse::NotModified()
            .insert_header((header::ETAG, tag))
            .finish();
    }
    HttpResponse::Ok()
        .insert_header((header::ETAG, tag))
        .body(consent.allows("analytics").to_string())
}

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
async fn an_answer_that_depends_on_nothing_keeps_its_validator_for_everyone() {
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

/// A cache shared by all visitors, as strict as RFC 9111 asks and no stricter.
#[derive(Default)]
struct SharedCache(std::collections::HashMap<String, Vec<u8>>);

impl SharedCache {
    fn may_store(answer: &Answer) -> bool {
        let directives = cache_control(answer);
        let has = |name: &str| directives.iter().any(|directive| directive == name);
        !has("private") && !has("no-store") && !members(answer, "vary").contains(&"*".to_owned())
    }
}

#[actix_web::test]
async fn a_shared_cache_never_hands_the_page_of_one_visitor_to_another() {
    let app = test::init_service(
        App::new()
            .route("/asking", web::get().to(validated))
            .route("/banner", web::get().to(with_banner))
            .route("/cookie", web::get().to(async || setting(&["visits=1"])))
            .route("/free", web::get().to(async || public_page("free")))
            .app_data(web::Data::new(false))
            .wrap(consent()),
    )
    .await;
    let mut cache = SharedCache::default();
    for mut visitor in visitors(&app).await {
        for path in [
            "/asking",
            "/banner",
            "/cookie",
            "/free",
            "/privacy",
            "/privacy/choices",
            "/privacy/state.json",
        ] {
            let answer = visitor.get(&app, path).await;
            if SharedCache::may_store(&answer) {
                cache.0.insert(path.to_owned(), answer.body);
            }
        }
    }
    let stored: Vec<_> = cache.0.keys().collect();
    assert_eq!(stored, ["/free"]);
}

#[actix_web::test]
async fn our_own_answers_are_not_stored() {
    let app =
        test::init_service(App::new().route("/", web::get().to(asking)).wrap(consent())).await;
    let mut visitor = Visitor::new();
    for path in ["/privacy", "/privacy/choices", "/privacy/state.json"] {
        let answer = visitor.get(&app, path).await;
        assert_eq!(answer.status, 200);
        assert!(
            cache_control(&answer).contains(&"no-store".to_owned()),
            "{path}"
        );
    }
    let answer = visitor.press(&app, "accept").await;
    assert!(cache_control(&answer).contains(&"no-store".to_owned()));
    let answer = visitor.choose(&app, &[("action", "perhaps")]).await;
    assert_eq!(answer.status, 400);
    assert!(cache_control(&answer).contains(&"no-store".to_owned()));
}
