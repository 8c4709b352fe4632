//! The ledger as applications and operators use it.

use std::{cmp::Reverse, time::Duration};

use actix_consent::{
    SigningKeys,
    ledger::{ConsentId, ConsentRecord, Event, Ledger, LedgerError, LedgerFuture, Shown},
};
use time::OffsetDateTime;

use crate::{
    Checkpoint,
    chain::Row,
    database::{entry, signed},
    entry::{Entry, Numbered, Reason},
    memory::Memory,
    verify::{Fault, Verified, Verifier, millis},
    worker::{Command, Kept, Records, Which, Worker, at},
};

/// So many entries are read at once.
const PAGE: u32 = 4096;
/// So many records of an outbox are one transaction.
const MOST_LATE: usize = 512;
/// Requests to opt out are kept for so long in any case (11 CCR 7101).
const OPT_OUTS: Duration = Duration::from_secs(2 * 366 * 86_400);

/// A ledger, open. Clones of it are the same one.
#[derive(Clone, Debug)]
pub struct Store {
    /// Writes.
    worker: Worker,
    /// Reads beside it, on a connection of its own.
    reader: Worker,
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
        let [worker, reader] = opened.map_err(|error| at(&name, error))?;
        Ok(Self { worker, reader })
    }

    /// A ledger in memory, for tests.
    ///
    /// # Panics
    ///
    /// When no thread can be started.
    pub fn in_memory() -> Self {
        let worker = Worker::start("memory", || async { Memory::default() });
        let worker = worker.expect("a thread can be started");
        Self {
            reader: worker.clone(),
            worker,
        }
    }

    /// Whether everything is as it was written, and all that the checkpoints have seen is there: the
    /// entries, the texts that visitors were shown, the marks of erased subjects, and what is left of
    /// erased entries. `progress` is told how many entries were looked at.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read. What was changed in it is no error, but the inner `Err`.
    pub async fn verify(
        &self,
        checkpoints: &[Checkpoint],
        mut progress: impl FnMut(u64),
    ) -> Result<Result<Verified, Fault>, LedgerError> {
        let mut ahead: Vec<&Checkpoint> = checkpoints.iter().collect();
        ahead.sort_by_key(|checkpoint| Reverse(checkpoint.seq));
        let last_seen = checkpoints.iter().map(|seen| seen.seq).max();
        let mut verifier = Verifier::new(last_seen.unwrap_or(0));
        let kept_before = self.kept().await?;
        let mut after = 0;
        // From below the first: what was put in before it is a fault as well.
        let mut rows = self.scan(i64::MIN).await?;
        while let Some(last) = rows.last() {
            // It is read while these are looked at.
            let next = match last {
                Ok(last) => last.seq,
                Err(_) => after,
            };
            let next = self.scan(signed(next));
            for row in &rows {
                let row = match row {
                    Ok(row) => row,
                    Err(fault) => return Ok(Err(fault.clone())),
                };
                if let Err(fault) = verifier.check(row) {
                    return Ok(Err(fault));
                }
                after = row.seq;
                while let Some(seen) = ahead.pop_if(|seen| seen.seq <= after) {
                    if seen.seq == after && seen.link != row.link {
                        let seen = seen.link;
                        return Ok(Err(Fault::Rewritten { seq: after, seen }));
                    }
                }
            }
            progress(after);
            rows = next.await?;
        }
        if ahead.iter().any(|unseen| unseen.seq > 0) {
            return Ok(Err(Fault::Missing { seq: after + 1 }));
        }
        while let Some(fault) = verifier.difference() {
            // Something may have been erased after it was read.
            let Fault::Restored { seq } = fault else {
                return Ok(Err(fault));
            };
            let again = self.scan(signed(seq - 1)).await?;
            let again: Vec<Row> = again.into_iter().map_while(Result::ok).collect();
            if !verifier.erased_since(seq, &again) {
                return Ok(Err(fault));
            }
        }
        if let Some(fault) = verifier.beside(&kept_before, &self.kept().await?) {
            return Ok(Err(fault));
        }
        Ok(Ok(verifier.done()))
    }

    async fn kept(&self) -> Result<Kept, LedgerError> {
        self.reader.ask(Command::Beside).await
    }

    async fn of_subject(
        &self,
        subject: ConsentId,
        most: u32,
    ) -> Result<Vec<ConsentRecord>, LedgerError> {
        let ask = |reply| Command::OfSubject(subject, most, reply);
        let rows = self.reader.ask(ask).await?;
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(Entry::Record(record)) = row.read()?.entry {
                records.push(record);
            }
        }
        Ok(records)
    }

    fn scan(
        &self,
        after: i64,
    ) -> impl Future<Output = Result<Vec<Result<Row, Fault>>, LedgerError>> {
        self.reader
            .ask(move |reply| Command::Scan(after, PAGE, reply))
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
        let verified = self.verify(&[], progress).await?;
        let now = OffsetDateTime::now_utc();
        Ok(verified.map(|verified| Checkpoint::new(verified.entries, verified.link, now, keys)))
    }

    /// Entries after a number, in their order: some thousands of them, and none at the end.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read, or an entry not understood.
    pub async fn entries(&self, after: u64) -> Result<Vec<Numbered>, LedgerError> {
        let rows = self.scan(signed(after)).await?;
        let read = |row| entry(row)?.read();
        rows.into_iter().map(read).collect()
    }

    /// Takes away all that a subject has said (Art. 17 GDPR). How many entries that were.
    ///
    /// What the subject has said before and still waits in an outbox will not come in.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written to. Nothing is taken away then.
    pub async fn erase(&self, subject: ConsentId) -> Result<u64, LedgerError> {
        let erased = self.empty(Which::Of(subject), Reason::Subject).await?;
        self.clear_if_it_can_be().await;
        Ok(erased)
    }

    /// Takes away what is older than it is kept (Art. 5(1)(e) GDPR), but for what proves a consent
    /// that may be in force, and for requests to opt out of the last 24 months. How many entries
    /// that were. `progress` is told how many were looked at.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read or written to. Some thousands are taken away at once, so what
    /// was done until then holds, and the rest is done the next time.
    pub async fn prune(
        &self,
        pruning: Pruning,
        mut progress: impl FnMut(u64),
    ) -> Result<u64, LedgerError> {
        let now = OffsetDateTime::now_utc();
        let ago = |time: Duration| {
            let time = time::Duration::try_from(time).unwrap_or(time::Duration::MAX);
            now.checked_sub(time).unwrap_or(OffsetDateTime::UNIX_EPOCH)
        };
        let (in_force, opt_outs) = (ago(pruning.in_force), ago(OPT_OUTS));
        let opt_out = |record: &ConsentRecord| {
            use Event::{OptedOut, Rejected, Withdrawn};
            matches!(record.event, OptedOut | Rejected | Withdrawn) && record.time >= opt_outs
        };
        let goes = |record: &ConsentRecord| {
            record.time < pruning.before && record.time < in_force && !opt_out(record)
        };
        let (mut after, mut gone) = (0, 0);
        loop {
            let entries = self.entries(after).await?;
            let Some(last) = entries.last() else {
                if gone > 0 {
                    self.clear_if_it_can_be().await;
                }
                return Ok(gone);
            };
            after = last.seq;
            let old = entries.into_iter().filter_map(|numbered| match numbered {
                Numbered {
                    seq,
                    entry: Some(Entry::Record(record)),
                } if goes(&record) => Some((seq, record.subject)),
                _ => None,
            });
            let mut old: Vec<(u64, Option<ConsentId>)> = old.collect();
            let subjects: Vec<ConsentId> = old.iter().filter_map(|(_, subject)| *subject).collect();
            if !subjects.is_empty() {
                let said = self
                    .reader
                    .ask(|reply| Command::LastSaid(subjects, reply))
                    .await?;
                let lately = |subject: ConsentId| said.get(&subject) >= Some(&millis(in_force));
                old.retain(|(_, subject)| !subject.is_some_and(lately));
            }
            if !old.is_empty() {
                let numbers = old.into_iter().map(|(seq, _)| seq).collect();
                gone += self.empty(Which::These(numbers), Reason::Retention).await?;
            }
            progress(after);
        }
    }

    /// Clears what was erased out of the copies that SQLite keeps of pages; [`Self::erase`] and
    /// [`Self::prune`] have done so already where nobody was reading. `false` where somebody is at
    /// this moment, such as a backup: what was erased is gone for all who read, and its bytes stay
    /// until this is done again.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be written to.
    pub async fn clear(&self) -> Result<bool, LedgerError> {
        self.worker.ask(Command::Clear).await
    }

    async fn clear_if_it_can_be(&self) {
        let why = match self.clear().await {
            Ok(true) => return,
            Ok(false) => "somebody reads it".to_owned(),
            Err(error) => error.to_string(),
        };
        log::warn!("the bytes of what was erased are not written over yet: {why}");
    }

    async fn empty(&self, which: Which, reason: Reason) -> Result<u64, LedgerError> {
        self.worker
            .ask(|reply| Command::Empty(which, reason, reply))
            .await
    }

    async fn append_these(
        &self,
        records: Vec<ConsentRecord>,
        late: bool,
    ) -> Result<(), LedgerError> {
        let records = Records::new(records, late);
        self.worker
            .ask(|reply| Command::Append(records, reply))
            .await
    }
}

