//! Validation of a policy: collects all faults and gaps.

mod categories;
mod cookies;
mod declarations;
mod embeds;
mod site;
mod storage;
mod table;
mod texts;

use std::collections::HashSet;

use super::{
    Category, Fault, Gap, PolicyError, PolicyFile, Table,
    parser::{is_invalid, may_be_invalid},
};

struct Validation<'l> {
    faults: Vec<Fault>,
    gaps: Vec<Gap>,
    line: &'l dyn Fn(&str) -> Option<usize>,
    /// Entries that are missing because their content was invalid.
    invalid: Vec<String>,
}

pub(super) fn compile(
    (mut file, faults, invalid): (PolicyFile, Vec<Fault>, Vec<String>),
    line: impl Fn(&str) -> Option<usize>,
) -> Result<Table, PolicyError> {
    let mut validation = Validation {
        faults,
        gaps: Vec::new(),
        line: &line,
        invalid,
    };
    validation.site(&file);
    validation.regions(&file);
    validation.languages(&file);
    validation.categories(&mut file);
    validation.services(&file);
    validation.processing(&file);
    // Faults refer to cookies by their index in the file, so ready-made declarations are added
    // afterwards.
    validation.cookies(&file);
    validation.storage(&file);
    validation.embeds(&file);
    validation.ready_declarations(&mut file);
    let table = validation.table(file);
    if validation.faults.is_empty() {
        Ok(table)
    } else {
        let mut faults = validation.faults;
        faults.sort_by_key(|fault| fault.line.unwrap_or(usize::MAX));
        Err(PolicyError::Faults(faults))
    }
}

impl Validation<'_> {
    fn fault(&mut self, place: impl Into<String>, message: impl Into<String>) {
        let place = place.into();
        if is_invalid(&self.invalid, &place) {
            return;
        }
        self.faults.push(Fault {
            line: (self.line)(&place),
            place,
            message: message.into(),
        });
    }

    pub(super) fn gap(&mut self, place: &str, message: impl Into<String>) {
        self.gap_of(place, place, message);
    }

    /// Adds a gap at the entry `at`, described as `name`.
    pub(super) fn gap_of(&mut self, at: &str, name: &str, message: impl Into<String>) {
        self.gaps.push(Gap {
            line: (self.line)(at),
            place: name.to_owned(),
            message: message.into(),
        });
    }

    pub(super) fn category_of<'f>(
        &mut self,
        place: &str,
        file: &'f PolicyFile,
        category: Option<&'f str>,
        service: Option<&str>,
    ) -> Option<&'f str> {
        let by_service = match service {
            None => None,
            Some(id) => match file.service.iter().find(|service| service.id == id) {
                Some(service) => Some(service.category.as_str()),
                None => {
                    self.unknown_service(&format!("{place}.service"), id);
                    return None;
                }
            },
        };
        match (category, by_service) {
            (Some(category), Some(other)) if category != other => {
                self.fault(
                    format!("{place}.category"),
                    format!("its service belongs to `{other}`, not to `{category}`"),
                );
                None
            }
            (Some(category), _) if find(file, category).is_none() => {
                self.unknown_category(&format!("{place}.category"), category);
                None
            }
            (Some(category), _) | (None, Some(category)) => Some(category),
            (None, None) => {
                self.fault(format!("{place}.category"), "give a category or a service");
                None
            }
        }
    }

    pub(super) fn unknown_category(&mut self, place: &str, category: &str) {
        if !may_be_invalid(&self.invalid, "category") {
            self.fault(
                place,
                format!("the category `{category}` is not declared: add it under [[category]]"),
            );
        }
    }

    pub(super) fn unknown_service(&mut self, place: &str, service: &str) {
        if !may_be_invalid(&self.invalid, "service") {
            self.fault(
                place,
                format!("the service `{service}` is not declared: add it under [[service]]"),
            );
        }
    }

    pub(super) fn id<'f>(&mut self, place: &str, id: &'f str, seen: &mut HashSet<&'f str>) {
        let fits = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
        };
        if id.is_empty() || id.len() > 40 || !id.bytes().all(fits) {
            self.fault(
                format!("{place}.id"),
                format!("`{id}` is not an id: use 1 to 40 of a-z, 0-9, `-`, `_`"),
            );
        } else if !seen.insert(id) {
            self.fault(
                format!("{place}.id"),
                format!("the id `{id}` is already used"),
            );
        }
    }
}

fn is_missing(value: &Option<String>) -> bool {
    value.as_deref().is_none_or(|value| value.trim().is_empty())
}

fn is_unsaid(value: &Option<super::Text>) -> bool {
    value.as_ref().is_none_or(super::Text::is_empty)
}

fn find<'f>(file: &'f PolicyFile, id: &str) -> Option<&'f Category> {
    file.category.iter().find(|category| category.id == id)
}
