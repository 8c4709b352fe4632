//! The ledger's interface for applications and operators.

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
    entry::{Entry, Numbered, Reason, millis},
    fault::Fault,
    memory::Memory,
    side_tables::SideTables,
    verifier::{Verified, Verifier},
    worker::{Command, Records, Target, Worker, at},
};

/// Number of entries read at once.
const PAGE: u32 = 4096;
/// Number of records of an outbox in one transaction.
const MOST_LATE: usize = 512;
/// Retention period of opt-out requests (11 CCR 7101): 24 months.
const OPT_OUTS: Duration = Duration::from_secs(2 * 366 * 86_400);

/// An open ledger. Clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    /// The thread that writes.
    writer: Worker,
    /// The thread that reads, on a connection of its own.
    reader: Worker,
}

/// Settings of [`Store::prune`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Pruning {
    /// Time before which the content of records is erased.
    pub before: OffsetDateTime,
    /// Time that consent can be in force: the records of a subject with a later record stay.
    /// Default: 399 days, the longest validity of a choice.
    pub in_force: Duration,
}

impl Pruning {
    /// Erases records older than `before`.
    pub fn before(before: OffsetDateTime) -> Self {
        Self {
            before,
            in_force: Duration::from_secs(399 * 86_400),
        }
    }
}

impl Store {
    /// Opens a ledger, and creates it if it does not exist: `sqlite:FILE` or `postgres://…`.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be opened, has a newer version or is another database, or if this build
    /// lacks the feature for the address.
    pub async fn open(address: &str) -> Result<Self, LedgerError> {
        let name = without_password(address);
        let opened = start(address, &name).await;
        let [writer, reader] = opened.map_err(|error| at(&name, error))?;
        Ok(Self { writer, reader })
    }

    /// Creates a ledger in memory, for tests.
    ///
    /// # Panics
    ///
    /// If no thread can be started.
    pub fn in_memory() -> Self {
        let writer = Worker::start("memory", || async { Memory::default() });
        let writer = writer.expect("a thread can be started");
        Self {
            reader: writer.clone(),
            writer,
        }
    }

    /// Verifies the entries, the texts that visitors were shown, the marks of erased subjects and
    /// the remains of erased entries, and that the chain holds all checkpoints. Calls `progress`
    /// with the number of entries checked so far.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read. A fault is not an error, but the inner `Err`.
    pub async fn verify(
        &self,
        checkpoints: &[Checkpoint],
        mut progress: impl FnMut(u64),
    ) -> Result<Result<Verified, Fault>, LedgerError> {
        let mut ahead: Vec<&Checkpoint> = checkpoints.iter().collect();
        ahead.sort_by_key(|checkpoint| Reverse(checkpoint.seq));
        let last_seen = checkpoints.iter().map(|seen| seen.seq).max();
        let mut verifier = Verifier::new(last_seen.unwrap_or(0));
        let before = self.side_tables().await?;
        let mut after = 0;
        // An inserted row can have a number below the first entry's.
        let mut rows = self.scan(i64::MIN).await?;
        while let Some(last) = rows.last() {
            // Read ahead while these rows are checked.
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
            // An entry may have been erased after it was read.
            let Fault::Restored { seq } = fault else {
                return Ok(Err(fault));
            };
            let again = self.scan(signed(seq - 1)).await?;
            let again: Vec<Row> = again.into_iter().map_while(Result::ok).collect();
            if !verifier.erased_since(seq, &again) {
                return Ok(Err(fault));
            }
        }
        if let Some(fault) = verifier.compare(&before, &self.side_tables().await?) {
            return Ok(Err(fault));
        }
        Ok(Ok(verifier.finish()))
    }

