//! What browsers report that they stopped.

use actix_consent::csp::Csp;
use actix_http::Request;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    http::Method,
};
use serde_json::json;

use super::{NAME, consent, site, sources};
use crate::helpers::{Visitor, answering, listen, logged, send};

fn report(directive: &str, blocked: &str) -> serde_json::Value {
    json!([{ "type": "csp-violation", "url": "https://news.example/report?token=xq1", "user_agent": "xq2",
        "body": { "effectiveDirective": directive, "blockedURL": blocked, "disposition": "enforce" } }])
}

/// How a report is answered, if only by its status.
async fn sent(
    app: &impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error>,
    body: impl ToString,
) -> u16 {
    let request = Visitor::new()
        .request(Method::POST, "/privacy/reports")
        .set_payload(body.to_string());
    send(app, request).await.status.as_u16()
}

#[actix_web::test]
async fn browsers_are_told_where_to_report() {
    let app = site(Csp::new().reports(true), &[]).await;
    let answer = Visitor::new().get(&app, "/").await;
    assert_eq!(
        answer.header("reporting-endpoints"),
        "consent=\"/privacy/reports\""
    );
    assert_eq!(
        sources(answer.header(NAME), "report-to"),
        Some(vec!["consent"])
    );
    assert_eq!(
        sources(answer.header(NAME), "report-uri"),
        Some(vec!["/privacy/reports"])
    );
    let quiet = site(Csp::new(), &[]).await;
    let answer = Visitor::new().get(&quiet, "/").await;
    assert_eq!(answer.header("reporting-endpoints"), "");
    assert!(!answer.header(NAME).contains("report"));
}

#[actix_web::test]
async fn counts_violations_and_logs_them_once_without_visitor_data() {
    let middleware = consent(Csp::new().reports(true));
    listen();
    let app = answering(middleware.clone(), || async { "x" }).await;
    for body in [
        report("frame-src", "https://video.example/watch?visitor=xq3"),
        report("frame-src", "https://VIDEO.example/"),
        report("img-src", "https://elsewhere.example/p.gif"),
        report("script-src-elem", "inline"),
        json!({ "csp-report": { "violated-directive": "img-src 'self'", "blocked-uri": "https://a.video.example/x" } }),
    ] {
        assert_eq!(sent(&app, &body).await, 204, "{body}");
    }
    let found: Vec<_> = middleware
        .violations()
        .into_iter()
        .map(|found| (found.directive, found.origin, found.gated, found.count))
        .collect();
    let row = |directive: &str, origin: &str, gated, count| {
        (directive.to_owned(), origin.to_owned(), gated, count)
    };
    assert_eq!(found[0], row("frame-src", "https://video.example", true, 2));
    for other in [
        row("img-src", "https://elsewhere.example", false, 1),
        row("script-src-elem", "inline", false, 1),
        row("img-src", "https://a.video.example", true, 1),
    ] {
        assert!(found.contains(&other), "{other:?}: {found:?}");
    }
    let log = logged();
    assert_eq!(log.len(), 4, "{log:?}");
    assert!(
        log[0].contains("tried to load https://video.example without consent"),
        "{log:?}"
    );
    assert!(!log.concat().contains("xq"), "{log:?}");
}

#[actix_web::test]
async fn what_is_no_report_is_refused() {
    let app = site(Csp::new().reports(true), &[]).await;
    for (body, status) in [
        (String::new(), 400),
        ("{}".to_owned(), 400),
        ("nonsense".to_owned(), 400),
        (format!("\"{}\"", "x".repeat(20_000)), 413),
        ("[]".to_owned(), 204),
    ] {
        assert_eq!(sent(&app, body).await, status);
    }
    let get = Visitor::new().get(&app, "/privacy/reports").await;
    assert_eq!((get.status.as_u16(), get.header("allow")), (405, "POST"));
    let quiet = site(Csp::new(), &[]).await;
    let get = Visitor::new().get(&quiet, "/privacy/reports").await;
    assert_eq!(
        get.status, 200,
        "where nobody listens the path is the application's"
    );
}

#[actix_web::test]
async fn a_flood_of_reports_fills_nothing() {
    let middleware = consent(Csp::new().reports(true));
    listen();
    let app = answering(middleware.clone(), || async { "x" }).await;
    for host in 0..1000 {
        let body = report("img-src", &format!("https://h{host}.example/"));
        sent(&app, body).await;
        if host == 200 {
            sent(&app, report("frame-src", "https://video.example/")).await;
        }
    }
    let (gated, other): (Vec<_>, Vec<_>) = middleware
        .violations()
        .into_iter()
        .partition(|found| found.gated);
    assert_eq!(other.len(), 100);
    assert_eq!(gated.len(), 1, "it does not shut out what is declared");
    assert_eq!(logged().len(), 101);
}

#[actix_web::test]
async fn what_is_reported_cannot_write_lines_into_the_log() {
    let middleware = consent(Csp::new().reports(true));
    listen();
    let app = answering(middleware.clone(), || async { "x" }).await;
    for (directive, blocked) in [
        ("frame-src\nERROR", "https://video.example"),
        ("frame-src", "https://video.example\nERROR x/"),
        ("frame-src", "<script>"),
        ("", "https://video.example"),
        ("frame-src", ""),
    ] {
        assert_eq!(sent(&app, report(directive, blocked)).await, 204);
    }
    assert_eq!(middleware.violations(), []);
    assert_eq!(logged(), [""; 0]);
}
