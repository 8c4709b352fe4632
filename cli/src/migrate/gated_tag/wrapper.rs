//! Wrapping of elements that are hidden until their category is granted.

use super::{
    super::{
        edit::Edit,
        systems::{self, Claim},
        tag::Tag,
    },
    Place,
};

/// Elements that end at their end tag and may be wrapped in a `<template>` anywhere.
const WHOLE: [&str; 39] = [
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "blockquote",
    "button",
    "cite",
    "code",
    "details",
    "dl",
    "div",
    "em",
    "fieldset",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "i",
    "label",
    "main",
    "nav",
    "ol",
    "picture",
    "pre",
    "section",
    "small",
    "span",
    "strong",
    "svg",
    "table",
    "ul",
];

/// Returns whether a wrapper can replace the attributes of the tag.
pub(super) fn is_for(tag: &Tag<'_>, claims: &[Claim<'_>]) -> bool {
    let by_itself = !systems::kept(&tag.name).is_empty();
    let by_itself = by_itself || matches!(tag.name.as_str(), "script" | "template");
    !by_itself && claims.iter().all(|claim| claim.of_content)
}

/// Wraps the element in a template and removes the class.
pub(super) fn edits(
    tag: &Tag<'_>,
    place: Place,
    claims: &[Claim<'_>],
    categories: &[String],
) -> Result<Vec<Edit>, String> {
    let by_hand = |why: &str| {
        Err(format!(
            "{why}: wrap the `<{}>` in `<template data-consent-category=\"{}\">` by hand",
            tag.name,
            categories.join(" ")
        ))
    };
    if !WHOLE.contains(&tag.name.as_str()) {
        return by_hand("the end of the element is uncertain");
    }
    let Some(end) = place.element_end else {
        return by_hand("it has no end tag");
    };
    if place.decides_inside {
        return by_hand("template code inside it may end it elsewhere");
    }
    let open = format!(
        "<template data-consent-category=\"{}\">",
        categories.join(" ")
    );
    let mut edits = vec![Edit::insert(tag.range.start, open)];
    for claim in claims {
        match claim.rest.as_deref().filter(|rest| !rest.is_empty()) {
            Some(rest) => edits.extend(tag.set(claim.attribute, rest)),
            None => edits.push(tag.remove(claim.attribute)),
        }
    }
    edits.push(Edit::insert(end, "</template>"));
    Ok(edits)
}
