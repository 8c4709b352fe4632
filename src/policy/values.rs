//! Values in the file: texts and lifetimes.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de};

/// Text for visitors: one string, or a table by language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// The same text in every language.
    Plain(String),
    /// Texts by language tag: `{ en = "count visits", pl = "liczyć odwiedziny" }`.
    ByLanguage(BTreeMap<String, String>),
}

impl Text {
    /// Returns the text in `language`, else in its base language (`de` for `de-AT`), else in
    /// English, else in the first language given.
    ///
    /// ```
    /// use actix_consent::policy::Text;
    ///
    /// let text: Text = "count visits".into();
    /// assert_eq!(text.get("de-AT"), "count visits");
    /// ```
    pub fn get(&self, language: &str) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::ByLanguage(texts) => texts
                .get(language)
                .or_else(|| texts.get(language.split('-').next().unwrap_or(language)))
                .or_else(|| texts.get("en"))
                .or_else(|| texts.values().next())
                .map_or("", String::as_str),
        }
    }

    /// Returns whether the text is empty in every language.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Plain(text) => text.trim().is_empty(),
            Self::ByLanguage(texts) => texts.values().all(|text| text.trim().is_empty()),
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::Plain(String::new())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::Plain(text)
    }
}

/// Storage period: `"session"`, `"persistent"`, or a count and a unit such as `"30 minutes"`, `"1
/// hour"`, `"180 days"`, `"13 months"`, `"1 year"`.
///
/// ```
/// use actix_consent::policy::Lifetime;
///
/// let kept: Lifetime = "13 months".parse()?;
/// assert_eq!(kept.to_string(), "13 months");
/// assert_eq!(kept.seconds(), Some(13 * 31 * 24 * 60 * 60));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Lifetime {
    /// Until the browser is closed.
    Session,
    /// Until it is deleted. For storage only: every cookie expires.
    Persistent,
    /// For a fixed period.
    For {
        /// Number of units.
        count: u32,
        /// Unit of time.
        unit: TimeUnit,
    },
}

/// Unit of a [`Lifetime`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// 1 s
    Second,
    /// 60 s
    Minute,
    /// 3,600 s
    Hour,
    /// 86,400 s
    Day,
    /// 7 days
    Week,
    /// At most 31 days
    Month,
    /// At most 366 days
    Year,
}

impl TimeUnit {
    const ALL: [(Self, &'static str, u64); 7] = [
        (Self::Second, "second", 1),
        (Self::Minute, "minute", 60),
        (Self::Hour, "hour", 3_600),
        (Self::Day, "day", 86_400),
        (Self::Week, "week", 7 * 86_400),
        (Self::Month, "month", 31 * 86_400),
        (Self::Year, "year", 366 * 86_400),
    ];

    fn word(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Maximum length in seconds, so that a `Max-Age` counted in calendar months does not exceed
    /// the declaration.
    fn seconds(self) -> u64 {
        Self::ALL[self as usize].2
    }
}

impl Lifetime {
    /// Maximum `Max-Age` in seconds that the declaration permits; `None` if it has no fixed period.
    pub fn seconds(self) -> Option<u64> {
        match self {
            Self::Session | Self::Persistent => None,
            Self::For { count, unit } => Some(u64::from(count) * unit.seconds()),
        }
    }

    /// Sort key of lifetimes: session, then fixed periods, then persistent.
    pub(crate) fn rank(self) -> u64 {
        match self {
            Self::Session => 0,
            Self::For { .. } => self.seconds().unwrap_or(0),
            Self::Persistent => u64::MAX,
        }
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session => f.write_str("session"),
            Self::Persistent => f.write_str("persistent"),
            Self::For { count: 1, unit } => write!(f, "1 {}", unit.word()),
            Self::For { count, unit } => write!(f, "{count} {}s", unit.word()),
        }
    }
}

impl FromStr for Lifetime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "session" => return Ok(Self::Session),
            "persistent" => return Ok(Self::Persistent),
            _ => {}
        }
        let wrong = || {
            format!(
                "`{text}` is not a duration: write `session`, `persistent`, or a count and a \
                 unit such as `30 days` or `13 months`"
            )
        };
        let (count, unit) = text.split_once(' ').ok_or_else(wrong)?;
        let count: u32 = count.parse().map_err(|_| wrong())?;
        let (unit, ..) = TimeUnit::ALL
            .into_iter()
            .find(|(_, word, _)| unit == *word || unit.strip_suffix('s') == Some(word))
            .ok_or_else(wrong)?;
        if count == 0 {
            return Err(wrong());
        }
        Ok(Self::For { count, unit })
    }
}

impl TryFrom<String> for Lifetime {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Lifetime> for String {
    fn from(lifetime: Lifetime) -> Self {
        lifetime.to_string()
    }
}

/// Deserialises a string or a table with the error of the matching form: an untagged enum would
/// only report that neither fits.
pub(super) fn string_or_table<'de, D, Table, T>(
    deserializer: D,
    string: fn(String) -> Result<T, String>,
    table: fn(Table) -> Result<T, String>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    Table: Deserialize<'de>,
{
    type Made<From, T> = fn(From) -> Result<T, String>;

    struct Either<Table, T>(Made<String, T>, Made<Table, T>);

    impl<'de, Table: Deserialize<'de>, T> de::Visitor<'de> for Either<Table, T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string or a table")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            self.0(text.to_owned()).map_err(E::custom)
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            let table = Table::deserialize(de::value::MapAccessDeserializer::new(map))?;
            self.1(table).map_err(de::Error::custom)
        }
    }

    deserializer.deserialize_any(Either(string, table))
}
