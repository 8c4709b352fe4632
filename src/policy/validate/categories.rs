//! Validation of categories and services.

use std::collections::HashSet;

use super::{Validation, find, is_missing, is_unsaid};
use crate::policy::{Category, NECESSARY, PolicyFile, Purpose};

impl Validation<'_> {
    pub(super) fn categories(&mut self, file: &mut PolicyFile) {
        let language = file.site.languages.first().map_or("en", String::as_str);
        let mut seen = HashSet::new();
        for (index, category) in file.category.iter().enumerate() {
            let place = format!("category[{index}]");
            self.id(&place, &category.id, &mut seen);
            let necessary = category.id == NECESSARY;
            if necessary {
                for purpose in category.purposes.iter().filter(|p| !p.can_be_exempt()) {
                    self.fault(
                        format!("{place}.purposes"),
                        format!("the purpose `{}` needs consent (WP194)", purpose.id()),
                    );
                }
                if category.sale_or_share == Some(true) {
                    self.fault(
                        format!("{place}.sale_or_share"),
                        "a category whose data are sold or shared is not necessary",
                    );
                }
                continue;
            }
            if category.title.is_empty() {
                self.fault(format!("{place}.title"), "give the category a name");
            }
            self.summary(&place, category, language);
            if category.purposes.is_empty() {
                self.fault(
                    format!("{place}.purposes"),
                    "consent is specific only when its purposes are named (Art. 4(11) GDPR)",
                );
            }
        }
        match file
            .category
            .iter()
            .position(|category| category.id == NECESSARY)
        {
            Some(0) => {}
            Some(at) => {
                let necessary = file.category.remove(at);
                file.category.insert(0, necessary);
            }
            None => file.category.insert(
                0,
                Category {
                    id: NECESSARY.to_owned(),
                    ..Category::default()
                },
            ),
        }
        let necessary = &mut file.category[0];
        if necessary.title.is_empty() {
            necessary.title = "Necessary".into();
        }
        if necessary.summary.is_empty() {
            necessary.summary = "Necessary cookies keep the site working.".into();
        }
        if necessary.purposes.is_empty() {
            necessary.purposes = "service-provision".parse::<Purpose>().into_iter().collect();
        }
    }

    pub(super) fn services(&mut self, file: &PolicyFile) {
        let mut seen: HashSet<&str> = file.category.iter().map(|c| c.id.as_str()).collect();
        for (index, service) in file.service.iter().enumerate() {
            let place = format!("service[{index}]");
            self.id(&place, &service.id, &mut seen);
            let Some(category) = find(file, &service.category) else {
                self.unknown_category(&format!("{place}.category"), &service.category);
                continue;
            };
            if service.provider.trim().is_empty() {
                self.fault(
                    format!("{place}.provider"),
                    "consent is informed only when the provider is named (Art. 4(11) GDPR)",
                );
            }
            if category.id == NECESSARY {
                for purpose in service.purposes.iter().filter(|p| !p.can_be_exempt()) {
                    self.fault(
                        format!("{place}.purposes"),
                        format!(
                            "the purpose `{}` needs consent, `necessary` is the wrong category",
                            purpose.id()
                        ),
                    );
                }
            }
            if is_missing(&service.provider_url) {
                self.gap_of(
                    &place,
                    &format!("service `{}`", service.id),
                    "give the provider's page in `provider_url`",
                );
            }
            if is_unsaid(&service.transfers) {
                self.gap_of(
                    &place,
                    &format!("service `{}`", service.id),
                    "state in `transfers` whether data leave the EU/EEA (Art. 13(1)(f) GDPR)",
                );
            }
        }
    }
}
