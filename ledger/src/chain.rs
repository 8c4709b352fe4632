//! The hash chain over entries as they are stored. No input or output.

use sha2::{Digest, Sha256};

use crate::remains::Remains;

/// Hash over an entry and all entries before it.
pub(crate) type Link = [u8; 32];

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Number of the entry; the first is 1.
    pub(crate) seq: u64,
    pub(crate) labels: Labels,
    /// Salt and content; `None` after an erasure.
    pub(crate) salted: Option<([u8; 16], Vec<u8>)>,
    pub(crate) digest: [u8; 32],
    pub(crate) link: Link,
}

impl Row {
    /// The fields that remain after an erasure.
    pub(crate) fn remains(&self) -> Remains {
        Remains {
            seq: self.seq,
            kind: self.labels.kind.number(),
            at: self.labels.at,
        }
    }
}

/// Columns by which entries are looked up. The digest covers them, so that no entry can be filed
/// under another id or subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Labels {
    pub(crate) kind: Kind,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    /// Id of a record, by which a repeated write is recognised; `None` for other entries and after
    /// an erasure.
    pub(crate) id: Option<[u8; 16]>,
    /// Consent id of the visitor; `None` without a visitor's consent id and after an erasure.
    pub(crate) subject: Option<[u8; 16]>,
}

/// Kind of an entry.
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

/// The end of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) seq: u64,
    pub(crate) link: Link,
}

impl Head {
    /// The end of an empty chain.
    pub(crate) fn start() -> Self {
        Self {
            seq: 0,
            link: Sha256::digest("actix-consent ledger 1").into(),
        }
    }

    /// Appends an entry.
    pub(crate) fn append(&mut self, sealed: Sealed) -> Row {
        self.seq += 1;
        self.link = link(&self.link, self.seq, &sealed.digest);
        Row {
            seq: self.seq,
            labels: sealed.labels,
            salted: Some((sealed.salt, sealed.content)),
            digest: sealed.digest,
            link: self.link,
        }
    }
}

/// An entry that is not in the chain yet.
#[derive(Clone, Debug)]
pub(crate) struct Sealed {
    labels: Labels,
    salt: [u8; 16],
    content: Vec<u8>,
    digest: [u8; 32],
}

impl Sealed {
    /// Adds a random salt and the digest.
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

/// Computes the digest of an entry. All parts but the last have a fixed length, so that no two
/// entries give the same bytes.
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

/// Computes the link of an entry.
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
    fn a_link_covers_all_earlier_entries() {
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

    /// The format never changes: a ledger is verified for years.
    #[test]
    fn the_format_of_the_chain_is_stable() {
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
