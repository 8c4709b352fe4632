//! Several sites in one process, as `docs/hosting.md` shows them.

use actix_consent::{ConsentMiddleware, SigningKeys, error::ConfigError};
use actix_web::{
    App, guard,
    http::{Method, header},
    test::{self, TestRequest},
    web,
};

use super::runs_what_is_shown;
use crate::helpers::{COOKIE, Visitor, policy, send};

/// A request for a host, from a page of an origin, as over plain http: without fetch metadata.
fn at(host: &str, origin: &str, visitor: &Visitor, method: Method, path: &str) -> TestRequest {
    visitor
        .request(method, path)
        .insert_header((header::HOST, host))
        .insert_header((header::ORIGIN, origin))
}

#[actix_web::test]
async fn each_site_of_a_process_has_its_own_pages_and_choice() -> Result<(), ConfigError> {
    runs_what_is_shown("# Several sites", include_str!("hosts.rs"));
    let (news_policy, shop_policy) = (policy(), policy());
    let news = ConsentMiddleware::builder(news_policy, SigningKeys::generate())
        .origin("https://news.example")
        .build()?;
    let shop = ConsentMiddleware::builder(shop_policy, SigningKeys::generate())
        .origin("https://shop.example")
        .build()?;
    let app = App::new()
        .service(
            web::scope("")
                .guard(guard::Host("news.example"))
                .wrap(news)
                .route("/", web::get().to(async || "news")),
        )
        .service(
            web::scope("")
                .guard(guard::Host("shop.example"))
                .wrap(shop)
                .route("/", web::get().to(async || "shop")),
        );
    let app = test::init_service(app).await;
    for (site, other) in [("news", "shop"), ("shop", "news")] {
        let [host, other] = [site, other].map(|name| format!("{name}.example"));
        let [origin, foreign] = [&host, &other].map(|host| format!("https://{host}"));
        let nobody = Visitor::new();
        let get = |path: &str| at(&host, &origin, &nobody, Method::GET, path);
        assert_eq!(send(&app, get("/")).await.text(), site);
        for path in ["/privacy", "/privacy/choices"] {
            assert_eq!(send(&app, get(path)).await.status, 200, "{host}{path}");
        }
        let choose = |origin: &str| {
            let request = at(&host, origin, &nobody, Method::POST, "/privacy/choices");
            request.set_form([("action", "accept")])
        };
        let refused = send(&app, choose(&foreign)).await;
        assert_eq!(refused.status, 403, "{host}");
        assert_eq!(refused.set_cookies(), [""; 0]);
        let chosen = send(&app, choose(&origin)).await;
        assert_eq!(chosen.status, 303, "{host}");
        assert!(chosen.sets(COOKIE));
        // A choice counts on the site that it was made on.
        let mut visitor = Visitor::new();
        visitor.keep(&chosen);
        for (asked, decided) in [(&host, true), (&other, false)] {
            let state = at(asked, &origin, &visitor, Method::GET, "/privacy/state.json");
            let state = send(&app, state).await;
            let state: serde_json::Value = serde_json::from_slice(&state.body).unwrap();
            assert_eq!(state["status"] == "decided", decided, "{asked}: {state}");
        }
    }
    // The control: another host has none of the pages.
    let nobody = Visitor::new();
    for path in ["/", "/privacy"] {
        let request = at(
            "other.example",
            "https://other.example",
            &nobody,
            Method::GET,
            path,
        );
        assert_eq!(send(&app, request).await.status, 404, "{path}");
    }
    Ok(())
}
