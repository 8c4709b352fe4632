//! The ledger as applications and operators use it.

use std::time::Duration;

use actix_consent::{
    SigningKeys,
    ledger::{ConsentId, ConsentRecord, Event, Ledger, LedgerError, LedgerFuture, Shown},
};
use time::OffsetDateTime;

use crate::{
    Checkpoint,
    entry::{Entry, Numbered, Reason},
    memory::Memory,
    verify::{Erased, Fault, Verified, Verifier},
    worker::{Command, Worker, at},
};

/// So many entries are read at once.
const PAGE: u32 = 4096;
/// Requests to opt out are kept for so long in any case (11 CCR 7101).
const OPT_OUTS: Duration = Duration::from_secs(2 * 366 * 86_400);

/// A ledger, open. Clones of it are the same one.
#[derive(Clone, Debug)]
pub struct Store {
    worker: Worker,
}

/// What [`Store::prune`] does.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Pruning {
    /// Takes the content of records away that are older than this.
    pub before: OffsetDateTime,
    /// Consent can be in force for so long: records of a subject who said something since are kept
    /// whole. Default: 399 days, the longest that a choice counts.
    pub in_force: Duration,
}

impl Pruning {
    /// Of records that are older than `before`.
    pub fn before(before: OffsetDateTime) -> Self {
        Self {
            before,
            in_force: Duration::from_secs(399 * 86_400),
        }
    }
}

impl Store {
    /// Opens a ledger, and makes it where it is not there: `sqlite:FILE` or `postgres://…`.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, is of a newer version, is no ledger, or the address names a
    /// database that this build has no feature for.
    pub async fn open(address: &str) -> Result<Self, LedgerError> {
        let name = without_password(address);
        let opened = start(address, &name).await;
        let worker = opened.map_err(|error| at(&name, error))?;
        Ok(Self { worker })
    }

    /// A ledger in memory, for tests.
    ///
    /// # Panics
    ///
    /// When no thread can be started.
    pub fn in_memory() -> Self {
        let worker = Worker::start("memory", || async { Memory::default() });
        Self {
            worker: worker.expect("a thread can be started"),
        }
    }

    /// Whether everything is as it was written. `progress` is told how many entries were looked
    /// at.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read. What was changed in it is no error, but the inner `Err`.
    pub async fn verify(
        &self,
        checkpoint: Option<&Checkpoint>,
        mut progress: impl FnMut(u64),
    ) -> Result<Result<Verified, Fault>, LedgerError> {
        let mut erased = Erased::default();
        for row in self.worker.ask(Command::Erasures).await? {
            // One that cannot be read is found below, in its place.
            if let Ok(Numbered {
                entry: Some(Entry::Erasure(erasure)),
                ..
            }) = row.read()
            {
                erased.add(&erasure);
            }
        }
        let mut verifier = Verifier::new(erased);
        let mut after = 0;
        let mut seen = false;
        loop {
            let rows = self
                .worker
                .ask(|reply| Command::Scan(after, PAGE, reply))
                .await?;
            let Some(last) = rows.last() else { break };
            after = last.seq;
            for row in &rows {
                if let Err(fault) = verifier.check(row) {
                    return Ok(Err(fault));
                }
                if let Some(checkpoint) = checkpoint.filter(|checkpoint| checkpoint.seq == row.seq)
                {
                    if checkpoint.link != row.link {
                        return Ok(Err(Fault::Rewritten { seq: row.seq }));
                    }
                    seen = true;
                }
            }
            progress(after);
        }
        match checkpoint {
            Some(checkpoint) if !seen && checkpoint.seq > 0 => {
                Ok(Err(Fault::Missing { seq: after + 1 }))
            }
            _ => Ok(Ok(verifier.done())),
        }
    }

    /// The end of the chain, signed. Verifies the ledger first: one that was changed gets none.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read. What was changed in it is the inner `Err`.
    pub async fn checkpoint(
        &self,
        keys: &SigningKeys,
        progress: impl FnMut(u64),
    ) -> Result<Result<Checkpoint, Fault>, LedgerError> {
        let verified = self.verify(None, progress).await?;
        let now = OffsetDateTime::now_utc();
        Ok(verified.map(|verified| Checkpoint::new(verified.entries, verified.link, now, keys)))
    }

    /// Entries after a number, in their order: some thousands of them, and none at the end.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read, or an entry not understood.
    pub async fn entries(&self, after: u64) -> Result<Vec<Numbered>, LedgerError> {
        let rows = self
            .worker
            .ask(|reply| Command::Scan(after, PAGE, reply))
            .await?;
        rows.iter().map(crate::chain::Row::read).collect()
    }

    /// Takes away all that a subject has said (Art. 17 GDPR). How many entries that were.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written to. Nothing is taken away then.
    pub async fn erase(&self, subject: ConsentId) -> Result<u64, LedgerError> {
        let rows = self
            .worker
            .ask(|reply| Command::OfSubject(subject, reply))
            .await?;
        let numbers: Vec<u64> = rows.iter().map(|row| row.seq).collect();
        self.empty(numbers, Reason::Subject).await
    }

