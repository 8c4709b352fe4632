//! On later visits: which requests sweep, and what is denied by then.

use actix_consent::{ConsentMiddleware, choice::Day};
use actix_web::{App, HttpResponse, http::Method, test, web};

use super::{GA_PLACES, NOTHING, names, places, removed, set};
use crate::helpers::{Visitor, builder, consent, keys, policy_with, send, site_setting, visitors};

#[actix_web::test]
async fn a_navigation_sweeps_what_is_denied_and_was_carried() {
    let app = site_setting(consent(), &NOTHING).await;
    let [nobody, no, yes] = visitors(&app).await;
    let carrying = |visitor: Visitor| {
        let visitor = visitor
            .with("visits", "1")
            .with("_ga", "1")
            .with("_ga_X", "1");
        visitor.with("id", "1").with("basket", "1")
    };
    for visitor in [nobody, no] {
        let mut visitor = carrying(visitor);
        let answer = visitor.get(&app, "/").await;
        assert_eq!(removed(&answer), names(["visits", "_ga", "_ga_X"]));
        assert_eq!(places(&answer, "_ga"), set(GA_PLACES));
        assert!(visitor.cookies.contains_key("id") && visitor.cookies.contains_key("basket"));
        // Once swept, they are no longer sent, and nothing is left to do.
        assert_eq!(visitor.get(&app, "/").await.set_cookies(), NOTHING);
    }
    assert_eq!(removed(&carrying(yes).get(&app, "/").await), names([]));
}

#[actix_web::test]
async fn sweeps_a_third_party_cookie_that_the_browser_sends() {
    let policy = policy_with(
        r#"
[[cookie]]
name = "pixel"
category = "analytics"
purpose = "One."
duration = "1 day"
set_by = "third-party"
host = "pixels.example"
"#,
    );
    let app = site_setting(ConsentMiddleware::new(policy, keys()).unwrap(), &NOTHING).await;
    let [_, no, mut yes] = visitors(&app).await;
    // On the other site only its own server could remove it.
    assert!(!yes.press(&app, "reject").await.removes("pixel"));
    assert!(!no.clone().get(&app, "/").await.removes("pixel"));
    // What came with the request is kept for this site, whoever set it.
    let mut visitor = no.with("pixel", "1");
    assert!(visitor.get(&app, "/").await.removes("pixel"));
    assert!(!visitor.cookies.contains_key("pixel"));
}

#[actix_web::test]
async fn only_navigations_sweep() {
    let app = site_setting(consent(), &NOTHING).await;
    let [_, no, _] = visitors(&app).await;
    let no = no.with("visits", "1");
    let ask = |headers: &[(&'static str, &'static str)]| {
        let mut request = no.request(Method::GET, "/");
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        request
    };
    let sweeps: [&[(&str, &str)]; 3] = [
        &[("sec-fetch-dest", "document")],
        &[("accept", "text/html,application/xhtml+xml")],
        &[("sec-fetch-dest", "document"), ("accept", "*/*")],
    ];
    for headers in sweeps {
        assert!(
            send(&app, ask(headers)).await.removes("visits"),
            "{headers:?}"
        );
    }
    let leaves: [&[(&str, &str)]; 6] = [
        &[("sec-fetch-dest", "empty")],
        &[("sec-fetch-dest", "image")],
        &[("sec-fetch-dest", "script"), ("accept", "text/html")],
        &[("accept", "application/json")],
        &[("accept", "*/*")],
        &[("sec-fetch-dest", "document"), ("sec-purpose", "prefetch")],
    ];
    for headers in leaves {
        assert_eq!(
            send(&app, ask(headers)).await.set_cookies(),
            NOTHING,
            "{headers:?}"
        );
    }
}

