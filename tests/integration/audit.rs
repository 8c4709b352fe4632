//! The audit, on applications that behave and on ones that do not.

mod apps;
mod controls;

use actix_consent::{
    ConsentMiddleware, ConsentModel, Placement, Policy, Undeclared,
    audit::{
        Audit, Report, Rule, Step,
        rules::{Severity, State},
    },
};
use actix_web::{
    App, Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::ErrorForbidden,
    http::header::{self, HeaderName},
    middleware::{Next, from_fn},
    test, web,
};

use self::apps::*;
use crate::helpers::{builder, consent, keys};

#[actix_web::test]
async fn a_site_behind_the_gate_is_clean() {
    let consent = consent();
    let report = Audit::new(&consent)
        .get("/")
        .get("/report")
        .run(&good(&consent).await)
        .await;
    report.assert_clean();
    assert!(report.seen().contains(&"video_pref".to_owned()), "{report}");
    insta::assert_snapshot!("audit_of_a_good_site", report);
}

#[actix_web::test]
async fn a_layer_outside_of_the_gate_is_found_in_every_state() {
    let consent = consent();
    let app = App::new()
        .configure(routes)
        .wrap(consent.clone())
        .wrap(from_fn(counting));
    let app = test::init_service(app).await;
    let report = Audit::new(&consent).get("/").get("/report").run(&app).await;
    assert!(!report.is_clean());
    let found = |rule| states(&report, rule, "visits");
    assert_eq!(
        found(Rule::SetBeforeConsent),
        [
            (State::NoChoice, false),
            (State::NoChoice, true),
            (State::WentOn, false),
            (State::WentOn, true),
        ]
    );
    for gpc in [false, true] {
        assert!(found(Rule::SetAfterRejection).contains(&(State::Rejected, gpc)));
    }
    let signal = states(&report, Rule::SetDespiteSignal, "__Host-campaign");
    assert!(signal.contains(&(State::Accepted, true)), "{report}");
    assert_eq!(subjects(&report, Rule::LivesLonger), ["visits"]);
    insta::assert_snapshot!("audit_of_a_bad_site", report);
}

#[actix_web::test]
async fn two_runs_write_the_same_report() {
    let consent = consent();
    let app = App::new()
        .configure(routes)
        .wrap(consent.clone())
        .wrap(from_fn(counting));
    let app = test::init_service(app).await;
    let audit = Audit::new(&consent).get("/");
    let first = audit.run(&app).await.to_string();
    assert_eq!(first, audit.run(&app).await.to_string());
}

/// Carries the visitor's cookies round the gate in a header of its own.
async fn stash(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(cookies) = request.headers().get(header::COOKIE).cloned() {
        request
            .headers_mut()
            .insert(HeaderName::from_static("x-cookie"), cookies);
    }
    next.call(request).await
}

async fn unstash(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(cookies) = request.headers().get("x-cookie").cloned() {
        request.headers_mut().insert(header::COOKIE, cookies);
    }
    next.call(request).await
}

#[actix_web::test]
async fn finds_a_cookie_that_is_readable_after_withdrawal() {
    let consent = consent();
    let app = App::new()
        .configure(routes)
        .wrap(from_fn(unstash))
        .wrap(consent.clone())
        .wrap(from_fn(stash));
    let app = test::init_service(app).await;
    let report = Audit::new(&consent).get("/").run(&app).await;
    let found = states(&report, Rule::ReadableWithoutConsent, "visits");
    for state in [State::NoChoice, State::Rejected, State::Withdrawn] {
        assert!(found.contains(&(state.clone(), false)), "{state}: {report}");
    }
    // Script-set cookies, which no response ever sets, are among the leftovers.
    let found = subjects(&report, Rule::ReadableWithoutConsent);
    assert!(
        found.contains(&"_ga") && found.contains(&"_ga_audit"),
        "{report}"
    );
    let good = Audit::new(&consent)
        .get("/")
        .run(&good(&consent).await)
        .await;
    assert_eq!(good.of(Rule::ReadableWithoutConsent).count(), 0);
}

#[actix_web::test]
async fn finds_a_cookie_that_survives_on_an_undeclared_path() {
    let consent = consent();
    let visits = |path: &str| format!("visits=1; Path={path}; Max-Age=60; {LAX}");
    let app = setting(&consent, &[&visits("/deep")]).await;
    let report = Audit::new(&consent).get("/").run(&app).await;
    assert_eq!(subjects(&report, Rule::SurvivesWithdrawal), ["visits"]);
    let app = setting(&consent, &[&visits("/")]).await;
    let report = Audit::new(&consent).get("/").run(&app).await;
    assert_eq!(report.of(Rule::SurvivesWithdrawal).count(), 0);
    assert!(report.seen().contains(&"visits".to_owned()));
}

