//! Doubtful elements: marks that the application may use for other purposes, and addresses that
//! cannot be parsed.

use lol_html::html_content::Element;
use url::Url;

use super::{
    RewriteState,
    verdict::{keep_foreign_end, value},
};
use crate::markup::{
    dialect::Mark,
    element::{self, Names},
    needs::Needs,
};

impl RewriteState {
    /// Returns whether a mark under an ambiguous name is a consent mark.
    pub(crate) fn is_consent_mark(
        &self,
        element: &Element<'_, '_>,
        tag: &str,
        mark: &Mark<'_>,
        needs: &Needs,
    ) -> bool {
        let declared = needs.unknown.is_none();
        let any_declared = !needs.named.is_empty();
        let shows = !matches!(
            tag,
            "script" | "link" | "iframe" | "frame" | "embed" | "object" | "template"
        );
        let can_be_inert = || {
            let mut kept = element::inert_attributes(tag).iter();
            kept.any(|(kept, live)| element.has_attribute(kept) && !element.has_attribute(live))
        };
        let meant = match any_declared {
            true => !declared || !shows || can_be_inert() || self.loads_elsewhere(element, tag),
            false => self.loads_elsewhere(element, tag),
        };
        if !meant {
            let strict = self.page.dialect().names();
            let (value, names) = match (&mark.category, &mark.service) {
                (Some(value), _) => (value, (mark.names.category, strict.category)),
                (None, Some(value)) => (value, (mark.names.service, strict.service)),
                (None, None) => return meant,
            };
            let value: String = value.chars().take(40).collect();
            self.page.report_unchanged(&value, names, any_declared);
        }
        meant
    }

    /// Returns whether the element names an address of another site: neither the host of the page
    /// nor a host below it.
    fn loads_elsewhere(&self, element: &Element<'_, '_>, tag: &str) -> bool {
        let bases = self.bases.borrow();
        let configured = self.page.visit.configured_origin();
        let own = [
            bases[0].host_str().unwrap_or_default(),
            configured.map_or("", |origin| &origin.host),
        ];
        let is_own = |host: &str| {
            own.iter().filter(|own| !own.is_empty()).any(|own| {
                let own = own.strip_prefix("www.").unwrap_or(own);
                let before = host.strip_suffix(own);
                before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
            })
        };
        let mut elsewhere = false;
        let mut look = |url: Option<&Url>| {
            elsewhere |= !url.and_then(Url::host_str).is_some_and(is_own);
        };
        let kept = element::inert_attributes(tag)
            .iter()
            .map(|(kept, _)| match *kept {
                "data-srcset" => (*kept, Names::Candidates),
                _ => (*kept, Names::Address),
            });
        let fetched = element::fetched_attributes(tag);
        let fetched = fetched.iter().map(|one| (one.attribute, one.names));
        for (attribute, names) in kept.chain(fetched) {
            if let Some(value) = value(element, attribute) {
                element::addresses(names, &value, &bases, &mut look);
            }
        }
        elsewhere
    }

    /// Removes attributes whose addresses cannot be parsed, unless every service is on. Returns
    /// whether the element was removed with them.
    pub(crate) fn drop_unreadable(
        &self,
        element: &mut Element<'_, '_>,
        tag: &str,
        attributes: &[&'static str],
    ) -> bool {
        self.page.gated.set(true);
        if self.page.grants_all() {
            return false;
        }
        for attribute in attributes {
            self.page.report_unreadable(tag, attribute);
            element.remove_attribute(attribute);
        }
        // Without its address a script would run its text.
        let goes = tag == "script";
        if goes {
            keep_foreign_end(element, tag);
            element.remove();
        }
        goes
    }
}
