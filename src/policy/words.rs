//! The small values of the file: texts, lifetimes, purposes.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de};

/// A text that visitors read: one string, or a table by language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// The same in every language.
    Plain(String),
    /// By language tag: `{ en = "count visits", pl = "liczyć odwiedziny" }`.
    ByLanguage(BTreeMap<String, String>),
}

impl Text {
    /// The text in `language`; else in its base language (`de` for `de-AT`), else in English, else
    /// in the first language that there is.
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

    /// Whether there is nothing to read in any language.
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

/// How long something is kept: `"session"`, `"persistent"`, or a count and a unit such as
/// `"30 minutes"`, `"1 hour"`, `"180 days"`, `"13 months"`, `"1 year"`.
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
    /// Until someone deletes it (only for storage: every cookie ends).
    Persistent,
    /// For a time.
    For {
        /// How many.
        count: u32,
        /// Of what.
        unit: TimeUnit,
    },
}

/// The unit of a [`Lifetime`].
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

    /// Its longest length in seconds: a `Max-Age` counted in calendar months must not look as if
    /// it outlived the declaration.
    fn seconds(self) -> u64 {
        Self::ALL[self as usize].2
    }
}

impl Lifetime {
    /// The longest `Max-Age` in seconds that keeps the promise; `None` where the end is not a
    /// time.
    pub fn seconds(self) -> Option<u64> {
        match self {
            Self::Session | Self::Persistent => None,
            Self::For { count, unit } => Some(u64::from(count) * unit.seconds()),
        }
    }

    /// The order of lifetimes: until the browser is closed, for a time, until deleted.
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

/// What something is for: an id of the closed list, or `{ id = "x-…", text = "…" }`.
///
/// | id | term of the Data Privacy Vocabulary | needs consent |
/// | --- | --- | --- |
/// | `service-provision` | `RequestedServiceProvision` | no |
/// | `technical-service` | `TechnicalServiceProvision` | no |
/// | `security` | `EnforceSecurity` | no |
/// | `interface-preferences` | `UserInterfacePersonalisation` | yes |
/// | `service-personalisation` | `ServicePersonalisation` | yes |
/// | `usage-analytics` | `ServiceUsageAnalytics` | yes |
/// | `advertising` | `Advertising` | yes |
/// | `personalised-advertising` | `PersonalisedAdvertising` | yes |
/// | `targeted-advertising` | `TargetedAdvertising` | yes |
/// | `social-media-marketing` | `SocialMediaMarketing` | yes |
/// | `x-<slug>` with a text | `Purpose` | yes |
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "PurposeEntry")]
pub struct Purpose {
    id: String,
    text: Option<Text>,
}

/// id, DPV term, whether it can be exempt.
const PURPOSES: [(&str, &str, bool); 10] = [
    ("service-provision", "RequestedServiceProvision", true),
    ("technical-service", "TechnicalServiceProvision", true),
    ("security", "EnforceSecurity", true),
    (
        "interface-preferences",
        "UserInterfacePersonalisation",
        false,
    ),
    ("service-personalisation", "ServicePersonalisation", false),
    ("usage-analytics", "ServiceUsageAnalytics", false),
    ("advertising", "Advertising", false),
    ("personalised-advertising", "PersonalisedAdvertising", false),
    ("targeted-advertising", "TargetedAdvertising", false),
    ("social-media-marketing", "SocialMediaMarketing", false),
];

impl Purpose {
    /// The id, as it is written.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The words for a visitor that the policy gives an `x-…` purpose; empty for those of the
    /// closed list, whose words are in [`Words`](crate::pages::Words).
    pub fn text(&self, language: &str) -> &str {
        self.text.as_ref().map_or("", |text| text.get(language))
    }

    /// The text of an `x-…` purpose.
    pub(crate) fn own_text(&self) -> Option<&Text> {
        self.text.as_ref()
    }

    /// The term of the Data Privacy Vocabulary, without its prefix.
    pub fn dpv_term(&self) -> &'static str {
        self.known().map_or("Purpose", |purpose| purpose.1)
    }

    /// Returns whether it is to measure, choose or show advertising.
    pub(crate) fn is_advertising(&self) -> bool {
        matches!(
            self.id(),
            "advertising" | "personalised-advertising" | "targeted-advertising"
        )
    }

    /// Whether a cookie that serves this purpose alone can do without consent.
    pub fn can_be_exempt(&self) -> bool {
        self.known().is_some_and(|purpose| purpose.2)
    }

    /// The ids of the closed list.
    #[cfg(test)]
    pub(crate) fn known_ids() -> impl Iterator<Item = &'static str> {
        PURPOSES.iter().map(|purpose| purpose.0)
    }

    fn known(&self) -> Option<&'static (&'static str, &'static str, bool)> {
        PURPOSES.iter().find(|purpose| purpose.0 == self.id)
    }
}

impl FromStr for Purpose {
    type Err = String;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        PurposeEntry::Id(id.to_owned()).try_into()
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum PurposeEntry {
    Id(String),
    Own(OwnPurpose),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnPurpose {
    id: String,
    text: Text,
}

// Not by `try_from`: an error has to be of the one entry, and not of the list that it is in.
impl<'de> Deserialize<'de> for Purpose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        string_or_table(
            deserializer,
            |id| PurposeEntry::Id(id).try_into(),
            |own| PurposeEntry::Own(own).try_into(),
        )
    }
}

/// Reads what is a string or a table, with the errors of the one that it is: an untagged enum
/// would only say that it is neither.
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

impl TryFrom<PurposeEntry> for Purpose {
    type Error = String;

    fn try_from(entry: PurposeEntry) -> Result<Self, Self::Error> {
        match entry {
            PurposeEntry::Id(id) if PURPOSES.iter().any(|purpose| purpose.0 == id) => {
                Ok(Self { id, text: None })
            }
            PurposeEntry::Id(id) if id.starts_with("x-") => Err(format!(
                "the purpose `{id}` is the site's own and needs words: write \
                 {{ id = \"{id}\", text = \"to …\" }}"
            )),
            PurposeEntry::Id(id) => Err(format!(
                "`{id}` is not a purpose: use one of {}, or {{ id = \"x-…\", text = \"to …\" }}",
                PURPOSES.map(|purpose| purpose.0).join(", ")
            )),
            PurposeEntry::Own(OwnPurpose { id, text }) if id.len() > 2 && id.starts_with("x-") => {
                if text.is_empty() {
                    return Err(format!("the purpose `{id}` has an empty text"));
                }
                Ok(Self {
                    id,
                    text: Some(text),
                })
            }
            PurposeEntry::Own(OwnPurpose { id, .. }) => Err(format!(
                "a purpose with a text of its own starts with `x-`, `{id}` does not"
            )),
        }
    }
}

impl From<Purpose> for PurposeEntry {
    fn from(purpose: Purpose) -> Self {
        match purpose.text {
            Some(text) => Self::Own(OwnPurpose {
                id: purpose.id,
                text,
            }),
            None => Self::Id(purpose.id),
        }
    }
}
