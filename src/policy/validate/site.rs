//! Validation of the site, the controller, the edition and the processing.

use std::collections::HashSet;

use super::{Validation, is_missing, is_unsaid};
use crate::policy::{LegalBasis, PolicyFile};

impl Validation<'_> {
    pub(super) fn site(&mut self, file: &PolicyFile) {
        if file.version != 1 {
            self.fault("version", "unknown format: write `version = 1`");
        }
        if file.site.name.is_empty() {
            self.fault(
                "site.name",
                "give the name of the site, which the banner shows",
            );
        }
        if let Some(origin) = &file.site.origin
            && crate::http::origin::Origin::parse(origin).is_none()
        {
            self.fault(
                "site.origin",
                format!("`{origin}` is not an origin such as `https://news.example`"),
            );
        }
        let controller = &file.controller;
        if controller.name.trim().is_empty() {
            self.fault(
                "controller.name",
                "consent is informed only when visitors know who asks (Art. 4(11) GDPR)",
            );
        }
        let ways = [
            &controller.contact,
            &controller.email,
            &controller.address,
            &controller.phone,
        ];
        if ways.iter().all(|way| is_missing(way)) {
            self.fault(
                "controller.email",
                "give at least one of contact, email, address, phone (Art. 13(1)(a) GDPR)",
            );
        }
        if file.policy.version == 0 {
            self.fault("policy.version", "editions are numbered from 1");
        }
        self.information(file);
    }

    /// Adds a gap for each piece of information that Art. 13 GDPR requires and that is missing.
    fn information(&mut self, file: &PolicyFile) {
        let controller = &file.controller;
        if file.site.serves.is_empty() {
            self.gap(
                "site.serves",
                "list the regions where the site is offered, such as [\"EU\"]",
            );
        }
        if file.policy.effective.is_none() {
            self.gap(
                "policy.effective",
                "give the day from which the policy applies",
            );
        }
        if file.policy.version > 1 && is_unsaid(&file.policy.changes) {
            self.gap(
                "policy.changes",
                "describe the changes since the previous edition",
            );
        }
        if is_missing(&controller.authority) {
            self.gap(
                "controller.authority",
                "name the supervisory authority (Art. 13(2)(d) GDPR)",
            );
        }
        if is_unsaid(&file.policy.provision) {
            self.gap(
                "policy.provision",
                "state whether visitors have to provide data (Art. 13(2)(e) GDPR)",
            );
        }
        if is_unsaid(&file.policy.automated_decisions) {
            self.gap(
                "policy.automated_decisions",
                "state whether there are automated decisions (Art. 13(2)(f) GDPR)",
            );
        }
        if file.processing.is_empty() {
            self.gap(
                "processing",
                "describe processing other than by cookies, including server logs (Art. 13(1)(c) GDPR)",
            );
        }
    }

    pub(super) fn processing(&mut self, file: &PolicyFile) {
        let mut seen = HashSet::new();
        for (index, processing) in file.processing.iter().enumerate() {
            let place = format!("processing[{index}]");
            self.id(&place, &processing.id, &mut seen);
            if processing.purpose.is_empty() {
                self.fault(
                    format!("{place}.purpose"),
                    "describe the activity and its purpose",
                );
            }
            let name = format!("processing `{}`", processing.id);
            if processing.legal_basis.is_none() {
                self.gap_of(&place, &name, "name the legal basis (Art. 13(1)(c) GDPR)");
            }
            if processing.legal_basis == Some(LegalBasis::LegitimateInterests)
                && is_unsaid(&processing.interest)
            {
                self.gap_of(
                    &place,
                    &name,
                    "name the legitimate interest (Art. 13(1)(d) GDPR)",
                );
            }
            for (value, key, article) in [
                (&processing.data, "data", "Art. 14(1)(d)"),
                (&processing.recipients, "recipients", "Art. 13(1)(e)"),
                (&processing.transfers, "transfers", "Art. 13(1)(f)"),
                (&processing.retention, "retention", "Art. 13(2)(a)"),
            ] {
                if is_unsaid(value) {
                    self.gap_of(&place, &name, format!("write `{key}` ({article} GDPR)"));
                }
            }
        }
    }
}
