//! Index of a valid policy for lookups while serving requests.

use std::collections::HashMap;

use super::Validation;
use crate::policy::{Fingerprint, Meaning, NECESSARY, Pattern, PolicyFile, Table, Unit, UnitTag};

/// Maximum number of units. Choices about so many fit into a cookie easily (browsers store 4,096
/// octets).
const MAX_UNITS: usize = 200;

impl Validation<'_> {
    pub(super) fn table(&mut self, file: PolicyFile) -> Table {
        let units = self.units(&file);
        let place = |id: &str| units.iter().position(|unit| unit.id == id).unwrap_or(0);
        let cookie_units = file
            .cookie
            .iter()
            .map(|cookie| {
                place(match (&cookie.service, &cookie.category) {
                    (Some(service), _) => service,
                    (None, Some(category)) => category,
                    (None, None) => NECESSARY,
                })
            })
            .collect();
        let mut exact: Vec<(Box<[u8]>, usize)> = Vec::new();
        let mut prefixes = Vec::new();
        let mut names = Vec::new();
        for (index, cookie) in file.cookie.iter().enumerate() {
            let Pattern { stem, open } = Pattern::of(&cookie.name);
            let stem: Box<[u8]> = stem.as_bytes().into();
            names.push((!open).then(|| stem.clone()));
            if open {
                prefixes.push((stem, index))
            } else {
                exact.push((stem, index))
            }
        }
        exact.sort_by(|(one, _), (other, _)| (one.len(), one).cmp(&(other.len(), other)));
        prefixes.sort_by_key(|(prefix, _): &(Box<[u8]>, usize)| std::cmp::Reverse(prefix.len()));
        Table {
            gaps: std::mem::take(&mut self.gaps),
            file,
            units,
            cookie_units,
            names,
            exact,
            prefixes,
        }
    }

    pub(super) fn units(&mut self, file: &PolicyFile) -> Vec<Unit> {
        let mut units: Vec<Unit> = Vec::new();
        for category in &file.category {
            let meaning = Meaning::of_category(file, category);
            units.push(Unit {
                id: category.id.clone(),
                tag: UnitTag::of(&category.id),
                fingerprint: Fingerprint::of(&meaning),
                category: None,
                necessary: category.id == NECESSARY,
                sale_or_share: meaning.sale_or_share,
            });
        }
        for service in &file.service {
            let Some((at, category)) = file
                .category
                .iter()
                .enumerate()
                .find(|(_, category)| category.id == service.category)
            else {
                continue;
            };
            let meaning = Meaning::of_service(file, service, category);
            units.push(Unit {
                id: service.id.clone(),
                tag: UnitTag::of(&service.id),
                fingerprint: Fingerprint::of(&meaning),
                category: Some(at),
                necessary: category.id == NECESSARY,
                sale_or_share: meaning.sale_or_share,
            });
        }
        if units.len() > MAX_UNITS {
            self.fault(
                "category",
                format!(
                    "{} categories and services are more than a cookie can answer for: use at most \
                     {MAX_UNITS}",
                    units.len()
                ),
            );
        }
        let mut seen = HashMap::new();
        for unit in &units {
            if let Some(other) = seen.insert(unit.tag, &unit.id)
                && *other != unit.id
            {
                self.fault(
                    "category",
                    format!(
                        "the ids `{}` and `{other}` have the same short form: rename one",
                        unit.id
                    ),
                );
            }
        }
        units
    }
}
