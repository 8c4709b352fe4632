//! Proof of each choice: DESIGN, rule 8.

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

use actix_consent::{ConsentMiddleware, choice::Choice};
use tempfile::TempDir;

use self::notebook::{Mood, Notebook};
use crate::helpers::{COOKIE, Visitor, builder};

/// A middleware that records in a notebook.
fn recording(notebook: &Notebook) -> (ConsentMiddleware, TempDir) {
    let (recording, outbox) = notebook.recording();
    let consent = builder().ledger(recording).build().expect("it can be used");
    (consent, outbox)
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
