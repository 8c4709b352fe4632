//! Validation of storage.

use std::collections::HashSet;

use super::{Validation, cookies::THIRTEEN_MONTHS, find};
use crate::policy::{Lifetime, NECESSARY, PolicyFile, Purpose, StorageSpec};

impl Validation<'_> {
    pub(super) fn storage(&mut self, file: &PolicyFile) {
        let mut seen = HashSet::new();
        for (index, storage) in file.storage.iter().enumerate() {
            let place = format!("storage[{index}]");
            if storage.key.trim_end_matches('*').is_empty() {
                self.fault(format!("{place}.key"), "give the key");
            }
            if !seen.insert((storage.kind as u8, storage.key.as_str())) {
                self.fault(
                    format!("{place}.key"),
                    format!("`{}` is declared already", storage.key),
                );
            }
            let category = self.category_of(
                &place,
                file,
                storage.category.as_deref(),
                storage.service.as_deref(),
            );
            if storage.purpose.is_empty() {
                self.fault(format!("{place}.purpose"), "give the purpose in a sentence");
            }
            if storage.duration.is_none() {
                self.fault(format!("{place}.duration"), "give the storage period");
            }
            if let Some(category) = category.filter(|category| *category != NECESSARY) {
                self.storage_lifetime(file, &place, category, storage);
            }
            match (category == Some(NECESSARY), storage.exemption) {
                (true, None) => self.fault(
                    format!("{place}.exemption"),
                    "give the reason why it needs no consent (WP194)",
                ),
                (false, Some(_)) if category.is_some() => self.fault(
                    format!("{place}.exemption"),
                    "only the category `necessary` is exempt from consent",
                ),
                _ => {}
            }
        }
    }

    /// Gated entries may last for at most 13 months, like cookies. Those for analytics or
    /// advertising must have an end too: browsers keep them until they are deleted.
    fn storage_lifetime(
        &mut self,
        file: &PolicyFile,
        place: &str,
        category: &str,
        storage: &StorageSpec,
    ) {
        let name = format!("storage `{}`", storage.key);
        match storage.duration {
            Some(Lifetime::Persistent) if measures(file, category, storage) => self.gap_of(
                place,
                &name,
                "has no end: entries that measure or advertise live for 13 months at most, the \
                 longest that authorities accept. Let the script delete it by then, and declare that in `duration`",
            ),
            Some(lifetime)
                if lifetime
                    .seconds()
                    .is_some_and(|seconds| seconds > THIRTEEN_MONTHS) =>
            {
                self.gap_of(
                    place,
                    &name,
                    "lives for more than 13 months, the longest that authorities accept",
                );
            }
            _ => {}
        }
    }
}

/// Purposes for analytics or advertising.
const MEASURING: [&str; 5] = [
    "usage-analytics",
    "advertising",
    "personalised-advertising",
    "targeted-advertising",
    "social-media-marketing",
];

/// Returns whether the purposes of the entry's service, or else of its category, include analytics
/// or advertising.
fn measures(file: &PolicyFile, category: &str, storage: &StorageSpec) -> bool {
    let service = storage.service.as_deref();
    let service = service.and_then(|id| file.service.iter().find(|service| service.id == id));
    let own = service.map_or(&[] as &[Purpose], |service| &service.purposes);
    let purposes = if own.is_empty() {
        find(file, category).map_or(own, |category| &category.purposes)
    } else {
        own
    };
    purposes
        .iter()
        .any(|purpose| MEASURING.contains(&purpose.id()))
}
