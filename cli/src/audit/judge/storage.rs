//! Rules about storage and service workers.

use actix_consent::audit::rules::State;

use super::{Findings, Judge, Off, rule::BrowserRule};
use crate::audit::record::{Choosing, Kept, What};

impl Judge<'_> {
    pub(super) fn storage(&self, findings: &mut Findings) {
        for (visit, event) in self.events() {
            match &event.what {
                What::Stored(stored) => {
                    let class = self.classifier.stored(stored);
                    let by = event
                        .by
                        .as_ref()
                        .map_or_else(String::new, |by| format!("; by {by}"));
                    let kind = stored.kind;
                    if self.basis.policy.is_some()
                        && class.category.is_none()
                        && !stored.third_party
                    {
                        let evidence = format!("{kind}, not in the policy{by}");
                        findings.add(
                            BrowserRule::StoredUndeclared,
                            &stored.key,
                            evidence,
                            self.place(visit, event),
                        );
                    }
                    let rule = match self.off(&class, &event.said, visit) {
                        None => continue,
                        Some(Off::Unasked) => BrowserRule::StoredBeforeConsent,
                        Some(Off::Rejected | Off::Signal) => BrowserRule::StoredAfterRejection,
                    };
                    let evidence = format!("{kind}; {}{by}", class.says());
                    findings.add(rule, &stored.key, evidence, self.place(visit, event));
                }
                What::Worker(script) if matches!(event.said, State::NoChoice | State::WentOn) => {
                    let evidence = "registered by a script";
                    findings.add(
                        BrowserRule::WorkerBeforeConsent,
                        script,
                        evidence,
                        self.place(visit, event),
                    );
                }
                _ => {}
            }
        }
        self.stays(findings);
    }

    /// Finds items that survived a withdrawal.
    fn stays(&self, findings: &mut Findings) {
        let withdrawn = self.record.visits.iter().filter(|visit| {
            visit.circumstances.state == State::Withdrawn
                && matches!(visit.choice, Choosing::Said { .. })
        });
        for visit in withdrawn {
            for kept in &visit.kept {
                if let Kept::Item(item) = kept
                    && self.classifier.stored(item).needs_consent()
                    && !findings.has(BrowserRule::StoredAfterRejection, &item.key)
                {
                    let place = self.at(visit, &self.record.address, &State::Withdrawn);
                    findings.add(
                        BrowserRule::StorageSurvives,
                        &item.key,
                        item.kind.to_string(),
                        place,
                    );
                }
            }
        }
    }
}
