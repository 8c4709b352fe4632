//! The chain: pure, over bytes as they are stored.

use sha2::{Digest, Sha256};

/// A hash that stands for an entry and all before it.
pub(crate) type Link = [u8; 32];

/// What is stored of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its number; the first is 1.
    pub(crate) seq: u64,
    pub(crate) labels: Labels,
    /// Salt and content; nothing where it was erased.
    pub(crate) said: Option<([u8; 16], Vec<u8>)>,
    pub(crate) digest: [u8; 32],
    pub(crate) link: Link,
}

impl Row {
    /// The part that remains after an erasure.
    pub(crate) fn left(&self) -> Left {
        Left {
            seq: self.seq,
            kind: self.labels.kind.number(),
            at: self.labels.at,
        }
    }
}

/// What an entry is found by. The digest covers it, so that nothing can be put under another
/// label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Labels {
    pub(crate) kind: Kind,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    /// Of a record: its id, for a write that is tried again. Nothing where it was erased.
    pub(crate) id: Option<[u8; 16]>,
    /// Whose it is. Nothing where it is nobody's, or was erased.
    pub(crate) subject: Option<[u8; 16]>,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Record,
    Erasure,
    Text,
}

impl Kind {
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Record => 0,
            Self::Erasure => 1,
            Self::Text => 2,
        }
    }

    pub(crate) fn of(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Record),
            1 => Some(Self::Erasure),
            2 => Some(Self::Text),
            _ => None,
        }
    }
}

/// Sum of what is left of erased entries beside their digests: number, kind and time. The sum does
/// not depend on the order, so that a ledger of any size is verified in constant memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftSum([u64; 4]);

impl LeftSum {
    pub(crate) fn add(&mut self, left: &Left) {
        let hash: Link = Sha256::new()
            .chain_update("actix-consent left 1")
            .chain_update(left.seq.to_be_bytes())
            .chain_update(left.kind.to_be_bytes())
            .chain_update(left.at.to_be_bytes())
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
        let mut lanes = [0; 4];
        for (lane, bytes) in lanes.iter_mut().zip(bytes.chunks(8)) {
            *lane = bytes
                .iter()
                .fold(0, |lane, byte| lane << 8 | u64::from(*byte));
        }
        Self(lanes)
    }

    pub(crate) fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (bytes, lane) in bytes.chunks_mut(8).zip(self.0) {
            bytes.copy_from_slice(&lane.to_be_bytes());
        }
        bytes
    }
}

/// Fields of an erased entry that remain beside its digest and link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    pub(crate) seq: u64,
    pub(crate) kind: i64,
    pub(crate) at: i64,
}

/// The end of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) seq: u64,
    pub(crate) link: Link,
}

impl Head {
    /// That of a chain without entries.
    pub(crate) fn start() -> Self {
        Self {
            seq: 0,
            link: Sha256::digest("actix-consent ledger 1").into(),
        }
    }

    /// Puts an entry at the end.
    pub(crate) fn append(&mut self, sealed: Sealed) -> Row {
        self.seq += 1;
        self.link = link(&self.link, self.seq, &sealed.digest);
        Row {
            seq: self.seq,
            labels: sealed.labels,
            said: Some((sealed.salt, sealed.content)),
            digest: sealed.digest,
            link: self.link,
        }
    }
}

/// An entry that has no place yet.
#[derive(Clone, Debug)]
pub(crate) struct Sealed {
    labels: Labels,
    salt: [u8; 16],
    content: Vec<u8>,
    digest: [u8; 32],
}

impl Sealed {
    /// Content under its labels, with a random salt.
    pub(crate) fn new(labels: Labels, content: Vec<u8>) -> Self {
        let salt: [u8; 16] = rand::random();
        Self {
            digest: digest(&labels, &salt, &content),
            labels,
            salt,
            content,
        }
    }
}

/// The digest of an entry. Its parts are of fixed length but for the last, so that no two entries
/// give the same bytes.
pub(crate) fn digest(labels: &Labels, salt: &[u8; 16], content: &[u8]) -> [u8; 32] {
    let known = |id: Option<[u8; 16]>| (u8::from(id.is_some()), id.unwrap_or_default());
    let ((has_id, id), (has_subject, subject)) = (known(labels.id), known(labels.subject));
    Sha256::new()
        .chain_update(labels.kind.number().to_be_bytes())
        .chain_update(labels.at.to_be_bytes())
        .chain_update([has_id, has_subject])
        .chain_update(id)
        .chain_update(subject)
        .chain_update(salt)
        .chain_update(content)
        .finalize()
        .into()
}

/// The link of an entry.
pub(crate) fn link(before: &Link, seq: u64, digest: &[u8; 32]) -> Link {
    Sha256::new()
        .chain_update(before)
        .chain_update(seq.to_be_bytes())
        .chain_update(digest)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: Labels = Labels {
        kind: Kind::Record,
        at: 7,
        id: Some([1; 16]),
        subject: None,
    };

    #[test]
    fn a_link_stands_for_all_that_is_before_it() {
        let (mut one, mut other) = (Head::start(), Head::start());
        let first = one.append(Sealed::new(LABELS, b"a".to_vec()));
        other.append(Sealed::new(LABELS, b"b".to_vec()));
        let second = one.append(Sealed::new(LABELS, b"c".to_vec()));
        let control = other.append(Sealed::new(LABELS, b"c".to_vec()));
        assert_eq!((first.seq, second.seq), (1, 2));
        assert_ne!(second.link, control.link);
        assert_eq!(second.link, link(&first.link, 2, &second.digest));
    }

    #[test]
    fn each_part_of_an_entry_is_in_its_digest() {
        let salt = [1; 16];
        let base = digest(&LABELS, &salt, b"ab");
        assert_eq!(base, digest(&LABELS, &salt, b"ab"));
        let labelled = |labels: Labels| digest(&labels, &salt, b"ab");
        for other in [
            labelled(Labels {
                kind: Kind::Erasure,
                ..LABELS
            }),
            labelled(Labels { at: 8, ..LABELS }),
            labelled(Labels { id: None, ..LABELS }),
            labelled(Labels {
                id: Some([0; 16]),
                ..LABELS
            }),
            labelled(Labels {
                id: None,
                subject: Some([1; 16]),
                ..LABELS
            }),
            labelled(Labels {
                subject: Some([0; 16]),
                ..LABELS
            }),
            digest(&LABELS, &[2; 16], b"ab"),
            digest(&LABELS, &salt, b"a"),
        ] {
            assert_ne!(base, other);
        }
    }

    /// Held still across releases: a ledger is read for years.
    #[test]
    fn the_chain_is_computed_as_ever() {
        let hex =
            |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
        let start = Head::start().link;
        assert_eq!(hex(&start), hex(&Sha256::digest("actix-consent ledger 1")));
        let labels = Labels {
            at: 1_795_608_000_000,
            ..LABELS
        };
        let digest = digest(&labels, &[3; 16], b"{}");
        assert_eq!(
            hex(&link(&start, 1, &digest)),
            "f3984cc0dbe8eeb4e04f9c2517f5e3cf425d954c2aba86892a0affa402a62969"
        );
    }
}
