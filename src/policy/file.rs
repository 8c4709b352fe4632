//! Types of `consent.toml` for reading and writing.
//!
//! These types are plain data: anything that deserialises is a [`PolicyFile`], while a
//! [`Policy`](super::Policy) is always valid.

use serde::{Deserialize, Deserializer, Serialize};
use time::Date;

use super::{Lifetime, Purpose, Text, iso_date, values::string_or_table};

/// Content of the whole file. Unknown keys are faults, so that no misspelt key goes unnoticed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyFile {
    /// Version of the file format, always `1`.
    pub version: u32,
    /// Site that the policy is for.
    pub site: Site,
    /// Controller of the processing (Art. 13(1)(a) and (b) GDPR).
    pub controller: Controller,
    /// Edition of the policy: number, date and changes.
    pub policy: Edition,
    /// Processing of personal data other than by cookies.
    pub processing: Vec<Processing>,
    /// Categories by purpose. `necessary` exists even if it is not written down.
    pub category: Vec<Category>,
    /// Services: the use of one provider within a category.
    pub service: Vec<ServiceSpec>,
    /// Cookies.
    pub cookie: Vec<CookieSpec>,
    /// Other data stored on the device.
    pub storage: Vec<StorageSpec>,
    /// Origins that pages load from, by service.
    pub embed: Vec<EmbedSpec>,
}

/// `[site]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Site {
    /// Name of the site for visitors.
    pub name: Text,
    /// Origin such as `https://news.example`: scheme, host and, unless it is the default, port.
    /// Default: the `Host` of each request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Regions where the site is offered: `EU`, `EEA`, `UK`, or codes of ISO 3166-1 alpha-2 and
    /// 3166-2 (`CH`, `US`, `US-CA`), in capitals. Any other code is a fault, since it would disable
    /// the check of the consent model.
    pub serves: Vec<String>,
    /// Languages of the texts as BCP 47 tags such as `de-AT`, the default language first. Empty
    /// means `en`.
    pub languages: Vec<String>,
    /// Ready-made declarations to include; see [`declarations`](super::declarations).
    #[serde(rename = "use")]
    pub uses: Vec<Use>,
}

/// Entry of `use`: the name of a ready-made declaration, or a table with the site's own values.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Use {
    /// `"actix-session"`
    Named(String),
    /// `{ crate = "actix-session", cookie = "sid", duration = "1 day" }`
    Renamed(Renamed),
}

impl<'de> Deserialize<'de> for Use {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        string_or_table(
            deserializer,
            |name| Ok(Self::Named(name)),
            |table| Ok(Self::Renamed(table)),
        )
    }
}

/// A ready-made declaration with another name or lifetime of its cookie.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renamed {
    /// Name of the crate.
    #[serde(rename = "crate")]
    pub package: String,
    /// Name of the site's cookie. Default: that of the crate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cookie: Option<String>,
    /// Lifetime of the cookie. Default: `session`, as in the crates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Lifetime>,
}

/// `[controller]`: Art. 13(1)(a) and (b) GDPR.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Controller {
    /// Name of the person or body that determines the processing.
    pub name: String,
    /// URL of a contact form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Representative in the Union, if Art. 27 GDPR requires one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub representative: Option<String>,
    /// Contact of the data protection officer, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpo: Option<String>,
    /// Supervisory authority for complaints (Art. 13(2)(d) GDPR).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
}

/// `[policy]`: edition of the policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Edition {
    /// Number of the edition, from 1, increased by one for each published edition.
    pub version: u32,
    /// First day on which the edition applies.
    #[serde(skip_serializing_if = "Option::is_none", with = "iso_date")]
    pub effective: Option<Date>,
    /// Changes since the previous edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Text>,
    /// Obligation to provide data, if any, and the consequences of not doing so (Art. 13(2)(e)
    /// GDPR).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provision: Option<Text>,
    /// Automated decisions and their logic, or a statement that there are none (Art. 13(2)(f)
    /// GDPR).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automated_decisions: Option<Text>,
}

impl Default for Edition {
    fn default() -> Self {
        Self {
            version: 1,
            effective: None,
            changes: None,
            provision: None,
            automated_decisions: None,
        }
    }
}

/// `[[processing]]`: a processing of personal data other than by cookies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Processing {
    /// Stable id.
    pub id: String,
    /// Activity and its purpose, in a sentence.
    pub purpose: Text,
    /// Legal basis (Art. 6(1) GDPR).
    pub legal_basis: Option<LegalBasis>,
    /// Interests pursued, if the basis is `legitimate-interests` (Art. 13(1)(d) GDPR).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interest: Option<Text>,
    /// Personal data processed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Text>,
    /// Recipients of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Text>,
    /// Transfers outside the EU/EEA, with their safeguard (Art. 13(1)(f) GDPR).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfers: Option<Text>,
    /// Storage period (Art. 13(2)(a) GDPR).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Text>,
}

/// Legal bases of Art. 6(1) GDPR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LegalBasis {
    /// Art. 6(1)(a).
    Consent,
    /// Art. 6(1)(b).
    Contract,
    /// Art. 6(1)(c).
    LegalObligation,
    /// Art. 6(1)(d).
    VitalInterests,
    /// Art. 6(1)(e).
    PublicTask,
    /// Art. 6(1)(f).
    LegitimateInterests,
}

