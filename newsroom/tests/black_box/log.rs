//! Contents of the log, and data that must not be in it.

use crate::{site, visitor::Visitor};

#[test]
fn the_log_has_the_request_and_not_the_visitor() {
    let site = site(&[]);
    let mut visitor = Visitor::after(site.port, "accept");
    visitor.keep("visits", "4711");
    visitor.keep("secret", "jar-of-marmalade");
    let choice = visitor.cookie("consent").expect("it is set").to_owned();
    let answer = visitor.send(
        &visitor
            .request(
                "GET",
                "/reports/peacekeeping-asian-partners?ref=letter-for-ida",
            )
            .header("User-Agent", "Marked-Browser/1.0")
            .header("Referer", "http://elsewhere.example/from-here")
            .header("X-Forwarded-For", "203.0.113.7"),
    );
    assert_eq!(answer.status, 200);
    visitor.open("/people/ida-lovelace");
    visitor.post("/reading-list", &[("add", "no-such-report")]);
    let list = visitor.post(
        "/reading-list",
        &[("add", "wps-national-focal-points-network")],
    );
    assert_eq!(list.status, 303);
    let session = visitor
        .cookie("newsroom_session")
        .expect("it is set")
        .to_owned();

    let log = site.stop().log;
    for trace in [
        "127.0.0.1",
        "203.0.113.7",
        "Marked-Browser",
        "elsewhere",
        "4711",
        "marmalade",
        "ida",
        &choice,
        &session,
    ] {
        assert!(!log.contains(trace), "{trace} is in: {log}");
    }
    for line in [
        "POST - 303",
        "GET /reports/peacekeeping-asian-partners 200",
        "GET - 404",
        "POST /reading-list 400",
        "POST /reading-list 303",
    ] {
        assert_eq!(log.matches(line).count(), 1, "{line}: {log}");
    }
}
