//! Classification of cookies, stored items and hosts, by the policy or by common knowledge.

use actix_consent::{Policy, policy::StorageKind};
use url::Url;

use super::{
    known::{Fact, Known, Source},
    record::{KeptCookie, Request, Set, Storage, Stored, site::host_of},
};

/// Classification of one cookie, item or host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Classification {
    /// Id of the category; `None` if unknown.
    pub(crate) category: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) purpose: Option<String>,
    /// Source of the classification.
    pub(crate) source: &'static str,
    /// True if its data are sold or shared.
    pub(crate) sale_or_share: bool,
}

impl Classification {
    pub(crate) fn needs_consent(&self) -> bool {
        self.category.as_deref().is_some_and(|id| id != "necessary")
    }

    /// Formats the classification.
    pub(crate) fn says(&self) -> String {
        let category = self.category.as_deref().unwrap_or("unknown");
        match (&self.provider, self.source) {
            (_, "behaviour") => self.purpose.clone().unwrap_or_default(),
            (Some(provider), source) => format!("{category}, {provider} ({source})"),
            (None, source) => format!("{category} ({source})"),
        }
    }

    fn behaviour(purpose: &str) -> Self {
        Self {
            category: Some("marketing".to_owned()),
            purpose: Some(purpose.to_owned()),
            source: "behaviour",
            ..Self::default()
        }
    }
}

impl From<&Fact> for Classification {
    fn from(fact: &Fact) -> Self {
        Self {
            category: Some(fact.category.to_string()),
            provider: Some(fact.provider.clone()),
            purpose: Some(fact.purpose.clone()),
            source: match fact.source {
                Source::BuiltIn => "built-in table",
                Source::Database => "database",
            },
            sale_or_share: false,
        }
    }
}

/// Classifier with a policy, or with the table of known names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Classifier<'b> {
    policy: Option<&'b Policy>,
    known: &'b Known,
}

impl<'b> Classifier<'b> {
    pub(crate) fn new(policy: Option<&'b Policy>, known: &'b Known) -> Self {
        Self { policy, known }
    }

    /// Returns whether a cookie is one of actix-consent, which no policy declares.
    pub(crate) fn is_own(&self, name: &str) -> bool {
        let fact = self.known.cookie(name);
        fact.is_some_and(|fact| fact.provider == "actix-consent")
    }

    pub(crate) fn set(&self, set: &Set) -> Classification {
        self.cookie(&set.cookie.name, &set.host, set.third_party)
    }

    pub(crate) fn kept(&self, cookie: &KeptCookie) -> Classification {
        self.cookie(&cookie.name, &cookie.domain, cookie.third_party)
    }

    fn cookie(&self, name: &str, host: &str, third_party: bool) -> Classification {
        if let Some(policy) = self.policy {
            if let Some(spec) = policy.declaration(name) {
                let category = policy.category_of(spec);
                let unit = spec.service.as_deref().unwrap_or(category);
                return Classification {
                    category: Some(category.to_owned()),
                    provider: spec.service.as_deref().and_then(|id| provider(policy, id)),
                    purpose: Some(spec.purpose.get(policy.language()).to_owned()),
                    source: "policy",
                    sale_or_share: policy.sale_or_share(unit),
                };
            }
            if self.is_own(name) {
                return self
                    .known
                    .cookie(name)
                    .map(Classification::from)
                    .unwrap_or_default();
            }
            return match third_party {
                true => self.embed(host),
                false => Classification::default(),
            };
        }
        match self.known.cookie(name) {
            Some(fact) => fact.into(),
            None if third_party => self
                .known
                .host(host)
                .map(Classification::from)
                .unwrap_or_default(),
            None => Classification::default(),
        }
    }

