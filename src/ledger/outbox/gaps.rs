//! Gaps: number and period of lost records.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use time::OffsetDateTime;

use crate::ledger::{ConsentRecord, Gap};

/// Gap records in a file beside the outbox. It has only a few lines and is rewritten on each
/// change.
#[derive(Debug)]
pub(super) struct Gaps {
    path: PathBuf,
    records: Vec<ConsentRecord>,
    /// Number of leading gaps being delivered; they do not change any more, so that a retry is
    /// idempotent.
    frozen: usize,
    saved: bool,
}

impl Gaps {
    /// Opens the gaps of an outbox, including those of an earlier process.
    pub(super) fn open(outbox: &Path) -> io::Result<Self> {
        let path = outbox.with_extension("gaps");
        let records = read(&path)?;
        Ok(Self {
            frozen: records.len(),
            records,
            path,
            saved: true,
        })
    }

    /// Takes over the gaps of a process that has ended.
    pub(super) fn take_over(&mut self, outbox: &Path) -> io::Result<()> {
        let left = outbox.with_extension("gaps");
        let records = read(&left)?;
        if records.is_empty() {
            return Ok(());
        }
        self.records.splice(0..0, records);
        self.frozen = self.records.len();
        self.saved = false;
        self.save()?;
        fs::remove_file(left)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn lose(&mut self, count: u64, since: OffsetDateTime, until: OffsetDateTime) {
        self.saved = false;
        let open = self.records.get_mut(self.frozen);
        match open.and_then(|record| record.gap.as_mut()) {
            Some(gap) => {
                gap.count = gap.count.saturating_add(count);
                gap.until = gap.until.max(until);
            }
            None => self.records.push(ConsentRecord::gap(Gap {
                count,
                since,
                until,
            })),
        }
    }

    /// Returns the next gap to deliver.
    pub(super) fn next(&mut self) -> Option<ConsentRecord> {
        self.frozen = self.frozen.max(1).min(self.records.len());
        self.records.first().cloned()
    }

    /// Removes the first gap after its delivery.
    pub(super) fn delivered(&mut self) {
        self.records.remove(0);
        self.frozen -= 1;
        self.saved = false;
    }

    /// Writes changes to disk. A failed write is repeated with the next change and at the end.
    pub(super) fn save(&mut self) -> io::Result<()> {
        if self.saved {
            return Ok(());
        }
        if self.records.is_empty() {
            match fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        } else {
            let text: String = self
                .records
                .iter()
                .map(|one| one.to_json() + "\n")
                .collect();
            // The rename is atomic.
            let new = self.path.with_extension("gaps-new");
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_data()?;
            fs::rename(&new, &self.path)?;
        }
        self.saved = true;
        Ok(())
    }
}

fn read(path: &Path) -> io::Result<Vec<ConsentRecord>> {
    let text = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read?,
    };
    let text = String::from_utf8_lossy(&text);
    let records = text.lines().map(ConsentRecord::from_json);
    let read = |record: Result<ConsentRecord, _>| match record {
        Ok(record) if record.gap.is_some() => Some(record),
        _ => {
            log::error!(
                "skipped a line of {} that is not a gap record",
                path.display()
            );
            None
        }
    };
    Ok(records.filter_map(read).collect())
}
