//! How the middleware is mounted: where, how often, round what; and what handlers are given.

use actix_consent::{
    Banner, Basis, Consent, ConsentExt, ConsentMiddleware, Placement, Policy, SigningKeys, Status,
    Verdict, allows, choice::Choice, decision::Decision, error::MountError,
};
use actix_session::{Session, SessionMiddleware, storage::CookieSessionStore};
use actix_web::{
    App, HttpRequest, HttpResponse, ResponseError,
    cookie::Key,
    dev::Service as _,
    http::{Method, header},
    middleware::{Compat, Compress, Condition, NormalizePath},
    test, web,
};

use crate::helpers::{
    Answer, Visitor, builder, consent, keys, listen, logged, policy, send, setting, visitors,
};

fn session() -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::new(CookieSessionStore::default(), Key::from(&[1; 64]))
}

async fn counts(session: Session) -> actix_web::Result<HttpResponse> {
    session.insert("a", 1)?;
    Ok(setting(&["visits=1", "id2=1"]))
}

/// A visitor learns nothing about the inside of the site.
fn is_opaque(answer: &Answer) {
    let mut all = answer.text().to_owned();
    for (name, value) in &answer.headers {
        all.push_str(&format!(
            "\n{name}: {}",
            String::from_utf8_lossy(value.as_bytes())
        ));
    }
    for word in ["onsent", "iddleware", "wrap", "ession", "actix", "visits"] {
        assert!(!all.contains(word), "{word}: {all}");
    }
}

// Mistakes.

#[actix_web::test]
async fn asking_for_consent_without_the_middleware_is_a_named_error() {
    listen();
    let app =
        test::init_service(App::new().route("/", web::get().to(async |_: Consent| "page"))).await;
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(answer.status, 500);
    is_opaque(&answer);
    let log = logged().join("\n");
    assert!(
        log.contains("ERROR") && log.contains("ConsentMiddleware") && log.contains(".wrap("),
        "{log}"
    );
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(async |_: Consent| "page"))
            .wrap(consent()),
    )
    .await;
    assert_eq!(Visitor::new().get(&app, "/").await.status, 200);
}

#[actix_web::test]
async fn the_wrong_order_is_reported_by_the_first_request_that_carries_a_rejected_cookie() {
    listen();
    let wrong = test::init_service(
        App::new()
            .route("/", web::get().to(counts))
            .wrap(consent())
            .wrap(session()),
    )
    .await;
    let right = test::init_service(
        App::new()
            .route("/", web::get().to(counts))
            .wrap(session())
            .wrap(consent()),
    )
    .await;
    logged();
    for line in ["", "id=1", "basket=1"] {
        let request = Visitor::new().request(Method::GET, "/");
        let request = request.insert_header((header::COOKIE, line));
        assert_ne!(send(&wrong, request).await.status, 500, "{line}");
    }
    assert!(logged().iter().all(|line| !line.starts_with("ERROR")));
    let carrying = Visitor::new().with("visits", "1");
    let answer = send(&wrong, carrying.request(Method::GET, "/")).await;
    assert_eq!(answer.status, 500);
    is_opaque(&answer);
    let log = logged().join("\n");
    assert!(log.contains("ERROR"), "{log}");
    assert!(
        log.contains(".wrap(session).wrap(consent"),
        "the right order: {log}"
    );

    assert_eq!(
        send(&right, carrying.request(Method::GET, "/"))
            .await
            .status,
        200
    );
    assert!(logged().iter().all(|line| !line.starts_with("ERROR")));
}

#[actix_web::test]
async fn the_wrong_order_is_reported_also_for_patterns_and_disguised_names() {
    let wrong = test::init_service(
        App::new()
            .route("/", web::get().to(counts))
            .wrap(consent())
            .wrap(session()),
    )
    .await;
    for pair in [
        "_ga_X=1",
        "%5Fga=1",
        "\u{a0}visits=1",
        "visits=\"1\"",
        "id=1; visits=1; id=2",
    ] {
        let value = header::HeaderValue::from_bytes(pair.as_bytes()).unwrap();
        let request = Visitor::new().request(Method::GET, "/");
        let answer = send(&wrong, request.insert_header((header::COOKIE, value))).await;
        assert_eq!(answer.status, 500, "{pair}");
    }
    let [_, _, yes] = visitors(&test::init_service(App::new().wrap(consent())).await).await;
    let answer = send(&wrong, yes.with("visits", "1").request(Method::GET, "/")).await;
    assert_eq!(answer.status, 200, "an accepted cookie is no sign");
}

