//! Whether a ledger is as it was written, and what shows it later.

use std::{fs, path::Path};

use actix_consent_ledger::{Checkpoint, Store};

use super::{Failed, load, print, progress, progressed};

pub(super) async fn verify(
    store: &Store,
    checkpoint: Option<&Path>,
    keys: Option<&Path>,
) -> Result<bool, Failed> {
    let checkpoint = match (checkpoint, keys) {
        (Some(path), Some(keys)) => Some(genuine(path, keys)?),
        _ => None,
    };
    let verified = store.verify(checkpoint.as_ref(), progress()).await;
    progressed();
    match verified.map_err(|error| error.to_string())? {
        Ok(verified) => {
            print(&format!(
                "{} entries are as they were written; {} of them were erased.\n",
                verified.entries, verified.erased
            ))?;
            Ok(true)
        }
        Err(fault) => {
            print(&format!("{fault}\n"))?;
            Ok(false)
        }
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

/// A checkpoint out of a file, if the site has signed it.
fn genuine(path: &Path, keys: &Path) -> Result<Checkpoint, Failed> {
    let at = |why: String| format!("{}: {why}", path.display());
    let text = fs::read_to_string(path).map_err(|why| at(why.to_string()))?;
    let checkpoint: Checkpoint = text.trim().parse().map_err(|why| at(format!("{why}")))?;
    if !checkpoint.is_genuine(&load(keys)?) {
        return Err(at(format!(
            "none of the keys in {} has signed this checkpoint",
            keys.display()
        )));
    }
    Ok(checkpoint)
}
