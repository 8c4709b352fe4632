//! What is kept elsewhere, so that a ledger which was written anew is found out.

use std::{fmt, str::FromStr};

use actix_consent::SigningKeys;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The end of the chain at some moment, signed with the site's key. One line of text.
///
/// Kept where whoever can write to the ledger cannot: in a mail, on paper, with a notary.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checkpoint {
    /// The number of the last entry.
    pub seq: u64,
    /// Its link.
    pub link: [u8; 32],
    /// When it was made.
    pub time: OffsetDateTime,
    signature: String,
}

/// What the key signs it for, so that no other signature of the site can stand for one.
const PURPOSE: &str = "ledger checkpoint";

impl Checkpoint {
    pub(crate) fn new(seq: u64, link: [u8; 32], time: OffsetDateTime, keys: &SigningKeys) -> Self {
        let time = time.replace_nanosecond(0).unwrap_or(time);
        let mut checkpoint = Self {
            seq,
            link,
            time,
            signature: String::new(),
        };
        checkpoint.signature = keys.attest(PURPOSE, &checkpoint.text());
        checkpoint
    }

    /// Whether one of the site's keys signed it.
    pub fn is_genuine(&self, keys: &SigningKeys) -> bool {
        keys.attested(PURPOSE, &self.text(), &self.signature)
    }

    fn text(&self) -> String {
        let time = self.time.format(&Rfc3339).unwrap_or_default();
        format!(
            "actix-consent checkpoint {} {} {time}",
            self.seq,
            hex(&self.link)
        )
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.text(), self.signature)
    }
}

/// The bytes that [`hex`] has written.
pub(crate) fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(bytes)
}

/// The text is no checkpoint.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NotACheckpoint;

impl fmt::Display for NotACheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a checkpoint: it is the line that `consent ledger checkpoint` prints")
    }
}

debug_as_display!(NotACheckpoint);

impl std::error::Error for NotACheckpoint {}

impl FromStr for Checkpoint {
    type Err = NotACheckpoint;

    fn from_str(text: &str) -> Result<Self, NotACheckpoint> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let ["actix-consent", "checkpoint", seq, link, time, signature] = words[..] else {
            return Err(NotACheckpoint);
        };
        Ok(Self {
            seq: seq.parse().map_err(|_| NotACheckpoint)?,
            link: from_hex(link).ok_or(NotACheckpoint)?,
            time: OffsetDateTime::parse(time, &Rfc3339).map_err(|_| NotACheckpoint)?,
            signature: signature.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_the_error_is_its_text() {
        let error = NotACheckpoint;
        assert_eq!(format!("{error:?}"), error.to_string());
    }

    #[test]
    fn a_checkpoint_is_a_line_that_only_the_sites_keys_can_have_signed() {
        let (keys, others) = (SigningKeys::generate(), SigningKeys::generate());
        let made = Checkpoint::new(7, [5; 32], OffsetDateTime::now_utc(), &keys);
        let read: Checkpoint = made.to_string().parse().expect("a checkpoint");
        assert_eq!(read, made);
        assert!(read.is_genuine(&keys) && !read.is_genuine(&others));
        let text = made.to_string();
        for forged in [text.replacen(" 7 ", " 8 ", 1), text.replacen("05", "06", 1)] {
            let forged: Checkpoint = forged.parse().expect("a checkpoint");
            assert!(!forged.is_genuine(&keys), "{forged}");
        }
        assert_eq!("".parse::<Checkpoint>(), Err(NotACheckpoint));
        assert_eq!(text[1..].parse::<Checkpoint>(), Err(NotACheckpoint));
    }
}