#[actix_web::test]
async fn the_right_order_is_not_reported_whatever_the_visitor_carries() {
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(counts))
            .wrap(session())
            .wrap(consent()),
    )
    .await;
    for visitor in visitors(&app).await {
        let mut visitor = visitor
            .with("visits", "1")
            .with("%5Fga", "1")
            .with("basket", "1");
        for _ in 0..3 {
            assert_eq!(visitor.get(&app, "/").await.status, 200);
        }
    }
}

#[actix_web::test]
async fn a_second_instance_is_reported() {
    listen();
    let twice = test::init_service(
        App::new()
            .route("/", web::get().to(async || "page"))
            .wrap(consent())
            .wrap(consent()),
    )
    .await;
    let nested = test::init_service(
        App::new()
            .route("/", web::get().to(async || "page"))
            .service(
                web::scope("/in")
                    .wrap(consent())
                    .route("/page", web::get().to(async || "page")),
            )
            .wrap(consent()),
    )
    .await;
    logged();
    let answer = Visitor::new().get(&twice, "/").await;
    assert_eq!(answer.status, 500);
    is_opaque(&answer);
    let log = logged().join("\n");
    assert!(log.contains("ERROR") && log.contains("twice"), "{log}");
    assert_eq!(Visitor::new().get(&nested, "/in/page").await.status, 500);
    assert!(logged().join("\n").contains("twice"));
    assert_eq!(
        Visitor::new().get(&nested, "/").await.status,
        200,
        "once is right"
    );
}

#[actix_web::test]
async fn mount_errors_are_opaque_and_their_texts_are_not() {
    for error in [MountError::Missing, MountError::Twice, MountError::Order] {
        assert_eq!(error.status_code(), 500);
        assert!(
            error.to_string().contains("ConsentMiddleware") || error.to_string().contains("wrap")
        );
        let body = actix_web::body::to_bytes(error.error_response().into_body())
            .await
            .unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("ConsentMiddleware"));
    }
}

// Types.

#[actix_web::test]
async fn what_is_built_once_can_go_to_every_worker() {
    fn shared<T: Send + Sync + Clone>() {}
    fn sent<T: Send + Sync>() {}
    shared::<ConsentMiddleware>();
    shared::<Policy>();
    sent::<SigningKeys>();
    sent::<Choice>();
    sent::<Decision>();
    sent::<Placement>();
    sent::<Banner>();
    sent::<Verdict>();
    sent::<MountError>();
    let consent = consent();
    let _factory: Box<dyn Fn() -> ConsentMiddleware + Send + Sync> =
        Box::new(move || consent.clone());
}

// Composition.

/// Asserts that the gate works at a path of an application.
macro_rules! gates {
    ($app:expr, $path:expr) => {{
        let app = test::init_service($app).await;
        let accepting = test::init_service(App::new().wrap(consent())).await;
        let [mut nobody, mut no, mut yes] = visitors(&accepting).await;
        for visitor in [&mut nobody, &mut no] {
            let answer = visitor.get(&app, $path).await;
            assert_eq!(
                (answer.status.as_u16(), answer.set_cookies()),
                (200, vec!["id=1".to_owned()])
            );
        }
        let answer = yes.get(&app, $path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.set_cookies().len()),
            (200, 2),
            "the control"
        );
    }};
}

async fn page(consent: Consent, request: HttpRequest) -> HttpResponse {
    assert_eq!(
        consent.allows("analytics"),
        request.consent().unwrap().allows("analytics")
    );
    setting(&["visits=1", "id=1"])
}

