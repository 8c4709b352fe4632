//! Categories and services that an element needs.

use super::embeds::{Embeds, Units};
use crate::policy::Policy;

/// Requirements of one element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Categories and services in the mark of the element.
    pub(crate) named: Units,
    /// A name that the policy does not declare: the element is always blocked.
    pub(crate) unknown: Option<String>,
    /// Services that declare an origin which the element loads from.
    pub(crate) loaded: Units,
    /// True if an address of the element cannot be parsed, so that it may lead to any service.
    pub(crate) unreadable: bool,
}

impl Needs {
    /// Reads the two attributes of a mark. An empty one names an undeclared unit.
    pub(crate) fn read(policy: &Policy, category: Option<&str>, service: Option<&str>) -> Self {
        let mut needs = Self::default();
        for (value, is_service) in [(category, false), (service, true)] {
            let Some(value) = value else { continue };
            let mut names = value.split_ascii_whitespace().peekable();
            if names.peek().is_none() {
                needs.unknown = Some(String::new());
            }
            for name in names {
                let unit = policy.unit(name);
                match unit.filter(|unit| policy.units()[*unit].category.is_some() == is_service) {
                    Some(unit) => push(&mut needs.named, unit),
                    None => needs.unknown = Some(name.chars().take(40).collect()),
                }
            }
        }
        needs
    }

    /// Adds the services that load from the origin of `url`, or records that it cannot be parsed.
    /// If the mark names one of them, only that one is added.
    pub(crate) fn load(&mut self, embeds: &Embeds, url: Option<&url::Url>) {
        let Some(url) = url else {
            self.unreadable = !embeds.is_empty();
            return;
        };
        let units = embeds.units_of(url);
        if units.iter().any(|unit| self.named.contains(unit)) {
            return;
        }
        for unit in units {
            push(&mut self.loaded, unit);
        }
    }

    pub(crate) fn add(&mut self, unit: usize) {
        push(&mut self.loaded, unit);
    }

    /// Returns all units that must be granted. Consent to a service includes its category.
    pub(crate) fn units(&self, policy: &Policy) -> Units {
        let mut units = self.named.clone();
        for unit in &self.loaded {
            push(&mut units, *unit);
        }
        let of = |unit: &usize| policy.units()[*unit].category;
        let answered: Units = units.iter().filter_map(of).collect();
        units.retain(|unit| !answered.contains(unit));
        units
    }
}

fn push(units: &mut Units, unit: usize) {
    if !units.contains(&unit) {
        units.push(unit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy::parse(include_str!("../../tests/integration/consent.toml")).expect("it is valid")
    }

    fn named(category: Option<&str>, service: Option<&str>) -> Vec<String> {
        let policy = policy();
        let needs = Needs::read(&policy, category, service);
        let id = |unit: usize| policy.units()[unit].id.clone();
        needs.units(&policy).into_iter().map(id).collect()
    }

    #[test]
    fn several_categories_are_all_needed() {
        assert_eq!(
            named(Some(" analytics\nmarketing analytics "), None),
            ["analytics", "marketing"]
        );
    }

    #[test]
    fn a_service_answers_for_its_own_category_and_for_no_other() {
        assert_eq!(
            named(Some("marketing analytics"), Some("example-video")),
            ["analytics", "example-video"]
        );
    }

    #[test]
    fn a_name_that_the_policy_does_not_have_is_remembered() {
        let unknown = |category, service| Needs::read(&policy(), category, service).unknown;
        assert_eq!(
            unknown(Some("analitics"), None).as_deref(),
            Some("analitics")
        );
        assert_eq!(
            unknown(Some("example-video"), None).as_deref(),
            Some("example-video")
        );
        assert_eq!(
            unknown(None, Some("marketing")).as_deref(),
            Some("marketing")
        );
        assert_eq!(unknown(Some(""), None).as_deref(), Some(""));
        assert_eq!(unknown(Some("analytics"), Some("example-video")), None);
    }
}
