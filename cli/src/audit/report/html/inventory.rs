//! Inventory of the page.

use std::borrow::Cow;

use super::super::{
    super::{
        judge::findings::{Item, Verdict},
        record::Record,
    },
    circumstances::States,
    sanitize::cut,
};

const MOST_OF_A_NAME: usize = 120;
const MOST_OF_A_TEXT: usize = 300;

#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) item: &'a Item,
    pub(super) name: Cow<'a, str>,
    pub(super) purpose: Option<Cow<'a, str>>,
    pub(super) provider: Option<Cow<'a, str>>,
    /// Short description of the circumstances.
    pub(super) seen: String,
}

pub(super) fn rows<'a>(record: &Record, verdict: &'a Verdict) -> Vec<Row<'a>> {
    let states = States::new(record);
    let row = |item: &'a Item| Row {
        item,
        name: cut(&item.name, MOST_OF_A_NAME),
        purpose: item
            .purpose
            .as_deref()
            .map(|text| cut(text, MOST_OF_A_TEXT)),
        provider: item
            .provider
            .as_deref()
            .map(|text| cut(text, MOST_OF_A_TEXT)),
        seen: states.seen(&item.seen),
    };
    verdict.inventory.iter().map(row).collect()
}