#[actix_web::test]
async fn it_composes_with_everything() {
    gates!(
        App::new().route("/", web::get().to(page)).wrap(consent()),
        "/"
    );
    gates!(
        App::new().service(
            web::scope("/s")
                .wrap(consent())
                .route("/{name}", web::get().to(page))
        ),
        "/s/x"
    );
    gates!(
        App::new().service(
            web::scope("/a/{b}").service(
                web::scope("/c").service(
                    web::resource("/{d}")
                        .wrap(consent())
                        .route(web::get().to(page))
                )
            )
        ),
        "/a/1/c/2"
    );
    gates!(
        App::new().service(
            web::resource("/r")
                .wrap(consent())
                .route(web::get().to(page))
        ),
        "/r"
    );
    gates!(
        App::new()
            .route("/", web::get().to(page))
            .wrap(Compat::new(consent())),
        "/"
    );
    gates!(
        App::new().service(
            web::scope("")
                .wrap(Compat::new(consent()))
                .route("/", web::get().to(page))
        ),
        "/"
    );
    gates!(
        App::new()
            .route("/", web::get().to(page))
            .wrap(Condition::new(true, consent())),
        "/"
    );
    gates!(
        App::new()
            .route("/", web::get().to(page))
            .wrap(Condition::new(true, Compat::new(consent()))),
        "/"
    );
    gates!(
        App::new()
            .route("/", web::get().to(page))
            .wrap(consent())
            .wrap(Compress::default()),
        "/"
    );
    gates!(
        App::new()
            .route("/", web::get().to(page))
            .wrap(Compress::default())
            .wrap(consent()),
        "/"
    );
    gates!(
        App::new()
            .route("/", web::get().to(page))
            .wrap(NormalizePath::trim())
            .wrap(consent()),
        "/"
    );
    gates!(
        App::new()
            .route("/", web::get().to(page))
            .wrap(consent())
            .wrap(NormalizePath::trim()),
        "/"
    );
    gates!(
        App::new()
            .route("/", web::get().to(page))
            .wrap(session())
            .wrap(consent()),
        "/"
    );
}

#[actix_web::test]
async fn a_condition_that_is_off_gates_nothing() {
    let handler = async || setting(&["visits=1", "basket=1"]);
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(handler))
            .wrap(Condition::new(false, consent())),
    )
    .await;
    let answer = Visitor::new().with("visits", "1").get(&app, "/").await;
    assert_eq!(answer.set_cookies(), ["visits=1", "basket=1"]);
}

#[actix_web::test]
async fn a_scope_gates_what_is_inside_of_it_alone() {
    let handler = async || setting(&["visits=1"]);
    let app = test::init_service(
        App::new()
            .service(
                web::scope("/in")
                    .wrap(consent())
                    .route("/page", web::get().to(handler)),
            )
            .route("/out", web::get().to(handler)),
    )
    .await;
    assert!(!Visitor::new().get(&app, "/in/page").await.sets("visits"));
    assert!(Visitor::new().get(&app, "/out").await.sets("visits"));
}

#[actix_web::test]
async fn compression_outside_keeps_vary_and_cookies() {
    let handler = async |consent: Consent| {
        HttpResponse::Ok()
            .content_type("text/html")
            .append_header((header::SET_COOKIE, "id=1"))
            .body(format!("{}{}", consent.banner(), "word ".repeat(2000)))
    };
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(handler))
            .wrap(consent())
            .wrap(Compress::default()),
    )
    .await;
    let request = Visitor::new().request(Method::GET, "/");
    let answer = send(
        &app,
        request.insert_header((header::ACCEPT_ENCODING, "gzip")),
    )
    .await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    let vary: Vec<_> = answer
        .headers
        .get_all("vary")
        .map(|field| field.to_str().unwrap())
        .collect();
    let vary = vary.join(",").to_ascii_lowercase();
    for name in ["cookie", "sec-gpc", "accept-encoding"] {
        assert!(vary.contains(name), "{vary}");
    }
    assert!(answer.header("cache-control").contains("no-store"));
    assert_eq!(answer.set_cookies(), ["id=1"]);
}

