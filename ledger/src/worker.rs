//! The thread that writes: all that has come meanwhile, together.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use actix_consent::ledger::{ConsentId, ConsentRecord, LedgerError, RecordId, Shown};
use tokio::sync::{mpsc, oneshot};

use crate::{
    chain::{Kind, Labels, Row},
    database::{Database, Transaction},
    entry::{Erasure, Reason},
    verify::millis,
};

/// So many can wait to be written; more are told to come again.
const MOST_WAITING: usize = 8192;
/// So many records are written together: what SQLite takes in one statement.
const MOST_TOGETHER: usize = 512;

/// A server that has cut its connections takes new ones a moment later.
const BEFORE_THE_SECOND_TRY: Duration = Duration::from_millis(20);

/// Where an answer goes.
type Reply<T> = oneshot::Sender<Result<T, LedgerError>>;

/// What can be asked of the thread.
pub(crate) enum Command {
    Append(Box<ConsentRecord>, Reply<()>),
    KeepShown(Box<Shown>, Reply<()>),
    Shown(String, Reply<Option<Shown>>),
    OfSubject(ConsentId, Reply<Vec<Row>>),
    Scan(u64, u32, Reply<Vec<Row>>),
    Erasures(Reply<Vec<Row>>),
    /// Takes the content of these entries away, and says so.
    Empty(Vec<u64>, Reason, Reply<()>),
}

/// Asks the thread.
#[derive(Clone, Debug)]
pub(crate) struct Worker {
    /// What the ledger is called in errors.
    name: Arc<str>,
    commands: mpsc::Sender<Command>,
}

impl Worker {
    /// Starts a thread with a database that is opened in it.
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

    /// Asks for something and waits for the answer.
    pub(crate) async fn ask<T>(
        &self,
        command: impl FnOnce(Reply<T>) -> Command,
    ) -> Result<T, LedgerError> {
        let (reply, answer) = oneshot::channel();
        let ended = || LedgerError::Unavailable("its thread has ended".to_owned());
        let sent = self.commands.try_send(command(reply));
        sent.map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => {
                LedgerError::Unavailable(format!("{MOST_WAITING} requests wait for it"))
            }
            mpsc::error::TrySendError::Closed(_) => ended(),
        })?;
        let answered = answer.await.unwrap_or_else(|_| Err(ended()));
        answered.map_err(|error| at(&self.name, error))
    }
}

/// The error with the name of the ledger, so that an operator knows which one it is.
pub(crate) fn at(name: &str, error: LedgerError) -> LedgerError {
    match error {
        LedgerError::Broken(why) => LedgerError::Broken(format!("{name}: {why}")),
        LedgerError::Unavailable(why) => LedgerError::Unavailable(format!("{name}: {why}")),
        other => other,
    }
}

/// Works until nobody can ask any more.
async fn work<D: Database>(database: &mut D, mut commands: mpsc::Receiver<Command>) {
    let mut together: Vec<(ConsentRecord, Reply<()>)> = Vec::new();
    while let Some(first) = commands.recv().await {
        let mut next = Some(first);
        while let Some(command) = next {
            match command {
                Command::Append(record, reply) => together.push((*record, reply)),
                other => {
                    // In the order in which it was asked for.
                    flush(database, &mut together).await;
                    answer(database, other).await;
                }
            }
            next = match together.len() < MOST_TOGETHER {
                true => commands.try_recv().ok(),
                false => None,
            };
        }
        flush(database, &mut together).await;
    }
}

/// Writes all of them, and tells each of those who wait.
async fn flush<D: Database>(database: &mut D, together: &mut Vec<(ConsentRecord, Reply<()>)>) {
    if together.is_empty() {
        return;
    }
    let (records, replies): (Vec<_>, Vec<_>) = together.drain(..).unzip();
    let mut written = append(database, &records).await;
    if let Err(LedgerError::Unavailable(_)) = &written {
        // A connection that has gone away is found out by using it. What was written all the same
        // is known by its id.
        tokio::time::sleep(BEFORE_THE_SECOND_TRY).await;
        written = append(database, &records).await;
    }
    for reply in replies {
        let _ = reply.send(written.clone());
    }
}

async fn append<D: Database>(
    database: &mut D,
    records: &[ConsentRecord],
) -> Result<(), LedgerError> {
    let mut writing = database.begin().await?;
    let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
    let mut known: HashSet<RecordId> = writing.known(&ids).await?;
    let subjects: HashSet<ConsentId> = records.iter().filter_map(|record| record.subject).collect();
    let subjects: Vec<ConsentId> = subjects.into_iter().collect();
    let mut latest: HashMap<ConsentId, RecordId> = writing.latest(&subjects).await?;
    let mut head = writing.head().await?;
    let mut rows = Vec::with_capacity(records.len());
    for record in records {
        if !known.insert(record.id) {
            continue;
        }
        let mut record = record.clone();
        if let Some(subject) = record.subject {
            let before = latest.insert(subject, record.id);
            record.replaces = record.replaces.or(before);
        }
        let content = record.to_json().into_bytes();
        let labels = Labels {
            kind: Kind::Record,
            at: millis(record.time),
            id: Some(*record.id.as_bytes()),
            subject: record.subject.map(|subject| *subject.as_bytes()),
        };
        rows.push(head.append(labels, content));
    }
    if !rows.is_empty() {
        writing.insert(&rows).await?;
    }
    writing.commit().await
}

async fn empty<D: Database>(
    database: &mut D,
    numbers: &[u64],
    reason: Reason,
) -> Result<(), LedgerError> {
    let now = time::OffsetDateTime::now_utc();
    let erasure = Erasure::new(now, reason, numbers);
    let content = serde_json::to_vec(&erasure)
        .map_err(|error| LedgerError::Broken(format!("an erasure cannot be written: {error}")))?;
    let mut writing = database.begin().await?;
    let mut head = writing.head().await?;
    let labels = Labels {
        kind: Kind::Erasure,
        at: millis(now),
        id: None,
        subject: None,
    };
    let row = head.append(labels, content);
    writing.empty(numbers).await?;
    writing.insert(&[row]).await?;
    writing.commit().await
}

async fn keep_shown<D: Database>(database: &mut D, shown: &Shown) -> Result<(), LedgerError> {
    let content = serde_json::to_string(shown)
        .map_err(|error| LedgerError::Broken(format!("what was shown: {error}")))?;
    let mut writing = database.begin().await?;
    writing.keep_shown(&shown.hash, &content).await?;
    writing.commit().await
}

async fn shown<D: Database>(database: &mut D, hash: &str) -> Result<Option<Shown>, LedgerError> {
    let read = |text: String| {
        serde_json::from_str(&text)
            .map_err(|error| LedgerError::Broken(format!("what was shown as {hash}: {error}")))
    };
    database.shown(hash).await?.map(read).transpose()
}

async fn answer<D: Database>(database: &mut D, command: Command) {
    match command {
        Command::Append(..) => {}
        Command::KeepShown(shown, reply) => {
            let _ = reply.send(keep_shown(database, &shown).await);
        }
        Command::Shown(hash, reply) => {
            let _ = reply.send(shown(database, &hash).await);
        }
        Command::OfSubject(subject, reply) => {
            let _ = reply.send(database.of_subject(subject).await);
        }
        Command::Scan(after, most, reply) => {
            let _ = reply.send(database.scan(after, most).await);
        }
        Command::Erasures(reply) => {
            let _ = reply.send(database.erasures().await);
        }
        Command::Empty(numbers, reason, reply) => {
            let _ = reply.send(empty(database, &numbers, reason).await);
        }
    }
}
