//! The thread that takes what waits to the ledger.
//!
//! What it has delivered stays in the file for a while, so that a process which was killed delivers
//! some of it twice, and the ledger keeps it once.

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

/// So many are taken to the ledger at once.
const CHUNK: usize = 256;
/// How long the ledger may take for a chunk: nobody waits for it.
const DELIVERED_WITHIN: Duration = Duration::from_secs(30);
/// How often it is looked whether the outbox was closed meanwhile.
const LOOKS_EVERY: Duration = Duration::from_millis(50);
/// How long it is left alone after it has failed, the first time and at most.
const TRIES_AGAIN: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(15)];
/// While the ledger is down, a loss of power takes what came in this time at most.
const ON_DISK_WITHIN: Duration = Duration::from_millis(250);

/// Why nothing was delivered.
enum Failed {
    Ledger(LedgerError),
    Outbox(io::Error),
}

impl From<LedgerError> for Failed {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger(error) => error.fmt(f),
            Self::Outbox(error) => write!(f, "the outbox cannot be read: {error}"),
        }
    }
}

fn unavailable(why: &str) -> Failed {
    Failed::Ledger(LedgerError::Unavailable(why.to_owned()))
}

/// However the thread ends, nobody waits for it any more.
struct Ends<'w>(&'w Waiting);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.ended = true;
        state.wake();
    }
}

/// Takes what waits to the ledger, until the outbox is closed.
pub(super) fn deliver(waiting: &Waiting, ledger: &dyn Ledger, mut shown: Vec<Shown>) {
    let _ends = Ends(waiting);
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            log::error!("nothing in the outbox can be delivered: {error}");
            return;
        }
    };
    let mut pause = TRIES_AGAIN[0];
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
            match timeout(DELIVERED_WITHIN, select(taking, ending)).await {
                Ok(Either::Left((tried, _))) => tried,
                Ok(Either::Right(_)) => Err(unavailable("it was ended")),
                Err(_) => Err(unavailable("it took too long")),
            }
        });
        let mut state = waiting.lock();
        let Err(error) = tried else {
            state.wake();
            pause = TRIES_AGAIN[0];
            continue;
        };
        state.failed = Some((state.tries, matches!(error, Failed::Ledger(_))));
        state.wake();
        log::warn!(
            "{error}; {} records of consent wait in {}",
            state.lines.count(),
            state.lines.path().display()
        );
        drop(state);
        if rest(waiting, pause) {
            return;
        }
        pause = (pause * 2).min(TRIES_AGAIN[1]);
    }
}

/// Leaves the ledger alone for a while, and sees to it that what comes meanwhile is on the disk.
/// Whether the outbox was closed.
fn rest(waiting: &Waiting, pause: Duration) -> bool {
    let until = Instant::now() + pause;
    loop {
        keep(waiting);
        let state = waiting.lock();
        let left = until.saturating_duration_since(Instant::now());
        if state.closed || state.hurry || left.is_zero() {
            return state.closed;
        }
        let wait = left.min(ON_DISK_WITHIN);
        let waited = waiting
            .changed
            .wait_timeout_while(state, wait, |state| !state.closed && !state.hurry);
        drop(waited);
    }
}

/// Sees to it that what waits is on the disk, and how many are missing. Nobody who puts something
/// in waits for the disk.
fn keep(waiting: &Waiting) {
    let mut state = waiting.lock();
    save_gaps(&mut state);
    let written = state.lines.not_on_disk();
    drop(state);
    // Nobody else takes anything out of the file or puts another in its place.
    if let Some((file, bytes)) = written
        && file.sync_data().is_ok()
    {
        waiting.lock().lines.is_on_disk(bytes);
    }
}

fn save_gaps(state: &mut State) {
    if let Err(error) = state.gaps.save() {
        log::error!("how many records are missing could not be written down: {error}");
    }
}

/// Until the outbox is closed, and a moment longer for a ledger that answers. Meanwhile what comes
/// gets onto the disk.
async fn ending(waiting: &Waiting) {
    let mut kept = Instant::now();
    while !waiting.lock().closed {
        sleep(LOOKS_EVERY).await;
        if kept.elapsed() >= ON_DISK_WITHIN {
            keep(waiting);
            kept = Instant::now();
        }
    }
    sleep(LOOKS_EVERY).await;
}

/// Takes what is shown, what is known of what was lost, and the next records.
async fn take(
    waiting: &Waiting,
    ledger: &dyn Ledger,
    shown: &mut Vec<Shown>,
) -> Result<(), Failed> {
    while let Some(next) = shown.last() {
        ledger.keep_shown(next.clone()).await?;
        shown.pop();
    }
    // Before the others: whoever reads on knows that something is missing.
    while let Some(gap) = next_gap(waiting) {
        ledger.append(gap).await?;
        waiting.lock().gaps.told();
    }
    let lines = waiting.lock().lines.next(CHUNK).map_err(Failed::Outbox)?;
    let (mut records, mut spoilt) = (Vec::new(), 0);
    for line in &lines {
        let record = std::str::from_utf8(line).ok().map(ConsentRecord::from_json);
        match record {
            Some(Ok(record)) => records.push(record),
            _ => spoilt += 1,
        }
    }
    if !records.is_empty() {
        ledger.append_all(records).await?;
    }
    let mut state = waiting.lock();
    if lines.is_empty() && state.lines.count() > 0 {
        let lost = state.lines.forget();
        let path = state.lines.path().display();
        log::error!("{path} was shortened by somebody: {lost} records are missing");
        state.lose(lost);
    }
    state.lines.delivered(&lines);
    if spoilt > 0 {
        let path = state.lines.path().display();
        log::error!("{spoilt} lines of {path} are no records: they are left out");
        state.lose(spoilt);
    }
    save_gaps(&mut state);
    Ok(())
}

fn next_gap(waiting: &Waiting) -> Option<ConsentRecord> {
    waiting.lock().gaps.next()
}
