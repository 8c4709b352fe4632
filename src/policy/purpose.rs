//! Purposes of cookies, storage and services.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use super::{Text, values::string_or_table};

/// Purpose: an id of the closed list, or `{ id = "x-…", text = "…" }`.
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

/// Id, DPV term, and whether the purpose can be exempt from consent.
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
    /// Id as written.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Text of an `x-…` purpose for visitors; empty for ids of the closed list, whose text is in
    /// [`Words`](crate::pages::Words).
    pub fn text(&self, language: &str) -> &str {
        self.text.as_ref().map_or("", |text| text.get(language))
    }

    /// Text of an `x-…` purpose.
    pub(crate) fn own_text(&self) -> Option<&Text> {
        self.text.as_ref()
    }

    /// Term of the Data Privacy Vocabulary, without a prefix.
    pub fn dpv_term(&self) -> &'static str {
        self.known().map_or("Purpose", |purpose| purpose.1)
    }

    /// Returns whether the purpose is to measure, select or show advertising.
    pub(crate) fn is_advertising(&self) -> bool {
        matches!(
            self.id(),
            "advertising" | "personalised-advertising" | "targeted-advertising"
        )
    }

    /// Returns whether a cookie with this purpose alone can be exempt from consent.
    pub fn can_be_exempt(&self) -> bool {
        self.known().is_some_and(|purpose| purpose.2)
    }

    /// Ids of the closed list.
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

// Not `try_from`, so that an error refers to the entry and not to the whole list.
impl<'de> Deserialize<'de> for Purpose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        string_or_table(
            deserializer,
            |id| PurposeEntry::Id(id).try_into(),
            |own| PurposeEntry::Own(own).try_into(),
        )
    }
}

impl TryFrom<PurposeEntry> for Purpose {
    type Error = String;

    fn try_from(entry: PurposeEntry) -> Result<Self, Self::Error> {
        match entry {
            PurposeEntry::Id(id) if PURPOSES.iter().any(|purpose| purpose.0 == id) => {
                Ok(Self { id, text: None })
            }
            PurposeEntry::Id(id) if id.starts_with("x-") => Err(format!(
                "the purpose `{id}` is the site's own and needs a text: write \
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
