//! Summary of the visitors that are asked, in one or two sentences.

use std::collections::BTreeMap;

use super::{
    super::wording::{list, quoted},
    units::{Change, Unit},
};

/// Formats the summary.
pub(super) fn of(units: &[Unit<'_>]) -> String {
    let with = |change| units.iter().filter(move |unit| unit.change == change);
    let changed: Vec<&str> = with(Change::Changed).map(|unit| unit.id).collect();
    let new: Vec<&Unit<'_>> = with(Change::New).collect();
    let sentences: Vec<String> = again(&changed).into_iter().chain(first(&new)).collect();
    if sentences.is_empty() {
        return "No visitor is asked again.".to_owned();
    }
    sentences.join(" ")
}

fn again(changed: &[&str]) -> Option<String> {
    let who = list(changed, "or");
    match changed {
        [] => None,
        [_] => Some(format!(
            "Visitors who accepted {who} are asked again about it."
        )),
        _ => Some(format!(
            "Visitors who accepted {who} are asked again about each one that they accepted."
        )),
    }
}

/// Everyone is asked about a new unit, except that rejecting a category rejects its services too.
fn first(new: &[&Unit<'_>]) -> Vec<String> {
    let is_new = |id: &str| new.iter().any(|unit| unit.id == id);
    let mut everyone = Vec::new();
    let mut by_category: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for unit in new {
        match unit.new.as_ref().map(|meaning| meaning.category) {
            // A new category cannot have been rejected.
            Some(category) if !is_new(category) => {
                by_category.entry(category).or_default().push(unit.id);
            }
            _ => everyone.push(unit.id),
        }
    }
    let everyone = (!everyone.is_empty()).then(|| {
        let what = list(&everyone, "and");
        format!("Everyone is asked about {what}, including visitors who have answered before.")
    });
    let others = by_category.iter().map(|(category, services)| {
        let (what, category) = (list(services, "and"), quoted(category));
        format!("Everyone is asked about {what}, except visitors who rejected {category}.")
    });
    everyone.into_iter().chain(others).collect()
}
