//! *Show it once* is a yes as well, and nobody's.

use actix_consent::{
    ConsentMiddleware,
    ledger::{Event, Source},
    markup::Markup,
};
use actix_web::http::StatusCode;

use super::{Mood, Notebook};
use crate::{
    helpers::{Visitor, answering, html, keys},
    markup,
    site::hidden,
};

#[actix_web::test]
async fn records_content_shown_once_beforehand_without_a_subject() {
    let notebook = Notebook::default();
    let (recording, _outbox) = notebook.recording();
    let gated = Markup::new().banner(false);
    let consent = ConsentMiddleware::builder(markup::policy(), keys()).markup(gated);
    let consent = consent.ledger(recording).build().expect("it can be used");
    let page =
        r#"<iframe data-service="example-video" data-src="https://video.example/1"></iframe>"#;
    let app = answering(consent, html(page)).await;
    let mut visitor = Visitor::new();
    let shows = |text: &str| text.contains("src=\"https://video.example/1");
    let held = visitor.get(&app, "/").await;
    let asked = hidden(held.text(), "asked");
    let form = [
        ("action", "once"),
        ("svc.example-video", "1"),
        ("asked", &*asked),
        ("from", "placeholder"),
    ];
    notebook.knows_what_is_shown();
    notebook.feels(Mood::Fails);
    let answer = visitor.choose(&app, &form).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!shows(visitor.get(&app, "/").await.text()));
    notebook.feels(Mood::Answers);
    visitor.choose(&app, &form).await;
    assert!(shows(visitor.get(&app, "/").await.text()));
    let records = notebook.records(2);
    let (voided, once) = (&records[0], &records[1]);
    assert_eq!((voided.event, voided.answers.len()), (Event::Voided, 0));
    assert_eq!(
        (once.event, once.source),
        (Event::Once, Source::Placeholder)
    );
    assert_eq!((once.subject, once.answers.len()), (None, 1));
    assert!(once.answers[0].unit == "example-video" && once.answers[0].granted);
    let shown = notebook.kept(once.asked.as_deref().expect("it names what was shown"));
    assert_eq!(shown.kind, "placeholder");
}
