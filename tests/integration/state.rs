//! Endpoints for programs: `state.json` and the support representation of Global Privacy Control.

use actix_consent::{ConsentMiddleware, ConsentModel, Placement, Policy, error::ConfigError};
use actix_web::http::Method;
use serde_json::json;

use crate::{
    helpers::{Visitor, builder, keys, send},
    site::{hidden, site, today},
};

fn unit(basis: &str) -> serde_json::Value {
    let granted = ["necessary", "given", "implied"].contains(&basis);
    json!({ "granted": granted, "basis": basis })
}

#[actix_web::test]
async fn the_state_before_and_after_a_choice_is_as_documented() {
    let app = site(
        builder()
            .placement(|_| Some(Placement::new(ConsentModel::OptIn).in_jurisdiction("EU")))
            .clock(today)
            .build()
            .expect("valid"),
    )
    .await;
    let mut visitor = Visitor::new();
    let asked = hidden(visitor.get(&app, "/privacy/choices").await.text(), "asked");
    let expected = |status: &str, day: Option<&str>, bases: [&str; 4], gpc: bool, asked: &str| {
        let mut service = unit(bases[3]);
        service["category"] = "marketing".into();
        json!({
            "v": 1,
            "model": "opt-in",
            "jurisdiction": "EU",
            "status": status,
            "day": day,
            "categories": {
                "necessary": unit("necessary"),
                "preferences": unit(bases[0]),
                "analytics": unit(bases[1]),
                "marketing": unit(bases[2]),
            },
            "services": { "example-video": service },
            "banner": status == "undecided",
            "gpc": gpc,
            "asked": asked,
        })
    };
    let state = visitor.state(&app).await;
    assert_eq!(
        state,
        expected("undecided", None, ["unanswered"; 4], false, &asked)
    );
    visitor
        .choose(
            &app,
            &[
                ("action", "save"),
                ("cat.analytics", "1"),
                ("cat.marketing", "1"),
            ],
        )
        .await;
    let day = Some("2026-11-22");
    let bases = ["rejected", "given", "given", "given"];
    assert_eq!(
        visitor.state(&app).await,
        expected("decided", day, bases, false, &asked)
    );
    visitor.gpc = true;
    let asked = hidden(visitor.get(&app, "/privacy/choices").await.text(), "asked");
    let bases = ["rejected", "given", "signal", "signal"];
    assert_eq!(
        visitor.state(&app).await,
        expected("decided", day, bases, true, &asked)
    );
}

#[actix_web::test]
async fn reading_the_state_is_never_cached_and_sets_nothing() {
    let app = site(builder().build().expect("valid")).await;
    for prepared in [false, true] {
        let mut visitor = Visitor::new();
        if prepared {
            visitor.press(&app, "accept").await;
        }
        for method in [Method::GET, Method::HEAD] {
            let request = visitor.request(method, "/privacy/state.json");
            let answer = send(&app, request).await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("Cache-Control"), "no-store");
            assert!(
                answer
                    .header("Content-Type")
                    .starts_with("application/json")
            );
            assert!(answer.set_cookies().is_empty(), "{answer:?}");
            assert_eq!(answer.header("ETag"), "");
            assert_eq!(
                answer.header("Link"),
                "",
                "HTML alone says where the policy is"
            );
        }
        // A confirmation that waits for a page is not used up.
        if prepared {
            let page = visitor.get(&app, "/").await;
            assert!(page.text().contains("role=\"status\""));
        }
    }
}

#[actix_web::test]
async fn the_state_holds_no_value_of_any_cookie() {
    let app = site(builder().build().expect("valid")).await;
    let mut visitor = Visitor::new()
        .with("id", "secret-session")
        .with("visits", "secret-visits");
    visitor.press(&app, "accept").await;
    let text = visitor.state(&app).await.to_string();
    assert!(!text.contains("secret"), "{text}");
    let signature = visitor.cookies["__Host-consent"]
        .split("1.")
        .next()
        .expect("one")
        .to_owned();
    assert!(!text.contains(&signature), "{text}");
}

#[actix_web::test]
async fn the_state_follows_the_model_without_a_jurisdiction() {
    let app = site(
        builder()
            .model(ConsentModel::Implied)
            .build()
            .expect("valid"),
    )
    .await;
    let mut visitor = Visitor::new();
    let state = visitor.state(&app).await;
    assert_eq!(state["model"], "implied");
    assert_eq!(state["jurisdiction"], serde_json::Value::Null);
    assert_eq!(state["status"], "undecided");
    visitor.get(&app, "/").await;
    visitor.get(&app, "/page/2").await;
    assert_eq!(visitor.state(&app).await["status"], "implied");
    visitor.press(&app, "reject").await;
    assert_eq!(visitor.state(&app).await["status"], "decided");
}

#[actix_web::test]
async fn a_partial_answer_is_undecided_and_has_its_day() {
    let app = site(builder().clock(today).build().expect("valid")).await;
    let mut visitor = Visitor::new();
    visitor.get(&app, "/withdraw/analytics").await;
    let state = visitor.state(&app).await;
    assert_eq!(state["status"], "undecided");
    assert_eq!(state["day"], "2026-11-22");
    assert_eq!(state["categories"]["analytics"], unit("rejected"));
    assert_eq!(state["categories"]["marketing"], unit("unanswered"));
}