#[actix_web::test]
async fn scoped_data_and_path_parameters_survive() {
    async fn handler(
        _: Consent,
        path: web::Path<(String, u8)>,
        data: web::Data<u8>,
        request: HttpRequest,
    ) -> String {
        let matched = request.match_pattern().unwrap();
        format!("{} {} {} {matched}", path.0, path.1, data.get_ref())
    }
    let app = test::init_service(
        App::new()
            .app_data(web::Data::new(1_u8))
            .service(
                web::scope("/{a}").app_data(web::Data::new(2_u8)).service(
                    web::resource("/{b}")
                        .app_data(web::Data::new(3_u8))
                        .route(web::get().to(handler)),
                ),
            )
            .wrap(consent()),
    )
    .await;
    for _ in 0..3 {
        assert_eq!(
            Visitor::new().get(&app, "/x/7").await.text(),
            "x 7 3 /{a}/{b}"
        );
    }
}

// What handlers are given.

#[actix_web::test]
async fn the_guard_serves_a_route_only_while_its_unit_is_on() {
    let app = test::init_service(
        App::new()
            .service(
                web::resource("/")
                    .route(
                        web::get()
                            .guard(allows("marketing"))
                            .to(async || "chosen for you"),
                    )
                    .route(web::get().to(async || "the same for all")),
            )
            .service(
                web::scope("/video")
                    .guard(allows("example-video"))
                    .route("/page", web::get().to(async || "video")),
            )
            .wrap(consent()),
    )
    .await;
    let [mut nobody, mut no, mut yes] = visitors(&app).await;
    assert_eq!(nobody.get(&app, "/").await.text(), "the same for all");
    assert_eq!(no.get(&app, "/").await.text(), "the same for all");
    assert_eq!(no.get(&app, "/video/page").await.status, 404);
    assert_eq!(yes.get(&app, "/").await.text(), "chosen for you");
    assert_eq!(yes.get(&app, "/video/page").await.text(), "video");
    yes.gpc = true;
    assert_eq!(yes.get(&app, "/").await.text(), "the same for all");
}

#[actix_web::test]
async fn the_guard_is_closed_for_unknown_units_and_without_the_middleware() {
    let routes = || {
        App::new().service(
            web::resource("/")
                .route(web::get().guard(allows("no-such-unit")).to(async || "open"))
                .route(web::get().to(async || "closed")),
        )
    };
    let app = test::init_service(routes().wrap(consent())).await;
    let [_, _, mut yes] = visitors(&app).await;
    assert_eq!(yes.get(&app, "/").await.text(), "closed");
    let app = test::init_service(routes()).await;
    assert_eq!(yes.get(&app, "/").await.text(), "closed");
}

#[actix_web::test]
async fn consent_can_be_had_from_every_kind_of_request() {
    let app = test::init_service(
        App::new()
            .route(
                "/",
                web::get().to(async |request: HttpRequest| {
                    request.consent().unwrap().allows("analytics").to_string()
                }),
            )
            .wrap_fn(|request, service| {
                let before = request.consent().unwrap().allows("analytics");
                let response = service.call(request);
                async move {
                    let response = response.await?;
                    assert_eq!(response.consent().unwrap().allows("analytics"), before);
                    Ok(response)
                }
            })
            .wrap(consent()),
    )
    .await;
    let [mut nobody, mut no, mut yes] = visitors(&app).await;
    assert_eq!(nobody.get(&app, "/").await.text(), "false");
    assert_eq!(no.get(&app, "/").await.text(), "false");
    assert_eq!(yes.get(&app, "/").await.text(), "true");
    assert!(
        test::TestRequest::default()
            .to_http_request()
            .consent()
            .is_none()
    );
    assert!(
        test::TestRequest::default()
            .to_srv_request()
            .consent()
            .is_none()
    );
}

#[actix_web::test]
async fn a_withdrawal_in_a_handler_is_visible_to_a_middleware_after_it() {
    let app = test::init_service(
        App::new()
            .route(
                "/",
                web::post().to(async |consent: Consent| {
                    consent.reject();
                    "done"
                }),
            )
            .wrap_fn(|request, service| {
                let before = request.consent().unwrap();
                assert!(before.allows("analytics"));
                let response = service.call(request);
                async move {
                    let response = response.await?;
                    assert!(!before.allows("analytics"));
                    assert_eq!(
                        response.consent().unwrap().basis("analytics"),
                        Some(Basis::Rejected)
                    );
                    Ok(response)
                }
            })
            .wrap(consent()),
    )
    .await;
    let outside = test::init_service(App::new().wrap(consent())).await;
    let [_, _, mut yes] = visitors(&outside).await;
    assert_eq!(yes.post(&app, "/").await.status, 200);
}

