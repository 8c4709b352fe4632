//! What visitors were shown, by its hash.

use actix_consent::ledger::Ledger;
use actix_consent_ledger::Store;

use super::{Failed, print};

pub(super) async fn shown(store: &Store, hash: &str) -> Result<bool, Failed> {
    let shown = store.shown(hash).await;
    match shown.map_err(|error| error.to_string())? {
        // Another text that is whole by itself could have been put in its place.
        Some(shown) if shown.hash.starts_with(hash) && shown.is_whole() => {
            print(&format!("{}\n", shown.html))?;
            Ok(true)
        }
        Some(_) => {
            eprintln!("what stands under {hash} was changed: its hash is another");
            Ok(false)
        }
        None => {
            eprintln!("nothing was shown under {hash}");
            Ok(false)
        }
    }
}
