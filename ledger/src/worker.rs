//! The thread of a database connection. The writing thread combines the records that arrived
//! meanwhile; another thread reads, so that an acceptance never waits for a query.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use actix_consent::ledger::{ConsentId, ConsentRecord, LedgerError, RecordId, Shown};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, oneshot};

use crate::{
    chain::{Row, Sealed},
    database::{Database, Transaction},
    entry::{Erasure, Reason, millis, sealed, sealed_text},
    fault::Fault,
    remains::Mark,
    side_tables::SideTables,
};

/// Number of commands that can wait; further ones are refused.
const MOST_WAITING: usize = 8192;
/// Number of records from which on a transaction is written without waiting for more.
const MOST_TOGETHER: usize = 512;
/// Timeouts of a write or a query for a visitor, who does not wait longer, and of reading or
/// erasing a large part of the ledger.
const LONGEST: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(60)];

/// Least number of characters of a hash that a form accepts.
const SHORTEST_HASH: usize = 8;
/// A broken connection fails at once, and a new one is tried. The caller repeats what failed later
/// than this, since it may not wait any longer.
const SECOND_TRY_WITHIN: Duration = Duration::from_millis(200);
/// Pause before the second try: a server that closed its connections accepts new ones a moment
/// later.
const BEFORE_THE_SECOND_TRY: Duration = Duration::from_millis(20);

/// Channel for the answer to a command.
type Reply<T> = oneshot::Sender<Result<T, LedgerError>>;

/// A command to the thread.
pub(crate) enum Command {
    Append(Records, Reply<()>),
    StoreText(Box<Shown>, Reply<()>),
    Shown(String, Reply<Option<Shown>>),
    /// The latest records of a subject, at most so many.
    OfSubject(ConsentId, u32, Reply<Vec<Row>>),
    /// The tables beside the chain.
    SideTables(Reply<SideTables>),
    Scan(i64, u32, Reply<Vec<Result<Row, Fault>>>),
    LastTimes(Vec<ConsentId>, Reply<HashMap<ConsentId, i64>>),
    /// Erases the content of entries and appends the erasure. Returns the number of erased entries.
    Erase(Target, Reason, Reply<u64>),
    /// Clears erased data out of copies that the database keeps.
    Clear(Reply<bool>),
}

/// Records to append, in order.
pub(crate) struct Records {
    /// Sealed by the caller, because one thread works for all callers.
    records: Vec<(ConsentRecord, Sealed)>,
    /// True for records from an outbox, which an erasure may have overtaken.
    late: bool,
}

impl Records {
    pub(crate) fn new(records: Vec<ConsentRecord>, late: bool) -> Self {
        let sealed = records.into_iter().map(|record| {
            let sealed = sealed(&record);
            (record, sealed)
        });
        Self {
            records: sealed.collect(),
            late,
        }
    }
}

/// Entries to erase.
pub(crate) enum Target {
    Subject(ConsentId),
    Entries(Vec<u64>),
}

/// Handle to the thread.
#[derive(Clone, Debug)]
pub(crate) struct Worker {
    /// Name of the ledger in errors.
    name: Arc<str>,
    commands: mpsc::Sender<Command>,
}

impl Worker {
    /// Starts a thread that opens the database and works for it.
    pub(crate) fn start<D, F>(
        name: &str,
        open: impl FnOnce() -> F + Send + 'static,
    ) -> Result<Self, LedgerError>
    where
        D: Database + 'static,
        F: Future<Output = D>,
    {
        let (sender, receiver) = mpsc::channel(MOST_WAITING);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let unavailable = |error: std::io::Error| LedgerError::Unavailable(error.to_string());
        let runtime = runtime.map_err(unavailable)?;
        std::thread::Builder::new()
            .name("consent-ledger".to_owned())
            .spawn(move || runtime.block_on(async { work(&mut open().await, receiver).await }))
            .map_err(unavailable)?;
        Ok(Self {
            name: name.into(),
            commands: sender,
        })
    }

    /// Sends a command at once and returns the future of its answer.
    pub(crate) fn ask<T>(
        &self,
        command: impl FnOnce(Reply<T>) -> Command,
    ) -> impl Future<Output = Result<T, LedgerError>> {
        let (reply, answer) = oneshot::channel();
        let ended = || LedgerError::Unavailable("its thread has ended".to_owned());
        let sent = self.commands.try_send(command(reply));
        let sent = sent.map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => {
                LedgerError::Unavailable(format!("{MOST_WAITING} requests are waiting: try again"))
            }
            mpsc::error::TrySendError::Closed(_) => ended(),
        });
        async move {
            sent?;
            let answered = answer.await.unwrap_or_else(|_| Err(ended()));
            answered.map_err(|error| at(&self.name, error))
        }
    }
}

/// Adds the name of the ledger to an error.
pub(crate) fn at(name: &str, error: LedgerError) -> LedgerError {
    match error {
        LedgerError::Broken(why) => LedgerError::Broken(format!("{name}: {why}")),
        LedgerError::Unavailable(why) => LedgerError::Unavailable(format!("{name}: {why}")),
        other => other,
    }
}

