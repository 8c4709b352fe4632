//! Types, scopes, and other middleware round it and inside of it.

use actix_consent::{
    Banner, Consent, ConsentExt, ConsentMiddleware, Placement, Policy, SigningKeys, Verdict,
    choice::Choice, decision::Decision, error::MountError,
};
use actix_web::{
    App, HttpRequest, HttpResponse,
    http::{Method, header},
    middleware::{Compat, Compress, Condition, NormalizePath},
    test, web,
};

use crate::helpers::{Visitor, consent, send, session, setting, visitors};

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
async fn it_composes_with_scopes_resources_and_wrappers() {
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
}

#[actix_web::test]
async fn it_composes_with_other_middleware() {
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
