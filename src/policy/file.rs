//! What `consent.toml` holds, as it is read and written.
//!
//! These types are plain data: anything that deserialises is a [`PolicyFile`], and only a
//! [`Policy`](super::Policy) is known to be valid.

use serde::{Deserialize, Deserializer, Serialize};
use time::Date;

use super::{Lifetime, Purpose, Text, iso_day, words::string_or_table};

/// The whole file. Unknown keys are faults, so that a misspelt key never goes unnoticed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyFile {
    /// Version of the file format: always `1`.
    pub version: u32,
    /// The site that the policy is for.
    pub site: Site,
    /// Who is responsible (Art. 13(1)(a) and (b) GDPR).
    pub controller: Controller,
    /// This edition of the policy: its number, its date, what changed.
    pub policy: Edition,
    /// What the site does with personal data besides cookies.
    pub processing: Vec<Processing>,
    /// The purpose groups. `necessary` exists even when it is not written down.
    pub category: Vec<Category>,
    /// One provider's use inside a category.
    pub service: Vec<ServiceSpec>,
    /// Every cookie.
    pub cookie: Vec<CookieSpec>,
    /// Every other thing that is kept on the device.
    pub storage: Vec<StorageSpec>,
    /// Origins that a page loads from, by service.
    pub embed: Vec<EmbedSpec>,
}

/// `[site]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Site {
    /// The name that visitors know the site by.
    pub name: Text,
    /// `https://news.example`: scheme, host and, where it is unusual, port. Without it "the
    /// site" is each request's `Host`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Where the site is offered: `EU`, `EEA`, `UK`, or codes of ISO 3166-1 alpha-2 and 3166-2
    /// (`CH`, `US`, `US-CA`), in capitals. Another code is a fault, since it would switch the check of
    /// the model off.
    pub serves: Vec<String>,
    /// Languages of the texts, the default one first: tags of BCP 47 such as `de-AT`. Empty means
    /// `en`.
    pub languages: Vec<String>,
    /// Ready declarations to include: see [`declarations`](super::declarations).
    #[serde(rename = "use")]
    pub uses: Vec<Use>,
}

/// One entry of `use`: the name of a ready declaration, or a table that says what the site sets
/// otherwise.
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

/// A ready declaration with another name or lifetime of its cookie.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renamed {
    /// The name of the ready declaration.
    #[serde(rename = "crate")]
    pub package: String,
    /// The name that the site gives the cookie. Unwritten: the crate's default.
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
    /// Name of the person or body that decides on the processing.
    pub name: String,
    /// Web address of a contact form, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The representative in the Union, where Art. 27 asks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub representative: Option<String>,
    /// How to reach the data protection officer, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpo: Option<String>,
    /// The supervisory authority that a visitor would complain to (Art. 13(2)(d)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
}

/// `[policy]`: which edition this is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Edition {
    /// Number of the edition, from 1, one more for each edition that visitors could read.
    pub version: u32,
    /// The day from which it holds.
    #[serde(skip_serializing_if = "Option::is_none", with = "iso_day")]
    pub effective: Option<Date>,
    /// What changed against the edition before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Text>,
    /// Whether a visitor has to provide data, and what happens otherwise (Art. 13(2)(e)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provision: Option<Text>,
    /// Automated decisions and their logic, or that there are none (Art. 13(2)(f)).
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

/// `[[processing]]`: one thing that the site does with personal data besides cookies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Processing {
    /// Stable id.
    pub id: String,
    /// What is done and what for, in a sentence.
    pub purpose: Text,
    /// On which ground (Art. 6(1) GDPR).
    pub legal_basis: Option<LegalBasis>,
    /// The interests pursued, where the ground is `legitimate-interests` (Art. 13(1)(d)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interest: Option<Text>,
    /// Which data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Text>,
    /// Who receives them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Text>,
    /// Whether they leave the Union, and under which safeguard (Art. 13(1)(f)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfers: Option<Text>,
    /// How long they are kept (Art. 13(2)(a)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Text>,
}

/// The grounds of Art. 6(1) GDPR.
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

