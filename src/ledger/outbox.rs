//! What has to reach the ledger later: rejections and withdrawals, which never wait for it.
//!
//! A file of records, one a line, in the order in which they came. A thread of its own takes them
//! to the ledger; what it has delivered is taken out when the file is empty again, so that a
//! process which was killed delivers some of them twice, and the ledger keeps them once.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    pin::pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use actix_web::rt::{
    Runtime,
    time::{sleep, timeout},
};
use futures_util::future::{Either, join_all, select};
use time::OffsetDateTime;

use super::{ConsentRecord, Ledger, LedgerError, RecordId, Shown};
use crate::choice::Day;

/// So many records can wait. A site of a million visitors a day has some hours until then.
const MOST_WAITING: usize = 100_000;
/// So many are taken to the ledger at once.
const CHUNK: usize = 256;
/// So many processes can share a directory.
const MOST_FILES: usize = 64;
/// How long the ledger may take for a chunk: nobody waits for it.
const DELIVERED_WITHIN: Duration = Duration::from_secs(30);
/// How often it is looked whether the outbox was closed meanwhile.
const LOOKS_EVERY: Duration = Duration::from_millis(50);
/// How long it is left alone after it has failed, the first time and at most.
const TRIES_AGAIN: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(15)];

/// See the module.
#[derive(Debug)]
pub(super) struct Outbox {
    waiting: Arc<Waiting>,
    delivering: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Waiting {
    path: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    file: File,
    /// How much of the file has been written.
    bytes: u64,
    /// How many records of it have not been delivered.
    records: usize,
    lost: Option<Lost>,
    closed: bool,
}

/// Records that could not be kept.
#[derive(Clone, Copy, Debug)]
struct Lost {
    count: u64,
    since: OffsetDateTime,
    until: OffsetDateTime,
}

impl Outbox {
    /// Opens a file in a directory, which is made where it is not there, and starts to deliver
    /// what is in it: what this and other processes have left there, and what visitors are shown.
    pub(super) fn open(
        directory: &Path,
        ledger: Arc<dyn Ledger>,
        shown: Vec<Shown>,
    ) -> io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        let (path, file) = own_file(directory)?;
        let bytes = file.metadata()?.len();
        let left = chunk(&path, 0, bytes, usize::MAX)?.len();
        let waiting = Arc::new(Waiting {
            path,
            state: Mutex::new(State {
                file,
                bytes,
                records: left,
                lost: None,
                closed: false,
            }),
            changed: Condvar::new(),
        });
        let own = waiting.clone();
        let delivering = std::thread::Builder::new()
            .name("consent-outbox".to_owned())
            .spawn(move || deliver(&own, &*ledger, shown))?;
        Ok(Self {
            waiting,
            delivering: Some(delivering),
        })
    }

