//! Composes sentences from the policy, so that the text always matches it.

use crate::policy::{Category, NECESSARY, Policy, ServiceSpec, SetBy, Text};

use super::{
    stored_data::StoredData,
    view::Frame,
    words::{Words, capitalised, fill},
};

/// Policy and texts in one language.
#[derive(Clone, Copy)]
pub(super) struct Sentences<'a> {
    pub(super) policy: &'a Policy,
    pub(super) words: &'a Words,
    pub(super) language: &'a str,
}

impl<'a> Sentences<'a> {
    pub(super) fn of(frame: &Frame<'a>, words: &'a Words) -> Self {
        Self {
            policy: frame.policy,
            words,
            language: frame.language,
        }
    }

    pub(super) fn text(&self, text: &'a Text) -> &'a str {
        text.get(self.language).trim()
    }

    pub(super) fn optional(&self, text: &'a Option<Text>) -> &'a str {
        text.as_ref().map_or("", |text| self.text(text))
    }

    pub(super) fn site(&self) -> &'a str {
        self.text(&self.policy.file().site.name)
    }

    /// Returns the name of a category. `necessary` has a default name.
    pub(super) fn title(&self, category: &'a Category) -> &'a str {
        match self.text(&category.title) {
            "" if category.id == NECESSARY => &self.words.necessary_title,
            "" => &category.id,
            title => title,
        }
    }

    pub(super) fn summary(&self, category: &'a Category) -> &'a str {
        match self.text(&category.summary) {
            "" if category.id == NECESSARY => &self.words.necessary_summary,
            summary => summary,
        }
    }

    /// Returns a title as it is written inside a sentence: in English, names of categories start in
    /// lower case and names of providers stay unchanged.
    pub(super) fn in_sentence(&self, title: &str) -> String {
        let is_category = || {
            let mut categories = self.policy.categories().iter();
            categories.any(|category| self.title(category) == title)
        };
        let mut letters = title.chars();
        match letters.next() {
            Some(first)
                if self.language.starts_with("en")
                    && letters.next().is_some_and(char::is_lowercase)
                    && is_category() =>
            {
                first.to_lowercase().chain(title.chars().skip(1)).collect()
            }
            _ => title.to_owned(),
        }
    }

    pub(super) fn list_in_sentence<S: AsRef<str>>(&self, titles: &[S]) -> String {
        let titles: Vec<_> = titles
            .iter()
            .map(|title| self.in_sentence(title.as_ref()))
            .collect();
        self.words.list(&titles)
    }

    /// Returns whether the policy has a category that the visitor can choose.
    pub(super) fn asks(&self) -> bool {
        self.policy.gated_categories().next().is_some()
    }

    /// Returns whether scripts or third parties store gated data, which the server cannot hold
    /// back.
    pub(super) fn stores_outside_server(&self) -> bool {
        self.policy.gated_categories().any(|category| {
            let data = self.stored_by_category(&category.id);
            let mut cookies = data.cookies.iter();
            !data.storage.is_empty() || cookies.any(|cookie| cookie.set_by != SetBy::Server)
        })
    }

    /// Returns the summaries of the gated categories: "remember your settings", "count visits".
    pub(super) fn uses(&self) -> Vec<&'a str> {
        self.policy
            .gated_categories()
            .map(|category| self.summary(category))
            .filter(|summary| !summary.is_empty())
            .collect()
    }

    /// Names everything that *Accept all* turns on: purposes, third parties and their purposes.
    /// `None` if there is nothing to ask.
    pub(super) fn uses_asked(&self) -> Option<String> {
        let words = self.words;
        let uses = self.uses();
        if uses.is_empty() {
            return None;
        }
        let mut text = fill(&words.banner_uses, &[("uses", &words.list(&uses))]);
        let further = self.purposes_in_words(&self.purposes_beside_summaries());
        if !further.is_empty() {
            text.push(' ');
            text.push_str(&fill(&words.banner_further, &[("for", &further)]));
        }
        let who = self.abbreviated_list(&self.third_parties());
        if !who.is_empty() {
            let purposes = self.purposes_in_words(&self.purposes_of_third_parties());
            text.push(' ');
            text.push_str(&fill(
                &words.banner_third_parties,
                &[("who", &who), ("for", &purposes)],
            ));
        }
        Some(text)
    }

    /// Names the same for the notice of the model `Implied`.
    pub(super) fn uses_implied(&self) -> Option<String> {
        let words = self.words;
        let mut uses = vec![&*words.notice_run];
        uses.extend(self.uses());
        let who = self.abbreviated_list(&self.third_parties());
        let text = match &*who {
            "" => &words.notice_uses,
            _ => &words.notice_uses_third_parties,
        };
        Some(fill(text, &[("uses", &words.list(&uses)), ("who", &who)]))
    }

    /// Returns the titles of the categories that `Sec-GPC: 1` denies.
    pub(super) fn sold_or_shared(&self) -> Vec<&'a str> {
        self.policy
            .gated_categories()
            .filter(|category| self.policy.sale_or_share(&category.id))
            .map(|category| self.title(category))
            .collect()
    }

    /// Returns whether a name is neither the site nor its controller.
    pub(super) fn is_third_party(&self, name: &str) -> bool {
        name != self.site() && name != self.policy.file().controller.name
    }

    pub(super) fn service(&self, id: &str) -> Option<&'a ServiceSpec> {
        self.policy
            .services()
            .iter()
            .find(|service| service.id == id)
    }