/// Opens what an address names, in a thread that writes and one that reads.
async fn start(address: &str, name: &str) -> Result<[Worker; 2], LedgerError> {
    #[cfg(feature = "sqlite")]
    if let Some(path) = address.strip_prefix("sqlite:") {
        let opened = crate::sqlite::Sqlite::open(path).await?;
        let reader = opened.reader();
        return Ok([
            Worker::start(name, move || async { opened })?,
            Worker::start(name, move || async { reader })?,
        ]);
    }
    #[cfg(feature = "postgres")]
    if address.starts_with("postgres://") || address.starts_with("postgresql://") {
        // Its connection belongs to the runtime that it was made in, which is that of the thread.
        let mut postgres = crate::postgres::Postgres::new(address)?;
        let reader = postgres.reader();
        let (opened, opens) = tokio::sync::oneshot::channel();
        let worker = Worker::start(name, move || async move {
            let _ = opened.send(postgres.upgrade().await);
            postgres
        })?;
        let ended = |_| Err(LedgerError::Unavailable("its thread has ended".to_owned()));
        opens.await.unwrap_or_else(ended)?;
        return Ok([worker, Worker::start(name, move || async { reader })?]);
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
    // A password may also stand among the parameters. It may hold an `@` or a `?` of its own.
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    match place.rsplit_once('@') {
        Some((who, host)) => {
            let user = who.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}")
        }
        None if parameters.contains('@') => format!("{scheme}://…"),
        None => format!("{scheme}://{place}"),
    }
}

