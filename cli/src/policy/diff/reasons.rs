//! Changes that consent to a category or service does not cover.

use std::collections::BTreeSet;

use actix_consent::{Policy, policy::Meaning};

use super::{super::wording::quoted, units::Unit};

/// Lists the differences in the meaning of a unit.
pub(super) fn between(old: &Policy, new: &Policy, unit: &Unit<'_>) -> Vec<String> {
    let (Some(before), Some(after)) = (&unit.old, &unit.new) else {
        return Vec::new();
    };
    let mut reasons: Vec<String> = place(before, after).into_iter().collect();
    for (id, is) in differences(&before.purposes, &after.purposes) {
        reasons.push(format!("the purpose {} {is}", quoted(id)));
    }
    for (name, is) in differences(&before.providers, &after.providers) {
        // The controller counts as a provider of each category.
        let policies = [old, new];
        let controls = policies.map(|policy| policy.file().controller.name == name);
        let role = match before.service.is_none() && controls.contains(&true) {
            true => "controller",
            false => "provider",
        };
        reasons.push(format!("the {role} {} {is}", quoted(name)));
    }
    for (name, is) in differences(&before.access, &after.access) {
        reasons.push(format!("the access of {} {is}", quoted(name)));
    }
    match (before.sale_or_share, after.sale_or_share) {
        (false, true) => reasons.push("its data are now sold or shared".to_owned()),
        (true, false) => reasons.push("its data are no longer sold or shared".to_owned()),
        _ => {}
    }
    if before.renew != after.renew {
        let (before, after) = (before.renew, after.renew);
        reasons.push(format!("`renew` is {after} and was {before}"));
    }
    reasons
}

/// Lists the differences of a unit that needs no consent.
pub(super) fn of_exempt(old: &Policy, new: &Policy, unit: &Unit<'_>) -> Vec<String> {
    let name = unit.name();
    match (&unit.old, &unit.new) {
        (None, _) => vec![format!("{name} is new and needs no consent")],
        (_, None) => vec![format!("{name} was removed and needed no consent")],
        _ => between(old, new, unit)
            .iter()
            .map(|reason| format!("{name}: {reason}"))
            .collect(),
    }
}

fn place(before: &Meaning<'_>, after: &Meaning<'_>) -> Option<String> {
    match (before.service, after.service) {
        (None, Some(_)) => Some("it was a category and is now a service".to_owned()),
        (Some(_), None) => Some("it was a service and is now a category".to_owned()),
        _ if before.category != after.category => Some(format!(
            "it moved from {} to {}",
            quoted(before.category),
            quoted(after.category)
        )),
        _ => None,
    }
}

/// Items of only one of the two sets, new ones first.
fn differences<'p>(
    before: &BTreeSet<&'p str>,
    after: &BTreeSet<&'p str>,
) -> impl Iterator<Item = (&'p str, &'static str)> {
    let new: Vec<&str> = after.difference(before).copied().collect();
    let gone: Vec<&str> = before.difference(after).copied().collect();
    let new = new.into_iter().map(|one| (one, "is new"));
    new.chain(gone.into_iter().map(|one| (one, "was removed")))
}
