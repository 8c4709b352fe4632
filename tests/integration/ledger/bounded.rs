//! Bounds on the records of one cookie and one client.

use std::net::{IpAddr, SocketAddr};

use actix_consent::ledger::Event;
use actix_governor::{Governor, GovernorConfigBuilder, KeyExtractor, SimpleKeyExtractionError};
use actix_http::Request;
use actix_web::{
    App, Error,
    body::MessageBody,
    dev::{Service, ServiceRequest, ServiceResponse},
    http::{Method, StatusCode},
    test, web,
};

use super::{Mood, Notebook, recorded_site};
use crate::helpers::{COOKIE, Visitor, consent, send};

/// The events of all records, once something recorded after them is there.
async fn events(
    app: &impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error>,
    notebook: &Notebook,
    count: usize,
) -> Vec<Event> {
    // What waits arrives in its order, so whatever came before is there with this.
    Visitor::new().press(app, "reject").await;
    let records = notebook.records(count + 1);
    records[..count].iter().map(|record| record.event).collect()
}

const SAVE: [(&str, &str); 3] = [
    ("action", "save"),
    ("cat.preferences", "1"),
    ("cat.analytics", "0"),
];

#[actix_web::test]
async fn a_replayed_cookie_writes_a_withdrawal_once() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let accepted = visitor.cookies[COOKIE].clone();
    for _ in 0..30 {
        let mut replay = Visitor::new().with(COOKIE, &accepted);
        let answer = replay.choose(&app, &SAVE).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(replay.on(&app).await, "display", "it counts");
    }
    let expected = [Event::Accepted, Event::Withdrawn];
    assert_eq!(events(&app, &notebook, 2).await, expected);
    // The control: another withdrawal is another record.
    let mut replay = Visitor::new().with(COOKIE, &accepted);
    replay.press(&app, "reject").await;
    let expected = [
        Event::Accepted,
        Event::Withdrawn,
        Event::Rejected,
        Event::Withdrawn,
    ];
    assert_eq!(events(&app, &notebook, 4).await, expected);
}

#[actix_web::test]
async fn a_choice_that_goes_back_and_forth_is_bounded_per_day() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let accepted = visitor.cookies[COOKIE].clone();
    let mut part = visitor.clone();
    part.choose(&app, &SAVE).await;
    let part = part.cookies[COOKIE].clone();
    let (mut refused, mut recorded) = (0, 0);
    for _ in 0..200 {
        let mut replay = Visitor::new().with(COOKIE, &accepted);
        let answer = replay.choose(&app, &SAVE).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "a withdrawal counts");
        assert_eq!(replay.on(&app).await, "display");
        let mut replay = Visitor::new().with(COOKIE, &part);
        match replay.press(&app, "accept").await.status {
            StatusCode::SEE_OTHER => recorded += 1,
            status => {
                assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
                assert_eq!(replay.on(&app).await, "display", "nothing is turned on");
                refused += 1;
            }
        }
    }
    assert!(recorded > 20 && refused > 20, "{recorded} {refused}");
    // Whatever is withdrawn then is recorded, each category once.
    for _ in 0..3 {
        for unit in ["preferences", "marketing"] {
            let mut replay = Visitor::new().with(COOKIE, &accepted);
            replay.post(&app, &format!("/withdraw/{unit}")).await;
        }
    }
    Visitor::new().press(&app, "reject").await;
    let mut count = 0;
    notebook.edit(|records| {
        records.retain(|record| record.subject.is_some());
        count = records.len();
    });
    assert!(count <= 110, "{count}");
}

#[actix_web::test]
async fn the_same_acceptance_again_counts_without_another_record() {
    let (notebook, app, _outbox) = recorded_site().await;
    let mut visitor = Visitor::new();
    visitor.choose(&app, &SAVE).await;
    let part = visitor.cookies[COOKIE].clone();
    for _ in 0..5 {
        let mut replay = Visitor::new().with(COOKIE, &part);
        replay.press(&app, "accept").await;
        assert_eq!(replay.on(&app).await, crate::site::ALL);
    }
    let expected = [Event::Partial, Event::Accepted];
    assert_eq!(events(&app, &notebook, 2).await, expected);
    // The control: one that was not recorded does not count, however often it is tried.
    let mut other = Visitor::new();
    other.choose(&app, &SAVE).await;
    notebook.feels(Mood::Fails);
    for _ in 0..2 {
        let answer = other.press(&app, "accept").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(other.on(&app).await, "display");
    }
}

/// Posts to the settings path, by the address of the client, which is in memory alone. Everything
/// else is not bounded.
#[derive(Clone)]
struct Choices;

impl KeyExtractor for Choices {
    type Key = Option<IpAddr>;
    type KeyExtractionError = SimpleKeyExtractionError<&'static str>;

    fn extract(&self, request: &ServiceRequest) -> Result<Self::Key, Self::KeyExtractionError> {
        let choice = request.method() == Method::POST && request.path() == "/privacy/choices";
        let client = request.peer_addr().map(|client| client.ip());
        Ok(client.filter(|_| choice))
    }

    fn whitelisted_keys(&self) -> Vec<Self::Key> {
        vec![None]
    }
}

#[actix_web::test]
async fn posts_of_one_client_can_be_bounded() {
    let bound = GovernorConfigBuilder::default()
        .seconds_per_request(3600)
        .burst_size(5)
        .key_extractor(Choices)
        .finish()
        .expect("neither is zero");
    let app = App::new()
        .default_service(web::to(|| async { "page" }))
        .wrap(consent())
        .wrap(Governor::new(&bound));
    let app = test::init_service(app).await;
    let of = |client: &str, method: Method, path: &str| {
        let client: SocketAddr = format!("{client}:1").parse().expect("an address");
        let request = Visitor::new().request(method, path).peer_addr(client);
        request
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .set_form([("action", "reject")])
    };
    let post = |client| of(client, Method::POST, "/privacy/choices");
    for _ in 0..5 {
        assert_eq!(send(&app, post("192.0.2.1")).await.status, 303);
    }
    let answer = send(&app, post("192.0.2.1")).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
    // The controls: another client, and what is no choice.
    assert_eq!(send(&app, post("192.0.2.2")).await.status, 303);
    for (method, path) in [(Method::GET, "/privacy/choices"), (Method::POST, "/page")] {
        for _ in 0..8 {
            let request = of("192.0.2.1", method.clone(), path);
            assert_eq!(send(&app, request).await.status, 200, "{path}");
        }
    }
}
