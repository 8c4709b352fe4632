//! The file of an outbox: one record a line.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::Gaps;

/// So many processes can share a directory.
const MOST_FILES: usize = 64;
/// What was delivered is taken out of the file when it is as much as this, in bytes, and more than
/// what waits: a killed process delivers no more than that a second time.
const TAKEN_OUT_AT: u64 = 1 << 20;
/// What a file without what was delivered is called until it takes the place of the other.
const NEXT: &str = "new";

/// A file that no other process has.
#[derive(Debug)]
pub(super) struct Lines {
    path: PathBuf,
    file: File,
    /// How much of it has been written, is on the disk, and has been delivered.
    bytes: u64,
    synced: u64,
    done: u64,
    /// How many lines have not been delivered.
    count: usize,
}

impl Lines {
    /// The first file that no other process has, and in it all that processes have left which are
    /// no more.
    pub(super) fn open(directory: &Path) -> io::Result<(Self, Gaps)> {
        let mut own: Option<(Self, Gaps)> = None;
        for number in 0..MOST_FILES {
            let path = directory.join(format!("outbox-{number}.jsonl"));
            if own.is_some() && !path.exists() {
                continue;
            }
            let file = match locked(&path, false) {
                Ok(file) => file,
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(error)) => return Err(error),
            };
            let left = Left::in_file(&path)?;
            match &mut own {
                None => {
                    let mut gaps = Gaps::open(&path)?;
                    // A process that was killed may have left it.
                    let _ = fs::remove_file(path.with_extension(NEXT));
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
        own.ok_or_else(|| io::Error::other("more processes than can share a directory"))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Writes a whole line, or nothing.
    pub(super) fn push(&mut self, line: &str) -> io::Result<()> {
        let line = format!("{line}\n");
        match self.file.write_all(line.as_bytes()) {
            Ok(()) => {
                self.bytes += line.len() as u64;
                self.count += 1;
                Ok(())
            }
            Err(error) => {
                // Half a line would spoil the next one.
                let _ = self.file.set_len(self.bytes);
                Err(error)
            }
        }
    }

    /// Takes the last line back, which nobody has read yet.
    pub(super) fn take_back(&mut self, line: &str) {
        self.bytes -= line.len() as u64 + 1;
        self.count -= 1;
        let _ = self.file.set_len(self.bytes);
    }

    /// The file, and how much of it has been written, where that is not on the disk: for whoever
    /// holds nobody up while it gets there, and says so by [`Self::is_on_disk`].
    pub(super) fn not_on_disk(&self) -> Option<(File, u64)> {
        let file = (self.synced < self.bytes).then(|| self.file.try_clone());
        Some((file?.ok()?, self.bytes))
    }

    pub(super) fn is_on_disk(&mut self, bytes: u64) {
        self.synced = self.synced.max(bytes);
    }

    /// Forgets what waits: somebody has shortened the file. How many lines that were.
    pub(super) fn forget(&mut self) -> u64 {
        let lost = std::mem::take(&mut self.count) as u64;
        let _ = self.file.set_len(0);
        (self.done, self.bytes, self.synced) = (0, 0, 0);
        lost
    }

    /// Whether what was written outlives a loss of power.
    pub(super) fn sync(&mut self) -> bool {
        if self.synced < self.bytes && self.file.sync_data().is_ok() {
            self.synced = self.bytes;
        }
        self.synced >= self.bytes
    }

    /// The next lines, with their ends.
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

    /// These are in the ledger.
    pub(super) fn delivered(&mut self, lines: &[Vec<u8>]) {
        self.done += lines.iter().map(|line| line.len() as u64).sum::<u64>();
        self.count = self.count.saturating_sub(lines.len());
        if self.done == self.bytes && self.file.set_len(0).is_ok() {
            (self.done, self.bytes, self.synced) = (0, 0, 0);
        } else if self.done > TAKEN_OUT_AT.max(self.bytes - self.done)
            && let Err(error) = self.take_out()
        {
            // It grows on, and nothing is lost.
            log::warn!("{}: {error}", self.path.display());
        }
    }

    /// What has not been delivered.
    fn waiting(&self) -> io::Result<io::Take<File>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.done))?;
        // No further than there is: a device would never end.
        Ok(io::Read::take(file, self.bytes - self.done))
    }

    /// Makes a file without what was delivered, and puts it in the place of this one.
    fn take_out(&mut self) -> io::Result<()> {
        let next = self.path.with_extension(NEXT);
        let _ = fs::remove_file(&next);
        // Nobody can take it over, also not in the moment in which it gets its name.
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

    fn take_over(&mut self, path: &Path, left: &Left) -> io::Result<()> {
        io::copy(
            &mut io::Read::take(File::open(path)?, left.whole),
            &mut self.file,
        )?;
        self.bytes += left.whole;
        self.count += left.lines;
        match self.sync() {
            true => Ok(()),
            false => Err(io::Error::other("what was taken over is not on the disk")),
        }
    }
}

/// What a process has left in its file.
struct Left {
    lines: usize,
    /// How many bytes the whole lines are, and all.
    whole: u64,
    all: u64,
}

impl Left {
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

    /// A process that was killed may have left half a line: it is one record that is lost.
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

/// A file that only its owner reads, of this process alone.
fn locked(path: &Path, new: bool) -> Result<File, TryLockError> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(!new).create_new(new);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    loop {
        let file = options.open(path).map_err(TryLockError::Error)?;
        file.try_lock()?;
        // Between the two it may have been replaced by its process.
        if is_at(&file, path).map_err(TryLockError::Error)? {
            return Ok(file);
        }
    }
}

/// Whether this is the file that has the name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (own, named) = (file.metadata()?, fs::metadata(path)?);
    Ok((own.dev(), own.ino()) == (named.dev(), named.ino()))
}

/// A file that is open keeps its name there.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}