#[actix_web::test]
async fn a_handler_learns_units_bases_and_status() {
    async fn handler(consent: Consent) -> String {
        let bases =
            ["necessary", "analytics", "example-video", "nonsense"].map(|unit| consent.basis(unit));
        format!(
            "{bases:?} {:?} {}",
            consent.status(),
            consent.allows("nonsense")
        )
    }
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(handler))
            .wrap(consent()),
    )
    .await;
    let [mut nobody, mut no, mut yes] = visitors(&app).await;
    assert_eq!(
        nobody.get(&app, "/").await.text(),
        "[Some(Necessary), Some(Unanswered), Some(Unanswered), None] Undecided false"
    );
    assert_eq!(
        no.get(&app, "/").await.text(),
        "[Some(Necessary), Some(Rejected), Some(Rejected), None] Decided false"
    );
    assert_eq!(
        yes.get(&app, "/").await.text(),
        "[Some(Necessary), Some(Given), Some(Given), None] Decided false"
    );
}

#[actix_web::test]
async fn a_category_name_that_is_a_part_of_another_grants_nothing_else() {
    let policy = crate::helpers::policy_with(
        r#"
[[category]]
id = "analytics-more"
title = "More"
summary = "count more"
purposes = ["usage-analytics"]
"#,
    );
    let handler = async |consent: Consent| {
        ["analytics", "analytics-more", "Analytics", "analytic"]
            .map(|unit| consent.allows(unit).to_string())
            .join(" ")
    };
    let app = test::init_service(
        App::new()
            .route("/", web::get().to(handler))
            .wrap(ConsentMiddleware::new(policy, keys()).unwrap()),
    )
    .await;
    for (field, expected) in [
        ("cat.analytics", "true false false false"),
        ("cat.analytics-more", "false true false false"),
        ("cat.Analytics", "false false false false"),
        ("cat.analytic", "false false false false"),
    ] {
        let mut visitor = Visitor::new();
        visitor
            .choose(&app, &[("action", "save"), (field, "1")])
            .await;
        assert_eq!(visitor.get(&app, "/").await.text(), expected, "{field}");
    }
}

#[actix_web::test]
async fn a_handler_can_be_tested_by_itself() {
    let consent = Consent::granting(&policy(), ["analytics"]);
    assert!(consent.allows("analytics"));
    assert!(consent.allows("necessary"));
    assert!(
        !consent.allows("preferences")
            && !consent.allows("marketing")
            && !consent.allows("example-video")
    );
    assert_eq!(consent.status(), Status::Decided);
    assert_eq!(consent.verdict("visits"), Verdict::Sent);
    assert!(consent.banner().is_empty());
    let all = Consent::granting(&policy(), ["marketing"]);
    assert!(all.allows("marketing") && all.allows("example-video"));
    let none = Consent::granting(&policy(), [] as [&str; 0]);
    assert!(!none.allows("analytics"));
    let result = std::panic::catch_unwind(|| Consent::granting(&policy(), ["no-such-unit"]));
    assert!(result.is_err());
}

#[actix_web::test]
async fn accepting_a_unit_that_does_not_exist_changes_nothing() {
    let handler = async |consent: Consent| {
        let outcome = consent.accept(["analytics", "no-such-unit"]).await;
        assert!(!consent.allows("analytics"));
        outcome.map(|()| "done")
    };
    let app = test::init_service(
        App::new()
            .route("/", web::post().to(handler))
            .wrap(consent()),
    )
    .await;
    let answer = Visitor::new().post(&app, "/").await;
    assert_eq!(answer.status, 500);
    is_opaque(&answer);
    assert_eq!(answer.set_cookies(), [""; 0]);
}

#[actix_web::test]
async fn explaining_is_off_unless_it_is_asked_for() {
    let handler = async || setting(&["visits=1"]);
    for (explain, says) in [(false, false), (true, true)] {
        let consent = builder().explain(explain).build().unwrap();
        let app =
            test::init_service(App::new().route("/", web::get().to(handler)).wrap(consent)).await;
        let answer = Visitor::new().get(&app, "/").await;
        assert_eq!(answer.headers.contains_key("consent-explain"), says);
    }
}
