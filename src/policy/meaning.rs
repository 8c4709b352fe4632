//! Meaning of a grant: the fields whose change asks visitors again.

use std::collections::BTreeSet;

use super::{Category, CookieSpec, PolicyFile, Purpose, ServiceSpec, SetBy};

/// Meaning of a grant of a category or service today: everything that its
/// [`Fingerprint`](super::Fingerprint) covers, so that two policies can be compared.
///
/// A visitor who accepted a unit is asked again exactly when one of these fields changes. Titles,
/// texts, durations and cookie names are not among them. Services are units of their own, so their
/// category does not cover them: a new service is asked about without invalidating earlier answers.
///
/// Returned by [`Policy::meaning`](super::Policy::meaning).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meaning<'p> {
    /// The category, or the category of the service.
    pub category: &'p str,
    /// The service, if the unit is one.
    pub service: Option<&'p str>,
    /// Ids of the purposes, including those of its cookies.
    pub purposes: BTreeSet<&'p str>,
    /// Provider of a service, or the controller; and the hosts that set cookies of the unit.
    pub providers: BTreeSet<&'p str>,
    /// Others with access to the data that a service stores.
    pub access: BTreeSet<&'p str>,
    /// True if `Sec-GPC: 1` denies the unit.
    pub sale_or_share: bool,
    /// Renewal counter: how often all visitors have been asked again deliberately.
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

    /// Meaning of a service, which includes properties of its category.
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

    /// Canonical form that is hashed into the fingerprint: one line per field, with sorted lists,
    /// so that the order in the file does not matter.
    pub(super) fn form(&self) -> String {
        // Names may contain any character, so lists are written as JSON.
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
