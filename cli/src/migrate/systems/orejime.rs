//! Orejime: a template with a purpose and, in its older versions, scripts of the type `opt-in`.

use super::{
    super::{names::Names, tag::Tag},
    Read, either, has_type,
};

const SYSTEM: &str = "Orejime";

/// Finds the claims of a tag.
///
/// The site chooses the names of purposes. A purpose named like a category becomes one.
pub(super) fn read<'t>(tag: &'t Tag<'_>, names: &Names) -> Read<'t> {
    let attribute = match tag.name.as_str() {
        "template" => tag.attribute("data-purpose"),
        "script" if has_type(tag, "opt-in") => match tag.attribute("data-name") {
            None => {
                return Err("a script of the type `opt-in` without `data-name`: add \
                     `data-consent-category` with the category that it needs"
                    .into());
            }
            some => some,
        },
        _ => None,
    };
    let claims = attribute.map(|attribute| either(SYSTEM, tag, attribute, names, true));
    claims.unwrap_or_else(|| Ok(Vec::new()))
}
