//! `consent ledger verify` and `checkpoint`.

use std::{fs, path::Path};

use actix_consent_ledger::{Checkpoint, Fault, Store};

use super::{Failed, load, print, progress, progressed};

pub(super) async fn verify(
    store: &Store,
    checkpoints: Option<&Path>,
    keys: Option<&Path>,
) -> Result<bool, Failed> {
    let lines = match (checkpoints, keys) {
        (Some(path), Some(keys)) => genuine(path, keys)?,
        _ => Vec::new(),
    };
    let seen: Vec<Checkpoint> = lines.iter().map(|(_, seen)| seen.clone()).collect();
    let verified = store.verify(&seen, progress()).await;
    progressed();
    match verified.map_err(|error| error.to_string())? {
        Ok(verified) => {
            print(&format!(
                "{} entries are unaltered; {} of them were erased.\n",
                verified.entries, verified.erased
            ))?;
            if !lines.is_empty() && verified.unconfirmed > 0 {
                print(&format!(
                    "{} of them were erased after the last checkpoint, which only the ledger itself \
                     proves: compare them with the erasures that you requested.\n",
                    verified.unconfirmed
                ))?;
            }
            Ok(true)
        }
        Err(fault) => {
            let mut about = lines.iter().filter(|(_, seen)| is_about(&fault, seen));
            let place = match (checkpoints, about.next()) {
                (Some(path), Some((number, _))) => format!("{}: line {number}: ", path.display()),
                _ => String::new(),
            };
            print(&format!("{place}{fault}\n"))?;
            Ok(false)
        }
    }
}

/// Returns whether the fault concerns this checkpoint.
fn is_about(fault: &Fault, seen: &Checkpoint) -> bool {
    match fault {
        Fault::Rewritten { seq, seen: link } => (seen.seq, &seen.link) == (*seq, link),
        Fault::Missing { seq } => seen.seq >= *seq,
        _ => false,
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

/// Reads the checkpoints of a file with their line numbers; an error if a signature is invalid.
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
                "none of the keys in {} has signed this checkpoint: if its key was rotated out, \
                 use the key file of that time",
                keys.display()
            )));
        }
        Ok((index + 1, checkpoint))
    };
    let read: Vec<_> = lines.map(read).collect::<Result<_, Failed>>()?;
    match read.is_empty() {
        true => Err(format!(
            "{}: the file contains no checkpoint",
            path.display()
        )),
        false => Ok(read),
    }
}
