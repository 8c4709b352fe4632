//! The rules, which turn observations into findings.
//!
//! They depend neither on Actix nor on a browser: a driver of an `App` or of a browser passes
//! [`Observation`]s to a [`Judge`] and gets [`Finding`]s.
//!
//! ```
//! use std::time::SystemTime;
//! use actix_consent::{Policy, audit::rules::{Judge, Observation, Rule, Seen, SetCookie, State, Visit}};
//!
//! # let policy = Policy::parse(r#"
//! # version = 1
//! # [site]
//! # name = "Example"
//! # serves = ["EU"]
//! # [controller]
//! # name = "Example Ltd"
//! # email = "privacy@example.org"
//! # [[category]]
//! # id = "analytics"
//! # title = "Analytics"
//! # summary = "count visits"
//! # purposes = ["usage-analytics"]
//! # [[cookie]]
//! # name = "visits"
//! # category = "analytics"
//! # purpose = "Counts your visits."
//! # duration = "30 days"
//! # "#)?;
//! let header = b"visits=1; Max-Age=600; Secure; HttpOnly; SameSite=Lax";
//! let set = Seen::Set(SetCookie::parse(header, SystemTime::now()));
//! let early = Observation::new(Visit::new("GET /", State::NoChoice), set.clone());
//! let late = Observation::new(Visit::new("GET /", State::Accepted), set);
//!
//! let judge = Judge::new(&policy);
//! assert_eq!(judge.observations(&[early])[0].rule, Rule::SetBeforeConsent);
//! assert!(judge.observations(&[late]).is_empty());
//! # Ok::<(), actix_consent::policy::PolicyError>(())
//! ```

mod finding;
mod observation;
mod rule;
mod set_cookie;
mod territory;
#[cfg(test)]
mod tests;

pub use self::{
    finding::{Finding, Place},
    observation::{Observation, Seen, State, Visit},
    rule::{Rule, Severity},
    set_cookie::{Life, MAX_BYTES, SameSite, SetCookie},
};
pub(crate) use self::{
    finding::{Findings, printable},
    set_cookie::pair,
};
use crate::{
    decision::{ConsentModel, Placement},
    policy::{CookieSpec, Lifetime, NECESSARY, Policy, SetBy, nearest_region},
};

/// Evaluates observations against a policy.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'p> {
    policy: &'p Policy,
    own: &'p [CookieSpec],
    https: bool,
}

/// Reason why a unit is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Off {
    Unasked,
    Rejected,
    Signal,
}

impl<'p> Judge<'p> {
    /// Creates a judge for an https site.
    pub fn new(policy: &'p Policy) -> Self {
        Self {
            policy,
            own: &[],
            https: true,
        }
    }

    /// Adds declarations of the library's own cookies.
    #[must_use]
    pub fn own(self, own: &'p [CookieSpec]) -> Self {
        Self { own, ..self }
    }

    /// Sets whether the site is served over https, so that its cookies must be `Secure`.
    #[must_use]
    pub fn https(self, https: bool) -> Self {
        Self { https, ..self }
    }

    /// Findings about observations.
    pub fn observations(&self, observations: &[Observation]) -> Vec<Finding> {
        let mut findings = Findings::default();
        self.judge_observations(observations, &mut findings);
        findings.sorted()
    }

    /// Findings about declared server cookies that were never set. Meaningful only if everything
    /// was accepted at least once.
    pub fn never_seen(&self, observations: &[Observation]) -> Vec<Finding> {
        let mut findings = Findings::default();
        self.judge_never_seen(observations, &mut findings);
        findings.sorted()
    }

    /// Findings about the policy, and about the consent models of these placements.
    pub fn policy(&self, placements: &[Placement]) -> Vec<Finding> {
        let mut findings = Findings::default();
        self.judge_policy(placements, &mut findings);
        findings.sorted()
    }

    pub(crate) fn judge_observations(&self, seen: &[Observation], findings: &mut Findings) {
        for Observation { visit, seen } in seen {
            match seen {
                Seen::Set(cookie) => self.set(cookie, visit, findings),
                Seen::Readable(name) => {
                    if let Some((unit, _)) = self.denied(name, visit) {
                        let evidence = is_off(unit);
                        findings.seen(Rule::ReadableWithoutConsent, name, evidence, visit);
                    }
                }
                Seen::Kept(name) => {
                    if let Some((unit, _)) = self.denied(name, visit) {
                        let evidence = is_off(unit);
                        findings.seen(Rule::SurvivesWithdrawal, name, evidence, visit);
                    }
                }
                Seen::Withheld(name) => {
                    let evidence = "the gate held it back".to_owned();
                    findings.seen(Rule::UndeclaredWithheld, name, evidence, visit);
                }
            }
        }
    }

