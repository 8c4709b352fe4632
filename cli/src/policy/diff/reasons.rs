//! Why a yes to a unit is no yes to what it has become.

use std::collections::BTreeSet;

use actix_consent::{Policy, policy::Meaning};

use super::{super::wording::quoted, units::Unit};

/// Everything that a yes covered and that differs now.
pub(super) fn between(old: &Policy, new: &Policy, unit: &Unit<'_>) -> Vec<String> {
    let (Some(before), Some(after)) = (&unit.old, &unit.new) else {
        return Vec::new();
    };
    let mut reasons: Vec<String> = place(before, after).into_iter().collect();
    for (id, is) in differences(&before.purposes, &after.purposes) {
        reasons.push(format!("the purpose {} {is}", quoted(id)));
    }
    for (name, is) in differences(&before.providers, &after.providers) {
        // A category is asked about by the controller, so it stands among who is behind it.
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
        (false, true) => reasons.push("its data are sold or shared now".to_owned()),
        (true, false) => reasons.push("its data are not sold or shared any more".to_owned()),
        _ => {}
    }
    if before.renew != after.renew {
        let (before, after) = (before.renew, after.renew);
        reasons.push(format!("`renew` is {after}, and was {before}"));
    }
    reasons
}

/// The same of what needs no consent: nobody has said yes to it.
pub(super) fn of_exempt(old: &Policy, new: &Policy, unit: &Unit<'_>) -> Vec<String> {
    let name = unit.name();
    match (&unit.old, &unit.new) {
        (None, _) => vec![format!("{name} is new, and needs no consent")],
        (_, None) => vec![format!("{name} is gone, and needed no consent")],
        _ => between(old, new, unit)
            .iter()
            .map(|reason| format!("{name}: {reason}"))
            .collect(),
    }
}

fn place(before: &Meaning<'_>, after: &Meaning<'_>) -> Option<String> {
    match (before.service, after.service) {
        (None, Some(_)) => Some("it was a category, and is a service now".to_owned()),
        (Some(_), None) => Some("it was a service, and is a category now".to_owned()),
        _ if before.category != after.category => Some(format!(
            "it moved from {} to {}",
            quoted(before.category),
            quoted(after.category)
        )),
        _ => None,
    }
}

/// What is in one of the two alone, the new first.
fn differences<'p>(
    before: &BTreeSet<&'p str>,
    after: &BTreeSet<&'p str>,
) -> impl Iterator<Item = (&'p str, &'static str)> {
    let new: Vec<&str> = after.difference(before).copied().collect();
    let gone: Vec<&str> = before.difference(after).copied().collect();
    let new = new.into_iter().map(|one| (one, "is new"));
    new.chain(gone.into_iter().map(|one| (one, "is gone")))
}
