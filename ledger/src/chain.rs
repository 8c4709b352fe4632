//! The chain: pure, over bytes as they are stored.

use sha2::{Digest, Sha256};

/// A hash that stands for an entry and all before it.
pub(crate) type Link = [u8; 32];

/// What is stored of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its number; the first is 1.
    pub(crate) seq: u64,
    pub(crate) kind: Kind,
    /// Of a record: its id, for a write that is tried again.
    pub(crate) id: Option<[u8; 16]>,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) subject: Option<[u8; 16]>,
    /// Salt and content; nothing where it was erased.
    pub(crate) said: Option<([u8; 16], Vec<u8>)>,
    pub(crate) digest: [u8; 32],
    pub(crate) link: Link,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Record,
    Erasure,
}

impl Kind {
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Record => 0,
            Self::Erasure => 1,
        }
    }

    pub(crate) fn of(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Record),
            1 => Some(Self::Erasure),
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
    /// That of a chain without entries.
    pub(crate) fn start() -> Self {
        Self {
            seq: 0,
            link: Sha256::digest("actix-consent ledger 1").into(),
        }
    }

    /// Puts content at the end, with a random salt.
    pub(crate) fn append(&mut self, kind: Kind, at: i64, content: Vec<u8>) -> Row {
        let salt: [u8; 16] = rand::random();
        let digest = digest(kind, at, &salt, &content);
        self.seq += 1;
        self.link = link(&self.link, self.seq, &digest);
        Row {
            seq: self.seq,
            kind,
            id: None,
            at,
            subject: None,
            said: Some((salt, content)),
            digest,
            link: self.link,
        }
    }
}

/// The digest of an entry. Its parts are of fixed length but for the last, so that no two entries
/// give the same bytes.
pub(crate) fn digest(kind: Kind, at: i64, salt: &[u8; 16], content: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(kind.number().to_be_bytes())
        .chain_update(at.to_be_bytes())
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

    #[test]
    fn a_link_stands_for_all_that_is_before_it() {
        let (mut one, mut other) = (Head::start(), Head::start());
        let first = one.append(Kind::Record, 1, b"a".to_vec());
        other.append(Kind::Record, 1, b"b".to_vec());
        let (second, control) = (
            one.append(Kind::Record, 2, b"c".to_vec()),
            other.append(Kind::Record, 2, b"c".to_vec()),
        );
        assert_eq!((first.seq, second.seq), (1, 2));
        assert_ne!(second.link, control.link);
        assert_eq!(second.link, link(&first.link, 2, &second.digest));
    }

    #[test]
    fn each_part_of_an_entry_is_in_its_digest() {
        let salt = [1; 16];
        let base = digest(Kind::Record, 7, &salt, b"ab");
        assert_eq!(base, digest(Kind::Record, 7, &salt, b"ab"));
        for other in [
            digest(Kind::Erasure, 7, &salt, b"ab"),
            digest(Kind::Record, 8, &salt, b"ab"),
            digest(Kind::Record, 7, &[2; 16], b"ab"),
            digest(Kind::Record, 7, &salt, b"a"),
        ] {
            assert_ne!(base, other);
        }
    }

    /// Held still across releases: a ledger is read for years.
    #[test]
    fn the_chain_is_computed_as_ever() {
        let hex = |bytes: &[u8]| {
            bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        let start = Head::start().link;
        assert_eq!(hex(&start), hex(&Sha256::digest("actix-consent ledger 1")));
        let digest = digest(Kind::Record, 1_795_608_000_000, &[3; 16], b"{}");
        assert_eq!(
            hex(&link(&start, 1, &digest)),
            "40641deca7b3975df6fd650887621f133943fc5ad0f0c5a1f0b926b4f648ea0b"
        );
    }
}
