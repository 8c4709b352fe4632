//! Whether a ledger is as it was written, and what shows it later.

use std::{cmp::Reverse, fs, path::Path};

use actix_consent_ledger::{Checkpoint, Fault, Store};

use super::{Failed, load, print, progress, progressed};

pub(super) async fn verify(
    store: &Store,
    checkpoints: Option<&Path>,
    keys: Option<&Path>,
) -> Result<bool, Failed> {
    let (Some(path), Some(keys)) = (checkpoints, keys) else {
        return against(store, None).await?.tell("");
    };
    let mut lines = genuine(path, keys)?;
    // A checkpoint that holds vouches for all that is before it: where the newest does, the others
    // can fail only if they are of another ledger.
    lines.sort_by_key(|(_, checkpoint)| Reverse(checkpoint.seq));
    lines.dedup_by(|(_, one), (_, other)| (one.seq, one.link) == (other.seq, other.link));
    let mut verdict = None;
    for (number, checkpoint) in &lines {
        let found = against(store, Some(checkpoint)).await?;
        if let Err(fault) = &found.0 {
            let of_it = matches!(fault,
                Fault::Rewritten { seq } | Fault::Missing { seq } if *seq <= checkpoint.seq);
            let line = format!("{}: line {number}: ", path.display());
            return found.tell(if of_it { &line } else { "" });
        }
        verdict = Some(found);
    }
    let found =
        verdict.ok_or_else(|| format!("{}: there is no checkpoint in it", path.display()))?;
    found.tell("")
}

/// What a verification has found.
struct Found(Result<actix_consent_ledger::Verified, Fault>);

async fn against(store: &Store, checkpoint: Option<&Checkpoint>) -> Result<Found, Failed> {
    let verified = store.verify(checkpoint, progress()).await;
    progressed();
    verified.map(Found).map_err(|error| error.to_string())
}

impl Found {
    /// Prints it, and where a fault was found.
    fn tell(self, place: &str) -> Result<bool, Failed> {
        match &self.0 {
            Ok(verified) => print(&format!(
                "{} entries are as they were written; {} of them were erased.\n",
                verified.entries, verified.erased
            ))?,
            Err(fault) => print(&format!("{place}{fault}\n"))?,
        }
        Ok(self.0.is_ok())
    }
}

pub(super) async fn checkpoint(store: &Store, keys: &Path) -> Result<bool, Failed> {
    let keys = load(keys)?;
    let made = store.checkpoint(&keys, progress()).await;
    progressed();
    match made.map_err(|error| error.to_string())? {
        Ok(checkpoint) => {
            print(&format!("{checkpoint}\n"))?;
            Ok(true)
        }
        Err(fault) => {
            eprintln!("{fault}");
            Ok(false)
        }
    }
}

/// The checkpoints of a file with their lines, if the site has signed all of them.
fn genuine(path: &Path, keys: &Path) -> Result<Vec<(usize, Checkpoint)>, Failed> {
    let text = fs::read_to_string(path).map_err(|why| format!("{}: {why}", path.display()))?;
    let signers = load(keys)?;
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let read = |(index, line): (usize, &str)| {
        let at = |why: String| format!("{}: line {}: {why}", path.display(), index + 1);
        let checkpoint: Checkpoint = line.parse().map_err(|why| at(format!("{why}")))?;
        if !checkpoint.is_genuine(&signers) {
            return Err(at(format!(
                "none of the keys in {} has signed this checkpoint: a key that was rotated out \
                 since is in the key file of that time",
                keys.display()
            )));
        }
        Ok((index + 1, checkpoint))
    };
    lines.map(read).collect()
}
