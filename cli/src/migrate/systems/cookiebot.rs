//! Cookiebot, and the cookie consent of NHSUK with the same attribute: comma-separated categories,
//! all of which are required.

use super::{super::tag::Tag, Asks, Claim, Read, names_in, plain, without};

const SYSTEM: &str = "Cookiebot";

/// Attributes that hold an address until consent.
pub(super) const KEPT: [&str; 2] = ["data-cookieblock-src", "data-cookieconsent-src"];

const SHOWN: &str = "cookieconsent-optin-";
const ALL: &str = "cookieconsent-optin";
const REFUSED: &str = "cookieconsent-optout";

/// Returns whether a `class` hides an element until its categories are granted.
pub(crate) fn hides_content(class: &str) -> bool {
    class
        .split_ascii_whitespace()
        .any(|class| class.starts_with(SHOWN))
}

/// Finds the claims of a tag.
pub(super) fn read<'t>(tag: &'t Tag<'_>) -> Read<'t> {
    let mut claims = Vec::new();
    if let Some(attribute) = tag.attribute("data-cookieconsent") {
        let names = names_in(tag, attribute, |c| c == ',' || c.is_whitespace())?;
        let ignored = names.iter().any(|name| name.eq_ignore_ascii_case("ignore"));
        let asks = match (ignored, names.len()) {
            (true, 1) => Asks::Nothing,
            (true, _) => {
                return Err("`ignore` and a category: keep one of them".into());
            }
            _ => Asks::Category,
        };
        claims.push(Claim::new(SYSTEM, asks, attribute, names));
    }
    if let Some(claim) = classes(tag)? {
        claims.push(claim);
    }
    if claims.is_empty() && KEPT.iter().any(|name| tag.has(name)) {
        return Err(format!(
            "`{}` without `data-cookieconsent`: replace it with `data-src`, and add \
             `data-consent-category` with the category that it needs",
            KEPT[0]
        ));
    }
    Ok(claims)
}

fn classes<'t>(tag: &'t Tag<'_>) -> Result<Option<Claim<'t>>, String> {
    let Some(attribute) = tag.attribute("class") else {
        return Ok(None);
    };
    let classes = || tag.text(attribute).split_ascii_whitespace();
    if !classes().any(|class| class.starts_with(ALL) || class.starts_with(REFUSED)) {
        return Ok(None);
    }
    let text = plain(tag, attribute)?;
    if let Some(class) = classes().find(|class| class.starts_with(REFUSED)) {
        return Err(format!(
            "`{class}` is for visitors who reject, which has no equivalent in the new markup: check \
             the category on the server and render it there"
        ));
    }
    if classes().any(|class| class == ALL) {
        return Err(format!(
            "`{ALL}` names no category: wrap the element in `<template data-consent-category=\"…\">`"
        ));
    }
    let names: Vec<String> = classes()
        .filter_map(|class| class.strip_prefix(SHOWN))
        .map(str::to_owned)
        .collect();
    if names.is_empty() {
        return Ok(None);
    }
    let names = super::checked("class", names)?;
    Ok(Some(Claim {
        rest: Some(without(text, |class| class.starts_with(SHOWN))),
        of_content: true,
        ..Claim::new(SYSTEM, Asks::Category, attribute, names)
    }))
}