    pub(crate) fn stored(&self, stored: &Stored) -> Classification {
        if let Some(policy) = self.policy {
            let kind = match stored.kind {
                Storage::Local => StorageKind::Local,
                Storage::Session => StorageKind::Session,
                Storage::Indexed => StorageKind::Indexed,
                Storage::Cache => StorageKind::Cache,
            };
            let mut specs = policy.file().storage.iter();
            let spec = specs.find(|spec| spec.kind == kind && matches(&spec.key, &stored.key));
            return match spec {
                Some(spec) => {
                    let service = spec.service.as_deref();
                    let category = service
                        .and_then(|id| category_of(policy, id))
                        .or(spec.category.as_deref());
                    Classification {
                        category: Some(category.unwrap_or("necessary").to_owned()),
                        provider: service.and_then(|id| provider(policy, id)),
                        purpose: Some(spec.purpose.get(policy.language()).to_owned()),
                        source: "policy",
                        sale_or_share: service
                            .or(category)
                            .is_some_and(|unit| policy.sale_or_share(unit)),
                    }
                }
                None if stored.third_party => self.embed(&host_of(&stored.origin)),
                None => Classification::default(),
            };
        }
        // Items often have the name of the cookie that they replace.
        match self.known.cookie(&stored.key) {
            Some(fact) => fact.into(),
            None if stored.third_party => {
                let host = host_of(&stored.origin);
                self.known
                    .host(&host)
                    .map(Classification::from)
                    .unwrap_or_default()
            }
            None if stored.trace.identifies => {
                Classification::behaviour("its value looks like an identifier")
            }
            None if matches!(stored.kind, Storage::Indexed) => {
                Classification::behaviour("an undeclared database")
            }
            None => Classification::default(),
        }
    }

    pub(crate) fn request(&self, request: &Request) -> Classification {
        if self.policy.is_some() {
            return self.embed(&request.host);
        }
        if let Some(fact) = self.known.host(&request.host) {
            return fact.into();
        }
        let tiny = request.size.is_some_and(|size| size < 1_000);
        match &*request.kind {
            "ping" => Classification::behaviour("a beacon to a third party"),
            "websocket" => Classification::behaviour("a web socket to a third party"),
            "document" => Classification::behaviour("a frame of a third party"),
            "image" if tiny => Classification::behaviour("a tracking pixel"),
            _ => Classification::default(),
        }
    }

    /// Classifies a host by the embed that declares it.
    fn embed(&self, host: &str) -> Classification {
        let Some(policy) = self.policy else {
            return Classification::default();
        };
        let host = host.trim_start_matches('.');
        let spec = policy.file().embed.iter().find(|embed| {
            let origins = [
                &embed.script,
                &embed.frame,
                &embed.img,
                &embed.style,
                &embed.font,
                &embed.media,
                &embed.connect,
            ];
            origins
                .into_iter()
                .flatten()
                .any(|origin| is_on(origin, host))
        });
        spec.map_or_else(Classification::default, |embed| Classification {
            category: category_of(policy, &embed.service).map(str::to_owned),
            provider: provider(policy, &embed.service),
            purpose: None,
            source: "policy",
            sale_or_share: policy.sale_or_share(&embed.service),
        })
    }
}

fn category_of<'p>(policy: &'p Policy, service: &str) -> Option<&'p str> {
    let services = policy.services().iter();
    let mut found = services.filter(|spec| spec.id == service);
    found.next().map(|spec| &*spec.category)
}

fn provider(policy: &Policy, service: &str) -> Option<String> {
    let services = policy.services().iter();
    let mut found = services.filter(|spec| spec.id == service);
    found.next().map(|spec| spec.provider.clone())
}

/// Returns whether a declared origin, such as `https://*.pixels.example`, matches the host.
fn is_on(origin: &str, host: &str) -> bool {
    match origin.split_once("*.") {
        Some((_, parent)) => {
            let parent = parent.split([':', '/']).next().unwrap_or_default();
            host.strip_suffix(parent)
                .is_some_and(|rest| rest.ends_with('.'))
        }
        None => Url::parse(origin).is_ok_and(|origin| origin.host_str() == Some(host)),
    }
}

/// Returns whether a declared key, which may contain `*`, matches.
fn matches(pattern: &str, key: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            key.len() >= start.len() + end.len() && key.starts_with(start) && key.ends_with(end)
        }
        None => pattern == key,
    }
}
