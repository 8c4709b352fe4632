//! Remains of erased entries and of erased subjects.

use actix_consent::ledger::ConsentId;
use sha2::{Digest, Sha256};

/// Fields of an erased entry that remain beside its digest and its link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Remains {
    pub(crate) seq: u64,
    /// Number of the kind. The remains of a changed row may have a number that no kind has.
    pub(crate) kind: i64,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
}

/// Sum of the hashes of remains. The sum does not depend on the order, so a ledger of any size is
/// verified in constant memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RemainsSum([u64; 4]);

impl RemainsSum {
    pub(crate) fn add(&mut self, remains: &Remains) {
        let hash: [u8; 32] = Sha256::new()
            .chain_update("actix-consent left 1")
            .chain_update(remains.seq.to_be_bytes())
            .chain_update(remains.kind.to_be_bytes())
            .chain_update(remains.at.to_be_bytes())
            .finalize()
            .into();
        self.merge(&Self::from_bytes(&hash));
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own = own.wrapping_add(other);
        }
    }

    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
        let (lanes, _) = bytes.as_chunks();
        Self(std::array::from_fn(|at| u64::from_be_bytes(lanes[at])))
    }

    pub(crate) fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (bytes, lane) in bytes.as_chunks_mut().0.iter_mut().zip(self.0) {
            *bytes = lane.to_be_bytes();
        }
        bytes
    }
}

/// Hash of an erased subject's consent id. The id cannot be recovered from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Mark(pub(crate) [u8; 32]);

impl From<ConsentId> for Mark {
    fn from(subject: ConsentId) -> Self {
        let hash = Sha256::new().chain_update("actix-consent erased 1");
        Self(hash.chain_update(subject.as_bytes()).finalize().into())
    }
}
