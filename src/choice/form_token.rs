//! Value of the hidden form field `asked`: the texts and units that a form showed.
//!
//! `<text>.<g>.<unit><fingerprint>…`: a hash of the text, `g` if the text stated the signal
//! `Sec-GPC`, and each unit with the fingerprint of its meaning. A tab opened before the policy
//! changed posts the old fingerprints, so it cannot grant a meaning that it did not show.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

use crate::{
    day::ParseError,
    policy::{Fingerprint, Policy, UnitTag},
};

/// Texts and units that a form showed; see the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FormToken {
    pub(crate) text: String,
    pub(crate) gpc_stated: bool,
    pub(crate) units: Vec<(UnitTag, Fingerprint)>,
}

impl FormToken {
    /// Creates the token of a form that shows all gated units of a policy with the text `words`.
    pub(crate) fn all(policy: &Policy, words: &str, gpc_stated: bool) -> Self {
        Self {
            text: text_hash(words),
            gpc_stated,
            units: policy
                .gated_units()
                .map(|(_, unit)| (unit.tag, unit.fingerprint))
                .collect(),
        }
    }

    pub(crate) fn meant(&self, unit: UnitTag) -> Option<Fingerprint> {
        let (_, meant) = self.units.iter().find(|(tag, _)| *tag == unit)?;
        Some(*meant)
    }
}

/// Returns the first eight characters of a text's hash.
pub(crate) fn text_hash(words: &str) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(&Sha256::digest(words)[..6])
}

/// Returns whether a text has the form of [`text_hash`]. The ledger stores it as posted, so nothing
/// longer may get through.
fn is_text_hash(text: &str) -> bool {
    let is_one = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() == 8 && text.bytes().all(is_one)
}

impl fmt::Display for FormToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{}.",
            self.text,
            if self.gpc_stated { "g" } else { "" }
        )?;
        self.units
            .iter()
            .try_for_each(|(unit, meant)| write!(f, "{unit}{meant}"))
    }
}

impl FromStr for FormToken {
    type Err = ParseError;

    fn from_str(value: &str) -> Result<Self, ParseError> {
        let (text, rest) = value.split_once('.').ok_or(ParseError)?;
        let (flag, units) = rest.split_once('.').ok_or(ParseError)?;
        if !matches!(flag, "" | "g") || !is_text_hash(text) {
            return Err(ParseError);
        }
        let size = UnitTag::CHARS + Fingerprint::CHARS;
        if !units.is_ascii() || !units.len().is_multiple_of(size) || units.len() > 256 * size {
            return Err(ParseError);
        }
        let units = (0..units.len()).step_by(size).map(|at| {
            let (unit, meant) = units[at..at + size].split_at(UnitTag::CHARS);
            let unit = unit.parse()?;
            Ok((unit, meant.parse()?))
        });
        Ok(Self {
            text: text.to_owned(),
            gpc_stated: flag == "g",
            units: units.collect::<Result<_, ParseError>>()?,
        })
    }
}
