//! vanilla-cookieconsent: version 3 uses the short attributes of actix-consent with other category
//! names; version 2 uses `data-cookiecategory`.
//!
//! As on the server, the short attributes count only if the default ones are absent.

use super::{
    super::{
        names::{self, ATTRIBUTES, Names, SHORT},
        tag::Tag,
    },
    Asks, Claim, Read, is_kept, name_in, names_in,
};

const SYSTEM: &str = "vanilla-cookieconsent";

/// Finds the claims of a tag.
pub(super) fn read<'t>(tag: &'t Tag<'_>, names: &Names) -> Read<'t> {
    let mut claims = Vec::new();
    let attributes = match has_default(tag) {
        true => ATTRIBUTES,
        false => SHORT,
    };
    if is_gated(tag) {
        if let Some(attribute) = tag.attribute(attributes.category) {
            let found = names_in(tag, attribute, char::is_whitespace)?;
            claims.push(native(Claim::new(SYSTEM, Asks::Category, attribute, found)));
        }
        if let Some(attribute) = tag.attribute(attributes.service) {
            // A name with spaces counts as one name if the command line maps it.
            let whole = tag.text(attribute).trim();
            let found = if names.calls_service(whole) {
                vec![name_in(tag, attribute)?]
            } else {
                names_in(tag, attribute, char::is_whitespace)?
            };
            claims.push(native(Claim::new(SYSTEM, Asks::Service, attribute, found)));
        }
    } else {
        other_use(tag, names)?;
    }
    if let Some(attribute) = tag.attribute("data-cookiecategory") {
        let found = names_in(tag, attribute, char::is_whitespace)?;
        claims.push(Claim::new(SYSTEM, Asks::Category, attribute, found));
    }
    Ok(claims)
}

fn native(claim: Claim<'_>) -> Claim<'_> {
    Claim {
        system: None,
        ..claim
    }
}

/// Returns whether the tag has an attribute of the new markup under its default name.
fn has_default(tag: &Tag<'_>) -> bool {
    tag.has(ATTRIBUTES.category) || tag.has(ATTRIBUTES.service)
}

/// Returns whether the attributes of this tag concern consent. On an element that loads its address
/// at once, a short attribute may mean something else.
fn is_gated(tag: &Tag<'_>) -> bool {
    match tag.name.as_str() {
        "script" | "template" => true,
        name if has_default(tag) => !super::kept(name).is_empty(),
        _ => is_kept(tag),
    }
}

fn other_use(tag: &Tag<'_>, names: &Names) -> Result<(), String> {
    if has_default(tag) {
        return Ok(());
    }
    if tag.name == "div" && tag.has(SHORT.service) && tag.has("data-id") {
        return Err(
            "a frame of iframemanager, which a script builds: replace it with \
             `<iframe data-consent-service data-src>`"
                .into(),
        );
    }
    let value = tag
        .value(SHORT.category)
        .filter(|_| !super::kept(&tag.name).is_empty());
    let Some(value) = value else { return Ok(()) };
    let fits = |name: &str| {
        names::CATEGORIES.contains(&name) || {
            let new = names.category(name);
            new.known && new.id == name
        }
    };
    if value.split_ascii_whitespace().all(fits) && !value.trim().is_empty() {
        return Ok(());
    }
    Err(format!(
        "`data-category` has `{}`, which is not a known category: if it is about consent, \
         replace it with `data-consent-category` and a known one; if not, and the `<{}>` loads \
         from another site, rename the attribute, since the server blocks the element",
        value.chars().take(40).collect::<String>(),
        tag.name
    ))
}
