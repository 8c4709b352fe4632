//! Klaro: an attribute that names the service. Only Klaro's configuration knows the category of a
//! service.

use super::{
    super::{
        names::{ATTRIBUTES, Names, SHORT},
        tag::Tag,
    },
    Read, either, has_type, is_kept,
};

const SYSTEM: &str = "Klaro";

/// Finds the claims of a tag.
pub(super) fn read<'t>(tag: &'t Tag<'_>, names: &Names) -> Read<'t> {
    let is_gate = match tag.name.as_str() {
        "script" => has_type(tag, "text/plain"),
        "link" => has_type(tag, "text/plain") || is_kept(tag),
        _ => is_kept(tag),
    };
    // A tag with a new attribute is already migrated; its `data-name` may mean anything.
    let mut names_of_tag = tag.attributes.iter().map(|attribute| &*attribute.name);
    let is_done = names_of_tag.any(|name| ATTRIBUTES.contain(name) || SHORT.contain(name));
    match tag.attribute("data-name") {
        Some(attribute) if is_gate && !is_done => either(SYSTEM, tag, attribute, names, false),
        _ => Ok(Vec::new()),
    }
}
