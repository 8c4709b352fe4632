//! Notices: what visitors were shown when they chose.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Texts and controls of a banner or of the settings, stored once per edition and language.
///
/// Records refer to it by hash, so that it can be proved years later what a visitor consented to
/// (Art. 7(1) GDPR; CNIL 2020-092).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Shown {
    /// SHA-256 of [`html`](Self::html), base64url.
    pub hash: String,
    /// `banner`, `notice`, `settings`, or `placeholder`, which contains the placeholders of
    /// everything that can be blocked. A banner about new units contains all possible ones.
    pub kind: String,
    /// Edition of the policy.
    pub policy_version: u32,
    /// Language.
    pub language: String,
    /// HTML without its style and without the parts that differ between visitors.
    pub html: String,
}

impl Shown {
    /// Creates an entry and computes its hash.
    pub fn new(kind: &str, policy_version: u32, language: &str, html: String) -> Self {
        Self {
            hash: URL_SAFE_NO_PAD.encode(Sha256::digest(&html)),
            kind: kind.to_owned(),
            policy_version,
            language: language.to_owned(),
            html,
        }
    }

    /// Returns whether the HTML matches the hash.
    pub fn is_whole(&self) -> bool {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.html)) == self.hash
    }
}