#[actix_web::test]
async fn an_undeclared_cookie_is_found_although_the_gate_withholds_it() {
    let consent = consent();
    let app = setting(&consent, &["_new=1"]).await;
    let report = Audit::new(&consent).get("/").run(&app).await;
    assert_eq!(subjects(&report, Rule::UndeclaredWithheld), ["_new"]);
    assert_eq!(report.of(Rule::Undeclared).count(), 0);
    // The gate reports a name once; a second audit must not take that for silence.
    let again = Audit::new(&consent).get("/").run(&app).await;
    assert_eq!(subjects(&again, Rule::UndeclaredWithheld), ["_new"]);
    assert!(again.to_toml().contains("name = \"_new\""));
}

#[actix_web::test]
async fn report_mode_drafts_declarations_of_undeclared_cookies() {
    let consent = builder()
        .undeclared(Undeclared::Report)
        .build()
        .expect("it can be used");
    let cookies = [
        "_new=s3cret; Max-Age=2592000; Path=/shop; Domain=localhost".to_owned(),
        format!("theme=s3cret; Path=/; {LAX}"),
        "part=s3cret; Path=/; Max-Age=90; Secure; SameSite=None; Partitioned".to_owned(),
        "na me=1".to_owned(),
    ];
    let app = setting(&consent, &cookies.each_ref().map(String::as_str)).await;
    let report = Audit::new(&consent).get("/").run(&app).await;
    assert_eq!(
        subjects(&report, Rule::Undeclared),
        ["_new", "na me", "part", "theme"]
    );
    let draft = report.to_toml();
    insta::assert_snapshot!("drafts", draft);
    let completed = draft
        .replace("category = \"\"", "category = \"analytics\"")
        .replace("purpose = \"\"", "purpose = \"Counts.\"");
    let policy = format!("{}\n{completed}", include_str!("consent.toml"));
    let policy = Policy::parse(&policy).expect("the drafts are declarations");

    // What is declared so is no longer found.
    let consent = ConsentMiddleware::new(policy, keys()).expect("it can be used");
    let app = setting(&consent, &cookies.each_ref().map(String::as_str)).await;
    let report = Audit::new(&consent).get("/").run(&app).await;
    assert_eq!(report.of(Rule::Undeclared).count(), 0);
    assert_eq!(report.of(Rule::LivesLonger).count(), 0);
    assert_eq!(report.of(Rule::SurvivesWithdrawal).count(), 0);
    assert!(report.seen().contains(&"_new".to_owned()), "{report}");
}

#[actix_web::test]
async fn the_implied_model_is_lawful_outside_of_europe() {
    let text = include_str!("consent.toml");
    for (serves, unlawful) in [("EU", true), ("US", false)] {
        let text = text.replace("serves = [\"EU\"]", &format!("serves = [\"{serves}\"]"));
        let policy = Policy::parse(&text).expect("the policy is valid");
        let consent = ConsentMiddleware::builder(policy, keys())
            .model(ConsentModel::Implied)
            .build()
            .expect("it can be used");
        let report = Audit::new(&consent)
            .get("/")
            .run(&good(&consent).await)
            .await;
        assert_eq!(
            report.of(Rule::ModelUnlawful).count(),
            usize::from(unlawful),
            "{report}"
        );
        // Apart from that it does as the model says, going on and the signal included.
        assert_eq!(
            report.count(Severity::Error),
            usize::from(unlawful),
            "{report}"
        );
        assert_eq!(report.count(Severity::Warning), 0, "{report}");
    }
}

#[actix_web::test]
async fn implied_consent_allows_cookies_only_after_the_first_page() {
    let consent = builder()
        .model(ConsentModel::Implied)
        .build()
        .expect("it can be used");
    let app = App::new()
        .configure(routes)
        .wrap(consent.clone())
        .wrap(from_fn(counting));
    let report = Audit::new(&consent)
        .get("/")
        .run(&test::init_service(app).await)
        .await;
    let found = states(&report, Rule::SetBeforeConsent, "visits");
    assert_eq!(found, [(State::NoChoice, false), (State::NoChoice, true)]);
}

