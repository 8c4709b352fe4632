//! Proof of each choice: DESIGN, rule 8.

/// A site with a ledger, and someone who has accepted everything and then withdrawn a part.
macro_rules! known {
    ($notebook:ident, $app:ident, $visitor:ident, $outbox:ident) => {
        let ($notebook, $app, $outbox) = $crate::ledger::recorded_site().await;
        let mut $visitor = $crate::helpers::Visitor::new();
        $visitor.press(&$app, "accept").await;
        $visitor.post(&$app, "/withdraw/marketing").await;
        $notebook.records(2);
    };
}

mod bounded;
mod effects;
mod failing;
mod fields;
mod notebook;
mod once;
mod order;
mod outbox;
mod own_record;
mod receipt;
mod recorded;
mod shown;
mod states;
mod weighed;

use actix_consent::{ConsentMiddleware, Policy, choice::Choice};
use actix_http::Request;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{Service, ServiceResponse},
};
use tempfile::TempDir;

use self::notebook::Mood;
pub(crate) use self::notebook::Notebook;
use crate::{
    helpers::{COOKIE, Visitor, builder, keys, policy},
    site::site,
};

/// A category that one edition of the policy has and another has not.
const SURVEYS: &str = r#"
[[category]]
id = "surveys"
title = "Surveys"
summary = "ask how you like the site"
purposes = ["usage-analytics"]
"#;

/// A middleware that records in a notebook.
pub(crate) fn recording(notebook: &Notebook) -> (ConsentMiddleware, TempDir) {
    let (recording, outbox) = notebook.recording();
    let consent = builder().ledger(recording).build().expect("it can be used");
    (consent, outbox)
}

/// A site that records in a notebook, with its outbox.
async fn recorded_site() -> (
    Notebook,
    impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error>,
    TempDir,
) {
    recorded_site_of(policy()).await
}

/// The same with another policy.
async fn recorded_site_of(
    policy: Policy,
) -> (
    Notebook,
    impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error>,
    TempDir,
) {
    let notebook = Notebook::default();
    let (recording, outbox) = notebook.recording();
    let consent = ConsentMiddleware::builder(policy, keys()).ledger(recording);
    let app = site(consent.build().expect("it can be used")).await;
    (notebook, app, outbox)
}

/// What the visitor holds.
fn choice(visitor: &Visitor) -> Choice {
    let signed = &visitor.cookies[COOKIE];
    let text = &signed[signed.find("1.").expect("a choice")..];
    text.parse().expect("a choice")
}

/// The consent id that the visitor holds.
fn id(visitor: &Visitor) -> String {
    choice(visitor).subject().expect("it has an id").to_string()
}
