//! Sentences composed from the policy, so that they cannot say anything else than it does.

use crate::policy::{
    Category, CookieSpec, Lifetime, NECESSARY, Policy, ServiceSpec, SetBy, StorageSpec, Text,
};

use super::{
    view::Frame,
    words::{Words, capitalised, fill},
};

/// What is kept under a category or a service.
pub(super) struct Kept<'a> {
    pub(super) cookies: Vec<&'a CookieSpec>,
    pub(super) storage: Vec<&'a StorageSpec>,
    pub(super) services: Vec<&'a ServiceSpec>,
}

/// The policy and the texts, in one language.
#[derive(Clone, Copy)]
pub(super) struct Composer<'a> {
    pub(super) policy: &'a Policy,
    pub(super) words: &'a Words,
    pub(super) language: &'a str,
}

impl<'a> Composer<'a> {
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

    /// The name of a category; `necessary` has one even where the policy is silent.
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

    /// A title in the middle of a sentence. English writes the names of categories small there;
    /// names of providers stay as they are.
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

    pub(super) fn in_sentences<S: AsRef<str>>(&self, titles: &[S]) -> String {
        let titles: Vec<_> =
            titles.iter().map(|title| self.in_sentence(title.as_ref())).collect();
        self.words.list(&titles)
    }

