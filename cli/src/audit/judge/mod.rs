//! Comparison of a record with the rules.

mod banner;
mod cookies;
pub(crate) mod findings;
mod inventory;
mod requests;
pub(crate) mod rule;
mod storage;

use actix_consent::{Policy, audit::rules::State};

use self::{
    findings::{Findings, Verdict},
    rule::BrowserRule,
};
use super::{
    classify::{Classification, Classifier},
    known::Known,
    record::{Event, ProblemKind, Record, Visit, site::short},
};

/// Policy and facts that the record is compared with.
#[derive(Debug)]
pub(crate) struct Basis {
    pub(crate) policy: Option<Policy>,
    pub(crate) known: Known,
}

/// Compares the record with all rules.
pub(crate) fn judge(record: &Record, basis: &Basis) -> Verdict {
    let judge = Judge {
        record,
        basis,
        classifier: Classifier::new(basis.policy.as_ref(), &basis.known),
    };
    let mut findings = Findings::default();
    judge.cookies(&mut findings);
    judge.storage(&mut findings);
    judge.requests(&mut findings);
    judge.banner(&mut findings);
    judge.problems(&mut findings);
    Verdict {
        findings: findings.sorted(),
        inventory: judge.inventory(),
    }
}

struct Judge<'r> {
    record: &'r Record,
    basis: &'r Basis,
    classifier: Classifier<'r>,
}

/// Reason why something is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Off {
    Unasked,
    Rejected,
    Signal,
}

impl Judge<'_> {
    /// Events to compare with the choice of the visitor. Leaves out the page after the audit
    /// removed the cookies, since the site may or may not remember the choice there.
    fn events(&self) -> impl Iterator<Item = (&Visit, &Event)> {
        let visits = self.record.visits.iter();
        let all = visits.flat_map(|visit| visit.events.iter().map(move |event| (visit, event)));
        all.filter(|(visit, event)| visit.without_cookies != Some(event.page))
    }

    /// Formats the place of an event: page, state of consent and browser settings.
    fn place(&self, visit: &Visit, event: &Event) -> String {
        let page = visit.pages.get(event.page);
        let page = page.map_or(&*self.record.address, |page| &page.address);
        self.at(visit, page, &event.said)
    }

    fn at(&self, visit: &Visit, page: &str, said: &State) -> String {
        let mut circumstances = visit.circumstances.clone();
        circumstances.state = said.clone();
        format!("{} ({circumstances})", short(page, &self.record.address))
    }

    /// Returns why something of this class is not allowed in this state; `None` if it is.
    fn off(&self, class: &Classification, said: &State, visit: &Visit) -> Option<Off> {
        let gpc = visit.circumstances.gpc && !states_the_signal(visit);
        if !class.needs_consent() {
            return None;
        }
        match said {
            State::Rejected | State::Withdrawn => Some(Off::Rejected),
            State::Only(granted) if class.category.as_deref() != Some(granted) => {
                // Without a policy, the contents of the site's own categories are unknown.
                self.basis.policy.is_some().then_some(Off::Rejected)
            }
            State::Only(_) | State::Accepted => (gpc && class.sale_or_share).then_some(Off::Signal),
            // No choice yet.
            _ => Some(Off::Unasked),
        }
    }

    /// Pages that could not be opened or read as intended.
    fn problems(&self, findings: &mut Findings) {
        for visit in &self.record.visits {
            for problem in &visit.problems {
                let place = self.at(visit, &problem.page, &visit.circumstances.state);
                let subject = format!(
                    "{} {}",
                    name(problem.kind),
                    short(&problem.page, &self.record.address)
                );
                findings.add(BrowserRule::PageProblem, &subject, &*problem.detail, place);
            }
        }
    }

    /// Returns whether anything that needs consent was used without an answer.
    fn uses_gated_things(&self, visit: &Visit) -> bool {
        let unanswered = |said: &State| matches!(said, State::NoChoice | State::WentOn);
        let mut events = visit.events.iter();
        events.any(|event| unanswered(&event.said) && self.gated(event).is_some())
    }
}

/// Returns whether the banner mentions the signal. Accepting such a banner overrides the signal
/// (11 CCR 7025(c)(3)).
fn states_the_signal(visit: &Visit) -> bool {
    let banner = visit.banner.as_ref();
    banner.is_some_and(|banner| {
        let text = banner.text.to_lowercase();
        text.contains("global privacy control") || text.contains("gpc")
    })
}

fn name(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Hangs => "not responding:",
        ProblemKind::NeverIdle => "never idle:",
        ProblemKind::RedirectLoop => "endless redirects:",
        ProblemKind::Dialog => "dialog:",
        ProblemKind::Download => "download:",
        ProblemKind::Crashed => "crashed:",
        ProblemKind::TooLarge => "too large:",
        ProblemKind::BadCertificate => "bad certificate:",
        ProblemKind::Unreachable => "unreachable:",
        ProblemKind::ErrorStatus => "error status:",
    }
}
