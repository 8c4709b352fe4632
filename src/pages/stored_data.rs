//! Data that a category or service stores on the device: number, duration and readers.

use crate::policy::{CookieSpec, Lifetime, NECESSARY, ServiceSpec, SetBy, StorageSpec};

use super::{
    sentences::{Sentences, push_once},
    words::fill,
};

/// Cookies and storage entries declared for a category or a service.
pub(super) struct StoredData<'a> {
    pub(super) cookies: Vec<&'a CookieSpec>,
    pub(super) storage: Vec<&'a StorageSpec>,
    pub(super) services: Vec<&'a ServiceSpec>,
}

impl<'a> Sentences<'a> {
    pub(super) fn stored_by_category(&self, category: &str) -> StoredData<'a> {
        let of_storage = |storage: &StorageSpec| match &storage.service {
            Some(id) => self
                .service(id)
                .is_some_and(|service| service.category == category),
            None => storage.category.as_deref().unwrap_or(NECESSARY) == category,
        };
        let file = self.policy.file();
        StoredData {
            cookies: (file.cookie.iter())
                .filter(|cookie| self.policy.category_of(cookie) == category)
                .collect(),
            storage: file
                .storage
                .iter()
                .filter(|storage| of_storage(storage))
                .collect(),
            services: (file.service.iter())
                .filter(|service| service.category == category)
                .collect(),
        }
    }

    pub(super) fn stored_by_service(&self, service: &str) -> StoredData<'a> {
        let file = self.policy.file();
        StoredData {
            cookies: (file.cookie.iter())
                .filter(|cookie| cookie.service.as_deref() == Some(service))
                .collect(),
            storage: (file.storage.iter())
                .filter(|storage| storage.service.as_deref() == Some(service))
                .collect(),
            services: self.service(service).into_iter().collect(),
        }
    }

    /// Counts entries in words: "two cookies and one stored entry".
    pub(super) fn count(&self, cookies: usize, entries: usize) -> String {
        let words = self.words;
        let say = |n: usize, one: &str, many: &str| match n {
            0 => None,
            1 => Some(one.to_owned()),
            n => Some(fill(many, &[("n", &words.number(n))])),
        };
        let parts: Vec<_> = [
            say(cookies, &words.kept_cookie, &words.kept_cookies),
            say(entries, &words.kept_entry, &words.kept_entries),
        ]
        .into_iter()
        .flatten()
        .collect();
        if parts.is_empty() {
            words.kept_nothing.to_string()
        } else {
            words.list(&parts)
        }
    }

    /// Describes entries: "two cookies, kept for at most 13 months, read by this site alone".
    pub(super) fn description(&self, data: &StoredData<'_>) -> String {
        let mut parts = vec![self.count(data.cookies.len(), data.storage.len())];
        parts.extend(self.longest(data));
        parts.extend(self.readers(data));
        parts.join(&self.words.list_comma)
    }

    fn longest(&self, data: &StoredData<'_>) -> Option<String> {
        let lifetimes: Vec<Lifetime> = data
            .cookies
            .iter()
            .map(|cookie| cookie.duration)
            .chain(data.storage.iter().map(|storage| storage.duration))
            .flatten()
            .collect();
        let longest = *lifetimes.iter().max_by_key(|lifetime| lifetime.rank())?;
        Some(match longest {
            Lifetime::Session => self.words.kept_session.to_string(),
            Lifetime::Persistent => self.words.kept_for_good.to_string(),
            Lifetime::For { count, unit } => {
                let same = lifetimes.iter().all(|lifetime| *lifetime == longest);
                let text = if same {
                    &self.words.kept_for
                } else {
                    &self.words.kept_at_most
                };
                fill(text, &[("time", &self.words.time(count, unit))])
            }
        })
    }

    fn readers(&self, data: &StoredData<'_>) -> Option<String> {
        let site = &*self.words.this_site;
        let mut who: Vec<&str> = Vec::new();
        let own = data
            .cookies
            .iter()
            .any(|cookie| cookie.set_by != SetBy::ThirdParty);
        if own || !data.storage.is_empty() {
            who.push(site);
        }
        for service in &data.services {
            push_once(&mut who, &service.provider);
            service
                .access
                .iter()
                .for_each(|name| push_once(&mut who, name));
        }
        for cookie in data
            .cookies
            .iter()
            .filter(|cookie| cookie.service.is_none())
        {
            if let (SetBy::ThirdParty, Some(host)) = (cookie.set_by, &cookie.host) {
                push_once(&mut who, host);
            }
        }
        who.retain(|name| *name == site || self.is_third_party(name));
        match who[..] {
            [] if data.cookies.is_empty() => None,
            [] => Some(self.words.read_by_site_alone.to_string()),
            [only] if only == site => Some(self.words.read_by_site_alone.to_string()),
            _ => Some(fill(
                &self.words.read_by,
                &[("who", &self.words.list(&who))],
            )),
        }
    }
}
