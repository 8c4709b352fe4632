//! vanilla-cookieconsent: version 3 has the attributes of the new markup, with other names of
//! categories; version 2 has an attribute of its own.

use super::{Asks, Claim, Read, is_kept, name_in, names_in};
use crate::{category, category::Names, tag::Tag};

const PEER: &str = "vanilla-cookieconsent";

/// What the tag asks for.
pub(super) fn read<'t>(tag: &'t Tag<'_>, names: &Names) -> Read<'t> {
    let mut claims = Vec::new();
    if is_gated(tag) {
        if let Some(attribute) = tag.attribute("data-category") {
            let found = names_in(tag, attribute, char::is_whitespace)?;
            claims.push(native(Claim::new(PEER, Asks::Category, attribute, found)));
        }
        if let Some(attribute) = tag.attribute("data-service") {
            // Here a name may have spaces in it, and is one name if it was given another.
            let whole = tag.text(attribute).trim();
            let found = if names.calls_service(whole) {
                vec![name_in(tag, attribute)?]
            } else {
                names_in(tag, attribute, char::is_whitespace)?
            };
            claims.push(native(Claim::new(PEER, Asks::Service, attribute, found)));
        }
    } else {
        other_use(tag, names)?;
    }
    if let Some(attribute) = tag.attribute("data-cookiecategory") {
        let found = names_in(tag, attribute, char::is_whitespace)?;
        claims.push(Claim::new(PEER, Asks::Category, attribute, found));
    }
    Ok(claims)
}

fn native(claim: Claim<'_>) -> Claim<'_> {
    Claim {
        peer: None,
        ..claim
    }
}

/// Whether `data-category` on this tag surely is about consent. Catalogues and galleries have an
/// attribute of that name, too.
fn is_gated(tag: &Tag<'_>) -> bool {
    match tag.name.as_str() {
        "script" | "template" => true,
        _ => is_kept(tag),
    }
}

fn other_use(tag: &Tag<'_>, names: &Names) -> Result<(), String> {
    if tag.name == "div" && tag.has("data-service") && tag.has("data-id") {
        return Err(
            "a frame of iframemanager, which the page builds by script: write it as \
             `<iframe data-service data-src>`"
                .into(),
        );
    }
    let value = tag
        .value("data-category")
        .filter(|_| !super::kept(&tag.name).is_empty());
    let Some(value) = value else { return Ok(()) };
    let fits = |name: &str| {
        category::CATEGORIES.contains(&name) || {
            let new = names.category(name);
            new.known && new.id == name
        }
    };
    if value.split_ascii_whitespace().all(fits) && !value.trim().is_empty() {
        return Ok(());
    }
    Err(format!(
        "the server holds back a `<{}>` with `data-category`, and `{}` is no category of the new \
         system: give the attribute another name if it is not about consent",
        tag.name,
        value.chars().take(40).collect::<String>()
    ))
}
