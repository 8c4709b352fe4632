//! Changes for which no visitor is asked: texts, details of services, embeds and other sections.

use actix_consent::{
    Policy,
    policy::{Controller, EmbedSpec, Purpose},
};

use super::super::wording::{list, quoted};

/// One change.
#[derive(Debug)]
pub(super) struct OtherChange {
    /// Ids of the categories and services concerned: two if something moved.
    pub(super) units: Vec<String>,
    /// Sentence without initial capital and full stop.
    pub(super) text: String,
}

impl OtherChange {
    pub(super) fn of(unit: &str, text: String) -> Self {
        Self {
            units: vec![unit.to_owned()],
            text,
        }
    }
}

/// Finds the changes, those of categories and services first.
pub(super) fn find(old: &Policy, new: &Policy) -> Vec<OtherChange> {
    let mut found: Vec<_> = category_texts(old, new).collect();
    found.extend(service_details(old, new));
    found.extend(embeds(old, new));
    found.extend(sections(old, new).map(|section| OtherChange {
        units: Vec::new(),
        text: format!("`{section}` differs"),
    }));
    found
}

fn category_texts(old: &Policy, new: &Policy) -> impl Iterator<Item = OtherChange> {
    new.categories().iter().filter_map(|after| {
        let mut before = old.categories().iter();
        let before = before.find(|before| before.id == after.id)?;
        let same = before.title == after.title
            && before.summary == after.summary
            && !reworded(&before.purposes, &after.purposes);
        let text = || format!("the texts of the category {} differ", quoted(&after.id));
        (!same).then(|| OtherChange::of(&after.id, text()))
    })
}

fn service_details(old: &Policy, new: &Policy) -> impl Iterator<Item = OtherChange> {
    new.services().iter().filter_map(|after| {
        let mut before = old.services().iter();
        let before = before.find(|before| before.id == after.id)?;
        let keys = differing([
            ("provider_url", before.provider_url != after.provider_url),
            ("transfers", before.transfers != after.transfers),
            ("purposes", reworded(&before.purposes, &after.purposes)),
        ])?;
        let text = format!("the service {} differs in {keys}", quoted(&after.id));
        Some(OtherChange::of(&after.id, text))
    })
}

/// Lists the keys whose values differ; `None` if there are none.
pub(super) fn differing<const N: usize>(keys: [(&str, bool); N]) -> Option<String> {
    let keys = keys.into_iter().filter(|(_, differs)| *differs);
    let keys: Vec<&str> = keys.map(|(key, _)| key).collect();
    (!keys.is_empty()).then(|| list(&keys, "and"))
}

/// Returns whether a custom purpose has the same id and another text.
fn reworded(before: &[Purpose], after: &[Purpose]) -> bool {
    let other = |one: &Purpose, other: &Purpose| one.id() == other.id() && one != other;
    (after.iter()).any(|after| before.iter().any(|before| other(before, after)))
}

fn embeds<'p>(old: &'p Policy, new: &'p Policy) -> impl Iterator<Item = OtherChange> {
    fn of<'p>(policy: &'p Policy, service: &str) -> Vec<&'p EmbedSpec> {
        let embeds = policy.file().embed.iter();
        embeds.filter(|embed| embed.service == service).collect()
    }
    let gone = old.services().iter().filter(|service| {
        let mut kept = new.services().iter();
        !kept.any(|other| other.id == service.id)
    });
    let services = new.services().iter().chain(gone);
    services.filter_map(|service| {
        let (before, after) = (of(old, &service.id), of(new, &service.id));
        let are = match (before.is_empty(), after.is_empty()) {
            _ if before == after => return None,
            (true, _) => "new",
            (_, true) => "gone",
            _ => "different",
        };
        let text = format!(
            "the origins of the service {} are {are}",
            quoted(&service.id)
        );
        Some(OtherChange::of(&service.id, text))
    })
}

/// Sections of the file that differ and belong to no category or service.
fn sections(old: &Policy, new: &Policy) -> impl Iterator<Item = &'static str> {
    let (before, after) = (old.file(), new.file());
    // The controller's name is part of the meaning of each category and is reported there.
    let controller = Controller {
        name: after.controller.name.clone(),
        ..before.controller.clone()
    };
    let sections = [
        ("[site]", before.site != after.site),
        ("[controller]", controller != after.controller),
        ("[policy]", before.policy != after.policy),
        ("[[processing]]", before.processing != after.processing),
    ];
    let changed = sections.into_iter().filter(|(_, changed)| *changed);
    changed.map(|(section, _)| section)
}
