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

/// An audit: its requests, its host and headers, and the findings that a test allows.
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
    /// Creates an audit of an application that is wrapped in a clone of `consent`.
    pub fn new(consent: &ConsentMiddleware) -> Self {
        Self {
            consent: consent.clone(),
            steps: Vec::new(),
            host: None,
            headers: Vec::new(),
            allowed: Vec::new(),
        }
    }

    /// Adds a page that visitors open.
    ///
    /// # Panics
    ///
    /// If the path does not begin with a slash.
    pub fn get(self, path: impl Into<String>) -> Self {
        self.step(Step::get(path))
    }

    /// Adds any other request. In every state, one visitor makes the requests in the order in which
    /// they are added.
    pub fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Sets the host of the requests, with a port if it is not the default port. Default: the host
    /// of the policy's origin, or else `localhost`.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// Adds a header to every request, including posted choices: for example the header by which a
    /// proxy states the visitor's country.
    ///
    /// # Panics
    ///
    /// If name or value are invalid, and for `Cookie`, `Host` and `Sec-GPC`, which the audit sets.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(step::header(name, value));
        self
    }

    /// Downgrades a warning to a note for one subject, for example for a cookie that scripts read.
    ///
    /// # Panics
    ///
    /// If the severity of the rule is an error.
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
    /// If `app` is another kind of service.
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
        // If accepting has no effect, no gated cookie can be seen, and there is a finding about it.
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

/// Prints no header values, since they may be secret.
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
