//! Signatures on the values of the library's own cookies.

use std::{fmt, str::FromStr};

use cookie::{Cookie, CookieJar, Key};

/// Signs and verifies the value of one cookie.
#[derive(Clone)]
pub(crate) struct Seal {
    pub(super) name: String,
    /// The newest first: it signs, and all of them verify.
    pub(super) keys: Vec<Key>,
}

impl Seal {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn sign(&self, value: &str) -> String {
        let mut jar = CookieJar::new();
        jar.signed_mut(&self.keys[0])
            .add(Cookie::new(self.name.clone(), value.to_owned()));
        jar.get(&self.name)
            .map_or_else(String::new, |cookie| cookie.value().to_owned())
    }

    /// Parses a signed value if one of the keys signed it.
    pub(crate) fn open<T: FromStr>(&self, signed: &[u8]) -> Option<T> {
        let signed = std::str::from_utf8(signed).ok()?;
        let jar = CookieJar::new();
        self.keys.iter().find_map(|key| {
            let cookie = Cookie::new("", signed.to_owned());
            jar.signed(key).verify(cookie)?.value().parse().ok()
        })
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seal({})", self.name)
    }
}
