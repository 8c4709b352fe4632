//! Slashes at the end of paths, scopes, and single resources.

use actix_consent::Consent;
use actix_web::{
    App, HttpResponse,
    http::Method,
    middleware::{NormalizePath, TrailingSlash},
    test, web,
};

use crate::helpers::{COOKIE, Visitor, builder, consent, listen, logged, send};

async fn page(consent: Consent) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(format!("<body>{}", consent.banner()))
}

/// The address that the form of a page posts to.
fn action(html: &str) -> &str {
    let (_, from) = html.split_once("action=\"").expect("a form");
    from.split('"').next().unwrap()
}

#[actix_web::test]
async fn built_in_pages_answer_with_and_without_a_slash() {
    let routes = || App::new().route("/{tail:.*}", web::get().to(page));
    for slash in [
        None,
        Some(TrailingSlash::Always),
        Some(TrailingSlash::Trim),
        Some(TrailingSlash::MergeOnly),
    ] {
        let outside = NormalizePath::new(slash.unwrap_or(TrailingSlash::MergeOnly));
        let outside = actix_web::middleware::Condition::new(slash.is_some(), outside);
        let app = test::init_service(routes().wrap(consent()).wrap(outside)).await;
        for path in [
            "/privacy",
            "/privacy/choices",
            "/privacy/state.json",
            "/privacy/versions/2",
            "/.well-known/gpc.json",
        ] {
            for path in [path.to_owned(), format!("{path}/")] {
                let answer = send(&app, Visitor::new().request(Method::GET, &path)).await;
                assert_eq!(answer.status, 200, "{slash:?} {path}");
                let own = answer.header("cache-control") == "no-store";
                assert!(own, "{slash:?} {path}: the application answered");
            }
        }
        for path in ["/privacy/choices", "/privacy/choices/"] {
            let request = Visitor::new()
                .request(Method::POST, path)
                .insert_header(("Sec-Fetch-Site", "same-origin"))
                .set_form([("action", "reject")]);
            let answer = send(&app, request).await;
            assert!(
                answer.status == 303 && answer.sets(COOKIE),
                "{slash:?} {path}"
            );
        }
    }
    // The control: other paths are the application's.
    let app = test::init_service(routes().wrap(consent())).await;
    for path in ["/privacy//", "/privacy/choices/x", "/privacyx/", "/"] {
        let answer = send(&app, Visitor::new().request(Method::GET, path)).await;
        let own = answer.header("cache-control") == "no-store";
        assert!(!own, "{path}");
    }
}

#[actix_web::test]
async fn in_a_scope_the_built_in_pages_lie_under_its_path() {
    listen();
    let app = test::init_service(
        App::new().service(
            web::scope("/blog/{year}")
                .wrap(consent())
                .route("", web::get().to(page))
                .route("/post", web::get().to(page)),
        ),
    )
    .await;
    for path in ["/blog/2026/post", "/blog/2026"] {
        let mut visitor = Visitor::new();
        let answer = visitor.get(&app, path).await;
        let action = action(answer.text()).to_owned();
        assert_eq!(action, "/blog/2026/privacy/choices", "{path}");
        assert!(answer.text().contains(&format!("value=\"{path}\"")));
        let link = answer.header("link");
        assert!(link.contains("</blog/2026/privacy>"), "{link}");
        let request = visitor
            .request(Method::POST, &action)
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .set_form([("action", "reject"), ("return_to", path)]);
        let chosen = send(&app, request).await;
        assert_eq!(
            (chosen.status.as_u16(), chosen.header("location")),
            (303, path)
        );
        assert!(chosen.sets(COOKIE));
        visitor.keep(&chosen);
        assert!(
            !visitor
                .get(&app, path)
                .await
                .text()
                .contains("value=\"reject\"")
        );
    }
    let settings = send(
        &app,
        Visitor::new().request(Method::GET, "/blog/2026/privacy"),
    )
    .await;
    assert_eq!(settings.status, 200);
    assert!(
        settings
            .text()
            .contains("href=\"/blog/2026/privacy/choices\"")
    );
    let log = logged().join("\n");
    assert!(!log.contains("ERROR"), "{log}");
}

#[actix_web::test]
async fn a_base_path_that_names_the_scope_stays_as_it_is() {
    let consent = builder().base_path("/blog/privacy").build().unwrap();
    let app = test::init_service(
        App::new().service(
            web::scope("/blog")
                .wrap(consent)
                .route("/post", web::get().to(page)),
        ),
    )
    .await;
    let answer = Visitor::new().get(&app, "/blog/post").await;
    assert_eq!(action(answer.text()), "/blog/privacy/choices");
    let settings = Visitor::new().get(&app, "/blog/privacy/choices").await;
    assert_eq!(settings.status, 200);
}

#[actix_web::test]
async fn hostile_scope_values_stay_inside_links() {
    let app = test::init_service(
        App::new().service(
            web::scope("/{tenant}")
                .wrap(consent())
                .route("/post", web::get().to(page)),
        ),
    )
    .await;
    for (tenant, base) in [
        (
            "a%22%3E%3Cscript%3E",
            "/a%22%3E%3Cscript%3E/privacy/choices",
        ),
        ("caf%C3%A9", "/caf%C3%A9/privacy/choices"),
        ("%0d%0aX-Evil:1", "/%0D%0AX-Evil%3A1/privacy/choices"),
    ] {
        let answer = Visitor::new().get(&app, &format!("/{tenant}/post")).await;
        assert_eq!(action(answer.text()), base);
        assert!(!answer.text().contains("<script>"));
        let page = Visitor::new().get(&app, base).await;
        assert_eq!(page.status, 200, "{base}");
    }
}

#[actix_web::test]
async fn a_single_resource_is_logged_once_with_the_remedy() {
    listen();
    let app = test::init_service(
        App::new()
            .service(
                web::resource("/post")
                    .wrap(consent())
                    .route(web::get().to(page)),
            )
            .default_service(web::to(HttpResponse::NotFound)),
    )
    .await;
    logged();
    for round in 0..3 {
        assert_eq!(Visitor::new().get(&app, "/post").await.status, 200);
        let log = logged().join("\n");
        let told = log.contains("ERROR") && log.contains("/post") && log.contains(".wrap(");
        assert_eq!(told, round == 0, "{log}");
    }
    // One that gets every request has the pages.
    let app = test::init_service(
        App::new().service(
            web::resource("/{tail:.*}")
                .wrap(consent())
                .route(web::get().to(page)),
        ),
    )
    .await;
    let answer = Visitor::new().get(&app, "/post").await;
    assert_eq!(action(answer.text()), "/privacy/choices");
    let settings = Visitor::new().get(&app, "/privacy/choices").await;
    assert_eq!(settings.header("cache-control"), "no-store");
    assert_eq!(logged(), [""; 0]);
}

#[actix_web::test]
async fn a_scope_that_ends_with_a_slash_is_logged_once() {
    listen();
    for (path, written) in [("/blog/", "/blog"), ("/", ""), ("/blog", "")] {
        let app = test::init_service(
            App::new().service(
                web::scope(path)
                    .wrap(consent())
                    .route("/post", web::get().to(page))
                    .route("post", web::get().to(page)),
            ),
        )
        .await;
        logged();
        for round in 0..2 {
            let address = format!("{path}/post");
            Visitor::new().get(&app, &address).await;
            let log = logged().join("\n");
            let told = log.contains("ERROR") && log.contains(&format!("web::scope({written:?})"));
            assert_eq!(told, round == 0 && path.ends_with('/'), "{address}: {log}");
        }
    }
}
