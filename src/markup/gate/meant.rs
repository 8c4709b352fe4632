//! Doubtful cases of an element: a mark that the application may use for something else, and
//! addresses that cannot be parsed.

use lol_html::html_content::Element;
use url::Url;

use super::{
    Seen,
    judge::{keep_foreign_end, value},
};
use crate::markup::{
    dialect::Mark,
    element::{self, Names},
    needs::Needs,
};

impl Seen {
    /// Returns whether a mark under a name that applications use as well was meant for the gate.
    pub(crate) fn is_meant(
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
        let waits = || {
            let mut kept = element::kept_by(tag).iter();
            kept.any(|(kept, live)| element.has_attribute(kept) && !element.has_attribute(live))
        };
        let meant = match any_declared {
            true => !declared || !shows || waits() || self.loads_elsewhere(element, tag),
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
            self.page.report_left(&value, names, any_declared);
        }
        meant
    }

    /// Returns whether the element names an address of another site: neither the host of the page
    /// nor one below it.
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
        let kept = element::kept_by(tag).iter().map(|(kept, _)| match *kept {
            "data-srcset" => (*kept, Names::Candidates),
            _ => (*kept, Names::Address),
        });
        let fetched = element::fetched_by(tag);
        let fetched = fetched.iter().map(|one| (one.attribute, one.names));
        for (attribute, names) in kept.chain(fetched) {
            if let Some(value) = value(element, attribute) {
                element::addresses(names, &value, &bases, &mut look);
            }
        }
        elsewhere
    }

    /// Removes attributes whose addresses cannot be parsed, unless every service is on. Returns
    /// whether the element went with them.
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
        // Without its address the text of a script would run.
        let goes = tag == "script";
        if goes {
            keep_foreign_end(element, tag);
            element.remove();
        }
        goes
    }
}
