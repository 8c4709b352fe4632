//! Drives an application through every state, and collects observations.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    browser::{Browser, Site},
    rules::{Findings, Judge, Observation, Rule, Seen, State, Visit, pair},
    step::Step,
    wire::{Answer, Guard, Wire},
};
use crate::{
    config::Config,
    decision::{ConsentModel, Placement},
    policy::Pattern,
};

/// Value of a planted cookie. Only the application sees it.
const STALE: &[u8] = b"stale";

/// One run of an audit.
pub(crate) struct Driver<'a, W> {
    wire: &'a W,
    config: &'a Arc<Config>,
    steps: &'a [Step],
    site: Site,
    judge: Judge<'a>,
    pub(crate) log: Log,
    /// Gated cookies that the application has set, by name, with their values.
    real: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Number of undeclared names that the gate had reported when they were last read.
    reported: usize,
}

/// Results of a run.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) observations: Vec<Observation>,
    pub(crate) findings: Findings,
    pub(crate) placements: Vec<Placement>,
    pub(crate) states: BTreeSet<State>,
    pub(crate) responses: usize,
    /// True while every choice has taken effect.
    pub(crate) accepting_works: bool,
    statuses: BTreeMap<String, BTreeSet<u16>>,
}

impl<'a, W: Wire> Driver<'a, W> {
    pub(crate) fn new(wire: &'a W, config: &'a Arc<Config>, steps: &'a [Step], site: Site) -> Self {
        Self {
            wire,
            config,
            steps,
            site,
            judge: judge(config),
            log: Log {
                accepting_works: true,
                ..Log::default()
            },
            real: BTreeMap::new(),
            reported: config.reported().len(),
        }
    }

    /// Runs every state, without and with `Sec-GPC`.
    ///
    /// Accepting comes first: the cookies that are set then are planted as leftovers in the browser
    /// of a visitor who rejects.
    pub(crate) async fn run(&mut self) {
        for gpc in [false, true] {
            let accepted = self.accepted(gpc).await;
            self.withdrawn(accepted).await;
            self.silent(gpc).await;
            self.chosen(State::Rejected, gpc, &[("action", "reject")])
                .await;
            let config = self.config;
            for category in config.policy.gated_categories() {
                let field = format!("cat.{}", category.id);
                let form = [("action", "save"), (field.as_str(), "1")];
                self.chosen(State::Only(category.id.clone()), gpc, &form)
                    .await;
            }
        }
        self.judge_statuses();
    }

    async fn chosen(&mut self, state: State, gpc: bool, form: &[(&str, &str)]) {
        let mut browser = Browser::new(state, gpc);
        self.choose(&mut browser, form).await;
        self.walk(&mut browser).await;
        self.walk_with_leftovers(&mut browser).await;
    }

    /// Runs the accepted state, and returns the browser with the cookies that the application set.
    async fn accepted(&mut self, gpc: bool) -> Browser {
        let mut browser = Browser::new(State::Accepted, gpc);
        self.choose(&mut browser, &[("action", "accept")]).await;
        self.walk(&mut browser).await;
        for (name, value) in browser.jar.set_cookies() {
            if self.is_gated(name) {
                self.real.insert(name.to_vec(), value.to_vec());
            }
        }
        let before = browser.jar.clone();
        self.walk_with_leftovers(&mut browser).await;
        browser.jar = before;
        browser
    }

    async fn withdrawn(&mut self, accepted: Browser) {
        let mut browser = Browser {
            state: State::Withdrawn,
            ..accepted
        };
        let moment = browser.jar.now();
        let visit = self.choose(&mut browser, &[("action", "reject")]).await;
        self.walk(&mut browser).await;
        for name in browser.jar.older_than(moment) {
            let kept = Seen::Kept(String::from_utf8_lossy(name).into_owned());
            self.log
                .observations
                .push(Observation::new(visit.clone(), kept));
        }
        self.walk_with_leftovers(&mut browser).await;
    }

