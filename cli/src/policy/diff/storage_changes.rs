//! Changes of cookies and storage keys. No visitor is asked for them alone, since consent is to
//! purposes, not to names and durations.

use std::{borrow::Cow, cmp::Ordering};

use actix_consent::{
    Policy,
    policy::{CookieSpec, Lifetime, NECESSARY, StorageKind, StorageSpec, Text, TimeUnit},
};

use super::{
    super::wording::quoted,
    other_changes::{OtherChange, differing},
};

/// A cookie or storage key.
struct Kept<'p> {
    /// Unique name for sentences.
    name: String,
    unit: &'p str,
    purpose: &'p Text,
    lifetime: Option<Lifetime>,
    /// Other declared keys. Storage has fewer of them than cookies.
    rest: Cow<'p, CookieSpec>,
}

/// Finds new, removed and changed entries.
pub(super) fn find(old: &Policy, new: &Policy) -> Vec<OtherChange> {
    let (before, after) = (all(old), all(new));
    let same = |one: &Kept<'_>, other: &Kept<'_>| one.name == other.name;
    let mut found = Vec::new();
    for entry in &after {
        match before.iter().find(|other| same(entry, other)) {
            None => found.push(entry.change(format!("{} is new", entry.full_name()))),
            Some(before) => found.extend(changes(before, entry)),
        }
    }
    for entry in &before {
        if !after.iter().any(|other| same(entry, other)) {
            found.push(entry.change(format!("{} was removed", entry.full_name())));
        }
    }
    found
}

fn changes(before: &Kept<'_>, after: &Kept<'_>) -> Vec<OtherChange> {
    let mut found = Vec::new();
    let name = after.full_name();
    if before.unit != after.unit {
        let (from, to) = (quoted(before.unit), quoted(after.unit));
        found.push(OtherChange {
            units: vec![before.unit.to_owned(), after.unit.to_owned()],
            text: format!("{} moved from {from} to {to}", after.name),
        });
    }
    let mut texts = Vec::new();
    let mut reworded = false;
    if let (Some(was), Some(is)) = (before.lifetime, after.lifetime) {
        let order = match (months(is), months(was)) {
            (Some(is), Some(was)) => is.cmp(&was),
            _ => length(is).cmp(&length(was)),
        };
        match order {
            Ordering::Greater => {
                texts.push(format!("{name} is kept longer: {is} instead of {was}"))
            }
            Ordering::Less => texts.push(format!("{name} is kept shorter: {is} instead of {was}")),
            Ordering::Equal => reworded = was != is,
        }
    }
    let (was, is) = (&before.rest, &after.rest);
    let keys = differing([
        ("purpose", before.purpose != after.purpose),
        ("purposes", was.purposes != is.purposes),
        ("duration", reworded),
        ("path", was.path != is.path),
        ("domains", was.domains != is.domains),
        ("partitioned", was.partitioned != is.partitioned),
        ("set_by", was.set_by != is.set_by),
        ("host", was.host != is.host),
        ("exemption", was.exemption != is.exemption),
        ("override_reason", was.override_reason != is.override_reason),
    ]);
    texts.extend(keys.map(|keys| format!("{name} differs in {keys}")));
    found.extend(texts.into_iter().map(|text| after.change(text)));
    found
}

impl Kept<'_> {
    fn full_name(&self) -> String {
        format!("{} of {}", self.name, quoted(self.unit))
    }

    fn change(&self, text: String) -> OtherChange {
        OtherChange::of(self.unit, text)
    }
}

fn all(policy: &Policy) -> Vec<Kept<'_>> {
    let file = policy.file();
    let cookies = file.cookie.iter().map(cookie);
    cookies.chain(file.storage.iter().map(storage)).collect()
}

fn cookie(cookie: &CookieSpec) -> Kept<'_> {
    Kept {
        name: format!("the cookie {}", quoted(&cookie.name)),
        unit: unit(&cookie.service, &cookie.category),
        purpose: &cookie.purpose,
        lifetime: cookie.duration,
        rest: Cow::Borrowed(cookie),
    }
}

fn storage(entry: &StorageSpec) -> Kept<'_> {
    let kind = match entry.kind {
        StorageKind::Local => "localStorage",
        StorageKind::Session => "sessionStorage",
        StorageKind::Indexed => "IndexedDB",
        StorageKind::Cache => "the Cache API",
        _ => "the storage",
    };
    Kept {
        name: format!("the key {} in {kind}", quoted(&entry.key)),
        unit: unit(&entry.service, &entry.category),
        purpose: &entry.purpose,
        lifetime: entry.duration,
        rest: Cow::Owned(CookieSpec {
            exemption: entry.exemption,
            ..CookieSpec::default()
        }),
    }
}

fn unit<'p>(service: &'p Option<String>, category: &'p Option<String>) -> &'p str {
    let unit = service.as_ref().or(category.as_ref());
    unit.map_or(NECESSARY, String::as_str)
}

/// Length in calendar months, which have no fixed number of days.
fn months(lifetime: Lifetime) -> Option<u64> {
    match lifetime {
        Lifetime::For {
            count,
            unit: TimeUnit::Month,
        } => Some(count.into()),
        Lifetime::For {
            count,
            unit: TimeUnit::Year,
        } => Some(12 * u64::from(count)),
        _ => None,
    }
}

/// Length in seconds, for comparison.
fn length(lifetime: Lifetime) -> u64 {
    match lifetime {
        Lifetime::Session => 0,
        Lifetime::Persistent => u64::MAX,
        Lifetime::For { .. } => lifetime.seconds().unwrap_or(u64::MAX),
    }
}
