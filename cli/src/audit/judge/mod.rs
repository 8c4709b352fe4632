//! Judges a record: what was seen beside what may be.

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
    classify::{Class, Classes},
    known::Known,
    record::{Event, ProblemKind, Record, Visit, site::short},
};

/// What the record is judged by.
#[derive(Debug)]
pub(crate) struct Basis {
    pub(crate) policy: Option<Policy>,
    pub(crate) known: Known,
}

/// Judges everything that was seen.
pub(crate) fn judge(record: &Record, basis: &Basis) -> Verdict {
    let judge = Judge {
        record,
        basis,
        classes: Classes::new(basis.policy.as_ref(), &basis.known),
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
    classes: Classes<'r>,
}

/// Why something is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Off {
    Unasked,
    Rejected,
    Signal,
}

impl Judge<'_> {
    /// What is judged by what the visitor had said. Once the audit has removed the cookies, nobody
    /// can tell whether the site still knows that: some keep it in storage.
    fn events(&self) -> impl Iterator<Item = (&Visit, &Event)> {
        let visits = self.record.visits.iter();
        let all = visits.flat_map(|visit| visit.events.iter().map(move |event| (visit, event)));
        all.filter(|(visit, event)| visit.without_cookies != Some(event.page))
    }

    /// Where an event was: page, what the visitor had said, and with what browser.
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

    /// Why a thing of this class is off for what the visitor has said; `None` where it is on.
    fn off(&self, class: &Class, said: &State, visit: &Visit) -> Option<Off> {
        let gpc = visit.circumstances.gpc && !states_the_signal(visit);
        if !class.needs_consent() {
            return None;
        }
        match said {
            State::Rejected | State::Withdrawn => Some(Off::Rejected),
            State::Only(granted) if class.category.as_deref() != Some(granted) => {
                // Without a policy nobody knows what the site's own categories hold.
                self.basis.policy.is_some().then_some(Off::Rejected)
            }
            State::Only(_) | State::Accepted => (gpc && class.sale_or_share).then_some(Off::Signal),
            // Nothing, or not yet.
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

    /// Whether anything that needs consent was seen without any answer.
    fn uses_gated_things(&self, visit: &Visit) -> bool {
        let unanswered = |said: &State| matches!(said, State::NoChoice | State::WentOn);
        let mut events = visit.events.iter();
        events.any(|event| unanswered(&event.said) && self.gated(event).is_some())
    }
}

/// Whether the banner told the visitor of the signal before it was accepted: a yes to that is a yes
/// in spite of it (11 CCR 7025(c)(3)).
fn states_the_signal(visit: &Visit) -> bool {
    let banner = visit.banner.as_ref();
    banner.is_some_and(|banner| {
        let text = banner.text.to_lowercase();
        text.contains("global privacy control") || text.contains("gpc")
    })
}

fn name(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Hangs => "hangs:",
        ProblemKind::NeverIdle => "never at rest:",
        ProblemKind::RedirectLoop => "redirects without end:",
        ProblemKind::Dialog => "dialog:",
        ProblemKind::Download => "download:",
        ProblemKind::Crashed => "crashed:",
        ProblemKind::TooLarge => "too large:",
        ProblemKind::BadCertificate => "bad certificate:",
        ProblemKind::Unreachable => "unreachable:",
        ProblemKind::ErrorStatus => "error status:",
    }
}
