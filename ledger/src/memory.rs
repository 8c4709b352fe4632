//! A ledger in memory, for tests: it ends with the process and proves nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use actix_consent::ledger::{ConsentId, LedgerError, RecordId};

use crate::{
    chain::{Head, Row},
    database::{Database, Transaction},
    fault::Fault,
    remains::{Mark, Remains},
};

#[derive(Debug, Default)]
pub(crate) struct Memory {
    rows: Vec<Row>,
    shown: BTreeMap<String, String>,
    erased: HashMap<Mark, i64>,
}

/// A transaction that writes at once, since no operation can fail halfway.
#[derive(Debug)]
pub(crate) struct Writing<'m>(&'m mut Memory);

impl Database for Memory {
    type Transaction<'d> = Writing<'d>;

    async fn begin(&mut self) -> Result<Writing<'_>, LedgerError> {
        Ok(Writing(self))
    }

    async fn scan(
        &mut self,
        after: i64,
        most: u32,
    ) -> Result<Vec<Result<Row, Fault>>, LedgerError> {
        let first = usize::try_from(after).unwrap_or(0);
        let later = self.rows.iter().skip(first);
        Ok(later.take(most as usize).cloned().map(Ok).collect())
    }

    async fn of_subject(&mut self, subject: ConsentId, most: u32) -> Result<Vec<Row>, LedgerError> {
        let subject = Some(*subject.as_bytes());
        let latest = self.rows.iter().rev();
        let latest = latest.filter(|row| row.labels.subject == subject);
        let mut rows: Vec<Row> = latest.take(most as usize).cloned().collect();
        rows.reverse();
        Ok(rows)
    }

    async fn texts(&mut self) -> Result<Vec<(String, String)>, LedgerError> {
        let texts = self.shown.iter();
        Ok(texts
            .map(|(hash, text)| (hash.clone(), text.clone()))
            .collect())
    }

    async fn marks(&mut self) -> Result<Vec<(Mark, i64)>, LedgerError> {
        Ok(self
            .erased
            .iter()
            .map(|(mark, until)| (*mark, *until))
            .collect())
    }

    async fn last_times(
        &mut self,
        subjects: &[ConsentId],
    ) -> Result<HashMap<ConsentId, i64>, LedgerError> {
        let last = |subject: &ConsentId| {
            let of = Some(*subject.as_bytes());
            let rows = self.rows.iter().filter(|row| row.labels.subject == of);
            Some((*subject, rows.map(|row| row.labels.at).max()?))
        };
        Ok(subjects.iter().filter_map(last).collect())
    }

    async fn shown(&mut self, hash: &str) -> Result<Option<String>, LedgerError> {
        let mut from = self.shown.range(hash.to_owned()..);
        let found = from.next().filter(|(kept, _)| kept.starts_with(hash));
        Ok(found.map(|(_, shown)| shown.clone()))
    }

    async fn clear(&mut self) -> Result<bool, LedgerError> {
        Ok(true)
    }

    fn disconnect(&mut self) {}
}

impl Transaction for Writing<'_> {
    fn head(&self) -> Head {
        let last = self.0.rows.last();
        last.map_or_else(Head::start, |row| Head {
            seq: row.seq,
            link: row.link,
        })
    }

    async fn known(&mut self, ids: &[RecordId]) -> Result<HashSet<RecordId>, LedgerError> {
        let has = |id: &&RecordId| {
            self.0
                .rows
                .iter()
                .any(|row| row.labels.id == Some(*id.as_bytes()))
        };
        Ok(ids.iter().filter(has).copied().collect())
    }

    async fn latest(
        &mut self,
        subjects: &[ConsentId],
    ) -> Result<HashMap<ConsentId, RecordId>, LedgerError> {
        let latest = |subject: &ConsentId| {
            let mut rows = self.0.rows.iter().rev();
            let row = rows.find(|row| row.labels.subject == Some(*subject.as_bytes()))?;
            Some((*subject, RecordId::from_bytes(row.labels.id?)))
        };
        Ok(subjects.iter().filter_map(latest).collect())
    }

    async fn insert(&mut self, rows: &[Row]) -> Result<bool, LedgerError> {
        let ids: Vec<_> = rows.iter().filter_map(|row| row.labels.id).collect();
        let there = |row: &Row| row.labels.id.is_some_and(|id| ids.contains(&id));
        let new = !self.0.rows.iter().any(there);
        if new {
            self.0.rows.extend_from_slice(rows);
        }
        Ok(new)
    }

    async fn numbers(&mut self, subject: ConsentId) -> Result<Vec<u64>, LedgerError> {
        let of = Some(*subject.as_bytes());
        let rows = self.0.rows.iter().filter(|row| row.labels.subject == of);
        Ok(rows.map(|row| row.seq).collect())
    }

    async fn erase(&mut self, numbers: &[u64]) -> Result<Vec<Remains>, LedgerError> {
        let mut emptied = Vec::new();
        for row in &mut self.0.rows {
            if numbers.contains(&row.seq) && row.salted.take().is_some() {
                (row.labels.id, row.labels.subject) = (None, None);
                emptied.push(row.remains());
            }
        }
        Ok(emptied)
    }

    async fn mark_erased(&mut self, mark: Mark, until: i64) -> Result<(), LedgerError> {
        self.0.erased.insert(mark, until);
        Ok(())
    }

    async fn erased(&mut self, marks: &[Mark]) -> Result<HashMap<Mark, i64>, LedgerError> {
        let until = |mark: &Mark| Some((*mark, *self.0.erased.get(mark)?));
        Ok(marks.iter().filter_map(until).collect())
    }

    async fn keep_shown(&mut self, hash: &str, content: &str) -> Result<bool, LedgerError> {
        let is_new = !self.0.shown.contains_key(hash);
        if is_new {
            self.0.shown.insert(hash.to_owned(), content.to_owned());
        }
        Ok(is_new)
    }

    async fn commit(self) -> Result<(), LedgerError> {
        Ok(())
    }

    async fn roll_back(self) -> Result<(), LedgerError> {
        Ok(())
    }
}
