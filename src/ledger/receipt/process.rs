//! Processing by a category or service according to an edition of the policy: purposes, data,
//! recipients and storage period.

use serde_json::{Value, json};

use super::{
    json_ld::{duration, iris},
    party,
};
use crate::policy::{Category, CookieSpec, Lifetime, Policy, Purpose, ServiceSpec, SetBy};

/// A category or service of an edition.
pub(super) struct Described<'p> {
    policy: &'p Policy,
    category: &'p Category,
    service: Option<&'p ServiceSpec>,
}

/// Data stored on the device.
struct Kept<'p> {
    name: &'p str,
    purpose: &'p str,
    lifetime: Option<Lifetime>,
    by: KeptBy,
}

/// Parties that can delete stored data.
#[derive(Clone, Copy, PartialEq)]
enum KeptBy {
    /// The site's server, with `Set-Cookie`.
    Site,
    /// A withdrawal if it clears storage, else the visitor.
    Storage,
    /// Another company, else the visitor.
    Others,
}

impl<'p> Described<'p> {
    /// Returns `None` if the edition does not have the unit.
    pub(super) fn of(policy: &'p Policy, unit: &str) -> Option<Self> {
        let mut services = policy.services().iter();
        let service = services.find(|service| service.id == unit);
        let category = service.map_or(unit, |service| &service.category);
        let mut categories = policy.categories().iter();
        Some(Self {
            policy,
            category: categories.find(|other| other.id == category)?,
            service,
        })
    }

    /// Fields of a `dpv:Process` that the edition defines. `page` is the address of the policy;
    /// `storage_ends` is true if a withdrawal clears storage.
    pub(super) fn fields(&self, page: &str, storage_ends: bool) -> Value {
        let language = self.policy.language();
        let id = self
            .service
            .map_or(&self.category.id, |service| &service.id);
        let kept = self.kept();
        let mut fields = json!({
            "dct:title": self.policy.title(id),
            "dpv:hasPurpose": self.purposes().map(|it| purpose(it, language)).collect::<Vec<_>>(),
            "dpv:hasPersonalData": self.data(&kept),
            "dpv:hasDataSource": iris(["dpv:DataSubjectDataSource"]),
            "dpv:hasProcessing": iris(["dpv:Collect", "dpv:Store", "dpv:Use"]),
            "dpv:hasNecessity": { "@id": "dpv:Optional" },
            "dpv:hasRecipient": self.recipients(page),
            "dpv:hasStorageCondition": self.storage(&kept, storage_ends),
        });
        if let Some(transfers) = self.service.and_then(|service| service.transfers.as_ref()) {
            // The text may state that there are no transfers, so it is not a `dpv:Transfer`.
            fields["dpv:hasNotice"] = json!({
                "@type": "dpv:DataTransferNotice",
                "dct:description": transfers.get(language),
            });
        }
        fields
    }

