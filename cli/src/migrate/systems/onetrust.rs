//! OneTrust: a class that names the groups, all of which are required.

use super::{super::tag::Tag, Asks, Claim, Read, checked, plain, without};

const SYSTEM: &str = "OneTrust";
const PREFIX: &str = "optanon-category-";

/// Finds the claims of a tag.
pub(super) fn read<'t>(tag: &'t Tag<'_>) -> Read<'t> {
    let Some(attribute) = tag.attribute("class") else {
        return Ok(Vec::new());
    };
    if !tag.text(attribute).split_ascii_whitespace().any(is_gate) {
        return Ok(Vec::new());
    }
    let text = plain(tag, attribute)?;
    let groups = text
        .split_ascii_whitespace()
        .filter_map(|class| class.strip_prefix(PREFIX))
        .flat_map(|groups| groups.split('-'))
        .filter(|group| !group.is_empty());
    let names = checked("class", groups.map(str::to_owned).collect())?;
    Ok(vec![Claim {
        rest: Some(without(text, is_gate)),
        ..Claim::new(SYSTEM, Asks::Category, attribute, names)
    }])
}

fn is_gate(class: &str) -> bool {
    class.starts_with(PREFIX)
}
