//! File of queued records, one per line.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::Gaps;

/// Maximum number of processes that can share a directory.
const MAX_FILES: usize = 64;
/// Number of delivered bytes at which the file is compacted, if they also exceed the queued ones. A
/// killed process delivers at most this much twice.
const COMPACTED_AT: u64 = 1 << 20;
/// Suffix of the compacted file before it replaces the queue.
const COMPACTED: &str = "new";

/// A queue file, locked by this process.
#[derive(Debug)]
pub(super) struct QueueFile {
    path: PathBuf,
    file: File,
    /// Number of bytes written, synced and delivered.
    bytes: u64,
    synced: u64,
    done: u64,
    /// Number of lines not yet delivered.
    count: usize,
}

impl QueueFile {
    /// Opens the first file that no other process has locked, and takes over the content of files
    /// whose process has ended.
    pub(super) fn open(directory: &Path) -> io::Result<(Self, Gaps)> {
        let mut own: Option<(Self, Gaps)> = None;
        for number in 0..MAX_FILES {
            let path = directory.join(format!("outbox-{number}.jsonl"));
            if own.is_some() && !path.exists() {
                continue;
            }
            let file = match locked(&path, false) {
                Ok(file) => file,
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(error)) => return Err(error),
            };
            let left = Leftover::in_file(&path)?;
            match &mut own {
                None => {
                    let mut gaps = Gaps::open(&path)?;
                    // A killed process may have left it.
                    let _ = fs::remove_file(path.with_extension(COMPACTED));
                    left.cut(&file, &mut gaps)?;
                    let lines = Self {
                        path,
                        file,
                        bytes: left.whole,
                        synced: 0,
                        done: 0,
                        count: left.lines,
                    };
                    own = Some((lines, gaps));
                }
                Some((lines, gaps)) => {
                    left.cut(&file, gaps)?;
                    gaps.take_over(&path)?;
                    lines.take_over(&path, &left)?;
                    file.set_len(0)?;
                }
            }
        }
        own.ok_or_else(|| {
            io::Error::other(
                "too many processes share the outbox directory: use one directory per site",
            )
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Appends a whole line, or nothing.
    pub(super) fn push(&mut self, line: &str) -> io::Result<()> {
        let line = format!("{line}\n");
        match self.file.write_all(line.as_bytes()) {
            Ok(()) => {
                self.bytes += line.len() as u64;
                self.count += 1;
                Ok(())
            }
            Err(error) => {
                // A partial line would corrupt the next one.
                let _ = self.file.set_len(self.bytes);
                Err(error)
            }
        }
    }

    /// Removes the last line, which nothing has read yet.
    pub(super) fn remove_last(&mut self, line: &str) {
        self.bytes -= line.len() as u64 + 1;
        self.count -= 1;
        let _ = self.file.set_len(self.bytes);
    }

    /// Returns the file and its length if it is not synced, so that the caller can sync without the
    /// lock and confirm with [`Self::synced_to`].
    pub(super) fn unsynced(&self) -> Option<(File, u64)> {
        let file = (self.synced < self.bytes).then(|| self.file.try_clone());
        Some((file?.ok()?, self.bytes))
    }

    pub(super) fn synced_to(&mut self, bytes: u64) {
        self.synced = self.synced.max(bytes);
    }

    /// Forgets the queued lines after another program has truncated the file. Returns their number.
    pub(super) fn forget(&mut self) -> u64 {
        let lost = std::mem::take(&mut self.count) as u64;
        let _ = self.file.set_len(0);
        (self.done, self.bytes, self.synced) = (0, 0, 0);
        lost
    }

    /// Syncs the file. Returns whether everything written survives a power failure.
    pub(super) fn sync(&mut self) -> bool {
        if self.synced < self.bytes && self.file.sync_data().is_ok() {
            self.synced = self.bytes;
        }
        self.synced >= self.bytes
    }

    /// Returns the next lines, with their newlines.
    pub(super) fn next(&self, most: usize) -> io::Result<Vec<Vec<u8>>> {
        let mut lines = Vec::new();
        if self.count == 0 {
            return Ok(lines);
        }
        let mut reader = BufReader::new(self.waiting()?);
        while lines.len() < most {
            let mut line = Vec::new();
            if reader.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            lines.push(line);
        }
        Ok(lines)
    }

    /// Marks lines as delivered.
    pub(super) fn delivered(&mut self, lines: &[Vec<u8>]) {
        self.done += lines.iter().map(|line| line.len() as u64).sum::<u64>();
        self.count = self.count.saturating_sub(lines.len());
        if self.done == self.bytes && self.file.set_len(0).is_ok() {
            (self.done, self.bytes, self.synced) = (0, 0, 0);
        } else if self.done > COMPACTED_AT.max(self.bytes - self.done)
            && let Err(error) = self.compact()
        {
            // The file keeps growing, but nothing is lost.
            log::warn!("{}: {error}", self.path.display());
        }
    }

    /// Reader of the lines not yet delivered.
    fn waiting(&self) -> io::Result<io::Take<File>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.done))?;
        // Bounded, since reading from a device would never end.
        Ok(io::Read::take(file, self.bytes - self.done))
    }

    /// Replaces the file with one without the delivered lines.
    fn compact(&mut self) -> io::Result<()> {
        let next = self.path.with_extension(COMPACTED);
        let _ = fs::remove_file(&next);
        // Locked from its creation, so that no process can take it over at the moment of the
        // rename.
        let mut file = locked(&next, true).map_err(io::Error::from)?;
        let copied = self
            .waiting()
            .and_then(|mut waiting| io::copy(&mut waiting, &mut file))
            .and_then(|_| file.sync_data())
            .and_then(|()| fs::rename(&next, &self.path));
        if copied.is_err() {
            let _ = fs::remove_file(&next);
        }
        copied?;
        self.file = file;
        self.bytes -= self.done;
        (self.done, self.synced) = (0, self.bytes);
        Ok(())
    }

    fn take_over(&mut self, path: &Path, left: &Leftover) -> io::Result<()> {
        io::copy(
            &mut io::Read::take(File::open(path)?, left.whole),
            &mut self.file,
        )?;
        self.bytes += left.whole;
        self.count += left.lines;
        if self.sync() {
            Ok(())
        } else {
            Err(io::Error::other(
                "cannot sync records taken over from another process",
            ))
        }
    }
}

