//! Script files whose path contains a hash of their content, so that browsers cache them forever.

use std::fmt::Write as _;

use actix_web::web::Bytes;
use sha2::{Digest, Sha256};

/// A script as it is served.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    /// Path with the hash of the content.
    pub(crate) path: String,
    pub(crate) content: Bytes,
}

impl Asset {
    /// Creates a script at `base/name.<hash>.js`. Use a `name` that no ad blocker's filter list
    /// matches, such as `page` or `api`.
    pub(crate) fn new(base: &str, name: &str, content: String) -> Self {
        let digest = Sha256::digest(content.as_bytes());
        let mut hash = String::new();
        for byte in &digest[..8] {
            let _ = write!(hash, "{byte:02x}");
        }
        Self {
            path: format!("{}/{name}.{hash}.js", base),
            content: content.into(),
        }
    }
}