    async fn side_tables(&self) -> Result<SideTables, LedgerError> {
        self.reader.ask(Command::SideTables).await
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

    /// Verifies the ledger and signs the end of the chain. A ledger with a fault gets no
    /// checkpoint.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read. A fault is the inner `Err`.
    pub async fn checkpoint(
        &self,
        keys: &SigningKeys,
        progress: impl FnMut(u64),
    ) -> Result<Result<Checkpoint, Fault>, LedgerError> {
        let verified = self.verify(&[], progress).await?;
        let now = OffsetDateTime::now_utc();
        Ok(verified.map(|verified| Checkpoint::new(verified.entries, verified.link, now, keys)))
    }

    /// Returns the entries after a number, in order: some thousands at once, and none at the end.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read, or an entry cannot be parsed.
    pub async fn entries(&self, after: u64) -> Result<Vec<Numbered>, LedgerError> {
        let rows = self.scan(signed(after)).await?;
        let read = |row| entry(row)?.read();
        rows.into_iter().map(read).collect()
    }

    /// Erases all entries of a subject (Art. 17 GDPR). Returns their number.
    ///
    /// Earlier records of the subject that still wait in an outbox will be rejected.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written. Nothing is erased then.
    pub async fn erase(&self, subject: ConsentId) -> Result<u64, LedgerError> {
        let erased = self
            .empty(Target::Subject(subject), Reason::Subject)
            .await?;
        self.clear_if_it_can_be().await;
        Ok(erased)
    }

    /// Erases records whose retention period is over (Art. 5(1)(e) GDPR). Keeps records that prove
    /// a consent which may be in force, and opt-out requests of the last 24 months. Returns the
    /// number of erased entries. Calls `progress` with the number of entries checked so far.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read or written. Entries are erased some thousands at a time, so
    /// earlier ones stay erased, and the next call continues.
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
                    .ask(|reply| Command::LastTimes(subjects, reply))
                    .await?;
                let lately = |subject: ConsentId| said.get(&subject) >= Some(&millis(in_force));
                old.retain(|(_, subject)| !subject.is_some_and(lately));
            }
            if !old.is_empty() {
                let numbers = old.into_iter().map(|(seq, _)| seq).collect();
                gone += self
                    .empty(Target::Entries(numbers), Reason::Retention)
                    .await?;
            }
            progress(after);
        }
    }

    /// Overwrites the copies that SQLite keeps of erased pages. [`Self::erase`] and [`Self::prune`]
    /// do so themselves unless a reader, such as a backup, prevents it. Returns false if a reader
    /// still does: no query finds the erased entries any more, but their bytes stay on the disk
    /// until the next successful call.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be written.
    pub async fn clear(&self) -> Result<bool, LedgerError> {
        self.writer.ask(Command::Clear).await
    }

    async fn clear_if_it_can_be(&self) {
        let why = match self.clear().await {
            Ok(true) => return,
            Ok(false) => "another process is reading".to_owned(),
            Err(error) => error.to_string(),
        };
        log::warn!("erased bytes are still on the disk: {why}; the next erasure overwrites them");
    }

    async fn empty(&self, target: Target, reason: Reason) -> Result<u64, LedgerError> {
        self.writer
            .ask(|reply| Command::Erase(target, reason, reply))
            .await
    }

    async fn append_these(
        &self,
        records: Vec<ConsentRecord>,
        late: bool,
    ) -> Result<(), LedgerError> {
        let records = Records::new(records, late);
        self.writer
            .ask(|reply| Command::Append(records, reply))
            .await
    }
}

/// Opens the database of an address, in a writing and a reading thread.
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
        // A connection belongs to the runtime that opened it, which is the one of the thread.
        let mut postgres = crate::postgres::Postgres::new(address)?;
        let reader = postgres.reader();
        let (opened, opens) = tokio::sync::oneshot::channel();
        let writer = Worker::start(name, move || async move {
            let _ = opened.send(postgres.upgrade().await);
            postgres
        })?;
        let ended = |_| Err(LedgerError::Unavailable("its thread has ended".to_owned()));
        opens.await.unwrap_or_else(ended)?;
        return Ok([writer, Worker::start(name, move || async { reader })?]);
    }
    Err(LedgerError::Broken(
        "is no address of a ledger: write sqlite:FILE or \
         postgres://user@host/database"
            .to_owned(),
    ))
}

/// Removes the password of a database address, for logs and errors.
fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    // The parameters may hold a password too, and a password may hold `@` or `?`.
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
            self.writer
                .ask(|reply| Command::StoreText(Box::new(shown), reply)),
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
    fn hides_the_password_of_an_address() {
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
