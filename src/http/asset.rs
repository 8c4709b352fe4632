//! A static file that is stored by browsers for good, since its path names its content.

use std::fmt::Write as _;

use actix_web::web::Bytes;
use sha2::{Digest, Sha256};

/// A script as it is served.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    /// It names the content, so it is stored for good.
    pub(crate) path: String,
    pub(crate) content: Bytes,
}

impl Asset {
    /// `page` and `api` are words that no list of filters holds.
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