    /// Takes away what is older than it is kept (Art. 5(1)(e) GDPR), but for what proves a consent
    /// that may be in force, and for requests to opt out of the last 24 months. How many entries
    /// that were.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read or written to. Nothing is taken away then.
    pub async fn prune(&self, pruning: Pruning) -> Result<u64, LedgerError> {
        let now = OffsetDateTime::now_utc();
        let recent = now - pruning.in_force;
        let mut old: Vec<(u64, ConsentRecord)> = Vec::new();
        let mut active = std::collections::HashSet::new();
        let mut after = 0;
        loop {
            let entries = self.entries(after).await?;
            let Some(last) = entries.last() else { break };
            after = last.seq;
            for numbered in entries {
                let Some(Entry::Record(record)) = numbered.entry else {
                    continue;
                };
                if record.time >= recent {
                    active.extend(record.subject);
                }
                if record.time < pruning.before {
                    old.push((numbered.seq, record));
                }
            }
        }
        let opt_out = |record: &ConsentRecord| {
            matches!(
                record.event,
                Event::OptedOut | Event::Rejected | Event::Withdrawn
            ) && record.time >= now - OPT_OUTS
        };
        old.retain(|(_, record)| {
            let in_force = record
                .subject
                .is_some_and(|subject| active.contains(&subject));
            !in_force && !opt_out(record)
        });
        let numbers = old.into_iter().map(|(seq, _)| seq).collect();
        self.empty(numbers, Reason::Retention).await
    }

    async fn empty(&self, numbers: Vec<u64>, reason: Reason) -> Result<u64, LedgerError> {
        let count = numbers.len() as u64;
        if count > 0 {
            self.worker
                .ask(|reply| Command::Empty(numbers, reason, reply))
                .await?;
        }
        Ok(count)
    }
}

/// Opens what an address names, in a thread of its own.
async fn start(address: &str, name: &str) -> Result<Worker, LedgerError> {
    #[cfg(feature = "sqlite")]
    if let Some(path) = address.strip_prefix("sqlite:") {
        let opened = crate::sqlite::Sqlite::open(path).await?;
        return Worker::start(name, move || async { opened });
    }
    #[cfg(feature = "postgres")]
    if address.starts_with("postgres://") || address.starts_with("postgresql://") {
        // Its connection belongs to the runtime that it was made in, which is that of the thread.
        let mut postgres = crate::postgres::Postgres::new(address)?;
        let (opened, opens) = tokio::sync::oneshot::channel();
        let worker = Worker::start(name, move || async move {
            let _ = opened.send(postgres.upgrade().await);
            postgres
        })?;
        let ended = |_| Err(LedgerError::Unavailable("its thread has ended".to_owned()));
        opens.await.unwrap_or_else(ended)?;
        return Ok(worker);
    }
    Err(LedgerError::Broken(
        "names no ledger that this program can open: write sqlite:FILE or \
         postgres://user@host/database"
            .to_owned(),
    ))
}

/// The address of a database may hold what is in no log and on no screen.
fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    // A password may hold an `@` of its own.
    match rest.rsplit_once('@') {
        Some((who, host)) => {
            let user = who.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}")
        }
        None => address.to_owned(),
    }
}

impl Ledger for Store {
    fn append(&self, record: ConsentRecord) -> LedgerFuture<'_, ()> {
        Box::pin(
            self.worker
                .ask(|reply| Command::Append(Box::new(record), reply)),
        )
    }

    fn keep_shown(&self, shown: Shown) -> LedgerFuture<'_, ()> {
        Box::pin(
            self.worker
                .ask(|reply| Command::KeepShown(Box::new(shown), reply)),
        )
    }

    fn shown<'l>(&'l self, hash: &'l str) -> LedgerFuture<'l, Option<Shown>> {
        Box::pin(
            self.worker
                .ask(|reply| Command::Shown(hash.to_owned(), reply)),
        )
    }

    fn history(&self, subject: ConsentId) -> LedgerFuture<'_, Vec<ConsentRecord>> {
        Box::pin(async move {
            let rows = self
                .worker
                .ask(|reply| Command::OfSubject(subject, reply))
                .await?;
            let mut records = Vec::with_capacity(rows.len());
            for row in rows {
                if let Some(Entry::Record(record)) = row.read()?.entry {
                    records.push(record);
                }
            }
            Ok(records)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_told() {
        for (address, told) in [
            ("postgres://u:se@cret@host/db", "postgres://u@host/db"),
            ("postgres://u@host/db", "postgres://u@host/db"),
            ("sqlite:a.db", "sqlite:a.db"),
        ] {
            assert_eq!(without_password(address), told);
        }
    }
}