    /// Runs the states without an answer: on the first page, with and without leftovers of an
    /// expired answer, and on further pages.
    async fn silent(&mut self, gpc: bool) {
        for step in self.steps {
            for leftovers in [false, true] {
                let mut browser = Browser::new(State::NoChoice, gpc);
                if leftovers {
                    self.leave_over(&mut browser);
                }
                self.visit(&mut browser, step).await;
            }
        }
        let mut browser = Browser::new(State::WentOn, gpc);
        // The first round only shows the notice. First pages are judged above.
        for step in self.steps {
            let (answer, _) = self.send(&browser, step, false).await;
            answer.keep_in(&mut browser.jar, self.site.host(), step.path());
        }
        self.walk(&mut browser).await;
        let source = self.steps.first().map(Step::to_string).unwrap_or_default();
        let implied = |placement: &Placement| placement.model == ConsentModel::Implied;
        let visit = browser.visit(source, ConsentModel::Implied);
        if self.log.placements.iter().any(implied)
            && !self.effect(&mut browser, &visit).await.is_empty()
        {
            let evidence = "silence never came to be read as agreement".to_owned();
            self.log
                .findings
                .seen(Rule::NoticeNotShown, "notice", evidence, &visit);
            return;
        }
        self.walk_with_leftovers(&mut browser).await;
    }

    async fn walk(&mut self, browser: &mut Browser) {
        for step in self.steps {
            self.visit(browser, step).await;
        }
    }

    /// Requests every step with leftovers: the gated cookies that the application has set, and an
    /// invented cookie for each other declaration.
    async fn walk_with_leftovers(&mut self, browser: &mut Browser) {
        for step in self.steps {
            self.leave_over(browser);
            self.visit(browser, step).await;
        }
    }

    fn leave_over(&self, browser: &mut Browser) {
        for (name, value) in &self.real {
            browser.jar.plant(name, value);
        }
        let declared = |name: &[u8]| {
            let name = String::from_utf8_lossy(name);
            self.judge.declared(&name).map(|spec| spec.name.as_str())
        };
        for spec in self.config.policy.cookies() {
            let known = self
                .real
                .keys()
                .any(|name| declared(name) == Some(&spec.name));
            if self.judge.is_gated(spec) && !known {
                let Pattern { stem, open } = Pattern::of(&spec.name);
                let name = format!("{stem}{}", if open { "audit" } else { "" });
                browser.jar.plant(name.as_bytes(), STALE);
            }
        }
    }

    /// Sends one request, and collects its observations.
    async fn visit(&mut self, browser: &mut Browser, step: &Step) {
        let sent = browser.jar.header(step.path()).unwrap_or_default();
        let (answer, visit) = self.send(browser, step, false).await;
        self.observe(browser, step, &answer, &visit);
        let status = answer.status.as_u16();
        self.log
            .statuses
            .entry(step.to_string())
            .or_default()
            .insert(status);
        let evidence = match answer.guard {
            Guard::Audited | Guard::Unknown => None,
            Guard::Another => Some("another ConsentMiddleware ran than the audited one".to_owned()),
            Guard::Missing if status == 500 => Some("not let in (500), see the log".to_owned()),
            Guard::Missing => Some("no ConsentMiddleware ran".to_owned()),
        };
        if let Some(evidence) = evidence {
            self.log
                .findings
                .seen(Rule::Unguarded, &step.to_string(), evidence, &visit);
        }
        if answer.compressed {
            let evidence = "answered with 500, since it was compressed".to_owned();
            let findings = &mut self.log.findings;
            findings.seen(Rule::CompressedInside, &step.to_string(), evidence, &visit);
        }
        let Some(readable) = answer.readable else {
            return;
        };
        // The control: a cookie that may be read must be readable, or the audit sees nothing.
        for text in sent.split(|byte| *byte == b';') {
            let name = String::from_utf8_lossy(pair(text).0).into_owned();
            if self.is_gated(name.as_bytes())
                && self.judge.denied(&name, &visit).is_none()
                && !readable.contains(&name)
            {
                let evidence = "sent, allowed, and not to be read".to_owned();
                self.log
                    .findings
                    .seen(Rule::PlantedUnseen, &name, evidence, &visit);
            }
        }
        for name in readable {
            let seen = Seen::Readable(name);
            self.log
                .observations
                .push(Observation::new(visit.clone(), seen));
        }
    }