#[actix_web::test]
async fn base_path_moves_every_endpoint() {
    let app = site(builder().base_path("/legal/data").build().expect("valid")).await;
    let mut visitor = Visitor::new();
    for path in ["", "/choices", "/state.json", "/versions/2"] {
        let own = visitor.get(&app, &format!("/legal/data{path}")).await;
        assert_eq!(own.status, 200, "{path}");
        let old = visitor.get(&app, &format!("/privacy{path}")).await;
        assert_eq!(old.status, 404, "{path}");
    }
    assert_eq!(visitor.get(&app, "/.well-known/gpc.json").await.status, 200);
    let page = visitor.get(&app, "/").await;
    assert!(page.text().contains("action=\"/legal/data/choices\""));
    assert!(page.text().contains("href=\"/legal/data\""));
    assert!(!page.text().contains("\"/privacy"), "{}", page.text());
    assert_eq!(page.header("Link"), "</legal/data>; rel=\"privacy-policy\"");
    for own in ["", "/choices", "/versions/2"] {
        let own = visitor.get(&app, &format!("/legal/data{own}")).await;
        assert!(!own.text().contains("\"/privacy"), "{}", own.text());
    }
    let request = visitor
        .request(Method::POST, "/legal/data/choices")
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .set_form([("action", "accept")]);
    assert_eq!(send(&app, request).await.status, 303);
    let post = visitor
        .request(Method::POST, "/privacy/choices")
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .set_form([("action", "accept")]);
    assert!(!send(&app, post).await.sets("__Host-consent"));
}

#[actix_web::test]
async fn paths_beside_our_own_belong_to_the_application() {
    let app = site(builder().build().expect("valid")).await;
    for path in [
        "/privacy-and-us",
        "/privacyx",
        "/privacy/other",
        "/Privacy",
        "/x/privacy",
        "/privacy.html",
    ] {
        let answer = Visitor::new().get(&app, path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(
            answer.header("Content-Security-Policy"),
            "",
            "{path}: not ours"
        );
    }
    // The control, with a query as well.
    for path in ["/privacy", "/privacy?x=y", "/privacy/choices?x"] {
        assert_eq!(Visitor::new().get(&app, path).await.status, 200, "{path}");
    }
}

#[test]
fn a_base_path_that_is_none_cannot_be_built() {
    for path in [
        "",
        "/",
        "privacy",
        "/privacy/",
        "//privacy",
        "/a//b",
        "/a b",
        "/a?b",
        "/a#b",
        "/ä",
        "/{x}",
        "/../x",
        "/a/.",
        "https://x",
    ] {
        assert!(builder().base_path(path).build().is_err(), "{path:?}");
    }
    for path in ["/privacy", "/a/b", "/datenschutz", "/~x"] {
        assert!(builder().base_path(path).build().is_ok(), "{path:?}");
    }
}

#[test]
fn a_model_beside_placements_cannot_be_built() {
    let placed = || builder().placement(|_| None);
    assert!(placed().build().is_ok(), "alone it can");
    let error = placed().model(ConsentModel::OptIn).build().unwrap_err();
    assert_eq!(error, ConfigError::ModelAndPlacement);
}

#[test]
fn an_origin_that_is_none_cannot_be_built() {
    for origin in [
        "",
        "news.example",
        "https://",
        "https://news.example/",
        "https://news.example/a",
        "ftp://news.example",
        "https://news.example:x",
        "https://a b",
        "https://user@news.example",
        "https://news.example:99999",
        "//news.example",
        "https://[::1",
        "null",
        "https://news.example?x",
        "https://news.example#x",
    ] {
        assert!(builder().origin(origin).build().is_err(), "{origin:?}");
    }
    for origin in [
        "https://news.example",
        "https://news.example:8443",
        "https://[::1]:8443",
        "https://NEWS.example",
    ] {
        assert!(builder().origin(origin).build().is_ok(), "{origin:?}");
    }
    assert!(
        builder()
            .origin("https://news.example")
            .plain_http()
            .build()
            .is_err(),
        "they contradict"
    );
}

#[actix_web::test]
async fn gpc_json_declares_support_with_the_day_of_the_policy() {
    let app = site(builder().build().expect("valid")).await;
    let answer = Visitor::new().get(&app, "/.well-known/gpc.json").await;
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .header("Content-Type")
            .starts_with("application/json")
    );
    assert_eq!(
        answer.json(),
        json!({ "gpc": true, "lastUpdate": "2026-11-22" })
    );
    assert!(answer.set_cookies().is_empty());
}

/// R77: `lastUpdate` is a full date; one that is not known is left out rather than made up.
#[actix_web::test]
async fn without_a_day_the_declaration_has_none() {
    let text = include_str!("consent.toml").replace("effective = 2026-11-22\n", "");
    let policy = Policy::parse(&text).expect("valid");
    let app = site(ConsentMiddleware::new(policy, keys()).expect("valid")).await;
    let answer = Visitor::new().get(&app, "/.well-known/gpc.json").await;
    assert_eq!(answer.json()["gpc"], true);
    let update = &answer.json()["lastUpdate"];
    assert!(
        update.is_null() || update.as_str().is_some_and(|day| day.len() == 10),
        "{update}"
    );
}
