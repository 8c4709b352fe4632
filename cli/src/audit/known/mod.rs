//! What is known about cookies and hosts by their names.
//!
//! A name is a hint and no proof: anyone can call a cookie anything. So a fact says where it comes
//! from, and the site's owner has the last word.

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

/// What a cookie or a host is mostly used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Category {
    /// The site does not work without it.
    Necessary,
    /// It is convenient.
    Preferences,
    /// It measures.
    Analytics,
    /// It advertises, or follows people across sites.
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

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Source {
    /// The table in this program.
    BuiltIn,
    /// The file that was given.
    Database,
}

/// What is known about a cookie or a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Fact {
    /// The name, or with a `*` the names, that it is about.
    pub(crate) pattern: String,
    /// Whose it is.
    pub(crate) provider: String,
    /// What it is for, in a sentence.
    pub(crate) purpose: String,
    /// What it is mostly used for.
    pub(crate) category: Category,
    /// How long it is kept, in the words of the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keeps: Option<String>,
    /// Where this comes from.
    pub(crate) source: Source,
}

/// All that is known.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    database: Names,
    built_in: Names,
    hosts: HashMap<String, Fact>,
}

impl Known {
    /// What this program knows by itself.
    pub(crate) fn built_in() -> Self {
        let table: Table = toml::from_str(TABLE).expect("the tests have read the built-in table");
        let hosts = table.host.into_iter().map(Entry::fact);
        Self {
            database: Names::default(),
            built_in: table.cookie.into_iter().map(Entry::fact).collect(),
            hosts: hosts.map(|fact| (fact.pattern.clone(), fact)).collect(),
        }
    }

    /// Adds a file in the format of the Open Cookie Database. What it says about a cookie comes
    /// before what the built-in table says. About hosts it says nothing: its domains are those
    /// that a cookie belongs to, not those that a page loads from.
    pub(crate) fn with_database(mut self, path: &Path) -> Result<Self, String> {
        self.database = database::read(path, &self)?.into_iter().collect();
        Ok(self)
    }

    /// What is known about a cookie: by its very name, else by the pattern that settles most of
    /// it. Of two that are equal, the one of the database counts.
    pub(crate) fn cookie(&self, name: &str) -> Option<&Fact> {
        let exact = self.database.exact(name);
        exact.or_else(|| self.built_in.exact(name)).or_else(|| {
            let given = self.database.wildcard(name);
            let own = self.built_in.wildcard(name);
            // Of equals, `max_by_key` takes the last.
            let found = own.into_iter().chain(given);
            found.max_by_key(|fact| pattern::weight(&fact.pattern))
        })
    }

    /// What is known about a host, by its own name or by the closest domain above it. The host
    /// comes without a port.
    pub(crate) fn host(&self, host: &str) -> Option<&Fact> {
        let host = host.strip_suffix('.').unwrap_or(host);
        // Each dot is a look-up of all that is behind it: a name of dots would take long.
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
    /// The heaviest pattern comes first.
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
    /// Of two facts with one pattern the first counts: the database has names that several firms
    /// use, and a name alone does not tell whose it is.
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
        // The order of equals stays.
        names
            .wildcards
            .sort_by_key(|fact| std::cmp::Reverse(pattern::weight(&fact.pattern)));
        names
    }
}

/// The built-in table, as it stands in its file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    cookie: Vec<Entry>,
    host: Vec<Entry>,
}

/// A fact of the built-in table, as it stands in its file.
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