#[actix_web::test]
async fn a_cookie_in_an_error_is_found() {
    async fn failing(
        _: ServiceRequest,
        _: Next<impl MessageBody>,
    ) -> Result<ServiceResponse<BoxBody>, Error> {
        let mut error = ErrorForbidden("no");
        error.add_response_mapper(|mut response| {
            add(response.headers_mut(), &format!("visits=1; Path=/; {LAX}"));
            response
        });
        Err(error)
    }
    let consent = consent();
    let app = App::new()
        .configure(routes)
        .wrap(consent.clone())
        .wrap(from_fn(failing));
    let report = Audit::new(&consent)
        .get("/")
        .run(&test::init_service(app).await)
        .await;
    assert_eq!(subjects(&report, Rule::SetBeforeConsent), ["visits"]);
    let inside = App::new()
        .configure(routes)
        .wrap(from_fn(failing))
        .wrap(consent.clone());
    let report = Audit::new(&consent)
        .get("/")
        .run(&test::init_service(inside).await)
        .await;
    assert_eq!(report.of(Rule::SetBeforeConsent).count(), 0);
    assert_eq!(subjects(&report, Rule::UnexpectedStatus), ["GET /"]);
}

#[actix_web::test]
async fn sees_a_cookie_that_a_posted_form_sets() {
    async fn settings(form: web::Form<Vec<(String, String)>>) -> HttpResponse {
        let (_, size) = &form.0[0];
        answer(&[format!("display={size}; Path=/; Max-Age=60; {LAX}")])
    }
    let consent = consent();
    let app = App::new()
        .configure(routes)
        .route("/settings", web::post().to(settings))
        .wrap(consent.clone());
    let app = test::init_service(app).await;
    let form = Step::post("/settings").form(&[("size", "large")]);
    let report = Audit::new(&consent).step(form).run(&app).await;
    let missing = subjects(&report, Rule::DeclaredNeverSeen);
    assert_eq!(missing, ["__Host-campaign", "id", "video_pref", "visits"]);
    assert!(report.seen().contains(&"display".to_owned()));
}

#[actix_web::test]
async fn the_value_of_a_cookie_is_in_no_report() {
    const VALUE: &str = "s3cret";
    let consent = builder()
        .undeclared(Undeclared::Report)
        .build()
        .expect("it can be used");
    let cookies = ["_new", "visits"].map(|name| format!("{name}={VALUE}; Max-Age=99999999"));
    let app = setting(&consent, &cookies.each_ref().map(String::as_str)).await;
    let report = Audit::new(&consent).get("/").run(&app).await;
    assert!(
        report.seen().contains(&"_new".to_owned()),
        "the value was there to be seen"
    );
    let texts = [
        report.to_string(),
        format!("{report:?}"),
        report.to_toml(),
        panic_of(&report),
    ];
    for text in texts {
        assert!(!text.contains(VALUE), "{text}");
    }
}

fn panic_of(report: &Report) -> String {
    let report = std::panic::AssertUnwindSafe(report);
    let panic = std::panic::catch_unwind(|| report.assert_clean());
    let panic = panic.expect_err("the report is not clean");
    panic
        .downcast_ref::<String>()
        .expect("the message is a text")
        .clone()
}

#[actix_web::test]
async fn assert_clean_explains_rules_and_drafts_declarations() {
    let consent = consent();
    let app = setting(&consent, &["_new=1"]).await;
    let message = panic_of(&Audit::new(&consent).get("/").run(&app).await);
    insta::assert_snapshot!("panic_of_assert_clean", message);
}

#[actix_web::test]
async fn a_warning_can_be_allowed_for_one_subject_and_stays_in_sight() {
    let consent = consent();
    let app = setting(
        &consent,
        &[
            "visits=1; Secure; SameSite=Lax",
            "display=1; Secure; SameSite=Lax",
        ],
    );
    let audit = Audit::new(&consent)
        .get("/")
        .allow(Rule::NotHttpOnly, "visits");
    let report = audit.run(&app.await).await;
    let found: Vec<_> = report
        .of(Rule::NotHttpOnly)
        .map(|it| (&*it.subject, it.severity))
        .collect();
    assert_eq!(
        found,
        [("display", Severity::Warning), ("visits", Severity::Note)]
    );
}

#[actix_web::test]
#[should_panic(expected = "`set-before-consent` is an error, which an audit cannot allow")]
async fn an_error_cannot_be_allowed() {
    let _ = Audit::new(&consent()).allow(Rule::SetBeforeConsent, "visits");
}

#[actix_web::test]
async fn sends_a_header_that_places_visitors_with_each_request() {
    let consent = builder()
        .placement(|head| {
            let region = head.headers.get("x-region")?.to_str().ok()?;
            Some(Placement::new(ConsentModel::Implied).in_jurisdiction(region))
        })
        .build()
        .expect("it can be used");
    let app = good(&consent).await;
    let found = |region: &'static str| Audit::new(&consent).get("/").header("X-Region", region);
    let report = found("CH").run(&app).await;
    assert_eq!(report.of(Rule::ModelUnlawful).count(), 1);
    // Read as implied everywhere, or the cookies of those who went on would be objected to.
    found("US").run(&app).await.assert_clean();
    assert!(report.to_string().contains("model: implied"), "{report}");
}