/// Content of the file of an earlier process.
struct Leftover {
    lines: usize,
    /// Number of bytes in whole lines, and in total.
    whole: u64,
    all: u64,
}

impl Leftover {
    fn in_file(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let all = file.metadata()?.len();
        let mut reader = BufReader::new(io::Read::take(file, all));
        let (mut lines, mut whole, mut line) = (0, 0, Vec::new());
        while reader.read_until(b'\n', &mut line)? > 0 {
            if line.ends_with(b"\n") {
                lines += 1;
                whole += line.len() as u64;
            }
            line.clear();
        }
        Ok(Self { lines, whole, all })
    }

    /// Removes a partial line that a killed process has left; it counts as one lost record.
    fn cut(&self, file: &File, gaps: &mut Gaps) -> io::Result<()> {
        if self.whole < self.all {
            let now = time::OffsetDateTime::now_utc();
            gaps.lose(1, now, now);
            gaps.save()?;
            file.set_len(self.whole)?;
        }
        Ok(())
    }
}

/// Opens and locks a file, readable by its owner only.
fn locked(path: &Path, new: bool) -> Result<File, TryLockError> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(!new).create_new(new);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    loop {
        let file = options.open(path).map_err(TryLockError::Error)?;
        file.try_lock()?;
        // Its process may have replaced it between the two calls.
        if is_at(&file, path).map_err(TryLockError::Error)? {
            return Ok(file);
        }
    }
}

/// Returns whether the path still refers to this file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (own, named) = (file.metadata()?, fs::metadata(path)?);
    Ok((own.dev(), own.ino()) == (named.dev(), named.ino()))
}

/// An open file keeps its name on other systems.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}