    /// Puts a record where it waits. `false` where it could not be kept; it is counted then.
    pub(super) fn push(&self, record: &ConsentRecord) -> bool {
        let mut state = self.waiting.lock();
        let kept = state.records < MOST_WAITING && state.write(&record.to_json());
        match kept {
            true => state.records += 1,
            false => state.lose(1, record.time, record.time),
        }
        drop(state);
        self.waiting.changed.notify_all();
        kept
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

impl Lost {
    /// The record that tells it: the same one where it is told again.
    fn record(self, outbox: &Path) -> ConsentRecord {
        let name = format!("gap {} {} {}", outbox.display(), self.count, self.since);
        let day = Day::from(self.since.date());
        ConsentRecord {
            id: RecordId::once(&name, day),
            ..ConsentRecord::gap(self.count, self.since, self.until)
        }
    }
}

impl State {
    fn is_empty(&self) -> bool {
        self.records == 0 && self.lost.is_none()
    }

    /// Takes back what has been told. More may have been lost since.
    fn told(&mut self, told: Lost) {
        self.lost = self.lost.take().and_then(|now| {
            let count = now.count - told.count;
            let since = told.until;
            (count > 0).then_some(Lost {
                count,
                since,
                ..now
            })
        });
    }

    /// Writes a whole line, or nothing.
    fn write(&mut self, line: &str) -> bool {
        let line = format!("{line}\n");
        match self.file.write_all(line.as_bytes()) {
            Ok(()) => {
                self.bytes += line.len() as u64;
                true
            }
            Err(error) => {
                log::error!(
                    "a record of consent could not be put into the outbox: {error}. The choice \
                     counts; the record is counted as missing. Make room, or let the file be \
                     written to"
                );
                // Half a line would spoil the next one.
                let _ = self.file.set_len(self.bytes);
                false
            }
        }
    }

    fn lose(&mut self, count: u64, since: OffsetDateTime, until: OffsetDateTime) {
        let lost = self.lost.get_or_insert(Lost {
            count: 0,
            since,
            until,
        });
        lost.count += count;
        lost.until = lost.until.max(until);
    }
}

/// The first file that no other process has, and in it all that processes have left which are no
/// more.
fn own_file(directory: &Path) -> io::Result<(PathBuf, File)> {
    let mut own: Option<(PathBuf, File)> = None;
    for number in 0..MOST_FILES {
        let path = directory.join(format!("outbox-{number}.jsonl"));
        if own.is_some() && !path.exists() {
            continue;
        }
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => continue,
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let mut left = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        // No further than there is: a device would never end.
        let length = file.metadata()?.len();
        (&file).take(length).read_to_end(&mut left)?;
        // A process that was killed may have left half a line.
        let whole = left
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        match &mut own {
            None => {
                if whole < left.len() {
                    file.set_len(whole as u64)?;
                }
                own = Some((path, file));
            }
            Some((_, own)) => {
                own.write_all(&left[..whole])?;
                own.sync_data()?;
                file.set_len(0)?;
            }
        }
    }
    own.ok_or_else(|| io::Error::other("more processes than can share a directory"))
}

/// Takes what waits to the ledger, until the outbox is closed.
fn deliver(waiting: &Waiting, ledger: &dyn Ledger, mut shown: Vec<Shown>) {
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            log::error!("nothing in the outbox can be delivered: {error}");
            return;
        }
    };
    let mut done = 0;
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
        drop(state);
        let tried = runtime.block_on(async {
            let taking = pin!(take(waiting, ledger, &mut shown, &mut done));
            let ending = pin!(ending(waiting));
            match timeout(DELIVERED_WITHIN, select(taking, ending)).await {
                Ok(Either::Left((tried, _))) => tried,
                Ok(Either::Right(_)) => Err(LedgerError::Unavailable("it was ended".to_owned())),
                Err(_) => Err(LedgerError::Unavailable("it took too long".to_owned())),
            }
        });
        let state = waiting.lock();
        let Err(error) = tried else {
            pause = TRIES_AGAIN[0];
            continue;
        };
        log::warn!(
            "{error}; {} records of consent wait in {}",
            state.records,
            waiting.path.display()
        );
        if state.closed {
            return;
        }
        let waited = waiting
            .changed
            .wait_timeout_while(state, pause, |state| !state.closed);
        drop(waited);
        pause = (pause * 2).min(TRIES_AGAIN[1]);
    }
}

/// Until the outbox is closed, and a moment longer for a ledger that answers.
async fn ending(waiting: &Waiting) {
    while !waiting.lock().closed {
        sleep(LOOKS_EVERY).await;
    }
    sleep(LOOKS_EVERY).await;
}

/// Takes what is shown, what is known of what was lost, and the next records.
async fn take(
    waiting: &Waiting,
    ledger: &dyn Ledger,
    shown: &mut Vec<Shown>,
    done: &mut u64,
) -> Result<(), LedgerError> {
    while let Some(next) = shown.last() {
        ledger.keep_shown(next.clone()).await?;
        shown.pop();
    }
    let lost = waiting.lock().lost;
    if let Some(lost) = lost {
        // Before the others: whoever reads on knows that something is missing.
        ledger.append(lost.record(&waiting.path)).await?;
        waiting.lock().told(lost);
    }
    let bytes = waiting.lock().bytes;
    let unreadable = |error: io::Error| LedgerError::Unavailable(format!("the outbox: {error}"));
    let lines = chunk(&waiting.path, *done, bytes, CHUNK).map_err(unreadable)?;
    let (mut records, mut spoilt) = (Vec::new(), 0);
    for line in &lines {
        let record = std::str::from_utf8(line).ok().map(ConsentRecord::from_json);
        match record {
            Some(Ok(record)) => records.push(record),
            _ => {
                log::error!(
                    "a line of {} is no record: it is left out",
                    waiting.path.display()
                );
                spoilt += 1;
            }
        }
    }
    let appended = join_all(records.into_iter().map(|record| ledger.append(record))).await;
    appended.into_iter().collect::<Result<(), _>>()?;
    *done += lines.iter().map(|line| line.len() as u64).sum::<u64>();
    let mut state = waiting.lock();
    state.records = state.records.saturating_sub(lines.len());
    if spoilt > 0 {
        let now = OffsetDateTime::now_utc();
        state.lose(spoilt, now, now);
    }
    if *done == state.bytes && state.file.set_len(0).is_ok() {
        (*done, state.bytes) = (0, 0);
    }
    Ok(())
}

/// The next lines, with their ends.
fn chunk(path: &Path, done: u64, bytes: u64, most: usize) -> io::Result<Vec<Vec<u8>>> {
    if done >= bytes {
        return Ok(Vec::new());
    }
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(done))?;
    let mut reader = BufReader::new(file.take(bytes - done));
    let mut lines = Vec::new();
    while lines.len() < most {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        lines.push(line);
    }
    Ok(lines)
}