/// Works until the last handle is dropped.
async fn work<D: Database>(database: &mut D, mut commands: mpsc::Receiver<Command>) {
    let mut together: Vec<(Records, Reply<()>)> = Vec::new();
    while let Some(first) = commands.recv().await {
        let mut next = Some(first);
        let mut count = 0;
        while let Some(command) = next {
            match command {
                Command::Append(records, reply) => {
                    count += records.records.len();
                    together.push((records, reply));
                }
                other => {
                    // Keeps the order of the commands.
                    flush(database, &mut together).await;
                    answer(database, other).await;
                }
            }
            next = if count < MOST_TOGETHER {
                commands.try_recv().ok()
            } else {
                None
            };
        }
        flush(database, &mut together).await;
    }
}

/// Runs an operation with a timeout, since a lost server may never respond.
async fn within<D: Database, T>(
    longest: Duration,
    database: &mut D,
    work: impl AsyncFnOnce(&mut D) -> Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    match tokio::time::timeout(longest, work(database)).await {
        Ok(answer) => answer,
        Err(_) => {
            database.disconnect();
            let why = format!("it did not answer within {longest:?}");
            Err(LedgerError::Unavailable(why))
        }
    }
}

/// Reads, and tries once more if the connection turns out to be broken.
async fn read<D: Database, T>(
    longest: Duration,
    database: &mut D,
    work: impl AsyncFn(&mut D) -> Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    let began = Instant::now();
    let first = within(longest, database, &work).await;
    if matches!(first, Err(LedgerError::Unavailable(_))) && began.elapsed() < SECOND_TRY_WITHIN {
        tokio::time::sleep(BEFORE_THE_SECOND_TRY).await;
        return within(longest, database, &work).await;
    }
    first
}

/// Writes the collected records and answers their callers.
async fn flush<D: Database>(database: &mut D, together: &mut Vec<(Records, Reply<()>)>) {
    if together.is_empty() {
        return;
    }
    let (records, replies): (Vec<Records>, Vec<_>) = together.drain(..).unzip();
    let began = Instant::now();
    let mut written = within(LONGEST[0], database, async |to| append(to, &records).await).await;
    if matches!(written, Err(LedgerError::Unavailable(_))) && began.elapsed() < SECOND_TRY_WITHIN {
        tokio::time::sleep(BEFORE_THE_SECOND_TRY).await;
        written = within(LONGEST[0], database, async |to| append(to, &records).await).await;
    }
    for reply in replies {
        let _ = reply.send(written.clone());
    }
}

/// Appends the records that are new. A record is known if an earlier write succeeded but its answer
/// got lost. That is rare, so known records are searched only after the database refused one.
async fn append<D: Database>(database: &mut D, records: &[Records]) -> Result<(), LedgerError> {
    let mut writing = database.begin().await?;
    if write(&mut writing, records, HashSet::new()).await? {
        return writing.commit().await;
    }
    writing.roll_back().await?;
    let all = records.iter().flat_map(|some| &some.records);
    let ids: Vec<RecordId> = all.map(|(record, _)| record.id).collect();
    let mut writing = database.begin().await?;
    let known = writing.known(&ids).await?;
    if write(&mut writing, records, known).await? {
        return writing.commit().await;
    }
    // No other process writes during the transaction.
    let why = "a record exists but was not found".to_owned();
    Err(LedgerError::Broken(why))
}

/// Appends all but the known records. Returns false if the ledger has another one of them.
async fn write(
    writing: &mut impl Transaction,
    records: &[Records],
    mut known: HashSet<RecordId>,
) -> Result<bool, LedgerError> {
    let all = || records.iter().flat_map(|some| &some.records);
    let subjects: HashSet<ConsentId> = all().filter_map(|(record, _)| record.subject).collect();
    let subjects: Vec<ConsentId> = subjects.into_iter().collect();
    let mut latest: HashMap<ConsentId, RecordId> = if subjects.is_empty() {
        HashMap::new()
    } else {
        writing.latest(&subjects).await?
    };
    let erased = erased(writing, records).await?;
    let is_erased = |record: &ConsentRecord| {
        let until = record
            .subject
            .and_then(|subject| erased.get(&subject.into()));
        until.is_some_and(|until| millis(record.time) <= *until)
    };
    let mut head = writing.head();
    let mut rows = Vec::new();
    for (record, own) in all() {
        if is_erased(record) || !known.insert(record.id) {
            continue;
        }
        let before = record.subject;
        let before = before.and_then(|subject| latest.insert(subject, record.id));
        let entry = match record.replaces.or(before) {
            replaces if replaces == record.replaces => own.clone(),
            replaces => {
                let mut record = record.clone();
                record.replaces = replaces;
                sealed(&record)
            }
        };
        rows.push(head.append(entry));
    }
    Ok(rows.is_empty() || writing.insert(&rows).await?)
}

