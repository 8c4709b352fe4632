//! Storage and embeds.

use std::collections::HashSet;

use super::{Check, cookies::THIRTEEN_MONTHS, find};
use crate::policy::{Lifetime, NECESSARY, PolicyFile, Purpose, StorageSpec};

impl Check<'_> {
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
                self.fault(
                    format!("{place}.purpose"),
                    "say in a sentence what it is for",
                );
            }
            if storage.duration.is_none() {
                self.fault(format!("{place}.duration"), "say how long it stays");
            }
            if let Some(category) = category.filter(|category| *category != NECESSARY) {
                self.storage_lifetime(file, &place, category, storage);
            }
            match (category == Some(NECESSARY), storage.exemption) {
                (true, None) => self.fault(
                    format!("{place}.exemption"),
                    "say why it needs no consent (WP194)",
                ),
                (false, Some(_)) if category.is_some() => self.fault(
                    format!("{place}.exemption"),
                    "only the category `necessary` is exempt from consent",
                ),
                _ => {}
            }
        }
    }

    /// Gated entries live for 13 months at most, as cookies do. Those that measure or advertise
    /// need an end, too: browsers keep them until someone deletes them.
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
                 longest that authorities accept. Let the script delete it by then, and say so in \
                 `duration`",
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

    pub(super) fn embeds(&mut self, file: &PolicyFile) {
        for (index, embed) in file.embed.iter().enumerate() {
            let place = format!("embed[{index}]");
            if !file
                .service
                .iter()
                .any(|service| service.id == embed.service)
            {
                self.unknown_service(&format!("{place}.service"), &embed.service);
            }
            for (directive, origins) in embed.by_directive() {
                let key = directive.trim_end_matches("-src");
                for origin in origins {
                    if crate::http::origin::Source::parse(origin).is_none() {
                        self.fault(
                            format!("{place}.{key}"),
                            format!(
                                "`{origin}` is not an origin such as `https://video.example` or \
                                 `https://*.video.example`"
                            ),
                        );
                    }
                }
            }
        }
    }
}

/// Purposes that measure or advertise.
const MEASURING: [&str; 5] = [
    "usage-analytics",
    "advertising",
    "personalised-advertising",
    "targeted-advertising",
    "social-media-marketing",
];

/// Returns whether a purpose of the entry's service, or else of its category, is to measure or to
/// advertise.
fn measures(file: &PolicyFile, category: &str, storage: &StorageSpec) -> bool {
    let service = storage.service.as_deref();
    let service = service.and_then(|id| file.service.iter().find(|service| service.id == id));
    let own = service.map_or(&[] as &[Purpose], |service| &service.purposes);
    let purposes = match own.is_empty() {
        false => own,
        true => find(file, category).map_or(own, |category| &category.purposes),
    };
    purposes
        .iter()
        .any(|purpose| MEASURING.contains(&purpose.id()))
}