    /// "remember your settings", "count visits": what the gated categories are for.
    pub(super) fn uses(&self) -> Vec<&'a str> {
        self.policy
            .gated_categories()
            .map(|category| self.summary(category))
            .filter(|summary| !summary.is_empty())
            .collect()
    }

    /// What consent is asked for, and who else comes in; `None` where there is nothing to ask.
    pub(super) fn uses_asked(&self) -> Option<String> {
        let words = self.words;
        let uses = self.uses();
        if uses.is_empty() {
            return None;
        }
        let mut text = fill(&words.banner_uses, &[("uses", &words.list(&uses))]);
        let who = self.some_of(&self.third_parties());
        if !who.is_empty() {
            text.push(' ');
            text.push_str(&fill(&words.banner_third_parties, &[("who", &who)]));
        }
        Some(text)
    }

    /// The same where nobody is asked.
    pub(super) fn uses_implied(&self) -> Option<String> {
        let words = self.words;
        let mut uses = vec![&*words.notice_run];
        uses.extend(self.uses());
        let who = self.some_of(&self.third_parties());
        let text = match &*who {
            "" => &words.notice_uses,
            _ => &words.notice_uses_third_parties,
        };
        Some(fill(text, &[("uses", &words.list(&uses)), ("who", &who)]))
    }

    /// Titles of the categories that `Sec-GPC: 1` denies.
    pub(super) fn sold_or_shared(&self) -> Vec<&'a str> {
        self.policy
            .gated_categories()
            .filter(|category| self.policy.sale_or_share(&category.id))
            .map(|category| self.title(category))
            .collect()
    }

    /// Whether a name is that of somebody else than the site and its controller.
    pub(super) fn is_third_party(&self, name: &str) -> bool {
        name != self.site() && name != self.policy.file().controller.name
    }

    pub(super) fn service(&self, id: &str) -> Option<&'a ServiceSpec> {
        self.policy.services().iter().find(|service| service.id == id)
    }

    /// Who else than the site comes in with the gated categories, each once.
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

    /// The names, at most three of them and the number of the others.
    pub(super) fn some_of(&self, names: &[&str]) -> String {
        let mut shown: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        if names.len() > 3 {
            shown.truncate(2);
            let others = self.words.number(names.len() - shown.len());
            shown.push(fill(&self.words.list_others, &[("n", &others)]));
        }
        self.words.list(&shown)
    }

    pub(super) fn kept_by_category(&self, category: &str) -> Kept<'a> {
        let of_storage = |storage: &StorageSpec| match &storage.service {
            Some(id) => self.service(id).is_some_and(|service| service.category == category),
            None => storage.category.as_deref().unwrap_or(NECESSARY) == category,
        };
        let file = self.policy.file();
        Kept {
            cookies: (file.cookie.iter())
                .filter(|cookie| self.policy.category_of(cookie) == category)
                .collect(),
            storage: file.storage.iter().filter(|storage| of_storage(storage)).collect(),
            services: (file.service.iter())
                .filter(|service| service.category == category)
                .collect(),
        }
    }

    pub(super) fn kept_by_service(&self, service: &str) -> Kept<'a> {
        let file = self.policy.file();
        Kept {
            cookies: (file.cookie.iter())
                .filter(|cookie| cookie.service.as_deref() == Some(service))
                .collect(),
            storage: (file.storage.iter())
                .filter(|storage| storage.service.as_deref() == Some(service))
                .collect(),
            services: self.service(service).into_iter().collect(),
        }
    }

    /// "two cookies and one stored entry".
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
        if parts.is_empty() { words.kept_nothing.to_string() } else { words.list(&parts) }
    }

    /// "two cookies, kept for at most 13 months, read by this site alone".
    pub(super) fn facts(&self, kept: &Kept<'_>) -> String {
        let mut facts = vec![self.count(kept.cookies.len(), kept.storage.len())];
        facts.extend(self.longest(kept));
        facts.extend(self.readers(kept));
        facts.join(&self.words.list_comma)
    }

    fn longest(&self, kept: &Kept<'_>) -> Option<String> {
        let lifetimes: Vec<Lifetime> = kept.cookies.iter().map(|cookie| cookie.duration)
            .chain(kept.storage.iter().map(|storage| storage.duration))
            .flatten()
            .collect();
        let longest = *lifetimes.iter().max_by_key(|lifetime| rank(**lifetime))?;
        Some(match longest {
            Lifetime::Session => self.words.kept_session.to_string(),
            Lifetime::Persistent => self.words.kept_for_good.to_string(),
            Lifetime::For { .. } => {
                let same = lifetimes.iter().all(|lifetime| *lifetime == longest);
                let text = if same { &self.words.kept_for } else { &self.words.kept_at_most };
                fill(text, &[("time", &longest.to_string())])
            }
        })
    }

    fn readers(&self, kept: &Kept<'_>) -> Option<String> {
        let site = &*self.words.this_site;
        let mut who: Vec<&str> = Vec::new();
        let own = kept.cookies.iter().any(|cookie| cookie.set_by != SetBy::ThirdParty);
        if own || !kept.storage.is_empty() {
            who.push(site);
        }
        for service in &kept.services {
            push_once(&mut who, &service.provider);
            service.access.iter().for_each(|name| push_once(&mut who, name));
        }
        for cookie in kept.cookies.iter().filter(|cookie| cookie.service.is_none()) {
            if let (SetBy::ThirdParty, Some(host)) = (cookie.set_by, &cookie.host) {
                push_once(&mut who, host);
            }
        }
        who.retain(|name| *name == site || self.is_third_party(name));
        match who[..] {
            [] if kept.cookies.is_empty() => None,
            [] => Some(self.words.read_by_site_alone.to_string()),
            [only] if only == site => Some(self.words.read_by_site_alone.to_string()),
            _ => Some(fill(&self.words.read_by, &[("who", &self.words.list(&who))])),
        }
    }

    /// What a category is for, how much it keeps, how long, and who sees it.
    ///
    /// What its services keep is told with their own switches, unless there is nothing else.
    pub(super) fn category(&self, category: &'a Category) -> String {
        let all = self.kept_by_category(&category.id);
        let own = Kept {
            cookies: all.cookies.iter().copied().filter(|one| one.service.is_none()).collect(),
            storage: all.storage.iter().copied().filter(|one| one.service.is_none()).collect(),
            services: Vec::new(),
        };
        let kept = if own.cookies.is_empty() && own.storage.is_empty() { all } else { own };
        let facts = self.facts(&kept);
        let summary = self.summary(category);
        if category.id == NECESSARY {
            let some = !(kept.cookies.is_empty() && kept.storage.is_empty());
            let facts = if some { format!(" {}.", capitalised(&facts)) } else { String::new() };
            return format!("{summary}{facts} {}", self.words.settings_own);
        }
        if summary.is_empty() {
            return format!("{}.", capitalised(&facts));
        }
        fill(&self.words.kept_gated, &[("uses", summary), ("facts", &facts)])
    }

    /// The same of one provider's use inside it.
    pub(super) fn one_service(&self, id: &str) -> String {
        format!("{}.", capitalised(&self.facts(&self.kept_by_service(id))))
    }
}

fn push_once<'a>(names: &mut Vec<&'a str>, name: &'a str) {
    if !names.contains(&name) {
        names.push(name);
    }
}

/// The order of lifetimes: until the browser is closed, for a time, until deleted.
fn rank(lifetime: Lifetime) -> u64 {
    match lifetime {
        Lifetime::Session => 0,
        Lifetime::For { .. } => lifetime.seconds().unwrap_or(0),
        Lifetime::Persistent => u64::MAX,
    }
}