/// `[[category]]`: a purpose group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Category {
    /// Stable id: `a-z`, `0-9`, `-`, `_`. The id `necessary` is the exempt one.
    pub id: String,
    /// The name that visitors read.
    pub title: Text,
    /// For `necessary` a sentence ("A necessary cookie keeps your reading list."), for any other
    /// category a phrase that completes "With your permission we also …" ("count visits"): a sentence
    /// or a capital is a fault.
    pub summary: Text,
    /// What the category is for.
    pub purposes: Vec<Purpose>,
    /// Whether data of this category are sold, shared or used for targeted advertising, so that
    /// `Sec-GPC: 1` denies it. Unwritten: `true` for `marketing`, else `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale_or_share: Option<bool>,
    /// Raise it by one to ask everyone again.
    #[serde(skip_serializing_if = "is_zero")]
    pub renew: u32,
}

/// `[[service]]`: one provider's use inside a category.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceSpec {
    /// Stable id, distinct from every category's.
    pub id: String,
    /// The category it belongs to.
    pub category: String,
    /// Name of the provider.
    pub provider: String,
    /// The provider's page about the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_url: Option<String>,
    /// Others who get access to what it stores (C-673/17, para. 81).
    pub access: Vec<String>,
    /// Whether data leave the Union, and under which safeguard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfers: Option<Text>,
    /// What it is for, where that is narrower than its category.
    pub purposes: Vec<Purpose>,
    /// Raise it by one to ask everyone again.
    #[serde(skip_serializing_if = "is_zero")]
    pub renew: u32,
}

/// `[[cookie]]`: one cookie, or with a trailing `*` all whose names start alike.
///
/// A name is written as browsers keep it: `visits`, `prefs[theme]` (RFC 6265bis, 5.6). `\*` and `\\`
/// are an asterisk and a backslash that are part of the name; in a TOML string between single quotes
/// they are written as they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CookieSpec {
    /// `visits`, `prefs[theme]` or `_ga_*`. Case-sensitive. A prefix has at least three characters.
    pub name: String,
    /// The category it belongs to. Unwritten: that of its service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The service that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// What it is for, in a sentence that visitors read.
    pub purpose: Text,
    /// Purposes that go beyond the category's. One that needs consent gates the whole cookie
    /// (WP194, 2.3 and 3).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
    /// How long it lives.
    pub duration: Option<Lifetime>,
    /// The paths that it is set for. Unwritten: `/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<OneOrMany>,
    /// The `Domain` attributes that it is set with, besides the host alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Whether it is set with `Partitioned`.
    #[serde(skip_serializing_if = "is_false")]
    pub partitioned: bool,
    /// Who sets it.
    pub set_by: SetBy,
    /// The host that sets it, where that is a third party.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Why it needs no consent. Only, and always, in the category `necessary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exemption: Option<Exemption>,
    /// Why a cookie that looks like analytics or advertising is necessary all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<String>,
}

/// `[[storage]]`: what is kept on the device besides cookies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StorageSpec {
    /// Where it is kept.
    pub kind: StorageKind,
    /// The key, or with a trailing `*` all keys that start alike.
    pub key: String,
    /// The category it belongs to. Unwritten: that of its service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The service that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// What it is for, in a sentence that visitors read.
    pub purpose: Text,
    /// How long it stays.
    pub duration: Option<Lifetime>,
    /// Why it needs no consent. Only, and always, in the category `necessary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exemption: Option<Exemption>,
}

/// `[[embed]]`: the origins that a service loads from, by CSP directive: `https://video.example`,
/// or `https://*.video.example` for all hosts below it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmbedSpec {
    /// The service.
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
    /// The origins, by the directive of CSP that they belong to.
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

/// Who sets a cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SetBy {
    /// The site's server, by `Set-Cookie`.
    #[default]
    Server,
    /// A script in the page.
    Script,
    /// Another site's server or frame.
    ThirdParty,
}

/// Where a stored thing is kept.
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

/// The reasons of WP29 Opinion 04/2012 (WP194) why a cookie needs no consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Exemption {
    /// What the visitor entered: a form in steps, a cart, a reading list. A session or a few hours.
    UserInput,
    /// Who is signed in.
    Authentication,
    /// Security of a service that the visitor asked for.
    Security,
    /// Playing what the visitor started. A session.
    MediaPlayer,
    /// Which server answers. A session.
    LoadBalancing,
    /// A look or language that the visitor chose. A session or little more.
    InterfaceCustomisation,
    /// Sharing by signed-in members of a network.
    SocialSharing,
    /// What the visitor said about cookies.
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
    /// The values, in order.
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
