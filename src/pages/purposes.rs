//! Purposes that consent turns on, as banner, settings and policy list them.

use crate::policy::{Category, CookieSpec, NECESSARY, Purpose, ServiceSpec, SetBy};

use super::{sentences::Sentences, words::fill};

impl<'a> Sentences<'a> {
    /// Joins purposes in words: "to show you films and to measure and show advertising".
    pub(super) fn purposes_in_words(&self, purposes: &[&'a Purpose]) -> String {
        let words = purposes.iter();
        let words = words.map(|purpose| self.words.purpose(purpose, self.language));
        let words: Vec<&str> = words.collect();
        self.words.list(&words)
    }

    /// Returns the purposes of a service: its own, else those of its category, and those of its
    /// cookies.
    pub(super) fn purposes_of_service(&self, service: &'a ServiceSpec) -> Vec<&'a Purpose> {
        let mut categories = self.policy.categories().iter();
        let category = categories.find(|category| category.id == service.category);
        let of_category = category.map_or(&[][..], |category| &category.purposes);
        let named = match service.purposes.is_empty() {
            true => of_category,
            false => &service.purposes,
        };
        let own = |cookie: &&CookieSpec| cookie.service.as_ref() == Some(&service.id);
        each_once(named.iter().chain(self.purposes_of_cookies(own)))
    }

    /// Returns the purposes of a category without its services: its own and those of its cookies.
    pub(super) fn purposes_of_category(&self, category: &'a Category) -> Vec<&'a Purpose> {
        let own = |cookie: &&CookieSpec| self.is_own(cookie, category);
        each_once(
            category
                .purposes
                .iter()
                .chain(self.purposes_of_cookies(own)),
        )
    }

    /// Returns the purposes of a category that its summary may not mention. A summary is assumed to
    /// mention the only purpose of a category.
    pub(super) fn purposes_beside_summary(&self, category: &'a Category) -> Vec<&'a Purpose> {
        let mut all = self.purposes_of_category(category);
        if category.purposes.len() == 1 && !self.summary(category).is_empty() {
            all.remove(0);
        }
        all
    }

    /// Returns the purposes of the site itself that the summaries may not mention.
    pub(super) fn purposes_beside_summaries(&self) -> Vec<&'a Purpose> {
        let categories = self.policy.gated_categories();
        let of_categories = categories.flat_map(|category| self.purposes_beside_summary(category));
        let services = self.gated_services();
        let own = services.filter(|service| !self.is_third_party(&service.provider));
        let of_services = own.flat_map(|service| self.purposes_of_service(service));
        each_once(of_categories.chain(of_services))
    }

    /// Returns the purposes of third parties.
    pub(super) fn purposes_of_third_parties(&self) -> Vec<&'a Purpose> {
        let services = self.gated_services();
        let others = services.filter(|service| self.is_third_party(&service.provider));
        let of_services = others.flat_map(|service| self.purposes_of_service(service));
        let categories = self.policy.gated_categories();
        // A host without a service sets its cookies for the purposes of the category.
        let alone = categories.filter(|category| {
            let mut cookies = self.policy.cookies().iter();
            cookies
                .any(|cookie| self.is_own(cookie, category) && cookie.set_by == SetBy::ThirdParty)
        });
        let of_hosts = alone.flat_map(|category| self.purposes_of_category(category));
        each_once(of_services.chain(of_hosts))
    }

    /// Describes the data that a service stores, and their purposes.
    pub(super) fn one_service(&self, id: &str) -> String {
        let description = self.description(&self.stored_by_service(id));
        let service = self.service(id);
        let purposes = service.map_or_else(Vec::new, |service| self.purposes_of_service(service));
        let text = match purposes.is_empty() {
            true => format!("{description}."),
            false => {
                let purposes = self.purposes_in_words(&purposes);
                let text = &self.words.kept_service;
                fill(text, &[("for", &purposes), ("facts", &description)])
            }
        };
        super::words::capitalised(&text)
    }

    fn gated_services(&self) -> impl Iterator<Item = &'a ServiceSpec> + use<'a> {
        let services = self.policy.services().iter();
        services.filter(|service| service.category != NECESSARY)
    }

    fn is_own(&self, cookie: &CookieSpec, category: &Category) -> bool {
        cookie.service.is_none() && cookie.category.as_ref() == Some(&category.id)
    }

    fn purposes_of_cookies(
        &self,
        which: impl Fn(&&'a CookieSpec) -> bool,
    ) -> impl Iterator<Item = &'a Purpose> {
        let cookies = self.policy.cookies().iter().filter(which);
        cookies.flat_map(|cookie| &cookie.purposes)
    }
}

fn each_once<'a>(purposes: impl Iterator<Item = &'a Purpose>) -> Vec<&'a Purpose> {
    let mut all: Vec<&Purpose> = Vec::new();
    for purpose in purposes {
        if !all.iter().any(|other| other.id() == purpose.id()) {
            all.push(purpose);
        }
    }
    all
}
