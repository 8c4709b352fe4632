//! What visitors were shown when they chose.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The words and controls of a banner or of the settings, once for each edition and language.
///
/// A record names it by its hash, so that it can be shown years later what somebody said yes to
/// (Art. 7(1) GDPR; CNIL 2020-092).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Shown {
    /// SHA-256 of [`html`](Self::html), base64url.
    pub hash: String,
    /// `banner`, `notice`, `settings`, or `placeholder`, which has all that can be held back one
    /// after the other. In a banner that tells what is new stands all that could be.
    pub kind: String,
    /// The edition of the policy.
    pub policy_version: u32,
    /// The language.
    pub language: String,
    /// The HTML, without its style and without what differs between visitors.
    pub html: String,
}

impl Shown {
    /// What is shown, under the hash of its HTML.
    pub fn new(kind: &str, policy_version: u32, language: &str, html: String) -> Self {
        Self {
            hash: URL_SAFE_NO_PAD.encode(Sha256::digest(&html)),
            kind: kind.to_owned(),
            policy_version,
            language: language.to_owned(),
            html,
        }
    }

    /// Whether the HTML is what the hash says.
    pub fn is_whole(&self) -> bool {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.html)) == self.hash
    }
}
