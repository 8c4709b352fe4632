//! Units: what consent is given to, and how a choice names them.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

use crate::choice::NotAChoice;

use super::{Category, CookieSpec, Purpose, ServiceSpec, SetBy};

/// The name of a unit inside a choice: 30 bits of a hash of its id, five characters.
///
/// Ids would not fit: ten of them and their fingerprints have to stay under 200 bytes. Two ids of
/// one policy that share a tag are a fault, and a grant names its fingerprint as well, so a
/// clash with a unit of another policy can only ever deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitTag(u32);

/// What a grant meant: 36 bits of a hash of the unit's canonical form, six characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

/// A category, or a service inside one, as the thing that is consented to.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) id: String,
    pub(crate) tag: UnitTag,
    pub(crate) fingerprint: Fingerprint,
    /// Where this is a service: the place of its category in the list of units.
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

    pub(super) fn of(canonical: &str) -> Self {
        Self(hash(canonical) >> (64 - 6 * Self::CHARS))
    }
}

/// The canonical form of a category: what its fingerprint covers, one line each, sorted, so that
/// order in the file does not matter. Titles, texts, durations and cookie names are not in it.
///
/// A service inside the category is a unit of its own, so it does not stand here: adding one asks
/// for that one and leaves the answers given before alone.
pub(super) fn category_form(
    category: &Category,
    sale_or_share: bool,
    controller: &str,
    cookies: &[CookieSpec],
) -> String {
    let own = || {
        cookies.iter().filter(|cookie| {
            cookie.service.is_none() && cookie.category.as_ref() == Some(&category.id)
        })
    };
    let purposes = category
        .purposes
        .iter()
        .chain(own().flat_map(|cookie| &cookie.purposes));
    let providers = own()
        .filter(|cookie| cookie.set_by == SetBy::ThirdParty)
        .filter_map(|cookie| cookie.host.as_deref())
        .chain([controller]);
    form(
        &category.id,
        "",
        purposes,
        providers,
        std::iter::empty(),
        sale_or_share,
        category.renew,
    )
}

/// The canonical form of a service; it covers what its category asks as well.
pub(super) fn service_form(
    service: &ServiceSpec,
    category: &Category,
    sale_or_share: bool,
    cookies: &[CookieSpec],
) -> String {
    let own = || {
        cookies
            .iter()
            .filter(|cookie| cookie.service.as_ref() == Some(&service.id))
    };
    let purposes = if service.purposes.is_empty() {
        &category.purposes
    } else {
        &service.purposes
    };
    let hosts = own().filter_map(|cookie| cookie.host.as_deref());
    form(
        &category.id,
        &service.id,
        purposes
            .iter()
            .chain(own().flat_map(|cookie| &cookie.purposes)),
        hosts.chain([service.provider.as_str()]),
        service.access.iter().map(String::as_str),
        sale_or_share,
        service.renew.max(category.renew),
    )
}

fn form<'a>(
    category: &str,
    service: &str,
    purposes: impl Iterator<Item = &'a Purpose>,
    providers: impl Iterator<Item = &'a str>,
    access: impl Iterator<Item = &'a str>,
    sale_or_share: bool,
    renew: u32,
) -> String {
    let sorted = |values: &mut Vec<&str>| {
        values.sort_unstable();
        values.dedup();
        // Names may hold any character, so the list is written as JSON writes it.
        serde_json::to_string(values).unwrap_or_default()
    };
    let purposes = sorted(&mut purposes.map(Purpose::id).collect());
    let providers = sorted(&mut providers.collect());
    let access = sorted(&mut access.collect());
    format!(
        "actix-consent unit 1\ncategory {category}\nservice {service}\npurposes {purposes}\n\
         providers {providers}\naccess {access}\nsale-or-share {sale_or_share}\nrenew {renew}\n"
    )
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
    type Err = NotAChoice;

    fn from_str(text: &str) -> Result<Self, NotAChoice> {
        Ok(Self(read_chars(text, Self::CHARS).ok_or(NotAChoice)? as u32))
    }
}

impl FromStr for Fingerprint {
    type Err = NotAChoice;

    fn from_str(text: &str) -> Result<Self, NotAChoice> {
        Ok(Self(read_chars(text, Self::CHARS).ok_or(NotAChoice)?))
    }
}
