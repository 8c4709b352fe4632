//! Policy of a site: a table of everything that it stores on visitors' devices, with the purposes.
//!
//! A policy is read from `consent.toml` ([`Policy::load`], [`Policy::parse`]) or written in Rust as
//! a [`PolicyFile`], which [`Policy::try_from`] validates. A [`PolicyFile`] may be invalid, a
//! [`Policy`] is always valid. *Faults* prevent the start and are reported all at once with their
//! lines; *gaps* (information that Art. 13 GDPR requires) do not.

pub mod declarations;
mod error;
mod file;
mod iso_date;
mod language;
mod location;
mod meaning;
mod parser;
mod pattern;
mod purpose;
mod region;
pub(crate) mod removal;
mod reserved;
mod trackers;
mod unit;
mod validate;
mod values;

use std::{fmt, fs, path::Path, sync::Arc};

pub use self::{
    error::{Fault, Gap, PolicyError},
    file::{
        Category, Controller, CookieSpec, Edition, EmbedSpec, Exemption, LegalBasis, OneOrMany,
        PolicyFile, Processing, Renamed, ServiceSpec, SetBy, Site, StorageKind, StorageSpec, Use,
    },
    meaning::Meaning,
    purpose::Purpose,
    unit::{Fingerprint, UnitTag},
    values::{Lifetime, Text, TimeUnit},
};
pub(crate) use self::{
    pattern::{Pattern, is_kept, quoted, written},
    reserved::{KEY_COOKIE, OFF, is_own_cookie},
    unit::Unit,
};

#[cfg(feature = "audit")]
pub(crate) use self::region::{is_region, nearest as nearest_region};

/// Id of the category that needs no consent.
pub const NECESSARY: &str = "necessary";

/// A valid policy. Cheap to clone.
///
/// ```
/// use actix_consent::Policy;
///
/// let policy = Policy::parse(r#"
/// version = 1
/// [site]
/// name = "Example"
/// [controller]
/// name = "Example Ltd"
/// email = "privacy@example.org"
/// [[category]]
/// id = "analytics"
/// title = "Analytics"
/// summary = "count visits"
/// purposes = ["usage-analytics"]
/// [[cookie]]
/// name = "visits"
/// category = "analytics"
/// purpose = "Counts your visits."
/// duration = "30 days"
/// "#)?;
/// assert_eq!(policy.categories().len(), 2);
/// # Ok::<(), actix_consent::policy::PolicyError>(())
/// ```
#[derive(Clone)]
pub struct Policy(Arc<Table>);

/// Indexed policy for lookups while serving requests.
struct Table {
    file: PolicyFile,
    gaps: Vec<Gap>,
    /// Categories in the order of the file with `necessary` first, then services.
    units: Vec<Unit>,
    /// Index of the unit of each cookie in `file.cookie`.
    cookie_units: Vec<usize>,
    /// Name of each cookie in `file.cookie` as browsers send it; `None` for a pattern.
    names: Vec<Option<Box<[u8]>>>,
    /// Exact names, sorted by length and then by bytes: for so few names, a binary search beats a
    /// hash, as most of its steps compare two numbers.
    exact: Vec<(Box<[u8]>, usize)>,
    /// Prefixes without the asterisk, longest first.
    prefixes: Vec<(Box<[u8]>, usize)>,
}

