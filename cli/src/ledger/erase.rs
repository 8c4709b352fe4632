//! Takes away what a subject has said.

use actix_consent::ledger::ConsentId;
use actix_consent_ledger::Store;

use super::{Failed, print};

pub(super) async fn erase(store: &Store, subject: ConsentId) -> Result<bool, Failed> {
    let erased = store
        .erase(subject)
        .await
        .map_err(|error| error.to_string())?;
    if erased == 0 {
        eprintln!("nothing is on record of {subject}");
        return Ok(false);
    }
    print(&format!("{erased} records of {subject} were erased.\n"))?;
    if !store.clear().await.map_err(|error| error.to_string())? {
        eprintln!(
            "somebody is reading the ledger, such as a backup: the bytes of what was erased are \
             written over once you erase again after it has ended"
        );
        return Ok(false);
    }
    Ok(true)
}