/// `[[category]]`: a group of purposes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Category {
    /// Stable id of `a-z`, `0-9`, `-` and `_`. The category `necessary` is exempt from consent.
    pub id: String,
    /// Name for visitors.
    pub title: Text,
    /// A sentence for `necessary` ("A necessary cookie keeps your reading list."). For any other
    /// category, a phrase that completes "With your permission we also …" ("count visits"): a full
    /// sentence or an initial capital is a fault.
    pub summary: Text,
    /// Purposes of the category.
    pub purposes: Vec<Purpose>,
    /// True if data of this category are sold, shared or used for targeted advertising, so that
    /// `Sec-GPC: 1` denies it. Default: `true` for `marketing`, else `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale_or_share: Option<bool>,
    /// Renewal counter. Increase it by one to ask every visitor again.
    #[serde(skip_serializing_if = "is_zero")]
    pub renew: u32,
}

/// `[[service]]`: the use of one provider within a category.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceSpec {
    /// Stable id, different from that of every category.
    pub id: String,
    /// Category of the service.
    pub category: String,
    /// Name of the provider.
    pub provider: String,
    /// The provider's web page about the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_url: Option<String>,
    /// Others with access to the stored data (C-673/17, para. 81).
    pub access: Vec<String>,
    /// Transfers outside the EU/EEA, with their safeguard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfers: Option<Text>,
    /// Purposes, if narrower than those of the category.
    pub purposes: Vec<Purpose>,
    /// Renewal counter. Increase it by one to ask every visitor again.
    #[serde(skip_serializing_if = "is_zero")]
    pub renew: u32,
}

/// `[[cookie]]`: a cookie, or all cookies with a common prefix if its name ends with `*`.
///
/// Names are written as browsers store them: `visits`, `prefs[theme]` (RFC 6265bis, 5.6). `\*` and
/// `\\` are a literal asterisk and backslash; in a TOML string in single quotes they need no
/// further escapes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CookieSpec {
    /// Name such as `visits` or `prefs[theme]`, or prefix such as `_ga_*`, of at least three
    /// characters. Case-sensitive.
    pub name: String,
    /// Category of the cookie. Default: that of its service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Service of the cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Purpose in a sentence for visitors.
    pub purpose: Text,
    /// Purposes beyond those of the category. A single one that needs consent gates the whole
    /// cookie (WP194, 2.3 and 3).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
    /// Lifetime of the cookie.
    pub duration: Option<Lifetime>,
    /// Values of `Path`. Default: `/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<OneOrMany>,
    /// Values of `Domain`, in addition to the host without `Domain`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// True if the cookie is set with `Partitioned`.
    #[serde(skip_serializing_if = "is_false")]
    pub partitioned: bool,
    /// Party that sets the cookie.
    pub set_by: SetBy,
    /// Host that sets the cookie, if that is a third party.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Reason for the exemption from consent. Required in the category `necessary`, a fault in
    /// others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exemption: Option<Exemption>,
    /// Reason why a cookie that looks like analytics or advertising is necessary nevertheless.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<String>,
}

/// `[[storage]]`: data stored on the device other than cookies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StorageSpec {
    /// Kind of storage.
    pub kind: StorageKind,
    /// Key, or all keys with a common prefix if it ends with `*`.
    pub key: String,
    /// Category of the entry. Default: that of its service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Service of the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Purpose in a sentence for visitors.
    pub purpose: Text,
    /// Storage period.
    pub duration: Option<Lifetime>,
    /// Reason for the exemption from consent. Required in the category `necessary`, a fault in
    /// others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exemption: Option<Exemption>,
}

/// `[[embed]]`: origins that a service loads from, by CSP directive: `https://video.example`, or
/// `https://*.video.example` for all hosts below it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmbedSpec {
    /// Id of the service.
    pub service: String,
    /// `script-src`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub script: Vec<String>,
    /// `frame-src`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub frame: Vec<String>,
    /// `img-src`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub img: Vec<String>,
    /// `style-src`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub style: Vec<String>,
    /// `font-src`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub font: Vec<String>,
    /// `connect-src`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub connect: Vec<String>,
    /// `media-src`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<String>,
}

impl EmbedSpec {
    /// Origins by CSP directive.
    pub(crate) fn by_directive(&self) -> [(&'static str, &[String]); 7] {
        [
            ("script-src", &self.script),
            ("frame-src", &self.frame),
            ("img-src", &self.img),
            ("style-src", &self.style),
            ("font-src", &self.font),
            ("connect-src", &self.connect),
            ("media-src", &self.media),
        ]
    }
}

/// Party that sets a cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SetBy {
    /// The site's server, with `Set-Cookie`.
    #[default]
    Server,
    /// A script in a page.
    Script,
    /// The server or a frame of another site.
    ThirdParty,
}

/// Kind of storage on the device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StorageKind {
    /// `localStorage`
    #[default]
    Local,
    /// `sessionStorage`
    Session,
    /// IndexedDB
    Indexed,
    /// The Cache API.
    Cache,
}

/// Reasons for which WP29 Opinion 04/2012 (WP194) exempts a cookie from consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Exemption {
    /// User input such as a form in steps, a cart or a reading list; for a session or a few hours.
    UserInput,
    /// Authentication of a user who has signed in.
    Authentication,
    /// Security of a service that the user requested.
    Security,
    /// Playback of media that the user started; for a session.
    MediaPlayer,
    /// Selection of the server that answers; for a session.
    LoadBalancing,
    /// Appearance or language that the user chose; for a session or slightly longer.
    InterfaceCustomisation,
    /// Sharing of content by users who are signed in to a social network.
    SocialSharing,
    /// The visitor's consent choice.
    ConsentChoice,
}

/// A string, or a list of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// `"/"`
    One(String),
    /// `["/", "/shop"]`
    Many(Vec<String>),
}

impl OneOrMany {
    /// Returns the values in order.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}
