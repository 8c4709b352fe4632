//! Thread that delivers queued records to the ledger.
//!
//! Delivered records stay in the file for a while, so a killed process may deliver some of them
//! twice; the ledger stores them once.

use std::{
    fmt, io,
    pin::pin,
    sync::PoisonError,
    time::{Duration, Instant},
};

use actix_web::rt::{
    Runtime,
    time::{sleep, timeout},
};
use futures_util::future::{Either, select};

use super::{State, Waiting};
use crate::ledger::{ConsentRecord, Ledger, LedgerError, Shown};

/// Maximum number of records per delivery.
const CHUNK: usize = 256;
/// Time limit for a delivery; no request waits for it.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// Interval at which a delivery checks whether the outbox was closed.
const CHECK_INTERVAL: Duration = Duration::from_millis(50);
/// Pause after a failed delivery: the first and the longest.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(15)];
/// Maximum age of unsynced records while the ledger is down; a power failure loses no older ones.
const SYNC_INTERVAL: Duration = Duration::from_millis(250);

/// Cause of a failed delivery.
enum Failure {
    Ledger(LedgerError),
    Outbox(io::Error),
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger(error) => error.fmt(f),
            Self::Outbox(error) => write!(f, "the outbox cannot be read: {error}"),
        }
    }
}

fn unavailable(why: &str) -> Failure {
    Failure::Ledger(LedgerError::Unavailable(why.to_owned()))
}

/// Wakes all waiting requests when the thread ends, even by a panic.
struct WakeOnEnd<'w>(&'w Waiting);

impl Drop for WakeOnEnd<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.ended = true;
        state.wake();
    }
}

/// Delivers queued records until the outbox is closed.
pub(super) fn deliver(waiting: &Waiting, ledger: &dyn Ledger, mut shown: Vec<Shown>) {
    let _wake = WakeOnEnd(waiting);
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            log::error!("cannot deliver the outbox: {error}");
            return;
        }
    };
    let mut pause = PAUSES[0];
    loop {
        let mut state = waiting.lock();
        while shown.is_empty() && state.is_empty() && !state.closed {
            state = waiting
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed && state.is_empty() {
            return;
        }
        state.hurry = false;
        state.tries += 1;
        drop(state);
        let tried = runtime.block_on(async {
            let taking = pin!(take(waiting, ledger, &mut shown));
            let ending = pin!(ending(waiting));
            match timeout(TIME_LIMIT, select(taking, ending)).await {
                Ok(Either::Left((tried, _))) => tried,
                Ok(Either::Right(_)) => Err(unavailable("it was ended")),
                Err(_) => Err(unavailable("it took too long")),
            }
        });
        let mut state = waiting.lock();
        let Err(error) = tried else {
            state.wake();
            pause = PAUSES[0];
            continue;
        };
        state.failed = Some((state.tries, matches!(error, Failure::Ledger(_))));
        state.wake();
        log::warn!(
            "{error}; {} consent records are queued in {} and will be retried",
            state.queue.count(),
            state.queue.path().display()
        );
        drop(state);
        if rest(waiting, pause) {
            return;
        }
        pause = (pause * 2).min(PAUSES[1]);
    }
}

/// Pauses the deliveries and meanwhile syncs new records to disk. Returns whether the outbox was
/// closed.
fn rest(waiting: &Waiting, pause: Duration) -> bool {
    let until = Instant::now() + pause;
    loop {
        sync(waiting);
        let state = waiting.lock();
        let left = until.saturating_duration_since(Instant::now());
        if state.closed || state.hurry || left.is_zero() {
            return state.closed;
        }
        let wait = left.min(SYNC_INTERVAL);
        let waited = waiting
            .changed
            .wait_timeout_while(state, wait, |state| !state.closed && !state.hurry);
        drop(waited);
    }
}

/// Syncs queued records and gaps to disk, without blocking requests that queue records.
fn sync(waiting: &Waiting) {
    let mut state = waiting.lock();
    save_gaps(&mut state);
    let written = state.queue.unsynced();
    drop(state);
    // Only this thread removes records from the file or replaces it.
    if let Some((file, bytes)) = written
        && file.sync_data().is_ok()
    {
        waiting.lock().queue.synced_to(bytes);
    }
}

fn save_gaps(state: &mut State) {
    if let Err(error) = state.gaps.save() {
        log::error!("cannot write the number of lost consent records: {error}");
    }
}

/// Waits until the outbox is closed and a moment longer, for a delivery that is nearly done.
/// Meanwhile syncs new records to disk.
async fn ending(waiting: &Waiting) {
    let mut kept = Instant::now();
    while !waiting.lock().closed {
        sleep(CHECK_INTERVAL).await;
        if kept.elapsed() >= SYNC_INTERVAL {
            sync(waiting);
            kept = Instant::now();
        }
    }
    sleep(CHECK_INTERVAL).await;
}

/// Delivers notices, then gaps, then the next records.
async fn take(
    waiting: &Waiting,
    ledger: &dyn Ledger,
    shown: &mut Vec<Shown>,
) -> Result<(), Failure> {
    while let Some(next) = shown.last() {
        ledger.keep_shown(next.clone()).await?;
        shown.pop();
    }
    // Gaps come first, so that readers of the later records know that some are missing.
    while let Some(gap) = next_gap(waiting) {
        ledger.append(gap).await?;
        waiting.lock().gaps.delivered();
    }
    let lines = waiting.lock().queue.next(CHUNK).map_err(Failure::Outbox)?;
    let (mut records, mut invalid) = (Vec::new(), 0);
    for line in &lines {
        let record = std::str::from_utf8(line).ok().map(ConsentRecord::from_json);
        match record {
            Some(Ok(record)) => records.push(record),
            _ => invalid += 1,
        }
    }
    if !records.is_empty() {
        ledger.append_all(records).await?;
    }
    let mut state = waiting.lock();
    if lines.is_empty() && state.queue.count() > 0 {
        let lost = state.queue.forget();
        let path = state.queue.path().display();
        log::error!("{path} was truncated by another program: {lost} consent records are lost");
        state.lose(lost);
    }
    state.queue.delivered(&lines);
    if invalid > 0 {
        let path = state.queue.path().display();
        log::error!("{invalid} lines of {path} are not consent records and were skipped");
        state.lose(invalid);
    }
    save_gaps(&mut state);
    Ok(())
}

fn next_gap(waiting: &Waiting) -> Option<ConsentRecord> {
    waiting.lock().gaps.next()
}
