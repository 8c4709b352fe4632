//! Checkpoints of the chain, stored elsewhere to detect a rewritten ledger.

use std::{fmt, str::FromStr};

use actix_consent::SigningKeys;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The end of the chain at one moment, signed with the site's key: one line of text.
///
/// Keep it out of reach of everyone who can write to the ledger: in a mail, on paper, with a
/// notary.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checkpoint {
    /// Number of the last entry.
    pub seq: u64,
    /// Link of the last entry.
    pub link: [u8; 32],
    /// Time at which the checkpoint was made.
    pub time: OffsetDateTime,
    signature: String,
}

/// Purpose of the signature, so that no other signature of the site is accepted as a checkpoint.
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

    /// Returns true if one of the site's keys signed the checkpoint.
    pub fn is_genuine(&self, keys: &SigningKeys) -> bool {
        keys.attested(PURPOSE, &self.text(), &self.signature)
    }

    fn text(&self) -> String {
        let time = self.time.format(&Rfc3339).unwrap_or_default();
        format!(
            "actix-consent checkpoint {} {} {time}",
            self.seq,
            HEXLOWER.encode(&self.link)
        )
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.text(), self.signature)
    }
}

/// Decodes 32 bytes in hexadecimal digits.
pub(crate) fn from_hex(text: &str) -> Option<[u8; 32]> {
    let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok()
}

/// The text is not a checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a checkpoint: write the whole line that `consent ledger checkpoint` printed")]
#[non_exhaustive]
pub struct ParseCheckpointError;

debug_as_display!(ParseCheckpointError);

impl FromStr for Checkpoint {
    type Err = ParseCheckpointError;

    fn from_str(text: &str) -> Result<Self, ParseCheckpointError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let ["actix-consent", "checkpoint", seq, link, time, signature] = words[..] else {
            return Err(ParseCheckpointError);
        };
        Ok(Self {
            seq: seq.parse().map_err(|_| ParseCheckpointError)?,
            link: from_hex(link).ok_or(ParseCheckpointError)?,
            time: OffsetDateTime::parse(time, &Rfc3339).map_err(|_| ParseCheckpointError)?,
            signature: signature.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_the_error_is_its_text() {
        let error = ParseCheckpointError;
        assert_eq!(format!("{error:?}"), error.to_string());
    }

    #[test]
    fn only_the_sites_keys_can_sign_a_checkpoint() {
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
        assert_eq!("".parse::<Checkpoint>(), Err(ParseCheckpointError));
        assert_eq!(text[1..].parse::<Checkpoint>(), Err(ParseCheckpointError));
    }
}
