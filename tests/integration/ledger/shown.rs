//! What visitors were shown can be read by what their record names.

use actix_consent::{ConsentMiddleware, ledger::ConsentRecord, markup::Markup};

use super::{Notebook, SURVEYS};
use crate::{
    helpers::{Visitor, answering, builder, html, keys, policy_with},
    markup,
    site::{hidden, site},
};

fn last(records: Vec<ConsentRecord>) -> ConsentRecord {
    records.into_iter().next_back().expect("a record")
}

#[actix_web::test]
async fn what_stands_where_something_is_held_back_is_kept() {
    let notebook = Notebook::default();
    let (recording, _outbox) = notebook.recording();
    let consent = ConsentMiddleware::builder(markup::policy(), keys())
        .markup(Markup::new())
        .ledger(recording);
    let consent = consent.build().expect("it can be used");
    let page =
        r#"<!doctype html><body><iframe src="https://video.example/v" title="A film"></iframe>"#;
    let app = answering(consent, html(page)).await;
    for (count, gpc) in (1..).zip([false, true]) {
        let mut visitor = Visitor::new();
        visitor.gpc = gpc;
        let page = visitor.get(&app, "/").await;
        let (_, held) = page
            .text()
            .split_once("data-consent-held")
            .unwrap_or_else(|| panic!("nothing is held back: {}", page.text()));
        let asked = hidden(held, "asked");
        let form = [
            ("action", "save"),
            ("svc.example-video", "1"),
            ("asked", &*asked),
            ("from", "placeholder"),
        ];
        visitor.gpc = false;
        visitor.choose(&app, &form).await;
        // The signal is a record as well.
        let record = last(notebook.records(if gpc { count + 1 } else { count }));
        let shown = notebook.kept(record.asked.as_deref().expect("it names it"));
        assert_eq!(&*shown.kind, "placeholder");
        assert!(shown.html.contains("Example Video"), "{}", shown.html);
    }
}

#[actix_web::test]
async fn stating_the_signal_changes_the_hash_of_the_page() {
    let notebook = Notebook::default();
    let (recording, _outbox) = notebook.recording();
    let app = site(builder().ledger(recording).build().expect("it can be used")).await;
    let mut shown = Vec::new();
    for gpc in [false, true] {
        let mut visitor = Visitor::new();
        visitor.gpc = gpc;
        let page = visitor.get(&app, "/privacy/choices").await;
        let asked = hidden(page.text(), "asked");
        let form = [("action", "accept"), ("asked", &*asked)];
        visitor.choose(&app, &form).await;
        let record = last(notebook.records(if gpc { 3 } else { 1 }));
        shown.push(notebook.kept(record.asked.as_deref().expect("it names it")));
    }
    let states = |at: usize| shown[at].html.contains("Global Privacy Control");
    assert_eq!([states(0), states(1)], [false, true]);
    assert!(shown.iter().all(|shown| shown.kind == "settings"));
}

#[actix_web::test]
async fn a_banner_that_tells_what_is_new_is_kept_as_one_that_does() {
    let notebook = Notebook::default();
    let mut visitor = Visitor::new();
    let first = site(builder().build().expect("it can be used")).await;
    visitor.press(&first, "reject").await;
    // What was saved is said first.
    visitor.get(&first, "/").await;
    let more = policy_with(SURVEYS);
    let (recording, _outbox) = notebook.recording();
    let consent = ConsentMiddleware::builder(more, keys()).ledger(recording);
    let app = site(consent.build().expect("it can be used")).await;
    let banner = visitor.get(&app, "/").await;
    let asked = hidden(banner.text(), "asked");
    let form = [("action", "accept"), ("asked", &*asked)];
    visitor.choose(&app, &form).await;
    let record = last(notebook.records(1));
    let shown = notebook.kept(record.asked.as_deref().expect("it names it"));
    assert!(shown.hash.starts_with(&asked[..8]));
    assert!(
        shown.html.contains("New or changed since you last chose"),
        "{}",
        shown.html
    );
    // The control: who has not answered before is shown another.
    let plain = Visitor::new().get(&app, "/").await;
    assert!(!shown.hash.starts_with(&hidden(plain.text(), "asked")[..8]));
}
