//! `Vary` and `Cache-Control`: what is merged, taken back and kept.

use actix_consent::Consent;
use actix_web::{App, HttpResponse, test, web};

use super::{asking, cache_control, members, with_banner};
use crate::helpers::{Visitor, consent, visitors};

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
async fn ignores_directives_that_only_resemble_known_ones() {
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

#[actix_web::test]
async fn a_no_transform_of_the_application_is_kept() {
    let app = asking_with!(("Cache-Control", "public, max-age=5, No-Transform"));
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(
        cache_control(&answer),
        ["no-cache", "no-transform", "private"]
    );
    let app = asking_with!(
        ("Cache-Control", "no-store"),
        ("Cache-Control", "no-transform")
    );
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(
        cache_control(&answer),
        ["no-store", "no-transform", "private"]
    );
    let app = asking_with!(("Cache-Control", "public, max-age=5"));
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(cache_control(&answer), ["no-cache", "private"]);
}

#[actix_web::test]
async fn removes_headers_that_override_cache_control() {
    const NETWORKS: [&str; 12] = [
        "CDN-Cache-Control",
        "Cloudflare-CDN-Cache-Control",
        "Netlify-CDN-Cache-Control",
        "Vercel-CDN-Cache-Control",
        "Deno-CDN-Cache-Control",
        "Akamai-Cache-Control",
        "Edge-Control",
        "Surrogate-Control",
        "X-Accel-Expires",
        "X-LiteSpeed-Cache-Control",
        // Targeted fields that nobody knows yet (RFC 9213, section 2).
        "ExampleCDN-Cache-Control",
        "X-Cache-Control",
    ];
    // Names for purging and reports store nothing.
    const OTHERS: [&str; 4] = [
        "Surrogate-Key",
        "Cache-Tag",
        "Edge-Cache-Tag",
        "X-LiteSpeed-Tag",
    ];
    async fn page() -> HttpResponse {
        let mut response = HttpResponse::Ok();
        for name in NETWORKS.iter().chain(&OTHERS) {
            response.insert_header((*name, "max-age=600"));
        }
        response.body("page")
    }
    let asking = async |_: Consent| page().await;
    let app = test::init_service(
        App::new()
            .route("/asking", web::get().to(asking))
            .route("/free", web::get().to(page))
            .wrap(consent()),
    )
    .await;
    for mut visitor in visitors(&app).await {
        let asking = visitor.get(&app, "/asking").await;
        let free = visitor.get(&app, "/free").await;
        for name in NETWORKS {
            assert!(!asking.headers.contains_key(name), "{name}");
            assert!(free.headers.contains_key(name), "{name}: the control");
        }
        for name in OTHERS {
            assert!(asking.headers.contains_key(name), "{name}");
        }
    }
}
