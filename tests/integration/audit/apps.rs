//! The applications that are audited, and how findings are asked for.

use actix_consent::{
    Consent, ConsentBody, ConsentMiddleware,
    audit::{
        Report, Rule,
        rules::{Place, State},
    },
};
use actix_http::Request;
use actix_web::{
    App, Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderValue},
    middleware::Next,
    test, web,
};

pub(crate) const LAX: &str = "Secure; HttpOnly; SameSite=Lax";

pub(crate) fn add(headers: &mut HeaderMap, cookie: &str) {
    let value = HeaderValue::try_from(cookie).expect("the tests set plain cookies");
    headers.append(header::SET_COOKIE, value);
}

pub(crate) fn answer(cookies: &[String]) -> HttpResponse {
    let mut response = HttpResponse::Ok().content_type("text/html").body("news");
    cookies
        .iter()
        .for_each(|cookie| add(response.headers_mut(), cookie));
    response
}

/// Sets everything that the policy of the tests declares for the server, and nothing else.
pub(crate) async fn page(consent: Consent) -> HttpResponse {
    let banner = consent.banner().to_string();
    let mut response = answer(&[
        format!("id=1; Path=/; {LAX}"),
        format!("display=large; Path=/; Max-Age=15552000; {LAX}"),
        format!("visits=1; Path=/; Max-Age=2592000; {LAX}"),
        format!("__Host-campaign=autumn; Path=/; Max-Age=2592000; {LAX}"),
        "video_pref=1; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=None; Partitioned".to_owned(),
    ]);
    response = response.set_body(BoxBody::new(banner));
    response
}

pub(crate) fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/", web::get().to(page))
        .route("/report", web::get().to(page));
}

pub(crate) async fn good(
    consent: &ConsentMiddleware,
) -> impl Service<Request, Response = ServiceResponse<ConsentBody<BoxBody>>, Error = Error> + use<>
{
    test::init_service(App::new().configure(routes).wrap(consent.clone())).await
}

/// An application with one page that sets these cookies.
pub(crate) async fn setting(
    consent: &ConsentMiddleware,
    cookies: &[&str],
) -> impl Service<Request, Response = ServiceResponse<ConsentBody<BoxBody>>, Error = Error> + use<>
{
    let cookies: Vec<String> = cookies.iter().map(|cookie| (*cookie).to_owned()).collect();
    let page = move || {
        let cookies = cookies.clone();
        async move { answer(&cookies) }
    };
    test::init_service(
        App::new()
            .route("/", web::get().to(page))
            .wrap(consent.clone()),
    )
    .await
}

/// A layer outside of the gate that counts visits by itself.
pub(crate) async fn counting(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    add(response.headers_mut(), "visits=7; Max-Age=31536000");
    add(
        response.headers_mut(),
        &format!("__Host-campaign=x; Path=/; {LAX}"),
    );
    Ok(response)
}

pub(crate) fn subjects(report: &Report, rule: Rule) -> Vec<&str> {
    report
        .of(rule)
        .map(|finding| finding.subject.as_str())
        .collect()
}

/// The states and signals in which something was found about a cookie.
pub(crate) fn states(report: &Report, rule: Rule, subject: &str) -> Vec<(State, bool)> {
    let finding = report.of(rule).find(|finding| finding.subject == subject);
    let Some(Place::Visits(visits)) = finding.map(|finding| &finding.place) else {
        return Vec::new();
    };
    let mut states: Vec<_> = visits.iter().map(|it| (it.state.clone(), it.gpc)).collect();
    states.dedup();
    states
}
