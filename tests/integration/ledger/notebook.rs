//! A ledger that keeps records in memory, and fails when a test wants it to.

use std::{
    collections::BTreeMap,
    future::{pending, ready},
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use actix_consent::ledger::{
    ConsentId, ConsentRecord, Ledger, LedgerError, LedgerFuture, Recording, Shown,
};
use tempfile::TempDir;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mood {
    #[default]
    Answers,
    Fails,
    /// It never answers.
    Hangs,
    /// It keeps what it is given, and never says so.
    KeepsAndHangs,
    /// It answers until it holds so many records.
    Takes(usize),
}

#[derive(Debug, Default)]
struct Pages {
    mood: Mood,
    records: Vec<ConsentRecord>,
    shown: BTreeMap<String, Shown>,
}

/// Shared by the middleware and the test.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notebook(Arc<(Mutex<Pages>, Condvar)>);

impl Notebook {
    pub(super) fn new(mood: Mood) -> Self {
        let notebook = Self::default();
        notebook.feels(mood);
        notebook
    }

    pub(super) fn feels(&self, mood: Mood) {
        self.0.0.lock().expect("not poisoned").mood = mood;
    }

    /// The records, once there are so many.
    pub(crate) fn records(&self, count: usize) -> Vec<ConsentRecord> {
        let pages = self.0.0.lock().expect("not poisoned");
        let few = |pages: &mut Pages| pages.records.len() < count;
        let (pages, late) = (self.0.1)
            .wait_timeout_while(pages, Duration::from_secs(20), few)
            .expect("not poisoned");
        let records = pages.records.clone();
        assert!(!late.timed_out(), "{} records: {records:?}", records.len());
        assert_eq!(records.len(), count, "{records:?}");
        records
    }

    /// Changes what is in it: records grow old, are erased, or were made by others.
    pub(super) fn edit(&self, change: impl FnOnce(&mut Vec<ConsentRecord>)) {
        change(&mut self.0.0.lock().expect("not poisoned").records);
    }

    /// Waits until all that visitors are shown is kept: the four banners, which ask everything or
    /// tell what is new, with the signal or without, come last.
    pub(super) fn knows_what_is_shown(&self) {
        let pages = self.0.0.lock().expect("not poisoned");
        let few = |pages: &mut Pages| {
            let banners = pages.shown.values().filter(|shown| shown.kind == "banner");
            banners.count() < 4
        };
        let (_pages, late) = (self.0.1)
            .wait_timeout_while(pages, Duration::from_secs(20), few)
            .expect("not poisoned");
        assert!(!late.timed_out());
    }

    /// What was shown, once it is kept.
    pub(super) fn kept(&self, hash: &str) -> Shown {
        let pages = self.0.0.lock().expect("not poisoned");
        let absent = |pages: &mut Pages| !pages.shown.contains_key(hash);
        let (pages, _) = (self.0.1)
            .wait_timeout_while(pages, Duration::from_secs(20), absent)
            .expect("not poisoned");
        pages.shown.get(hash).expect("it is kept").clone()
    }

    /// Recorded by this, with an outbox of its own.
    pub(super) fn recording(&self) -> (Recording, TempDir) {
        let outbox = tempfile::tempdir().expect("a directory can be made");
        (Recording::new(self.clone(), outbox.path()), outbox)
    }

    fn answer<T: Send + 'static>(&self, does: impl FnOnce(&mut Pages) -> T) -> LedgerFuture<'_, T> {
        let mut pages = self.0.0.lock().expect("not poisoned");
        match pages.mood {
            Mood::Takes(most) if pages.records.len() >= most => {
                Box::pin(ready(Err(LedgerError::Unavailable("a test".to_owned()))))
            }
            Mood::Answers | Mood::Takes(_) => {
                let answer = does(&mut pages);
                self.0.1.notify_all();
                Box::pin(ready(Ok(answer)))
            }
            Mood::KeepsAndHangs => {
                does(&mut pages);
                self.0.1.notify_all();
                Box::pin(pending())
            }
            Mood::Fails => Box::pin(ready(Err(LedgerError::Unavailable("a test".to_owned())))),
            Mood::Hangs => Box::pin(pending()),
        }
    }
}

impl Ledger for Notebook {
    fn append(&self, mut record: ConsentRecord) -> LedgerFuture<'_, ()> {
        self.answer(|pages| {
            if pages.records.iter().any(|other| other.id == record.id) {
                return;
            }
            let mut same = pages.records.iter().rev();
            let before = same.find(|other| other.subject == record.subject);
            if record.subject.is_some() && record.replaces.is_none() {
                record.replaces = before.map(|before| before.id);
            }
            pages.records.push(record);
        })
    }

    fn keep_shown(&self, shown: Shown) -> LedgerFuture<'_, ()> {
        self.answer(|pages| {
            pages.shown.insert(shown.hash.clone(), shown);
        })
    }

    fn shown<'l>(&'l self, hash: &'l str) -> LedgerFuture<'l, Option<Shown>> {
        let hash = hash.to_owned();
        self.answer(move |pages| pages.shown.get(&hash).cloned())
    }

    fn history(&self, subject: ConsentId) -> LedgerFuture<'_, Vec<ConsentRecord>> {
        self.answer(move |pages| {
            let mut records = pages.records.clone();
            records.retain(|record| record.subject == Some(subject));
            records
        })
    }
}
