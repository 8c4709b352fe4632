//! The first difference between a ledger and what was written to it.

use thiserror::Error;

/// The first difference that [`Store::verify`](crate::Store::verify) finds, in the order of the
/// chain; after the chain, the first entry that was emptied without an erasure or restored in spite
/// of one.
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The digest of an entry does not match its content or the columns of its row.
    #[error("entry {seq} was changed: its content does not match its digest")]
    Changed {
        /// Number of the entry.
        seq: u64,
    },
    /// The link of an entry does not follow from the entry before it: one of the two was changed,
    /// inserted or moved.
    #[error(
        "entry {seq} does not follow from the entry before it: one of the two was changed, \
         inserted or moved"
    )]
    Unlinked {
        /// Number of the entry.
        seq: u64,
    },
    /// Entries are missing.
    #[error("entry {seq} is missing")]
    Missing {
        /// Number of the first missing entry.
        seq: u64,
    },
    /// The content of an entry is gone, and no erasure names the entry.
    #[error("entry {seq} has no content, and no erasure names it")]
    Emptied {
        /// Number of the entry.
        seq: u64,
    },
    /// The content of an erased entry is back.
    #[error("entry {seq} has content although it was erased")]
    Restored {
        /// Number of the entry.
        seq: u64,
    },
    /// The number of a row is below 1, the number of the first entry.
    #[error("a row has the number {number}, but the first entry is 1: the row was inserted")]
    Stray {
        /// Number of the row.
        number: i64,
    },
    /// A text that visitors were shown is gone.
    #[error("the text {hash} of entry {seq} is gone: restore it from a backup")]
    TextGone {
        /// Number of the entry that names the text.
        seq: u64,
        /// Hash of the text.
        hash: String,
    },
    /// A text that visitors were shown was changed.
    #[error("the text {hash} was changed: it does not match entry {seq}")]
    TextChanged {
        /// Number of the entry that names the text.
        seq: u64,
        /// Hash of the text.
        hash: String,
    },
    /// A text has no entry.
    #[error("the text {hash} was inserted: no entry names it")]
    TextAdded {
        /// Hash of the text.
        hash: String,
    },
    /// The number, kind or time of an erased entry does not match its erasure.
    #[error("the kind or the time of an erased entry was changed: it does not match the erasures")]
    ErasedChanged,
    /// The mark of an erased subject is gone, so records that wait in an outbox would be accepted.
    #[error(
        "the mark of the subject that entry {seq} erased is gone: an outbox could deliver the \
         subject's records again"
    )]
    MarkGone {
        /// Number of the erasure.
        seq: u64,
    },
    /// The link of an entry differs from the link in a checkpoint: the ledger was rewritten.
    #[error("entry {seq} does not match the checkpoint: the ledger was rewritten")]
    Rewritten {
        /// Number of the entry.
        seq: u64,
        /// Link of the entry in the checkpoint.
        seen: [u8; 32],
    },
}

debug_as_display!(Fault);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_the_error_is_its_text() {
        let error = Fault::Missing { seq: 7 };
        assert_eq!(format!("{error:?}"), error.to_string());
    }
}
