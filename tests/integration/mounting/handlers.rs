//! Values that handlers get.

use actix_consent::{Basis, Consent, ConsentExt, ConsentMiddleware, Status, Verdict, allows};
use actix_web::{App, HttpRequest, dev::Service as _, test, web};

use super::is_opaque;
use crate::helpers::{Visitor, builder, consent, keys, policy, setting, visitors};

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
async fn the_guard_denies_unknown_units_and_without_middleware() {
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
async fn a_later_middleware_sees_a_withdrawal_in_a_handler() {
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
async fn a_category_id_within_another_grants_nothing_else() {
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
    let consent = actix_consent::testing::granting(&policy(), ["analytics"]);
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
    let all = actix_consent::testing::granting(&policy(), ["marketing"]);
    assert!(all.allows("marketing") && all.allows("example-video"));
    let none = actix_consent::testing::granting(&policy(), [] as [&str; 0]);
    assert!(!none.allows("analytics"));
    let result =
        std::panic::catch_unwind(|| actix_consent::testing::granting(&policy(), ["no-such-unit"]));
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
