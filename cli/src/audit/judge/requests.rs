//! Rules about requests to third parties.

use actix_consent::audit::rules::State;

use super::{Findings, Judge, Off, rule::BrowserRule};
use crate::audit::record::What;

impl Judge<'_> {
    pub(super) fn requests(&self, findings: &mut Findings) {
        for (visit, event) in self.events() {
            match &event.what {
                What::Requested(request) if request.third_party => {
                    let class = self.classifier.request(request);
                    let by = event
                        .by
                        .as_ref()
                        .map_or_else(String::new, |by| format!("; by {by}"));
                    let kind = &request.kind;
                    let place = || self.place(visit, event);
                    let rule = match self.off(&class, &event.said, visit) {
                        Some(Off::Unasked) => BrowserRule::RequestBeforeConsent,
                        Some(Off::Rejected) => BrowserRule::RequestAfterRejection,
                        Some(Off::Signal) => BrowserRule::RequestDespiteSignal,
                        None if class.category.is_some() => continue,
                        None if self.basis.policy.is_some() => {
                            let evidence =
                                format!("{kind}, not declared as an embed in the policy{by}");
                            findings.add(
                                BrowserRule::ThirdPartyUndeclared,
                                &request.host,
                                evidence,
                                place(),
                            );
                            continue;
                        }
                        None if matches!(event.said, State::Accepted | State::Only(_)) => continue,
                        None => {
                            let evidence = format!("{kind}{by}");
                            findings.add(
                                BrowserRule::Unclassified,
                                &request.host,
                                evidence,
                                place(),
                            );
                            continue;
                        }
                    };
                    let evidence = format!("{kind}; {}{by}", class.says());
                    findings.add(rule, &request.host, evidence, place());
                }
                What::Violation { directive, blocked } => {
                    let evidence = format!("blocked by {directive}");
                    findings.add(
                        BrowserRule::ViolatesOwnPolicy,
                        blocked,
                        evidence,
                        self.place(visit, event),
                    );
                }
                _ => {}
            }
        }
    }
}