#[actix_web::test]
async fn sweeps_on_redirects_and_errors() {
    let app = test::init_service(
        App::new()
            .route(
                "/away",
                web::to(async || {
                    HttpResponse::Found()
                        .insert_header(("location", "/"))
                        .finish()
                }),
            )
            .route(
                "/crash",
                web::to(async || {
                    Err::<HttpResponse, _>(actix_web::error::ErrorInternalServerError("x"))
                }),
            )
            .wrap(consent()),
    )
    .await;
    let visitor = Visitor::new().with("visits", "1");
    for (path, status) in [("/away", 302), ("/crash", 500), ("/none", 404)] {
        let answer = visitor.clone().get(&app, path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.removes("visits")),
            (status, true),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn sweeps_on_errors_of_an_inner_middleware() {
    let app = test::init_service(
        App::new()
            .service(
                web::resource("/")
                    .route(web::get().to(async || "page"))
                    .wrap_fn(|_, _| async {
                        let error = actix_web::error::ErrorUnauthorized("no");
                        Err::<actix_web::dev::ServiceResponse, _>(error)
                    }),
            )
            .wrap(consent()),
    )
    .await;
    let [_, _, yes] = visitors(&app).await;
    let answer = Visitor::new().with("visits", "1").get(&app, "/").await;
    assert_eq!(
        (answer.status.as_u16(), answer.removes("visits")),
        (401, true)
    );
    let answer = yes.with("visits", "1").get(&app, "/").await;
    assert_eq!(
        (answer.status.as_u16(), answer.removes("visits")),
        (401, false)
    );
}

#[actix_web::test]
async fn our_own_pages_sweep_as_well() {
    let app = site_setting(consent(), &NOTHING).await;
    for path in ["/privacy", "/privacy/choices"] {
        let answer = Visitor::new()
            .with("visits", "1")
            .with("id", "1")
            .get(&app, path)
            .await;
        assert_eq!(answer.status, 200);
        assert_eq!(removed(&answer), names(["visits"]), "{path}");
    }
}

#[actix_web::test]
async fn an_expired_choice_is_swept_like_no_choice() {
    let day = |number: &str| number.parse::<Day>().unwrap();
    let on = |number: &'static str| builder().clock(move || day(number)).build().unwrap();
    let (then, later, much_later) = (on("20000"), on("20100"), on("20200"));
    let app = site_setting(then, &["visits=1"]).await;
    let [_, _, yes] = visitors(&app).await;
    let yes = yes.with("visits", "1");
    let app = site_setting(later, &["visits=1"]).await;
    assert_eq!(yes.clone().get(&app, "/").await.set_cookies(), ["visits=1"]);
    let app = site_setting(much_later, &["visits=1"]).await;
    let answer = yes.clone().get(&app, "/").await;
    assert!(answer.removes("visits") && !answer.sets("visits"));
}

#[actix_web::test]
async fn a_signal_sweeps_what_it_denies_and_nothing_else() {
    let app = site_setting(consent(), &NOTHING).await;
    let [_, _, yes] = visitors(&app).await;
    let mut yes = yes
        .with("visits", "1")
        .with("__Host-campaign", "1")
        .with("video_pref", "1");
    assert_eq!(removed(&yes.get(&app, "/").await), names([]));
    yes.gpc = true;
    assert_eq!(
        removed(&yes.get(&app, "/").await),
        names(["__Host-campaign", "video_pref"])
    );
}

#[actix_web::test]
async fn a_changed_meaning_sweeps_what_is_no_longer_granted() {
    let old = site_setting(consent(), &NOTHING).await;
    let [_, _, yes] = visitors(&old).await;
    let renewed = include_str!("../consent.toml").replace(
        "purposes = [\"usage-analytics\"]",
        "purposes = [\"usage-analytics\"]\nrenew = 1",
    );
    let policy = actix_consent::Policy::parse(&renewed).unwrap();
    let new = site_setting(
        ConsentMiddleware::new(policy, keys()).unwrap(),
        &["visits=1", "display=1"],
    )
    .await;
    let mut yes = yes.with("visits", "1").with("display", "1");
    assert_eq!(yes.clone().get(&old, "/").await.set_cookies(), NOTHING);
    let answer = yes.get(&new, "/").await;
    assert_eq!(removed(&answer), names(["visits"]));
    assert!(answer.sets("display") && !answer.sets("visits"));
}

#[actix_web::test]
async fn what_is_hidden_is_still_swept() {
    let seen = async |request: actix_web::HttpRequest| {
        format!(
            "{:?} {:?}",
            request.cookie("visits"),
            request.headers().get("cookie")
        )
    };
    let app = test::init_service(App::new().default_service(web::to(seen)).wrap(consent())).await;
    let answer = Visitor::new().with("visits", "1").get(&app, "/").await;
    assert_eq!(answer.text(), "None None");
    assert!(answer.removes("visits"));
}
