//! What has to reach the ledger later: rejections and withdrawals, which never wait for it.
//!
//! [`Lines`] is a file of records, in the order in which they came, and [`Gaps`] what did not find
//! room in it. A thread of its own [delivers](deliver) them.

mod deliver;
mod gaps;
mod lines;

use std::{
    future::poll_fn,
    io,
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    thread::JoinHandle,
};

use time::OffsetDateTime;

use self::{gaps::Gaps, lines::Lines};
use super::{ConsentRecord, Ledger, Shown};

/// See the module.
#[derive(Debug)]
pub(super) struct Outbox {
    waiting: Arc<Waiting>,
    holds: usize,
    delivering: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Waiting {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    lines: Lines,
    gaps: Gaps,
    /// How many records have ever been put in.
    pushed: u64,
    /// How many tries to deliver have begun.
    tries: u64,
    /// The last one that failed, and whether it was the ledger that did not take it.
    failed: Option<(u64, bool)>,
    /// Somebody waits for what is in here to be delivered.
    hurry: bool,
    waiting: Vec<Waker>,
    closed: bool,
    /// Nothing is delivered any more.
    ended: bool,
}

impl Outbox {
    /// Opens a file in a directory, which is made where it is not there, and starts to deliver
    /// what is in it: what this and other processes have left there, and what visitors are shown.
    /// It holds so many records.
    pub(super) fn open(
        directory: &Path,
        holds: usize,
        ledger: Arc<dyn Ledger>,
        shown: Vec<Shown>,
    ) -> io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        let (lines, gaps) = Lines::open(directory)?;
        let waiting = Arc::new(Waiting {
            state: Mutex::new(State {
                pushed: lines.count() as u64,
                lines,
                gaps,
                tries: 0,
                failed: None,
                hurry: false,
                waiting: Vec::new(),
                closed: false,
                ended: false,
            }),
            changed: Condvar::new(),
        });
        let own = waiting.clone();
        let delivering = std::thread::Builder::new()
            .name("consent-outbox".to_owned())
            .spawn(move || deliver::deliver(&own, &*ledger, shown))?;
        Ok(Self {
            waiting,
            holds,
            delivering: Some(delivering),
        })
    }

    /// Puts a record where it waits. One that cannot be kept is counted.
    pub(super) fn push(&self, record: &ConsentRecord) {
        let mut state = self.waiting.lock();
        if !state.push(record, self.holds) {
            state.gaps.lose(1, record.time, record.time);
        }
        drop(state);
        self.waiting.changed.notify_all();
    }

    /// Whether a record waits, and outlives a loss of power. One that does not is not counted:
    /// what it would tell of does not happen.
    pub(super) fn push_or_not(&self, record: &ConsentRecord) -> bool {
        let mut state = self.waiting.lock();
        let mut kept = state.push(record, self.holds);
        if kept && !state.lines.sync() {
            // Nobody has seen it yet.
            state.lines.take_back(&record.to_json());
            state.pushed -= 1;
            kept = false;
        }
        drop(state);
        self.waiting.changed.notify_all();
        kept
    }

    /// Whether the ledger has taken what is in here now. Where it could not be taken there for
    /// another reason, nobody is held up by that.
    pub(super) async fn delivered(&self) -> bool {
        let Some((pushed, tries)) = self.waiting.lock().hurried() else {
            return true;
        };
        self.waiting.changed.notify_all();
        poll_fn(|context| {
            let mut state = self.waiting.lock();
            let delivered = state.pushed - state.lines.count() as u64;
            let all = state.gaps.is_empty() && delivered >= pushed;
            // One that had begun before may have failed for what is over by now.
            let failed = state.failed.filter(|(number, _)| *number > tries);
            match failed {
                _ if all || state.ended => return Poll::Ready(true),
                Some((_, by_ledger)) => return Poll::Ready(!by_ledger),
                None => {}
            }
            state.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.waiting.lock().closed = true;
        self.waiting.changed.notify_all();
        if let Some(delivering) = self.delivering.take() {
            // It ends within a moment, and what it has not delivered waits for the next start. Had
            // it still the file, the next one could not take it over.
            let _ = delivering.join();
        }
    }
}

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_empty(&self) -> bool {
        self.lines.count() == 0 && self.gaps.is_empty()
    }

    fn push(&mut self, record: &ConsentRecord, holds: usize) -> bool {
        if self.lines.count() >= holds {
            return false;
        }
        let written = self.lines.push(&record.to_json());
        if let Err(error) = &written {
            log::error!(
                "a record of consent could not be put into the outbox: {error}. A no counts, and \
                 its record is counted as missing. Make room, or let the file be written to"
            );
        } else {
            self.pushed += 1;
        }
        written.is_ok()
    }

    /// Asks for a try at once, and says what has been put in and how many tries have begun; nothing
    /// where nothing waits.
    fn hurried(&mut self) -> Option<(u64, u64)> {
        self.hurry = !self.is_empty();
        self.hurry.then_some((self.pushed, self.tries))
    }

    /// Lines that are there no more, or are no records.
    fn lose(&mut self, count: u64) {
        let now = OffsetDateTime::now_utc();
        self.gaps.lose(count, now, now);
    }

    /// Tells those who wait to look again.
    fn wake(&mut self) {
        self.waiting.drain(..).for_each(Waker::wake);
    }
}
