//! Conversion of elements between their inert and their active form.

use lol_html::html_content::Element;

use super::HandlerResult;
use crate::{
    markup::{dialect::Names, element, needs::Needs},
    policy::Policy,
};

/// Activates an element: renames the attributes of the dialect to those that browsers read.
pub(crate) fn activate(
    element: &mut Element<'_, '_>,
    tag: &str,
    names: Names<'_>,
) -> HandlerResult {
    if tag == "script" {
        let inert = element
            .get_attribute("type")
            .is_some_and(|kind| is_inert(&kind));
        match element.get_attribute("data-type") {
            Some(kind) => element.set_attribute("type", &kind)?,
            None if inert => element.remove_attribute("type"),
            None => {}
        }
        element.remove_attribute("data-type");
    }
    for (kept, live) in element::inert_attributes(tag) {
        if let Some(value) = element.get_attribute(kept) {
            element.set_attribute(live, &value)?;
            element.remove_attribute(kept);
        }
    }
    element.remove_attribute(names.category);
    element.remove_attribute(names.service);
    Ok(())
}

/// Returns the attributes that mark an element with its requirements.
pub(crate) fn marks(policy: &Policy, needs: &Needs, names: Names<'_>) -> String {
    let units = needs.units(policy);
    let of = |is_service: bool| {
        let ids = units.iter().map(|unit| &policy.units()[*unit]);
        let ids = ids.filter(|unit| unit.category.is_some() == is_service);
        ids.map(|unit| unit.id.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let attribute = |name: &str, ids: String| match ids.is_empty() {
        true => String::new(),
        false => format!(" {name}=\"{ids}\""),
    };
    attribute(names.category, of(false)) + &attribute(names.service, of(true))
}

fn is_inert(kind: &str) -> bool {
    kind.trim().eq_ignore_ascii_case("text/plain")
}

/// Makes an element inert: renames the attributes that browsers would fetch to those of the
/// dialect. An element without a mark gets one under the names `unmarked`.
pub(crate) fn make_inert(
    element: &mut Element<'_, '_>,
    tag: &str,
    policy: &Policy,
    needs: &Needs,
    unmarked: Option<Names<'_>>,
) -> HandlerResult {
    if tag == "script" {
        let kind = element.get_attribute("type");
        if !kind.as_deref().is_some_and(is_inert) {
            if let Some(kind) = kind {
                element.set_attribute("data-type", &kind)?;
            }
            element.set_attribute("type", "text/plain")?;
        }
    }
    for (kept, live) in element::inert_attributes(tag) {
        if let Some(value) = element.get_attribute(live) {
            if !element.has_attribute(kept) {
                element.set_attribute(kept, &value)?;
            }
            element.remove_attribute(live);
        }
    }
    // Attributes without an inert form are removed.
    for fetched in element::fetched_attributes(tag) {
        if element.has_attribute(fetched.attribute) {
            element.remove_attribute(fetched.attribute);
        }
    }
    if let Some(names) = unmarked {
        let ids: Vec<&str> = needs
            .units(policy)
            .iter()
            .map(|unit| policy.units()[*unit].id.as_str())
            .collect();
        element.set_attribute(names.service, &ids.join(" "))?;
    }
    Ok(())
}
