#![doc = include_str!("../../docs/audit.md")]

mod browser;
mod draft;
mod driver;
mod jar;
mod report;
pub mod rules;
#[cfg(test)]
mod self_check;
mod step;
mod wire;

use std::{collections::BTreeSet, fmt};

use actix_web::{
    Error,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
};

use self::{
    browser::Site,
    driver::{Driver, Log, judge},
    rules::{Finding, Findings, Observation, Seen, Severity, State},
    wire::{Served, Wire},
};
pub use self::{report::Report, rules::Rule, step::Step};
use crate::ConsentMiddleware;

/// An audit: the requests that it makes, of whom, and what a test allows.
#[derive(Clone)]
#[must_use]
pub struct Audit {
    consent: ConsentMiddleware,
    steps: Vec<Step>,
    host: Option<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
    allowed: Vec<(Rule, String)>,
}

impl Audit {
    /// An audit of an application that is wrapped in a clone of `consent`.
    pub fn new(consent: &ConsentMiddleware) -> Self {
        Self {
            consent: consent.clone(),
            steps: Vec::new(),
            host: None,
            headers: Vec::new(),
            allowed: Vec::new(),
        }
    }

    /// Adds a page that a person goes to.
    ///
    /// # Panics
    ///
    /// When the path does not begin with a slash.
    pub fn get(self, path: impl Into<String>) -> Self {
        self.step(Step::get(path))
    }

    /// Adds any other request. Requests are made in the order in which they are added, in every
    /// state, by one visitor.
    pub fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// The host that requests name, with its port where it is unusual. Default: that of the
    /// policy's origin, else `localhost`.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// A header of every request, choices included: what a proxy adds, say, so that the
    /// application knows where visitors are.
    ///
    /// # Panics
    ///
    /// When it is not one. `Cookie`, `Host` and `Sec-GPC` are the audit's own.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(step::header(name, value));
        self
    }

    /// Makes a warning a note, for one subject: a cookie that scripts have to read, say.
    ///
    /// # Panics
    ///
    /// When the rule is about errors: those are corrected, not allowed.
    pub fn allow(mut self, rule: Rule, subject: impl Into<String>) -> Self {
        assert!(
            rule.severity() < Severity::Error,
            "`{rule}` is an error, which an audit cannot allow: {}",
            rule.meaning()
        );
        self.allowed.push((rule, subject.into()));
        self
    }

    /// Audits `app`, as `actix_web::test::init_service` returns it.
    ///
    /// # Panics
    ///
    /// When `app` is another kind of service.
    pub async fn run<S, R, B>(&self, app: &S) -> Report
    where
        S: Service<R, Response = ServiceResponse<B>, Error = Error>,
        R: 'static,
        B: MessageBody,
    {
        let config = self.consent.config();
        let reported = config.reported();
        let mut log = self.drive(&Served::<S, R>::new(app)).await;
        let findings = &mut log.findings;
        let earlier: Vec<String> = match config.pass_undeclared {
            true => Vec::new(),
            false => reported
                .iter()
                .map(|name| String::from_utf8_lossy(name).into_owned())
                .collect(),
        };
        for name in &earlier {
            let evidence = "the gate held it back".to_owned();
            findings.entry(
                Rule::UndeclaredWithheld,
                name,
                evidence,
                "before this audit",
            );
        }
        self.report(log, &earlier)
    }

    async fn drive<W: Wire>(&self, wire: &W) -> Log {
        let config = self.consent.config();
        let mut driver = Driver::new(wire, config, &self.steps, self.site());
        if self.steps.is_empty() {
            let evidence = "no request was made".to_owned();
            driver
                .log
                .findings
                .entry(Rule::NothingObserved, "audit", evidence, "");
        } else {
            driver.run().await;
        }
        driver.log
    }

    fn report(&self, log: Log, withheld: &[String]) -> Report {
        let Log {
            observations,
            mut findings,
            placements,
            ..
        } = log;
        let policy = self.consent.policy();
        let judge = judge(self.consent.config());
        judge.judge_observations(&observations, &mut findings);
        judge.judge_policy(&placements, &mut findings);
        // Where accepting does nothing, nothing gated can be seen, and one finding says so.
        if log.accepting_works && !self.steps.is_empty() {
            judge.judge_never_seen(&observations, &mut findings);
        }
        let mut models: Vec<String> = placements.iter().map(|it| it.model.to_string()).collect();
        models.sort_unstable();
        models.dedup();
        Report {
            site: policy.file().site.name.get(policy.language()).to_owned(),
            models,
            requests: self.steps.iter().map(Step::to_string).collect(),
            states: log.states.len(),
            responses: log.responses,
            set_before: names_set(&observations, &State::NoChoice),
            set_after: names_set(&observations, &State::Accepted),
            drafts: draft::drafts(&observations, withheld, &judge),
            findings: self.weighed(findings),
        }
    }

    fn weighed(&self, findings: Findings) -> Vec<Finding> {
        findings.allowing(|finding| {
            let is_it = |allowed: &(Rule, String)| {
                allowed.0 == finding.rule && allowed.1 == finding.subject
            };
            self.allowed.iter().any(is_it)
        })
    }

    fn site(&self) -> Site {
        Site::new(
            self.consent.config(),
            self.host.as_deref(),
            self.headers.clone(),
        )
    }
}

/// Names only: headers of requests may hold what does not belong into a log.
impl fmt::Debug for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audit")
            .field("steps", &self.steps)
            .field("host", &self.host)
            .field("allowed", &self.allowed)
            .finish_non_exhaustive()
    }
}

fn names_set(observations: &[Observation], state: &State) -> Vec<String> {
    let names: BTreeSet<String> = observations
        .iter()
        .filter(|observation| observation.visit.state == *state && !observation.visit.gpc)
        .filter_map(|observation| match &observation.seen {
            Seen::Set(cookie) if !cookie.is_removal() => Some(rules::printable(&cookie.name)),
            _ => None,
        })
        .collect();
    names.into_iter().collect()
}
