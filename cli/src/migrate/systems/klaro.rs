//! Klaro: an attribute that names the service. Which category a service is in is known to Klaro's
//! configuration alone.

use super::{
    super::{
        names::{ATTRIBUTES, Names, SHORT},
        tag::Tag,
    },
    Read, either, has_type, is_kept,
};

const SYSTEM: &str = "Klaro";

/// What the tag asks for.
pub(super) fn read<'t>(tag: &'t Tag<'_>, names: &Names) -> Read<'t> {
    let is_gate = match tag.name.as_str() {
        "script" => has_type(tag, "text/plain"),
        "link" => has_type(tag, "text/plain") || is_kept(tag),
        _ => is_kept(tag),
    };
    // What has an attribute of the new markup is done; `data-name` may be there for anything.
    let mut names_of_tag = tag.attributes.iter().map(|attribute| &*attribute.name);
    let is_done = names_of_tag.any(|name| ATTRIBUTES.contain(name) || SHORT.contain(name));
    match tag.attribute("data-name") {
        Some(attribute) if is_gate && !is_done => either(SYSTEM, tag, attribute, names, false),
        _ => Ok(Vec::new()),
    }
}