    fn set(&self, cookie: &SetCookie, visit: &Visit, findings: &mut Findings) {
        // A removal stores nothing, so its attributes do not matter.
        if cookie.is_removal() {
            return;
        }
        let mut found = |rule, evidence: &str| {
            findings.seen(rule, &cookie.name, evidence.to_owned(), visit);
        };
        let declared = self.declared(&cookie.name);
        if declared.is_none() {
            found(Rule::Undeclared, "the policy does not name it");
        }
        if let Some((unit, off)) = self.denied(&cookie.name, visit) {
            let rule = match off {
                Off::Unasked => Rule::SetBeforeConsent,
                Off::Rejected => Rule::SetAfterRejection,
                Off::Signal => Rule::SetDespiteSignal,
            };
            found(rule, &is_off(unit));
        }
        if let Some(duration) = declared.and_then(|spec| spec.duration)
            && let Life::Seconds(seconds) = cookie.life
            && duration != Lifetime::Persistent
            && seconds > duration.seconds().unwrap_or(0)
        {
            let set = in_words(seconds);
            found(
                Rule::LivesLonger,
                &format!("declared: {duration}, set for {set}"),
            );
        }
        if let Some(broken) = cookie.broken_prefix() {
            found(Rule::PrefixBroken, broken);
        }
        if cookie.size > MAX_BYTES {
            found(Rule::TooLarge, "name and value are over 4096 bytes");
        }
        if !cookie.secure && cookie.same_site == Some(SameSite::None) {
            found(Rule::NoneWithoutSecure, "SameSite=None, no Secure");
        }
        if !cookie.secure && cookie.partitioned {
            found(Rule::PartitionedWithoutSecure, "Partitioned, no Secure");
        }
        if self.https && !cookie.secure {
            found(Rule::NotSecure, "no Secure");
        }
        if !cookie.http_only && declared.is_none_or(|spec| spec.set_by != SetBy::Script) {
            found(Rule::NotHttpOnly, "no HttpOnly");
        }
        if cookie.same_site.is_none() {
            found(Rule::NoSameSite, "no SameSite");
        }
    }

    pub(crate) fn judge_never_seen(&self, seen: &[Observation], findings: &mut Findings) {
        let set = |spec: &CookieSpec| {
            seen.iter().any(|observation| match &observation.seen {
                Seen::Set(cookie) if !cookie.is_removal() => self
                    .declared(&cookie.name)
                    .is_some_and(|declared| declared.name == spec.name),
                _ => false,
            })
        };
        for spec in self.policy.cookies() {
            if spec.set_by == SetBy::Server && !set(spec) {
                let evidence = format!("declared in `{}`", self.policy.category_of(spec));
                findings.entry(Rule::DeclaredNeverSeen, &spec.name, evidence, "");
            }
        }
    }

    pub(crate) fn judge_policy(&self, placements: &[Placement], findings: &mut Findings) {
        for placement in placements {
            self.model(placement, findings);
        }
        for gap in self.policy.gaps() {
            findings.entry(Rule::PolicyGap, &gap.place, gap.message.clone(), "policy");
        }
        for spec in self.policy.cookies() {
            if let Some(reason) = &spec.override_reason
                && self.policy.category_of(spec) == NECESSARY
            {
                let evidence = format!("reason: {}", reason.replace('\n', " "));
                findings.entry(Rule::Overridden, &spec.name, evidence, "policy");
            }
        }
    }

    /// R117: silence counts as consent although something is optional and the law requires an act.
    fn model(&self, placement: &Placement, findings: &mut Findings) {
        if placement.model != ConsentModel::Implied || !self.keeps_anything_optional() {
            return;
        }
        let subject = placement.model.to_string();
        let mut found = |evidence: String, entry| {
            findings.entry(Rule::ModelUnlawful, &subject, evidence, entry);
        };
        let serves = &self.policy.file().site.serves;
        match &placement.jurisdiction {
            Some(region) if territory::asks_for_an_act(region) => {
                found(format!("used for visitors from {region}"), "placement");
            }
            Some(region) if !territory::is_known(region) => {
                let meant = nearest_region(region);
                let remedy = meant.map_or_else(String::new, |meant| format!(" (write {meant})"));
                found(
                    format!(
                        "used for visitors from {region}, which is not a region code{remedy}, so the strictest law counts"
                    ),
                    "placement",
                );
            }
            Some(_) => {}
            None if serves.is_empty() => found(
                "nothing says where the site is served, so the strictest law counts".to_owned(),
                "site.serves",
            ),
            None => {
                let regions = serves
                    .iter()
                    .filter(|region| territory::asks_for_an_act(region));
                let regions: Vec<&str> = regions.map(String::as_str).collect();
                if !regions.is_empty() {
                    found(
                        format!("the site is served in {}", regions.join(", ")),
                        "site.serves",
                    );
                }
            }
        }
    }

