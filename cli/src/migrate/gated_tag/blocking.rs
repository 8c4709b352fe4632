//! Attributes that stop a browser from loading an element until the server allows it.

use super::{
    super::{
        edit::Edit,
        systems::{self, Asks, Claim, has_type},
        tag::Tag,
    },
    Needs,
};

/// Types of classic scripts.
const CLASSIC: [&str; 8] = [
    "",
    "text/javascript",
    "application/javascript",
    "text/ecmascript",
    "application/ecmascript",
    "application/x-javascript",
    "text/x-javascript",
    "text/jscript",
];

/// Edits that stop the browser from loading or running the element.
pub(super) fn edits(
    tag: &Tag<'_>,
    claims: &[Claim<'_>],
    needs: &Needs,
) -> Result<Vec<Edit>, String> {
    if claims.iter().all(|claim| claim.asks == Asks::Nothing) {
        return Ok(Vec::new());
    }
    let mut edits = Vec::new();
    let moved = systems::old_address(tag);
    if let Some(old) = moved {
        if tag.has("data-src") {
            return Err(format!(
                "it has both `{}` and `data-src`: remove one",
                old.name
            ));
        }
        edits.extend(tag.rename(old, "data-src"));
    }
    match tag.name.as_str() {
        "script" => edits.extend(script(tag, claims, needs)?),
        // Orejime shows a notice in place of such a template.
        "template" => {
            let shown = tag.attribute("data-contextual");
            let shown = shown.filter(|_| !tag.has("data-placeholder"));
            edits.extend(shown.and_then(|shown| tag.rename(shown, "data-placeholder")));
        }
        name if systems::kept(name).is_empty() => {
            return Err(format!(
                "a `<{name}>` cannot be gated by itself: wrap it or its parent in `<template \
                 data-consent-category=\"…\">`"
            ));
        }
        name => {
            if name == "link" {
                edits.extend(link(tag)?);
            }
            for (kept, live) in systems::kept(name) {
                let waits = tag.has(kept) || (moved.is_some() && *kept == "data-src");
                if let Some(live) = tag
                    .attribute(live)
                    .filter(|_| !waits && !needs.is_granted())
                {
                    edits.extend(tag.rename(live, kept));
                }
            }
        }
    }
    Ok(edits)
}

fn is_classic(kind: &str) -> bool {
    let kind = kind.trim();
    CLASSIC
        .iter()
        .any(|classic| kind.eq_ignore_ascii_case(classic))
}

/// Blocks a script with `type="text/plain"`. An unusual type moves to `data-type`.
fn script(tag: &Tag<'_>, claims: &[Claim<'_>], needs: &Needs) -> Result<Vec<Edit>, String> {
    let mut edits = Vec::new();
    let later = tag.attribute("data-type");
    let usual = later.filter(|kind| !tag.holds_code(kind) && is_classic(tag.text(kind)));
    edits.extend(usual.map(|kind| tag.remove(kind)));
    let Some(kind) = tag.attribute("type") else {
        let first = claims.first().map(|claim| claim.attribute);
        let first = first.filter(|_| !needs.is_granted());
        edits.extend(first.map(|first| tag.add_before(first, "type", "text/plain")));
        return Ok(edits);
    };
    if tag.holds_code(kind) {
        return Err("`type` holds template code: write `type=\"text/plain\"` by hand".into());
    }
    let is_module = has_type(tag, "module");
    let runs = is_module || is_classic(tag.text(kind));
    if has_type(tag, "opt-in") || (runs && !needs.is_granted()) {
        edits.extend(tag.set(kind, "text/plain"));
        if is_module && !tag.has("data-type") {
            edits.push(tag.add_after(kind, "data-type", "module"));
        }
    }
    Ok(edits)
}

/// Restores the type of a style sheet, which would not apply as plain text once it is allowed.
fn link(tag: &Tag<'_>) -> Result<Vec<Edit>, String> {
    let Some(kind) = tag
        .attribute("type")
        .filter(|_| has_type(tag, "text/plain"))
    else {
        return Ok(Vec::new());
    };
    let Some(real) = tag.attribute("data-type") else {
        return Ok(vec![tag.remove(kind)]);
    };
    if tag.holds_code(real) {
        return Err("`data-type` holds template code: write its value into `type` by hand".into());
    }
    let mut edits = vec![tag.remove(real)];
    edits.extend(tag.set(kind, tag.text(real)));
    Ok(edits)
}
