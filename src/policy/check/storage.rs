//! Storage and embeds.

use std::collections::HashSet;

use super::Check;
use crate::policy::{NECESSARY, PolicyFile};

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
                    if crate::origin::Source::parse(origin).is_none() {
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
