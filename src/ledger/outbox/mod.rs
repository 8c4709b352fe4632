//! Outbox for records that reach the ledger later: rejections and withdrawals, which never wait for
//! it.
//!
//! [`QueueFile`] stores the records in order, and [`Gaps`] counts those that did not fit. A thread
//! of its own makes the [deliveries](delivery).

mod delivery;
mod gaps;
mod queue_file;

use std::{
    future::poll_fn,
    io,
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    thread::JoinHandle,
};

use time::OffsetDateTime;

use self::{gaps::Gaps, queue_file::QueueFile};
use super::{ConsentRecord, Ledger, Shown};

/// Queue of records for the ledger; see the module.
#[derive(Debug)]
pub(super) struct Outbox {
    waiting: Arc<Waiting>,
    capacity: usize,
    delivering: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Waiting {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    queue: QueueFile,
    gaps: Gaps,
    /// Number of records ever queued.
    pushed: u64,
    /// Number of deliveries started.
    tries: u64,
    /// The last failed delivery, and whether the ledger caused the failure.
    failed: Option<(u64, bool)>,
    /// True while a request waits for the delivery.
    hurry: bool,
    waiting: Vec<Waker>,
    closed: bool,
    /// True once the thread has ended.
    ended: bool,
}

impl Outbox {
    /// Opens a file in `directory`, which is created if it does not exist, and starts to deliver
    /// its content, including that of earlier processes, and what visitors are shown. Holds at most
    /// `capacity` records.
    pub(super) fn open(
        directory: &Path,
        capacity: usize,
        ledger: Arc<dyn Ledger>,
        shown: Vec<Shown>,
    ) -> io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        let (queue, gaps) = QueueFile::open(directory)?;
        let waiting = Arc::new(Waiting {
            state: Mutex::new(State {
                pushed: queue.count() as u64,
                queue,
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
            .spawn(move || delivery::deliver(&own, &*ledger, shown))?;
        Ok(Self {
            waiting,
            capacity,
            delivering: Some(delivering),
        })
    }

    /// Queues a record. One that cannot be queued is counted in a gap.
    pub(super) fn push(&self, record: &ConsentRecord) {
        let mut state = self.waiting.lock();
        if !state.push(record, self.capacity) {
            state.gaps.lose(1, record.time, record.time);
        }
        drop(state);
        self.waiting.changed.notify_all();
    }

    /// Queues a record and returns whether it survives a power failure. If not, it is not counted
    /// in a gap, because its choice does not take effect.
    pub(super) fn push_synced(&self, record: &ConsentRecord) -> bool {
        let mut state = self.waiting.lock();
        let mut kept = state.push(record, self.capacity);
        if kept && !state.queue.sync() {
            // Nothing has read it yet.
            state.queue.remove_last(&record.to_json());
            state.pushed -= 1;
            kept = false;
        }
        drop(state);
        self.waiting.changed.notify_all();
        kept
    }

    /// Waits until the ledger has stored everything queued so far, and returns whether it has. A
    /// failure of the outbox itself counts as success, so that it does not block acceptances.
    pub(super) async fn delivered(&self) -> bool {
        let Some((pushed, tries)) = self.waiting.lock().hurried() else {
            return true;
        };
        self.waiting.changed.notify_all();
        poll_fn(|context| {
            let mut state = self.waiting.lock();
            let delivered = state.pushed - state.queue.count() as u64;
            let all = state.gaps.is_empty() && delivered >= pushed;
            // A delivery that was already running may have failed for an outdated reason.
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
            // The thread ends within a moment; the next start delivers what is left. It must
            // release the file first, or the next process could not take it over.
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
        self.queue.count() == 0 && self.gaps.is_empty()
    }

    fn push(&mut self, record: &ConsentRecord, capacity: usize) -> bool {
        if self.queue.count() >= capacity {
            return false;
        }
        let written = self.queue.push(&record.to_json());
        if let Err(error) = &written {
            log::error!(
                "cannot queue a consent record: {error}. A rejection takes effect all the same and is counted as lost; free disk space or make the outbox writable"
            );
        } else {
            self.pushed += 1;
        }
        written.is_ok()
    }

    /// Requests an immediate delivery. Returns the number of records queued and of deliveries
    /// started, or `None` if nothing is queued.
    fn hurried(&mut self) -> Option<(u64, u64)> {
        self.hurry = !self.is_empty();
        self.hurry.then_some((self.pushed, self.tries))
    }

    /// Counts lines that have vanished or are not records.
    fn lose(&mut self, count: u64) {
        let now = OffsetDateTime::now_utc();
        self.gaps.lose(count, now, now);
    }

    /// Wakes the requests that wait for a delivery.
    fn wake(&mut self) {
        self.waiting.drain(..).for_each(Waker::wake);
    }
}