impl Ledger for Store {
    fn append(&self, record: ConsentRecord) -> LedgerFuture<'_, ()> {
        Box::pin(self.append_these(vec![record], false))
    }

    fn append_all(&self, mut records: Vec<ConsentRecord>) -> LedgerFuture<'_, ()> {
        Box::pin(async move {
            while !records.is_empty() {
                let rest = records.split_off(records.len().min(MOST_LATE));
                self.append_these(records, true).await?;
                records = rest;
            }
            Ok(())
        })
    }

    fn keep_shown(&self, shown: Shown) -> LedgerFuture<'_, ()> {
        Box::pin(
            self.worker
                .ask(|reply| Command::KeepShown(Box::new(shown), reply)),
        )
    }

    fn shown<'l>(&'l self, hash: &'l str) -> LedgerFuture<'l, Option<Shown>> {
        Box::pin(
            self.reader
                .ask(|reply| Command::Shown(hash.to_owned(), reply)),
        )
    }

    fn history(&self, subject: ConsentId) -> LedgerFuture<'_, Vec<ConsentRecord>> {
        Box::pin(self.of_subject(subject, u32::MAX))
    }

    fn latest(&self, subject: ConsentId, most: usize) -> LedgerFuture<'_, Vec<ConsentRecord>> {
        Box::pin(self.of_subject(subject, u32::try_from(most).unwrap_or(u32::MAX)))
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
            (
                "postgres://host/db?password=secret&user=u",
                "postgres://host/db",
            ),
            ("postgres://u:se?cret@host/db", "postgres://…"),
            ("sqlite:a.db", "sqlite:a.db"),
        ] {
            assert_eq!(without_password(address), told);
        }
    }
}