    fn keeps_anything_optional(&self) -> bool {
        let file = self.policy.file();
        let service = |id: &str| {
            self.policy
                .services()
                .iter()
                .find(|service| service.id == id)
        };
        let gated_service =
            |id: &str| service(id).is_some_and(|service| service.category != NECESSARY);
        file.cookie
            .iter()
            .any(|spec| self.policy.category_of(spec) != NECESSARY)
            || file
                .storage
                .iter()
                .any(|spec| match (&spec.service, &spec.category) {
                    (Some(service), _) => gated_service(service),
                    (None, category) => category.as_deref() != Some(NECESSARY),
                })
            || file.embed.iter().any(|embed| gated_service(&embed.service))
    }

    /// The declaration of a cookie by its name on the wire, or by the percent-decoded name that
    /// Actix uses. If both are declared, the declaration that needs consent.
    pub(crate) fn declared(&self, name: &str) -> Option<&'p CookieSpec> {
        let plain = self.look_up(name);
        let decoded = percent_decoded(name.trim());
        if decoded == name {
            return plain;
        }
        match (plain, self.look_up(&decoded)) {
            (Some(plain), Some(other)) if !self.is_gated(other) => Some(plain),
            (plain, other) => other.or(plain),
        }
    }

    fn look_up(&self, name: &str) -> Option<&'p CookieSpec> {
        let is_own = |spec: &&CookieSpec| match spec.name.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => spec.name == name,
        };
        let own = self.own.iter().find(is_own);
        own.or_else(|| self.policy.declaration(name))
    }

    pub(crate) fn is_gated(&self, spec: &CookieSpec) -> bool {
        self.policy.category_of(spec) != NECESSARY
    }

    /// The unit of a cookie that is not allowed, and the reason.
    pub(crate) fn denied(&self, name: &str, visit: &Visit) -> Option<(&'p str, Off)> {
        let spec = self.declared(name)?;
        let category = self.policy.category_of(spec);
        let unit = spec.service.as_deref().unwrap_or(category);
        Some((unit, self.off(unit, category, visit)?))
    }

    /// The reason why a category or service is off; `None` if it is on.
    pub(crate) fn off(&self, unit: &str, category: &str, visit: &Visit) -> Option<Off> {
        if category == NECESSARY {
            return None;
        }
        match &visit.state {
            State::NoChoice => Some(Off::Unasked),
            State::WentOn if visit.model != ConsentModel::Implied => Some(Off::Unasked),
            State::Rejected | State::Withdrawn => Some(Off::Rejected),
            State::Only(granted) if granted != category => Some(Off::Rejected),
            State::WentOn | State::Only(_) | State::Accepted => {
                (visit.gpc && self.policy.sale_or_share(unit)).then_some(Off::Signal)
            }
        }
    }
}

/// Evidence that a unit is off; the place names the states.
fn is_off(unit: &str) -> String {
    format!("`{unit}` is off")
}

/// A duration rounded up to a whole unit, so that a lifetime until a date reads the same in each
/// run.
fn in_words(seconds: u64) -> String {
    const YEARS: u64 = 100 * 366 * 86_400;
    if seconds > YEARS {
        return "more than 100 years".to_owned();
    }
    let units = [("days", 86_400), ("hours", 3_600), ("minutes", 60)];
    let fitting = units.into_iter().find(|(_, length)| seconds > *length);
    let (unit, length) = fitting.unwrap_or(("seconds", 1));
    format!("{} {unit}", seconds.div_ceil(length))
}

/// The name of a cookie as Actix decodes it.
fn percent_decoded(name: &str) -> String {
    let hex = |byte: Option<&u8>| byte.and_then(|byte| (*byte as char).to_digit(16));
    let bytes = name.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, hex(bytes.get(at + 1)), hex(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
