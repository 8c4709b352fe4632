//! Units of consent, and their short names in a choice.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

use crate::day::ParseError;

use super::Meaning;

/// Short name of a unit in a choice: 30 bits of a hash of its id, as five characters.
///
/// Full ids would not fit: ten of them with fingerprints must stay under 200 bytes. Two ids of one
/// policy with the same tag are a fault. A grant also contains the fingerprint, so a collision with
/// a unit of another policy can only deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitTag(u32);

/// Identifies the meaning of a grant: 36 bits of a hash of the unit's canonical form, as six
/// characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

/// A category, or a service within one, that visitors consent to.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) id: String,
    pub(crate) tag: UnitTag,
    pub(crate) fingerprint: Fingerprint,
    /// Index of the category, if this is a service.
    pub(crate) category: Option<usize>,
    pub(crate) necessary: bool,
    pub(crate) sale_or_share: bool,
}

impl UnitTag {
    pub(crate) const CHARS: usize = 5;

    pub(crate) fn of(id: &str) -> Self {
        Self((hash(&["unit", id].join("\n")) >> (64 - 6 * Self::CHARS)) as u32)
    }
}

impl Fingerprint {
    pub(crate) const CHARS: usize = 6;

    pub(super) fn of(meaning: &Meaning<'_>) -> Self {
        Self(hash(&meaning.form()) >> (64 - 6 * Self::CHARS))
    }
}

fn hash(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    u64::from_be_bytes([
        digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6], digest[7],
    ])
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn write_chars(f: &mut fmt::Formatter<'_>, value: u64, chars: usize) -> fmt::Result {
    use fmt::Write;
    (0..chars)
        .rev()
        .try_for_each(|place| f.write_char(ALPHABET[(value >> (6 * place)) as usize & 63] as char))
}

fn read_chars(text: &str, chars: usize) -> Option<u64> {
    if text.len() != chars {
        return None;
    }
    text.bytes().try_fold(0, |value, byte| {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        Some(value << 6 | u64::from(six))
    })
}

impl fmt::Display for UnitTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_chars(f, u64::from(self.0), Self::CHARS)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_chars(f, self.0, Self::CHARS)
    }
}

impl FromStr for UnitTag {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Ok(Self(read_chars(text, Self::CHARS).ok_or(ParseError)? as u32))
    }
}

impl FromStr for Fingerprint {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Ok(Self(read_chars(text, Self::CHARS).ok_or(ParseError)?))
    }
}