    fn observe(&mut self, browser: &mut Browser, step: &Step, answer: &Answer, visit: &Visit) {
        let set = answer.keep_in(&mut browser.jar, self.site.host(), step.path());
        let set = set.into_iter().map(Seen::Set);
        let reported = self.config.reported();
        let withheld = reported
            .iter()
            .skip(self.reported)
            .filter(|_| !self.config.pass_undeclared);
        let withheld =
            withheld.map(|name| Seen::Withheld(String::from_utf8_lossy(name).into_owned()));
        for seen in set.chain(withheld) {
            self.log
                .observations
                .push(Observation::new(visit.clone(), seen));
        }
        self.reported = reported.len();
        self.log.states.insert(visit.state.clone());
    }

    /// Posts a choice as the form of the site does, and checks that it takes effect.
    async fn choose(&mut self, browser: &mut Browser, form: &[(&str, &str)]) -> Visit {
        let step = Step::post(&self.config.paths.settings).form(form);
        let (answer, visit) = self.send(browser, &step, false).await;
        self.observe(browser, &step, &answer, &visit);
        for (subject, evidence) in self.effect(browser, &visit).await {
            self.log.accepting_works = false;
            self.log
                .findings
                .seen(Rule::ChoiceWithoutEffect, &subject, evidence, &visit);
        }
        visit
    }

    /// Units whose state on the server differs from the expected state, with the evidence.
    async fn effect(&mut self, browser: &mut Browser, visit: &Visit) -> Vec<(String, String)> {
        let config = self.config;
        let step = Step::get(&config.paths.state)
            .header("Sec-Fetch-Dest", "empty")
            .header("Accept-Encoding", "identity");
        let (answer, _) = self.send(browser, &step, true).await;
        let Ok(told) = serde_json::from_slice::<serde_json::Value>(&answer.body) else {
            let evidence = format!("{step} was answered with {}", answer.status.as_u16());
            return vec![(visit.state.to_string(), evidence)];
        };
        let word = |on| if on { "on" } else { "off" };
        let policy = &config.policy;
        let categories = policy
            .gated_categories()
            .map(|it| (&it.id, &it.id, "categories"));
        let services = policy
            .services()
            .iter()
            .map(|it| (&it.id, &it.category, "services"));
        categories
            .chain(services)
            .filter_map(|(unit, category, list)| {
                let due = self.judge.off(unit, category, visit).is_none();
                let is = told[list][unit]["granted"].as_bool()?;
                (due != is).then(|| {
                    let basis = told[list][unit]["basis"].as_str().unwrap_or("unknown");
                    (
                        unit.clone(),
                        format!("is {} ({basis}), not {}", word(is), word(due)),
                    )
                })
            })
            .collect()
    }

    async fn send(&mut self, browser: &Browser, step: &Step, read: bool) -> (Answer, Visit) {
        let request = browser.request(step, &self.site);
        let answer = self.wire.send(request, self.config, read).await;
        self.log.responses += 1;
        if !self.log.placements.contains(&answer.placement) {
            self.log.placements.push((*answer.placement).clone());
        }
        let visit = browser.visit(step.to_string(), answer.placement.model);
        (answer, visit)
    }

    fn is_gated(&self, name: &[u8]) -> bool {
        let name = String::from_utf8_lossy(name);
        self.judge
            .declared(&name)
            .is_some_and(|spec| self.judge.is_gated(spec))
    }

    /// Reports requests that always fail, such as a mistyped path that is answered with 404.
    fn judge_statuses(&mut self) {
        for (step, statuses) in &self.log.statuses {
            if statuses.iter().all(|status| *status >= 400) {
                let statuses: Vec<_> = statuses.iter().map(u16::to_string).collect();
                let evidence = format!("always answered with {}", statuses.join(", "));
                self.log
                    .findings
                    .entry(Rule::UnexpectedStatus, step, evidence, "");
            }
        }
    }
}

pub(crate) fn judge(config: &Config) -> Judge<'_> {
    Judge::new(&config.policy)
        .own(&config.own_cookies)
        .https(config.secure)
}