/// Returns the times of the erasures of the subjects of late records.
async fn erased(
    writing: &mut impl Transaction,
    records: &[Records],
) -> Result<HashMap<Mark, i64>, LedgerError> {
    let late = records.iter().filter(|some| some.late);
    let late = late.flat_map(|some| &some.records);
    let marks: HashSet<Mark> = late
        .filter_map(|(record, _)| Some(record.subject?.into()))
        .collect();
    if marks.is_empty() {
        return Ok(HashMap::new());
    }
    writing.erased(&marks.into_iter().collect::<Vec<_>>()).await
}

async fn empty<D: Database>(
    database: &mut D,
    target: Target,
    reason: Reason,
) -> Result<u64, LedgerError> {
    let now = time::OffsetDateTime::now_utc();
    let mut writing = database.begin().await?;
    let (numbers, mark) = match target {
        Target::Entries(numbers) => (numbers, None),
        Target::Subject(subject) => {
            let mark = Mark::from(subject);
            writing.mark_erased(mark, millis(now)).await?;
            (writing.numbers(subject).await?, Some(mark))
        }
    };
    // Another process may have erased some of them meanwhile.
    let mut emptied = writing.erase(&numbers).await?;
    if emptied.is_empty() {
        writing.commit().await?;
        return Ok(0);
    }
    emptied.sort_unstable_by_key(|left| left.seq);
    let numbers: Vec<u64> = emptied.iter().map(|left| left.seq).collect();
    let mut erasure = Erasure::new(now, reason, &numbers).with_remains(&emptied);
    if let Some(mark) = mark {
        erasure = erasure.with_mark(mark);
    }
    let row = writing.head().append(erasure.seal()?);
    writing.insert(&[row]).await?;
    writing.commit().await?;
    Ok(emptied.len() as u64)
}

async fn keep_shown<D: Database>(database: &mut D, shown: &Shown) -> Result<(), LedgerError> {
    let content = serde_json::to_string(shown)
        .map_err(|error| LedgerError::Broken(format!("cannot serialise the text: {error}")))?;
    let mut writing = database.begin().await?;
    if writing.keep_shown(&shown.hash, &content).await? {
        let now = time::OffsetDateTime::now_utc();
        let row = writing
            .head()
            .append(sealed_text(now, &shown.hash, &content)?);
        writing.insert(&[row]).await?;
    }
    writing.commit().await
}

async fn shown<D: Database>(database: &mut D, hash: &str) -> Result<Option<Shown>, LedgerError> {
    let read = |text: String| {
        serde_json::from_str(&text)
            .map_err(|error| LedgerError::Broken(format!("the text {hash} is damaged: {error}")))
    };
    // A shorter prefix could match several hashes.
    if hash.len() < SHORTEST_HASH {
        return Ok(None);
    }
    database.shown(hash).await?.map(read).transpose()
}

async fn side_tables<D: Database>(database: &mut D) -> Result<SideTables, LedgerError> {
    let texts = database.texts().await?.into_iter();
    Ok(SideTables {
        texts: texts
            .map(|(hash, content)| (hash, Sha256::digest(content).into()))
            .collect(),
        marks: database.marks().await?.into_iter().collect(),
    })
}

async fn answer<D: Database>(database: &mut D, command: Command) {
    let [short, long] = LONGEST;
    match command {
        Command::Append(..) => {}
        Command::StoreText(shown, reply) => {
            let kept = within(short, database, async |to| keep_shown(to, &shown).await);
            let _ = reply.send(kept.await);
        }
        Command::Shown(hash, reply) => {
            let found = read(short, database, async |of| shown(of, &hash).await);
            let _ = reply.send(found.await);
        }
        Command::OfSubject(subject, most, reply) => {
            let rows = read(short, database, async |of| {
                of.of_subject(subject, most).await
            });
            let _ = reply.send(rows.await);
        }
        Command::SideTables(reply) => {
            let kept = read(long, database, async |of| side_tables(of).await);
            let _ = reply.send(kept.await);
        }
        Command::Scan(after, most, reply) => {
            let rows = read(long, database, async |of| of.scan(after, most).await);
            let _ = reply.send(rows.await);
        }
        Command::LastTimes(subjects, reply) => {
            let times = read(long, database, async |of| of.last_times(&subjects).await);
            let _ = reply.send(times.await);
        }
        Command::Erase(target, reason, reply) => {
            let emptied = within(long, database, async |of| empty(of, target, reason).await);
            let _ = reply.send(emptied.await);
        }
        Command::Clear(reply) => {
            let cleared = within(long, database, async |of| of.clear().await);
            let _ = reply.send(cleared.await);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Memory;

    #[tokio::test(start_paused = true)]
    async fn an_unresponsive_database_ends_in_a_timeout() {
        let [short, _] = LONGEST;
        let mut memory = Memory::default();
        let silent = within(short, &mut memory, async |_| std::future::pending().await);
        let waited: Result<(), LedgerError> = silent.await;
        let told = LedgerError::Unavailable("it did not answer within 5s".to_owned());
        assert_eq!(waited, Err(told));
        // The control: a database that responds.
        let answered = within(short, &mut memory, async |memory| memory.shown("x").await);
        assert_eq!(answered.await, Ok(None));
    }
}
