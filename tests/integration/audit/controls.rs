//! Controls of the audit: an audit that could see nothing reports it.

use actix_consent::{
    ConsentModel,
    audit::{Audit, Rule},
};
use actix_web::{
    App, Error, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::{Next, from_fn},
    test, web,
};

use super::apps::*;
use crate::helpers::{builder, consent};

#[actix_web::test]
async fn an_application_without_the_middleware_is_found() {
    let consent = consent();
    let page = || async { answer(&[format!("visits=1; Path=/; {LAX}")]) };
    let app = test::init_service(App::new().route("/", web::get().to(page))).await;
    let report = Audit::new(&consent).get("/").run(&app).await;
    assert_eq!(subjects(&report, Rule::Unguarded), ["GET /"]);
    assert!(
        subjects(&report, Rule::ChoiceWithoutEffect).contains(&"accepted"),
        "{report}"
    );
    assert_eq!(subjects(&report, Rule::SetBeforeConsent), ["visits"]);
    // Nothing is made of cookies that could not be seen for that reason.
    assert_eq!(report.of(Rule::DeclaredNeverSeen).count(), 0);
}

#[actix_web::test]
async fn a_middleware_other_than_the_audited_one_is_found() {
    let report = Audit::new(&consent())
        .get("/")
        .run(&good(&consent()).await)
        .await;
    let evidence: Vec<_> = report
        .of(Rule::Unguarded)
        .map(|it| it.evidence.as_str())
        .collect();
    assert_eq!(
        evidence,
        ["another ConsentMiddleware ran than the audited one"]
    );
}

#[actix_web::test]
async fn an_implied_site_whose_pages_show_no_notice_is_found() {
    let consent = builder()
        .model(ConsentModel::Implied)
        .build()
        .expect("it can be used");
    let app = setting(&consent, &[]).await;
    let report = Audit::new(&consent).get("/").run(&app).await;
    assert_eq!(report.of(Rule::NoticeNotShown).count(), 1);
    let report = Audit::new(&consent)
        .get("/")
        .run(&good(&consent).await)
        .await;
    assert_eq!(report.of(Rule::NoticeNotShown).count(), 0);
}

#[actix_web::test]
async fn an_audit_that_asks_for_nothing_fails() {
    let consent = consent();
    let report = Audit::new(&consent).run(&good(&consent).await).await;
    assert_eq!(report.of(Rule::NothingObserved).count(), 1);
    assert!(!report.is_clean());
}

#[actix_web::test]
async fn finds_a_path_that_is_missing_in_every_state() {
    let consent = consent();
    let app = App::new()
        .configure(routes)
        .service(
            web::resource("/recommended").route(
                web::get()
                    .guard(actix_consent::allows("marketing"))
                    .to(page),
            ),
        )
        .wrap(consent.clone());
    let app = test::init_service(app).await;
    let report = Audit::new(&consent)
        .get("/recommended")
        .get("/repotr")
        .run(&app)
        .await;
    assert_eq!(subjects(&report, Rule::UnexpectedStatus), ["GET /repotr"]);
}

#[actix_web::test]
async fn a_choice_that_does_not_arrive_is_found() {
    async fn swallow(
        request: ServiceRequest,
        next: Next<impl MessageBody + 'static>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        if request.method() == Method::POST {
            let response = HttpResponse::Ok().finish();
            return Ok(request.into_response(response).map_into_right_body());
        }
        Ok(next.call(request).await?.map_into_left_body())
    }
    let consent = consent();
    let app = App::new()
        .configure(routes)
        .wrap(consent.clone())
        .wrap(from_fn(swallow));
    let report = Audit::new(&consent)
        .get("/")
        .run(&test::init_service(app).await)
        .await;
    let found = subjects(&report, Rule::ChoiceWithoutEffect);
    assert_eq!(
        found,
        ["analytics", "example-video", "marketing", "preferences"]
    );
    let report = Audit::new(&consent)
        .get("/")
        .run(&good(&consent).await)
        .await;
    assert_eq!(report.of(Rule::ChoiceWithoutEffect).count(), 0);
}

/// A gate that hides too much blinds the audit to what it must not let through.
#[actix_web::test]
async fn a_site_whose_handlers_never_see_a_cookie_is_found() {
    async fn blind(
        mut request: ServiceRequest,
        next: Next<impl MessageBody>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        request.headers_mut().remove(header::COOKIE);
        next.call(request).await
    }
    let consent = consent();
    let app = App::new()
        .configure(routes)
        .wrap(from_fn(blind))
        .wrap(consent.clone());
    let report = Audit::new(&consent)
        .get("/")
        .run(&test::init_service(app).await)
        .await;
    assert!(
        subjects(&report, Rule::PlantedUnseen).contains(&"visits"),
        "{report}"
    );
    let report = Audit::new(&consent)
        .get("/")
        .run(&good(&consent).await)
        .await;
    assert_eq!(report.of(Rule::PlantedUnseen).count(), 0);
}

#[actix_web::test]
async fn finds_an_outer_layer_that_parses_cookies_first() {
    async fn early(
        request: ServiceRequest,
        next: Next<impl MessageBody>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        let _ = request.cookie("id");
        next.call(request).await
    }
    let consent = consent();
    let app = App::new()
        .configure(routes)
        .wrap(consent.clone())
        .wrap(from_fn(early));
    let report = Audit::new(&consent)
        .get("/")
        .run(&test::init_service(app).await)
        .await;
    let evidence: Vec<_> = report
        .of(Rule::Unguarded)
        .map(|finding| finding.evidence.as_str())
        .collect();
    assert_eq!(evidence, ["not let in (500), see the log"]);
}

/// Set outside of the middleware, where the gate cannot judge it.
#[actix_web::test]
async fn an_expiry_after_an_old_response_date_is_a_cookie() {
    for (date, found) in [
        ("Sun, 01 Nov 2015 00:00:00 GMT", &["visits"][..]),
        // The control: by this date the header is a removal.
        ("Tue, 01 Dec 2015 00:00:00 GMT", &[]),
    ] {
        let outside = move |request: ServiceRequest, next: Next<_>| async move {
            let mut response = next.call(request).await?;
            let headers = response.headers_mut();
            add(
                headers,
                &format!("visits=1; Path=/; Expires=Mon, 30 Nov 2015 00:00:00 GMT; {LAX}"),
            );
            headers.insert(header::DATE, header::HeaderValue::from_static(date));
            Ok::<_, Error>(response)
        };
        let consent = consent();
        let app = App::new()
            .route("/", web::get().to(|| async { answer(&[]) }))
            .wrap(consent.clone())
            .wrap(from_fn(outside));
        let app = test::init_service(app).await;
        let report = Audit::new(&consent).get("/").run(&app).await;
        assert_eq!(subjects(&report, Rule::SetBeforeConsent), found, "{date}");
    }
}