    /// Purposes without duplicates.
    fn purposes(&self) -> impl Iterator<Item = &'p Purpose> {
        let named = match self.service {
            Some(service) if !service.purposes.is_empty() => &service.purposes,
            _ => &self.category.purposes,
        };
        let mut all: Vec<&Purpose> = Vec::new();
        for purpose in named
            .iter()
            .chain(self.cookies().flat_map(|it| &it.purposes))
        {
            if all.iter().all(|other| other.id() != purpose.id()) {
                all.push(purpose);
            }
        }
        all.into_iter()
    }

    fn cookies(&self) -> impl Iterator<Item = &'p CookieSpec> {
        let cookies = self.policy.cookies().iter();
        cookies.filter(|cookie| self.owns(&cookie.service, &cookie.category))
    }

    fn owns(&self, service: &Option<String>, category: &Option<String>) -> bool {
        match self.service {
            Some(own) => service.as_ref() == Some(&own.id),
            None => service.is_none() && category.as_ref() == Some(&self.category.id),
        }
    }

    fn kept(&self) -> Vec<Kept<'p>> {
        let language = self.policy.language();
        let cookies = self.cookies().map(|cookie| Kept {
            name: &cookie.name,
            purpose: cookie.purpose.get(language),
            lifetime: cookie.duration,
            by: match cookie.set_by {
                SetBy::ThirdParty => KeptBy::Others,
                SetBy::Server | SetBy::Script => KeptBy::Site,
            },
        });
        let items = self.policy.file().storage.iter();
        let items = items.filter(|item| self.owns(&item.service, &item.category));
        let items = items.map(|item| Kept {
            name: &item.key,
            purpose: item.purpose.get(language),
            lifetime: item.duration,
            by: KeptBy::Storage,
        });
        cookies.chain(items).collect()
    }

    /// Stored data; for a service that stores nothing, the data that its provider learns when pages
    /// load from it.
    fn data(&self, kept: &[Kept<'_>]) -> Vec<Value> {
        let entry = |title: &str, description: &str| {
            json!({
                "@type": "dpv:PersonalData",
                "dct:title": title,
                "dct:description": description,
            })
        };
        let mut data: Vec<Value> = Vec::new();
        for item in kept {
            let mut entry = entry(item.name, item.purpose);
            if let Some(lifetime) = item.lifetime {
                entry["dpv:hasDuration"] = duration(lifetime);
            }
            data.push(entry);
        }
        if data.is_empty() {
            let loads =
                |origin: &str| entry(origin, "Data that a browser sends when it loads from there");
            data.extend(self.origins().into_iter().map(loads));
        }
        if data.is_empty() {
            data.push(entry(
                "None",
                "The policy declares no data that is kept for this alone",
            ));
        }
        data
    }

    /// Origins that a service loads from, without duplicates.
    fn origins(&self) -> Vec<&'p str> {
        let embeds = self.policy.file().embed.iter();
        let own = |service: &str| self.service.is_some_and(|own| own.id == service);
        let embeds = embeds.filter(|embed| own(&embed.service));
        let mut origins: Vec<&str> = embeds
            .flat_map(|embed| embed.by_directive())
            .flat_map(|(_, origins)| origins)
            .map(String::as_str)
            .collect();
        origins.sort_unstable();
        origins.dedup();
        origins
    }

    /// Provider of a service and others with access; for a category, the site and the third-party
    /// hosts that set its cookies.
    fn recipients(&self, page: &str) -> Vec<Value> {
        let third_party = |name: &str| party::third_party(page, self.policy, name);
        if let Some(service) = self.service {
            let names = std::iter::once(&service.provider).chain(&service.access);
            return names.map(|name| third_party(name)).collect();
        }
        let theirs = self.cookies().filter(|it| it.set_by == SetBy::ThirdParty);
        let mut hosts: Vec<&str> = theirs.filter_map(|it| it.host.as_deref()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let site = party::site(page, self.policy);
        let hosts = hosts.into_iter().map(third_party);
        std::iter::once(site).chain(hosts).collect()
    }

    fn storage(&self, kept: &[Kept<'_>], storage_ends: bool) -> Value {
        let lifetimes = kept.iter().filter_map(|item| item.lifetime);
        // The policy does not state how long a provider stores the data sent to it.
        let longest = lifetimes
            .max_by_key(|lifetime| lifetime.rank())
            .map_or_else(|| json!({ "@type": "dpv:IndeterminateDuration" }), duration);
        let place = match self.service {
            Some(_) => "the visitor's device, and where the recipients work",
            None => "the visitor's device",
        };
        let mut all = vec![
            json!({ "@type": "dpv:StorageLocation", "rdf:value": place }),
            json!({ "@type": "dpv:StorageDuration", "dpv:hasDuration": longest }),
        ];
        let ways = deletions(kept, storage_ends).into_iter();
        all.extend(ways.map(|how| json!({ "@type": "dpv:StorageDeletion", "rdf:value": how })));
        Value::Array(all)
    }
}

/// Ways in which data on the device are deleted by the site and the browser. Browsers expire
/// cookies, but storage only if it lasts for a session.
fn deletions(kept: &[Kept<'_>], storage_ends: bool) -> Vec<&'static str> {
    let of = |by: KeptBy| kept.iter().filter(move |item| item.by == by);
    let has = |by: KeptBy| of(by).next().is_some();
    let mut ways = Vec::new();
    if has(KeptBy::Site) {
        ways.push(if has(KeptBy::Storage) || has(KeptBy::Others) {
            "cookies of the site: on withdrawal, and when the duration has passed"
        } else {
            "on withdrawal, and when the duration has passed"
        });
    }
    if has(KeptBy::Storage) {
        let lasting = of(KeptBy::Storage).any(|item| item.lifetime != Some(Lifetime::Session));
        ways.push(match (storage_ends, lasting) {
            (true, _) => "stored entries: on withdrawal",
            (false, true) => "stored entries: by the visitor, in the browser",
            (false, false) => "stored entries: when the browser is closed",
        });
    }
    if has(KeptBy::Others) {
        ways.push(
            "cookies of others: when the duration has passed, or by the visitor, in the browser",
        );
    }
    if ways.is_empty() {
        ways.push("the site keeps nothing of it on the device");
    }
    ways
}

/// A purpose of the vocabulary is referred to; one of the site's own is described in its text.
fn purpose(purpose: &Purpose, language: &str) -> Value {
    let mut entry = json!({ "dct:identifier": purpose.id() });
    match purpose.text(language) {
        "" => entry["@id"] = json!(format!("dpv:{}", purpose.dpv_term())),
        text => {
            entry["@type"] = json!("dpv:Purpose");
            entry["dct:description"] = json!(text);
        }
    }
    entry
}
