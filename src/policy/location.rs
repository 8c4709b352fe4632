//! Line numbers of the entries of a policy.
//!
//! serde drops positions, and `Spanned` fields would leak into every public type, so the numbers
//! come from the TOML tree.

use toml::de::{DeTable, DeValue};

/// Line numbers of entries such as `cookie[2].name`.
pub(super) struct Lines<'t> {
    text: &'t str,
    table: Option<toml::Spanned<DeTable<'t>>>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str, table: Option<toml::Spanned<DeTable<'t>>>) -> Self {
        Self { text, table }
    }

    /// Returns the line of an entry, or of the nearest written one around it.
    pub(super) fn find(&self, place: &str) -> Option<usize> {
        let mut table = self.table.as_ref()?.get_ref();
        let mut found = None;
        for step in place.split('.') {
            let (key, index) = match step.split_once('[') {
                Some((key, rest)) => (key, rest.trim_end_matches(']').parse::<usize>().ok()),
                None => (step, None),
            };
            let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == key) else {
                break;
            };
            found = Some(name.span().start);
            let mut value = value;
            if let (Some(index), DeValue::Array(items)) = (index, value.get_ref()) {
                let Some(item) = items.get(index) else { break };
                found = Some(item.span().start);
                value = item;
            }
            match value.get_ref() {
                DeValue::Table(inner) => table = inner,
                _ => break,
            }
        }
        found.map(|at| line_at(self.text, at))
    }
}

/// Number of the line, from 1, that contains the byte `at`.
pub(super) fn line_at(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}
