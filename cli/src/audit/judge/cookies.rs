//! Rules about cookies: those of the library with a policy, or by common knowledge without.

use std::collections::{BTreeMap, BTreeSet};

use actix_consent::audit::rules::{
    self, Judge as Library, Life, MAX_BYTES, Observation, Place, Rule, SameSite, Seen, Severity,
    State, Visit as Seeing,
};

use super::{Findings, Judge, Off, rule::BrowserRule};
use crate::audit::record::{By, Choosing, Circumstances, Kept, Set, Visit, What, site::short};

/// Suffix of the source of visits without JavaScript, which tells them from other visits.
const WITHOUT_SCRIPTS: &str = " without JavaScript";

/// Lifetime in seconds beyond which a cookie outlives a session.
const A_DAY: u64 = 86_400;

impl Judge<'_> {
    pub(super) fn cookies(&self, findings: &mut Findings) {
        match &self.basis.policy {
            Some(policy) => self.by_policy(policy, findings),
            None => self.by_knowledge(findings),
        }
        self.respawned(findings);
        self.miscategorised(findings);
    }

    fn by_policy(&self, policy: &actix_consent::Policy, findings: &mut Findings) {
        let mut observations = Vec::new();
        let seeing = |visit: &Visit, page: &str, said: &State| {
            let mut source = short(page, &self.record.address);
            if !visit.circumstances.scripts {
                source.push_str(WITHOUT_SCRIPTS);
            }
            let gpc = visit.circumstances.gpc && !super::states_the_signal(visit);
            Seeing::new(source, said.clone()).gpc(gpc)
        };
        for (visit, event) in self.events() {
            let What::Set(set) = &event.what else {
                continue;
            };
            if set.refused {
                self.form(set, findings, &self.place(visit, event));
            }
            if set.refused || self.classifier.is_own(&set.cookie.name) {
                continue;
            }
            let page = visit.pages.get(event.page);
            let page = page.map_or(&*self.record.address, |page| &page.address);
            let seeing = seeing(visit, page, &event.said);
            let mut cookie = set.cookie.clone();
            if set.by_script {
                // A script cannot set `HttpOnly`, so do not report its absence.
                cookie.http_only = true;
            }
            observations.push(Observation::new(seeing, Seen::Set(cookie)));
        }
        for (visit, name) in self.kept_after_withdrawal() {
            let seeing = seeing(visit, &self.record.address, &State::Withdrawn);
            observations.push(Observation::new(seeing, Seen::Kept(name.to_owned())));
        }
        let judge = Library::new(policy).https(self.record.address.starts_with("https:"));
        let found = judge.observations(&observations).into_iter();
        for finding in found.chain(judge.policy(&[])) {
            self.pass_on(&finding, findings);
        }
    }

    fn pass_on(&self, finding: &rules::Finding, findings: &mut Findings) {
        let places = match &finding.place {
            Place::Visits(visits) => visits.iter().map(place_of).collect(),
            place => vec![place.to_string()],
        };
        for place in places {
            let severity = finding.severity;
            findings.weigh(
                finding.rule.into(),
                severity,
                &finding.subject,
                &*finding.evidence,
                place,
            );
        }
    }

    fn by_knowledge(&self, findings: &mut Findings) {
        for (visit, event) in self.events() {
            let What::Set(set) = &event.what else {
                continue;
            };
            if set.refused {
                self.form(set, findings, &self.place(visit, event));
            }
            if set.refused || set.cookie.is_removal() {
                continue;
            }
            let name = &*set.cookie.name;
            let class = self.classifier.set(set);
            let place = || self.place(visit, event);
            let by = by(set, event.by.as_ref());
            if let Some(off) = self.off(&class, &event.said, visit) {
                let rule = match off {
                    Off::Unasked => Rule::SetBeforeConsent,
                    Off::Rejected => Rule::SetAfterRejection,
                    Off::Signal => Rule::SetDespiteSignal,
                };
                findings.add(rule, name, format!("{}; {by}", class.says()), place());
            } else if class.category.is_none()
                && !matches!(event.said, State::Accepted | State::Only(_))
                && (set.third_party || is_lasting(set) && set.trace.identifies)
            {
                let what = match set.third_party {
                    true => "a third-party cookie",
                    false => "persistent, with a value that looks like an identifier",
                };
                findings.add(
                    BrowserRule::Unclassified,
                    name,
                    format!("{what}; {by}"),
                    place(),
                );
            }
            self.form(set, findings, &place());
        }
        for (visit, name) in self.kept_after_withdrawal() {
            let place = self.at(visit, &self.record.address, &State::Withdrawn);
            let evidence = "still in the browser at the end of the visit";
            findings.add(Rule::SurvivesWithdrawal, name, evidence, place);
        }
    }

    /// Checks attributes for which browsers reject a cookie, and attributes that protect it.
    fn form(&self, set: &Set, findings: &mut Findings, place: &str) {
        let name = &set.cookie.name;
        if let Some(broken) = set.cookie.broken_prefix() {
            findings.add(Rule::PrefixBroken, name, broken, place);
        }
        if set.cookie.size > MAX_BYTES {
            let evidence = "name and value are over 4096 bytes";
            findings.add(Rule::TooLarge, name, evidence, place);
        }
        if !set.cookie.secure && set.cookie.same_site == Some(SameSite::None) {
            findings.add(
                Rule::NoneWithoutSecure,
                name,
                "SameSite=None, no Secure",
                place,
            );
        }
        if !set.cookie.secure && set.cookie.partitioned {
            findings.add(
                Rule::PartitionedWithoutSecure,
                name,
                "Partitioned, no Secure",
                place,
            );
        }
        let https = self.record.address.starts_with("https:");
        if https && !set.third_party && !set.cookie.secure {
            findings.weigh(
                Rule::NotSecure.into(),
                Severity::Note,
                name,
                "no Secure",
                place,
            );
        }
    }

    /// Names of first-party cookies that need consent and survived a withdrawal.
    fn kept_after_withdrawal(&self) -> impl Iterator<Item = (&Visit, &str)> {
        let visits = self.record.visits.iter();
        let visits = visits.filter(|visit| {
            visit.circumstances.state == State::Withdrawn
                && matches!(visit.choice, Choosing::Said { .. })
        });
        visits.flat_map(move |visit| {
            visit.kept.iter().filter_map(move |kept| match kept {
                Kept::Cookie(cookie)
                    if !cookie.third_party
                        && self.classifier.kept(cookie).needs_consent()
                        && !was_set_since(visit, &cookie.name) =>
                {
                    Some((visit, &*cookie.name))
                }
                _ => None,
            })
        })
    }

    /// Finds removed cookies that reappeared with the same value.
    fn respawned(&self, findings: &mut Findings) {
        for visit in &self.record.visits {
            let kept = |name: &str, hash: u64| {
                visit.kept.iter().any(|kept| match kept {
                    Kept::Cookie(cookie) => cookie.name == name && cookie.trace.hash == hash,
                    Kept::Item(_) => false,
                })
            };
            let mut removed = BTreeSet::new();
            let mut held: BTreeMap<&str, u64> = BTreeMap::new();
            for event in &visit.events {
                let What::Set(set) = &event.what else {
                    continue;
                };
                let (name, hash) = (&*set.cookie.name, set.trace.hash);
                if set.cookie.is_removal() {
                    removed.insert(name);
                    continue;
                }
                let by_the_site = held.get(name) == Some(&hash) && removed.contains(name);
                let by_the_audit = visit.without_cookies == Some(event.page) && kept(name, hash);
                if set.trace.identifies && (by_the_site || by_the_audit) {
                    let by = by(set, event.by.as_ref());
                    let evidence = format!("removed, then set to the same value again; {by}");
                    let place = self.place(visit, event);
                    findings.add(BrowserRule::Respawned, name, evidence, place);
                }
                held.insert(name, hash);
            }
        }
    }

    /// Finds cookies that are declared as necessary and known for another purpose.
    fn miscategorised(&self, findings: &mut Findings) {
        let Some(policy) = &self.basis.policy else {
            return;
        };
        for spec in policy.cookies() {
            let Some(fact) = self.basis.known.cookie(&spec.name) else {
                continue;
            };
            let known = fact.category.to_string();
            if policy.category_of(spec) == "necessary"
                && matches!(&*known, "analytics" | "marketing")
                && spec.override_reason.is_none()
            {
                let evidence = format!("known as {known}, of {}", fact.provider);
                findings.add(BrowserRule::Miscategorised, &spec.name, evidence, "policy");
            }
        }
    }
}

/// Formats a place of the library like other places.
fn place_of(visit: &Seeing) -> String {
    let page = visit.source.strip_suffix(WITHOUT_SCRIPTS);
    let circumstances = Circumstances {
        state: visit.state.clone(),
        gpc: visit.gpc,
        scripts: page.is_none(),
    };
    format!("{} ({circumstances})", page.unwrap_or(&visit.source))
}

fn is_lasting(set: &Set) -> bool {
    matches!(set.cookie.life, Life::Seconds(seconds) if seconds > A_DAY)
}

/// Returns whether it was set after the withdrawal, which is reported separately.
fn was_set_since(visit: &Visit, name: &str) -> bool {
    visit.events.iter().any(|event| match &event.what {
        What::Set(set) => {
            event.said == State::Withdrawn && set.cookie.name == name && !set.cookie.is_removal()
        }
        _ => false,
    })
}

fn by(set: &Set, by: Option<&By>) -> String {
    if by.is_none() && !set.by_script {
        return "found in the browser; its origin was not observed".to_owned();
    }
    let who = by.map_or_else(|| set.host.clone(), ToString::to_string);
    match set.by_script {
        true => format!("set by the script at {who}"),
        false => format!("set by the response of {who}"),
    }
}
