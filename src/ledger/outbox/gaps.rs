//! Records that could not be kept: how many, and between when.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use time::OffsetDateTime;

use crate::ledger::{ConsentRecord, Gap};

/// The records that tell of it, in a file beside the outbox: a few lines, written anew each time.
#[derive(Debug)]
pub(super) struct Gaps {
    path: PathBuf,
    records: Vec<ConsentRecord>,
    /// So many of the first are being told, and do not change any more: one that is told again is
    /// the same record.
    telling: usize,
    saved: bool,
}

impl Gaps {
    /// Those of an outbox, and what was left there.
    pub(super) fn open(outbox: &Path) -> io::Result<Self> {
        let path = outbox.with_extension("gaps");
        let records = read(&path)?;
        Ok(Self {
            telling: records.len(),
            records,
            path,
            saved: true,
        })
    }

    /// Takes over what a process has left that is no more.
    pub(super) fn take_over(&mut self, outbox: &Path) -> io::Result<()> {
        let left = outbox.with_extension("gaps");
        let records = read(&left)?;
        if records.is_empty() {
            return Ok(());
        }
        self.records.splice(0..0, records);
        self.telling = self.records.len();
        self.saved = false;
        self.save()?;
        fs::remove_file(left)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn lose(&mut self, count: u64, since: OffsetDateTime, until: OffsetDateTime) {
        self.saved = false;
        let open = self.records.get_mut(self.telling);
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

    /// The next that is told.
    pub(super) fn next(&mut self) -> Option<ConsentRecord> {
        self.telling = self.telling.max(1).min(self.records.len());
        self.records.first().cloned()
    }

    /// It is in the ledger.
    pub(super) fn told(&mut self) {
        self.records.remove(0);
        self.telling -= 1;
        self.saved = false;
    }

    /// Writes what has changed. Where that fails it is tried again with the next change, and at
    /// the end.
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
            // Whole, or as it was.
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
                "a line of {} tells of no gap: it is left out",
                path.display()
            );
            None
        }
    };
    Ok(records.filter_map(read).collect())
}