    /// Returns the third parties of the gated categories, each once.
    pub(super) fn third_parties(&self) -> Vec<&'a str> {
        let mut names = Vec::new();
        let services = self.policy.services().iter();
        for service in services.filter(|service| service.category != NECESSARY) {
            push_once(&mut names, &service.provider);
        }
        for cookie in self.policy.cookies() {
            let alone = cookie.service.is_none() && cookie.set_by == SetBy::ThirdParty;
            if let (true, Some(host)) = (alone, &cookie.host)
                && self.policy.category_of(cookie) != NECESSARY
            {
                push_once(&mut names, host);
            }
        }
        names.retain(|name| self.is_third_party(name));
        names
    }

    /// Lists at most three names, and the number of the others.
    pub(super) fn abbreviated_list(&self, names: &[&str]) -> String {
        let mut shown: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        if names.len() > 3 {
            shown.truncate(2);
            let others = self.words.number(names.len() - shown.len());
            shown.push(fill(&self.words.list_others, &[("n", &others)]));
        }
        self.words.list(&shown)
    }

    /// Describes a category: its purpose, how many entries it stores, how long, and who reads them.
    ///
    /// Entries of its services are described with the services, unless the category has no others.
    pub(super) fn category(&self, category: &'a Category) -> String {
        let all = self.stored_by_category(&category.id);
        let own = StoredData {
            cookies: all
                .cookies
                .iter()
                .copied()
                .filter(|one| one.service.is_none())
                .collect(),
            storage: all
                .storage
                .iter()
                .copied()
                .filter(|one| one.service.is_none())
                .collect(),
            services: Vec::new(),
        };
        let data = if own.cookies.is_empty() && own.storage.is_empty() {
            all
        } else {
            own
        };
        let description = self.description(&data);
        let summary = self.summary(category);
        if category.id == NECESSARY {
            let some = !(data.cookies.is_empty() && data.storage.is_empty());
            let description = if some {
                format!(" {}.", capitalised(&description))
            } else {
                String::new()
            };
            return if self.asks() {
                format!("{summary}{description} {}", self.words.settings_own)
            } else {
                format!("{summary}{description}")
            };
        }
        if summary.is_empty() {
            return format!("{}.", capitalised(&description));
        }
        let mut text = fill(
            &self.words.kept_gated,
            &[("uses", summary), ("facts", &description)],
        );
        let further = self.purposes_in_words(&self.purposes_beside_summary(category));
        if !further.is_empty() {
            text.push(' ');
            text.push_str(&fill(&self.words.kept_further, &[("for", &further)]));
        }
        text
    }
}

pub(super) fn push_once<'a>(names: &mut Vec<&'a str>, name: &'a str) {
    if !names.contains(&name) {
        names.push(name);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{frame, policy};
    use super::*;

    fn with(test: impl FnOnce(&Sentences<'_>)) {
        let words = Words::english();
        test(&Sentences::of(&frame(), &words));
    }

    fn sentence(sentences: &Sentences<'_>, id: &str) -> String {
        let mut categories = policy(true).categories().iter();
        sentences.category(
            categories
                .find(|category| category.id == id)
                .expect("a category"),
        )
    }

    #[test]
    fn a_category_says_what_how_many_how_long_and_who() {
        with(|sentences| {
            assert_eq!(
                sentence(sentences, "analytics"),
                "We count visits: two cookies, kept for at most 13 months, read by this site alone."
            );
            assert_eq!(
                sentence(sentences, "preferences"),
                "We remember your settings: one cookie and one stored entry, kept until you \
                 delete it, read by this site alone."
            );
            assert_eq!(
                sentence(sentences, "necessary"),
                "A necessary cookie keeps your reading list. One cookie, kept until you close \
                 your browser, read by this site alone. We keep your choice in a cookie \
                 as well."
            );
        });
    }

    #[test]
    fn what_a_service_keeps_is_told_with_the_service() {
        with(|sentences| {
            assert_eq!(
                sentence(sentences, "marketing"),
                "We see which letter brought you here: one cookie, kept for 30 days, read by this \
                 site alone."
            );
            assert_eq!(
                sentences.one_service("video"),
                "To measure and show advertising: one cookie, kept for 6 months, read by Example \
                 Video and Example Adverts."
            );
        });
    }

    #[test]
    fn lower_cases_categories_but_not_names_inside_a_sentence() {
        with(|sentences| {
            assert_eq!(sentences.in_sentence("Analytics"), "analytics");
            assert_eq!(sentences.in_sentence("Example Video"), "Example Video");
        });
    }

    #[test]
    fn of_many_third_parties_the_first_are_named() {
        with(|sentences| {
            assert_eq!(sentences.third_parties(), ["Example Video"]);
            assert_eq!(sentences.abbreviated_list(&["A", "B", "C"]), "A, B and C");
            assert_eq!(
                sentences.abbreviated_list(&["A", "B", "C", "D"]),
                "A, B and two others"
            );
        });
    }
}
