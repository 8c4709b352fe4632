//! In memory, for tests: what is gone when the process ends proves nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use actix_consent::ledger::{ConsentId, LedgerError, RecordId};

use crate::{
    chain::{Head, Kind, Row},
    database::{Database, Transaction},
};

#[derive(Debug, Default)]
pub(crate) struct Memory {
    rows: Vec<Row>,
    shown: BTreeMap<String, String>,
}

/// Written into the memory at once; nothing in here fails halfway.
#[derive(Debug)]
pub(crate) struct Writing<'m>(&'m mut Memory);

impl Database for Memory {
    type Transaction<'d> = Writing<'d>;

    async fn begin(&mut self) -> Result<Writing<'_>, LedgerError> {
        Ok(Writing(self))
    }

    async fn scan(&mut self, after: u64, most: u32) -> Result<Vec<Row>, LedgerError> {
        let later = self.rows.iter().filter(|row| row.seq > after);
        Ok(later.take(most as usize).cloned().collect())
    }

    async fn erasures(&mut self) -> Result<Vec<Row>, LedgerError> {
        let rows = self.rows.iter();
        Ok(rows
            .filter(|row| row.labels.kind == Kind::Erasure)
            .cloned()
            .collect())
    }

    async fn of_subject(&mut self, subject: ConsentId) -> Result<Vec<Row>, LedgerError> {
        let subject = Some(*subject.as_bytes());
        let rows = self.rows.iter();
        Ok(rows
            .filter(|row| row.labels.subject == subject)
            .cloned()
            .collect())
    }

    async fn shown(&mut self, hash: &str) -> Result<Option<String>, LedgerError> {
        Ok(self.shown.get(hash).cloned())
    }
}

impl Transaction for Writing<'_> {
    async fn head(&mut self) -> Result<Head, LedgerError> {
        let last = self.0.rows.last();
        Ok(last.map_or_else(Head::start, |row| Head {
            seq: row.seq,
            link: row.link,
        }))
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

    async fn insert(&mut self, rows: &[Row]) -> Result<(), LedgerError> {
        self.0.rows.extend_from_slice(rows);
        Ok(())
    }

    async fn empty(&mut self, numbers: &[u64]) -> Result<(), LedgerError> {
        for row in &mut self.0.rows {
            if numbers.contains(&row.seq) {
                (row.labels.id, row.labels.subject, row.said) = (None, None, None);
            }
        }
        Ok(())
    }

    async fn keep_shown(&mut self, hash: &str, content: &str) -> Result<(), LedgerError> {
        let kept = self.0.shown.entry(hash.to_owned());
        kept.or_insert_with(|| content.to_owned());
        Ok(())
    }

    async fn commit(self) -> Result<(), LedgerError> {
        Ok(())
    }
}
