//! What a cookie, an item or a host is for: by the policy, or by what is commonly known.

use actix_consent::{Policy, policy::StorageKind};
use url::Url;

use super::{
    known::{Fact, Known, Source},
    record::{KeptCookie, Request, Set, Storage, Stored, site::host_of},
};

/// What is said of one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Class {
    /// The id of the category; `None` where nobody knows.
    pub(crate) category: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) purpose: Option<String>,
    /// Who says so.
    pub(crate) source: &'static str,
    /// Its data are sold or shared.
    pub(crate) sale_or_share: bool,
}

impl Class {
    pub(crate) fn needs_consent(&self) -> bool {
        self.category.as_deref().is_some_and(|id| id != "necessary")
    }

    /// The same in words.
    pub(crate) fn says(&self) -> String {
        let category = self.category.as_deref().unwrap_or("unknown");
        match (&self.provider, self.source) {
            (_, "behaviour") => self.purpose.clone().unwrap_or_default(),
            (Some(provider), source) => format!("{category}, of {provider} ({source})"),
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

impl From<&Fact> for Class {
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

/// Who says what things are for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Classes<'b> {
    policy: Option<&'b Policy>,
    known: &'b Known,
}

impl<'b> Classes<'b> {
    pub(crate) fn new(policy: Option<&'b Policy>, known: &'b Known) -> Self {
        Self { policy, known }
    }

    /// Cookies of actix-consent itself, which no policy declares.
    pub(crate) fn is_own(&self, name: &str) -> bool {
        let fact = self.known.cookie(name);
        fact.is_some_and(|fact| fact.provider == "actix-consent")
    }

    pub(crate) fn set(&self, set: &Set) -> Class {
        self.cookie(&set.cookie.name, &set.host, set.third_party)
    }

    pub(crate) fn kept(&self, cookie: &KeptCookie) -> Class {
        self.cookie(&cookie.name, &cookie.domain, cookie.third_party)
    }

    fn cookie(&self, name: &str, host: &str, third_party: bool) -> Class {
        if let Some(policy) = self.policy {
            if let Some(spec) = policy.declaration(name) {
                let category = policy.category_of(spec);
                let unit = spec.service.as_deref().unwrap_or(category);
                return Class {
                    category: Some(category.to_owned()),
                    provider: spec.service.as_deref().and_then(|id| provider(policy, id)),
                    purpose: Some(spec.purpose.get(policy.language()).to_owned()),
                    source: "policy",
                    sale_or_share: policy.sale_or_share(unit),
                };
            }
            if self.is_own(name) {
                return self.known.cookie(name).map(Class::from).unwrap_or_default();
            }
            return match third_party {
                true => self.embed(host),
                false => Class::default(),
            };
        }
        match self.known.cookie(name) {
            Some(fact) => fact.into(),
            None if third_party => self.known.host(host).map(Class::from).unwrap_or_default(),
            None => Class::default(),
        }
    }

    pub(crate) fn stored(&self, stored: &Stored) -> Class {
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
                    Class {
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
                None => Class::default(),
            };
        }
        // Names of items are often those of the cookies that they stand in for.
        match self.known.cookie(&stored.key) {
            Some(fact) => fact.into(),
            None if stored.third_party => {
                let host = host_of(&stored.origin);
                self.known.host(&host).map(Class::from).unwrap_or_default()
            }
            None if stored.trace.identifies => Class::behaviour("its value looks like an id"),
            None if matches!(stored.kind, Storage::Indexed) => {
                Class::behaviour("a database that nothing declares")
            }
            None => Class::default(),
        }
    }

    pub(crate) fn request(&self, request: &Request) -> Class {
        if self.policy.is_some() {
            return self.embed(&request.host);
        }
        if let Some(fact) = self.known.host(&request.host) {
            return fact.into();
        }
        let tiny = request.size.is_some_and(|size| size < 1_000);
        match &*request.kind {
            "ping" => Class::behaviour("a beacon to another site"),
            "websocket" => Class::behaviour("a lasting connection to another site"),
            "document" => Class::behaviour("a frame of another site"),
            "image" if tiny => Class::behaviour("a picture too small to be seen"),
            _ => Class::default(),
        }
    }

    /// The embed that an origin on this host belongs to.
    fn embed(&self, host: &str) -> Class {
        let Some(policy) = self.policy else {
            return Class::default();
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
        spec.map_or_else(Class::default, |embed| Class {
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

/// Whether a declared origin, such as `https://*.pixels.example`, is on this host.
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

/// Whether a declared key, which may hold `*`, is this one.
fn matches(pattern: &str, key: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            key.len() >= start.len() + end.len() && key.starts_with(start) && key.ends_with(end)
        }
        None => pattern == key,
    }
}
