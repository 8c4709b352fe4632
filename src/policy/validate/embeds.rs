//! Validation of embeds.

use super::Validation;
use crate::{http::origin::Source, policy::PolicyFile};

impl Validation<'_> {
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
                    if Source::parse(origin).is_none() {
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
