//! Table of commonly known cookies and hosts.
//!
//! A name is a hint, not proof. So each fact names its source, and the policy of the site takes
//! precedence.

mod database;
mod pattern;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, fmt, path::Path};

use serde::{Deserialize, Serialize};

/// The built-in table.
const TABLE: &str = include_str!("known.toml");

/// The longest name that a host can have (RFC 1035, 2.3.4, without the dots at both ends).
const LONGEST_HOST: usize = 253;

/// Usual purpose of a cookie or host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Category {
    /// Required for the site to work.
    Necessary,
    /// Convenience.
    Preferences,
    /// Measurement.
    Analytics,
    /// Advertising or tracking across sites.
    Marketing,
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Necessary => "necessary",
            Self::Preferences => "preferences",
            Self::Analytics => "analytics",
            Self::Marketing => "marketing",
        })
    }
}

/// Source of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Source {
    /// Built-in table.
    BuiltIn,
    /// File given with `--cookie-database`.
    Database,
}

/// A fact about a cookie or host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Fact {
    /// Name, or pattern with `*`.
    pub(crate) pattern: String,
    /// Provider.
    pub(crate) provider: String,
    /// Purpose, in a sentence.
    pub(crate) purpose: String,
    /// Category.
    pub(crate) category: Category,
    /// Retention time as given by the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keeps: Option<String>,
    /// Source of the fact.
    pub(crate) source: Source,
}

/// All facts.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    database: Names,
    built_in: Names,
    hosts: HashMap<String, Fact>,
}

impl Known {
    /// Loads the built-in table.
    pub(crate) fn built_in() -> Self {
        let table: Table = toml::from_str(TABLE).expect("the tests have read the built-in table");
        let hosts = table.host.into_iter().map(Entry::fact);
        Self {
            database: Names::default(),
            built_in: table.cookie.into_iter().map(Entry::fact).collect(),
            hosts: hosts.map(|fact| (fact.pattern.clone(), fact)).collect(),
        }
    }

    /// Adds a file in the format of the Open Cookie Database, which takes precedence over the
    /// built-in table. The file has no facts about hosts: its domains are those of cookies, not
    /// those that a page loads from.
    pub(crate) fn with_database(mut self, path: &Path) -> Result<Self, String> {
        self.database = database::read(path, &self)?.into_iter().collect();
        Ok(self)
    }

    /// Looks up a cookie by its exact name, else by the longest matching pattern. Of two equal
    /// matches, the one of the database counts.
    pub(crate) fn cookie(&self, name: &str) -> Option<&Fact> {
        let exact = self.database.exact(name);
        exact.or_else(|| self.built_in.exact(name)).or_else(|| {
            let given = self.database.wildcard(name);
            let own = self.built_in.wildcard(name);
            // `max_by_key` returns the last of equal items.
            let found = own.into_iter().chain(given);
            found.max_by_key(|fact| pattern::weight(&fact.pattern))
        })
    }

    /// Looks up a host without port, by its name or the closest parent domain.
    pub(crate) fn host(&self, host: &str) -> Option<&Fact> {
        let host = host.strip_suffix('.').unwrap_or(host);
        // Each dot costs a look-up, so limit the length.
        if host.len() > LONGEST_HOST {
            return None;
        }
        let host = host.to_ascii_lowercase();
        let mut domain = host.as_str();
        loop {
            if let Some(fact) = self.hosts.get(domain) {
                return Some(fact);
            }
            domain = domain.split_once('.')?.1;
        }
    }
}

/// Facts about cookies, for look-ups by name.
#[derive(Clone, Debug, Default)]
struct Names {
    exact: HashMap<String, Fact>,
    /// Patterns, the longest first.
    wildcards: Vec<Fact>,
}

impl Names {
    fn exact(&self, name: &str) -> Option<&Fact> {
        self.exact.get(name)
    }

    fn wildcard(&self, name: &str) -> Option<&Fact> {
        let fits = |fact: &&Fact| pattern::fits(&fact.pattern, name);
        self.wildcards.iter().find(fits)
    }
}

impl FromIterator<Fact> for Names {
    /// Keeps the first of two facts with the same pattern. The database has names that several
    /// providers use.
    fn from_iter<I: IntoIterator<Item = Fact>>(facts: I) -> Self {
        let mut names = Self::default();
        for fact in facts {
            if pattern::is_wildcard(&fact.pattern) {
                names.wildcards.push(fact);
            } else {
                let place = names.exact.entry(fact.pattern.clone());
                place.or_insert(fact);
            }
        }
        // The sort is stable.
        names
            .wildcards
            .sort_by_key(|fact| std::cmp::Reverse(pattern::weight(&fact.pattern)));
        names
    }
}

/// File format of the built-in table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    cookie: Vec<Entry>,
    host: Vec<Entry>,
}

/// File format of a fact in the built-in table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    pattern: String,
    provider: String,
    purpose: String,
    category: Category,
    keeps: Option<String>,
}

impl Entry {
    fn fact(self) -> Fact {
        Fact {
            pattern: self.pattern,
            provider: self.provider,
            purpose: self.purpose,
            category: self.category,
            keeps: self.keeps,
            source: Source::BuiltIn,
        }
    }
}