impl Policy {
    /// Reads a policy from a file such as `consent.toml`.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, does not match [`PolicyFile`], or has faults.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, PolicyError> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(|source| PolicyError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text).map_err(|error| PolicyError::File {
            path: path.to_owned(),
            error: Box::new(error),
        })
    }

    /// Parses a policy from a text such as `include_str!("../consent.toml")`.
    ///
    /// # Errors
    ///
    /// Fails if the text does not match [`PolicyFile`], or has faults.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let parsed = parser::parse(text)?;
        let lines = location::Lines::of(text, parsed.tree);
        let file = (parsed.file, parsed.faults, parsed.invalid);
        validate::compile(file, |place| lines.find(place)).map(|table| Self(Arc::new(table)))
    }

    /// Makes gaps fatal, for sites whose policy page must contain everything that Art. 13 GDPR
    /// requires.
    ///
    /// # Errors
    ///
    /// Fails with [`PolicyError::Gaps`] if the policy has gaps.
    pub fn require_complete(self) -> Result<Self, PolicyError> {
        if self.0.gaps.is_empty() {
            Ok(self)
        } else {
            Err(PolicyError::Gaps(self.0.gaps.clone()))
        }
    }

    /// Information that Art. 13 GDPR requires and that is missing.
    pub fn gaps(&self) -> &[Gap] {
        &self.0.gaps
    }

    /// Returns the whole content, including the ready-made declarations.
    pub fn file(&self) -> &PolicyFile {
        &self.0.file
    }

    /// Categories, `necessary` first.
    pub fn categories(&self) -> &[Category] {
        &self.0.file.category
    }

    /// Title of a category or provider of a service; empty if the policy has no such id.
    pub(crate) fn title(&self, id: &str) -> &str {
        let category = self.categories().iter().find(|category| category.id == id);
        let service = self.services().iter().find(|service| service.id == id);
        match (category, service) {
            (Some(category), _) => category.title.get(self.language()),
            (None, Some(service)) => &service.provider,
            (None, None) => "",
        }
    }

    /// Services.
    pub fn services(&self) -> &[ServiceSpec] {
        &self.0.file.service
    }

    /// Cookies of the site, without those of this library.
    pub fn cookies(&self) -> &[CookieSpec] {
        &self.0.file.cookie
    }

    /// Default language of the texts.
    pub fn language(&self) -> &str {
        self.0
            .file
            .site
            .languages
            .first()
            .map_or("en", String::as_str)
    }

    /// Fingerprint of a category or service, which identifies the meaning of a grant today.
    pub fn fingerprint(&self, unit: &str) -> Option<Fingerprint> {
        Some(self.0.units[self.unit(unit)?].fingerprint)
    }

    /// Returns what the fingerprint covers, so that two editions of a policy can be compared.
    ///
    /// ```
    /// use actix_consent::Policy;
    ///
    /// let text = include_str!("../../tests/integration/consent.toml");
    /// let old = Policy::parse(text)?;
    /// let new = Policy::parse(&text.replace("[\"advertising\"]", "[\"targeted-advertising\"]"))?;
    /// let (before, after) = (old.meaning("marketing"), new.meaning("marketing"));
    /// assert_ne!(before, after);
    /// assert_ne!(old.fingerprint("marketing"), new.fingerprint("marketing"));
    /// let after = after.ok_or("there is a category `marketing`")?;
    /// assert!(after.purposes.contains("targeted-advertising"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn meaning(&self, unit: &str) -> Option<Meaning<'_>> {
        Meaning::of(&self.0.file, unit)
    }

    /// Returns whether `Sec-GPC: 1` denies the category or service.
    pub fn sale_or_share(&self, unit: &str) -> bool {
        self.unit(unit)
            .is_some_and(|unit| self.0.units[unit].sale_or_share)
    }

    /// Returns whether advertising is the only purpose of the service: by its own purposes or, if
    /// it has none, by those of its category.
    pub(crate) fn advertises(&self, service: &str) -> bool {
        let mut services = self.services().iter();
        let Some(service) = services.find(|other| other.id == service) else {
            return false;
        };
        let mut categories = self.categories().iter();
        let of_category = categories.find(|category| category.id == service.category);
        let purposes = match (&service.purposes[..], of_category) {
            ([], Some(category)) => &category.purposes[..],
            (own, _) => own,
        };
        !purposes.is_empty() && purposes.iter().all(|purpose| purpose.is_advertising())
    }

    /// Returns the declaration that a cookie falls under: the one with its exact name, else the one
    /// with the longest matching prefix.
    pub fn declaration(&self, cookie: &str) -> Option<&CookieSpec> {
        self.cookie(cookie.as_bytes())
            .map(|index| &self.0.file.cookie[index])
    }

    /// Category of a declared cookie.
    pub fn category_of<'p>(&'p self, cookie: &'p CookieSpec) -> &'p str {
        let service = cookie
            .service
            .as_ref()
            .and_then(|id| self.services().iter().find(|service| service.id == *id));
        match (service, &cookie.category) {
            (Some(service), _) => &service.category,
            (None, Some(category)) => category,
            (None, None) => NECESSARY,
        }
    }

    /// Gated categories, in order.
    pub fn gated_categories(&self) -> impl Iterator<Item = &Category> {
        self.categories()
            .iter()
            .filter(|category| category.id != NECESSARY)
    }

    pub(crate) fn units(&self) -> &[Unit] {
        &self.0.units
    }

    /// Gated units with their indices.
    pub(crate) fn gated_units(&self) -> impl Iterator<Item = (usize, &Unit)> {
        self.0
            .units
            .iter()
            .enumerate()
            .filter(|(_, unit)| !unit.necessary)
    }

    /// Index of a unit and, if it is a category, those of its services.
    pub(crate) fn with_services(&self, unit: usize) -> impl Iterator<Item = usize> + '_ {
        let services = self.0.units.iter().enumerate();
        let services = services.filter(move |(_, service)| service.category == Some(unit));
        std::iter::once(unit).chain(services.map(|(at, _)| at))
    }

    pub(crate) fn unit(&self, id: &str) -> Option<usize> {
        self.0.units.iter().position(|unit| unit.id == id)
    }

    /// Index of the declaration that `name` falls under.
    pub(crate) fn cookie(&self, name: &[u8]) -> Option<usize> {
        let exact = self
            .0
            .exact
            .binary_search_by(|(other, _)| (other.len(), &**other).cmp(&(name.len(), name)));
        exact.ok().map(|at| self.0.exact[at].1).or_else(|| {
            self.0
                .prefixes
                .iter()
                .find(|(prefix, _)| name.starts_with(prefix))
                .map(|(_, index)| *index)
        })
    }

    /// Exact name of a declaration as browsers send it; `None` for a pattern.
    pub(crate) fn exact_name(&self, cookie: usize) -> Option<&[u8]> {
        self.0.names[cookie].as_deref()
    }

    pub(crate) fn unit_of_cookie(&self, cookie: usize) -> usize {
        self.0.cookie_units[cookie]
    }
}

impl TryFrom<PolicyFile> for Policy {
    type Error = PolicyError;

    fn try_from(file: PolicyFile) -> Result<Self, PolicyError> {
        validate::compile((file, Vec::new(), Vec::new()), |_| None)
            .map(|table| Self(Arc::new(table)))
    }
}

impl std::str::FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        Self::parse(text)
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Policy").field(&self.0.file).finish()
    }
}
