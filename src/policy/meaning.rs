//! What a grant of a unit means: all that asks visitors again when it changes.

use std::collections::BTreeSet;

use super::{Category, CookieSpec, PolicyFile, Purpose, ServiceSpec, SetBy};

/// What a grant of a category or service means today: all that its
/// [`Fingerprint`](super::Fingerprint) covers, so that two policies can be compared.
///
/// A visitor who said yes to a unit is asked again exactly when one of these fields changes. Titles,
/// texts, durations and names of cookies are not among them. A service inside a category is a unit
/// of its own, so the category does not cover it: adding one asks for that one and leaves the
/// answers given before alone.
///
/// Made by [`Policy::meaning`](super::Policy::meaning).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meaning<'p> {
    /// The category; for a service, the one that it is in.
    pub category: &'p str,
    /// The service, where the unit is one.
    pub service: Option<&'p str>,
    /// Ids of the purposes, those of its cookies among them.
    pub purposes: BTreeSet<&'p str>,
    /// The provider of a service, or the controller, and the hosts that set cookies of the unit.
    pub providers: BTreeSet<&'p str>,
    /// Others who get access to what a service stores.
    pub access: BTreeSet<&'p str>,
    /// Whether `Sec-GPC: 1` denies it.
    pub sale_or_share: bool,
    /// How often everyone has been asked again on purpose.
    pub renew: u32,
}

impl<'p> Meaning<'p> {
    pub(super) fn of(file: &'p PolicyFile, unit: &str) -> Option<Self> {
        let category = |id: &str| file.category.iter().find(|category| category.id == id);
        if let Some(category) = category(unit) {
            return Some(Self::of_category(file, category));
        }
        let service = file.service.iter().find(|service| service.id == unit)?;
        Some(Self::of_service(
            file,
            service,
            category(&service.category)?,
        ))
    }

    pub(super) fn of_category(file: &'p PolicyFile, category: &'p Category) -> Self {
        let own = || {
            file.cookie.iter().filter(|cookie| {
                cookie.service.is_none() && cookie.category.as_ref() == Some(&category.id)
            })
        };
        let hosts = own()
            .filter(|cookie| cookie.set_by == SetBy::ThirdParty)
            .filter_map(|cookie| cookie.host.as_deref());
        Self {
            category: &category.id,
            service: None,
            purposes: purposes(&category.purposes, own()),
            providers: hosts.chain([file.controller.name.as_str()]).collect(),
            access: BTreeSet::new(),
            sale_or_share: sale_or_share(category),
            renew: category.renew,
        }
    }

    /// It covers what its category asks as well.
    pub(super) fn of_service(
        file: &'p PolicyFile,
        service: &'p ServiceSpec,
        category: &'p Category,
    ) -> Self {
        let own = || {
            let cookies = file.cookie.iter();
            cookies.filter(|cookie| cookie.service.as_ref() == Some(&service.id))
        };
        let named = if service.purposes.is_empty() {
            &category.purposes
        } else {
            &service.purposes
        };
        let hosts = own().filter_map(|cookie| cookie.host.as_deref());
        Self {
            category: &category.id,
            service: Some(&service.id),
            purposes: purposes(named, own()),
            providers: hosts.chain([service.provider.as_str()]).collect(),
            access: service.access.iter().map(String::as_str).collect(),
            sale_or_share: sale_or_share(category),
            renew: service.renew.max(category.renew),
        }
    }

    /// The canonical form, which the fingerprint is made from: one line each, sorted, so that order
    /// in the file does not matter.
    pub(super) fn form(&self) -> String {
        // Names may hold any character, so the lists are written as JSON writes them.
        let list = |values| serde_json::to_string(values).unwrap_or_default();
        let Self {
            category,
            service,
            purposes,
            providers,
            access,
            sale_or_share,
            renew,
        } = self;
        let service = service.unwrap_or_default();
        let (purposes, providers, access) = (list(purposes), list(providers), list(access));
        format!(
            "actix-consent unit 1\ncategory {category}\nservice {service}\npurposes {purposes}\n\
             providers {providers}\naccess {access}\nsale-or-share {sale_or_share}\nrenew {renew}\n"
        )
    }
}

fn purposes<'p>(
    named: &'p [Purpose],
    cookies: impl Iterator<Item = &'p CookieSpec>,
) -> BTreeSet<&'p str> {
    let by_cookies = cookies.flat_map(|cookie| &cookie.purposes);
    named.iter().chain(by_cookies).map(Purpose::id).collect()
}

fn sale_or_share(category: &Category) -> bool {
    let unwritten = category.id == "marketing";
    category.sale_or_share.unwrap_or(unwritten)
}
